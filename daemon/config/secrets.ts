/**
 * Secrets by reference: from the environment or a file, never from the configuration itself.
 *
 * A secret prints as `***` in every form; a literal where a reference belongs is refused without being quoted.
 */
import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { inspect } from "node:util";
import type { z } from "zod";
import type { Secret } from "../model/config.ts";
import type { Findings, Path } from "./problems.ts";
import { Refused, scalar } from "./scalars.ts";
import { readFileText, type Source } from "./source.ts";

export type SecretReference = { readonly env: string } | { readonly file: string };

/** `{ env: NAME }` or `{ file: path }`. */
export const secretReference: z.ZodType<SecretReference, unknown> = scalar((raw) => {
  const remedy = "write { env: NAME } or { file: path }";
  if (raw === undefined || raw === null) return new Refused(`is missing; ${remedy}`);
  if (typeof raw !== "object") return new Refused(`holds the secret itself; take it out of the file, change it, and ${remedy}`);
  const keys = Object.keys(raw);
  const { env, file } = raw as { env?: unknown; file?: unknown };
  if (keys.length === 1 && typeof file === "string" && file !== "") return { file };
  if (keys.length !== 1 || env === undefined) return new Refused(`is not a reference to a secret; ${remedy}`);
  // The name is not quoted: someone may have put the secret here.
  if (typeof env !== "string" || !/^[A-Z_][A-Z0-9_]*$/.test(env)) {
    return new Refused("does not name an environment variable; write its name in capitals, digits and _");
  }
  return { env };
});

class KeptSecret implements Secret {
  readonly ref: string;
  readonly #value: string;

  constructor(ref: string, value: string) {
    this.ref = ref;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return "***";
  }

  toString(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "***";
  }
}

/** Fetches the values of one load. */
export class SecretReader {
  readonly #source: Source;
  readonly #findings: Findings;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(source: Source, findings: Findings, env: Readonly<Record<string, string | undefined>>) {
    this.#source = source;
    this.#findings = findings;
    this.#env = env;
  }

  /** The secret, or undefined after reporting why not. `leastLength` in characters. */
  async read(path: Path, reference: SecretReference, leastLength = 1): Promise<Secret | undefined> {
    const secret = "env" in reference ? this.#fromEnv(path, reference.env) : await this.#fromFile(path, reference.file);
    if (secret === undefined || secret.reveal().length >= leastLength) return secret;
    this.#findings.problem(path, `the secret is shorter than ${leastLength} characters; choose a longer one`);
    return undefined;
  }

  #fromEnv(path: Path, name: string): Secret | undefined {
    const value = this.#env[name];
    if (value !== undefined && value !== "") return new KeptSecret(`env:${name}`, value);
    this.#findings.problem(path, `environment variable ${name} is ${value === undefined ? "not set" : "empty"}; set it where Vigie starts`);
    return undefined;
  }

  async #fromFile(path: Path, name: string): Promise<Secret | undefined> {
    const file = isAbsolute(name) ? name : join(this.#source.folderOf(path), name);
    const text = await readFileText(file);
    if (typeof text !== "string") {
      this.#findings.problem(path, `secret file ${this.#source.shown(file)} ${text.why}`);
      return undefined;
    }
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
    if ((mode & 0o077) !== 0) {
      this.#findings.warn(path, `secret file ${this.#source.shown(file)} is open to other users; run chmod 600 on it`);
    }
    // Editors end a file with a line end; it is not part of the secret.
    const value = text.replace(/\r?\n$/, "");
    if (value !== "") return new KeptSecret(`file:${file}`, value);
    this.#findings.problem(path, `secret file ${this.#source.shown(file)} is empty; put the secret in it`);
    return undefined;
  }
}
