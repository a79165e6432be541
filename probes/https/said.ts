/**
 * What the makers' interfaces have in common: a login that is refused, an answer that makes no sense, a question that is not known.
 */
import type { Answer } from "../shell/dialect.ts";
import { done, down, type Failure, failed, type Outcome, unknown } from "../shell/outcome.ts";
import type { Said } from "./dialect.ts";
import { type Plain, readJson } from "./plain.ts";
import type { HttpAnswer } from "./wire.ts";

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

export function refused(user: string): Failure {
  return unknown("https.auth-refused", `the login of ${user} is refused`);
}

export function nonsense(what: string): Failure {
  return down("https.protocol", `the answer to ${what} cannot be read`);
}

export function answered(status: Plain): Said {
  return { answer: { form: "json", status } };
}

/** The device's own word that it does not know, or does not allow, what was asked. */
export function problem(text: string): Answer {
  return { form: "json", status: undefined, problem: text };
}

/** JSON of a good answer. A refusal is told apart from a page that is not there, and both from an interface that fails. */
export function readStatus({ status, body }: HttpAnswer, question: string, user: string): Outcome<Said> {
  if (status === 401 || status === 403) return failed(refused(user));
  if (status >= 500) return failed(down("https.protocol", `${question} is answered with HTTP ${status}`));
  if (status >= 400) return done({ answer: problem(`HTTP ${status}`) });
  const tree = readJson(body);
  return tree === undefined ? failed(nonsense(question)) : done(answered(tree));
}

export function field(tree: Plain | undefined, name: string): Plain | undefined {
  return typeof tree === "object" && !Array.isArray(tree) && Object.hasOwn(tree, name) ? tree[name] : undefined;
}
