/**
 * Codian and Cisco TelePresence MCU: XML-RPC at `/RPC2`, user and password in every call (Remote Management API 2.7 to 2.10).
 *
 * A question is a method and what it is given: `conference.enumerate enumerateFilter=active moreThanFour=true`. An enumeration comes in
 * pages; the next one is asked for by the `enumerateID` of the last.
 */
import { done, failed, type Outcome } from "../shell/outcome.ts";
import type { HttpsDialect, Said, Secrets } from "./dialect.ts";
import type { Plain } from "./plain.ts";
import { answered, field, nonsense, problem, refused } from "./said.ts";
import type { Sender } from "./wire.ts";
import { type Given, readAnswer, writeCall } from "./xml-rpc.ts";

/** 14: not authorised. 15: user and password do not allow it. */
const REFUSALS: ReadonlySet<number> = new Set([14, 15]);
/** Pages of one enumeration: 24 conferences a page at most. */
const MAX_PAGES = 20;

export const xmlRpc: HttpsDialect = {
  reads:
    /^[a-z][A-Za-z]{0,40}(?:\.[a-z][A-Za-z]{0,40}){0,3}\.(?:query|enumerate|status)(?: [A-Za-z]{1,40}=(?:[A-Za-z0-9!]{1,60}|\[[A-Za-z,]{1,60}\]))*$/,
  async ask(wire, { secrets }, question) {
    const { method, given } = readQuestion(question);
    let all: Plain | undefined;
    let next: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const said = await call(wire, secrets, method, next === undefined ? given : { ...given, enumerateID: next });
      if (!said.ok || said.value.answer.form !== "json" || said.value.answer.problem !== undefined) return said;
      const tree = said.value.answer.status as Plain;
      all = all === undefined ? tree : joined(all, tree);
      const more = method.endsWith(".enumerate") ? field(tree, "enumerateID") : undefined;
      if (typeof more !== "string" || more === "" || more === next) break;
      next = more;
    }
    return all === undefined ? failed(nonsense(method)) : done(answered(all));
  },
};

/** `operationScope=[currentState]` is a list, `moreThanFour=true` truth, anything else text. */
export function readQuestion(question: string): { readonly method: string; readonly given: Readonly<Record<string, Given>> } {
  const [method = "", ...words] = question.split(" ");
  const given = words.map((word): readonly [string, Given] => {
    const [name = "", value = ""] = word.split("=");
    if (value.startsWith("[")) return [name, value.slice(1, -1).split(",")];
    return [name, value === "true" || value === "false" ? value === "true" : value];
  });
  return { method, given: Object.fromEntries(given) };
}

async function call(wire: Sender, secrets: Secrets, method: string, given: Readonly<Record<string, Given>>): Promise<Outcome<Said>> {
  const { user, password } = secrets;
  const sent = await wire.send({
    method: "POST",
    path: "/RPC2",
    headers: { "Content-Type": "text/xml; charset=utf-8" },
    body: writeCall(method, { authenticationUser: user, authenticationPassword: password, ...given }),
  });
  if (!sent.ok) return sent;
  const { status, body } = sent.value;
  if (status === 401 || status === 403) return failed(refused(user));
  const answer = status === 200 ? readAnswer(body) : undefined;
  switch (answer?.is) {
    case "value":
      return done(answered(answer.value));
    case "fault":
      return REFUSALS.has(answer.code) ? failed(refused(user)) : done({ answer: problem(`fault ${answer.code}`) });
    case "nonsense":
    case undefined:
      return failed(nonsense(method));
  }
}

/** Lists of both pages, one behind the other; what is no list stays as the first page said it. */
function joined(first: Plain, more: Plain): Plain {
  if (typeof first !== "object" || Array.isArray(first) || typeof more !== "object" || Array.isArray(more)) return first;
  for (const [name, list] of Object.entries(more)) {
    const before = first[name];
    if (Array.isArray(list)) first[name] = Array.isArray(before) ? [...before, ...list] : list;
  }
  return first;
}
