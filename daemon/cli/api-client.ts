/**
 * A command that asks a running daemon, as any client does: over the REST API, with a token, which is who the audit names.
 *
 * What comes back is read by the schemas that the daemon answers with. The token is in no argument: others on the machine see those.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export interface ApiClient {
  get<T>(path: string, shape: z.ZodType<T>): Promise<Answer<T>>;
  post<T>(path: string, body: object, shape: z.ZodType<T>): Promise<Answer<T>>;
}

/** What an operator says of where the daemon is. */
export interface Where {
  readonly url: string | undefined;
  readonly tokenFile: string | undefined;
}

export const whereHelp = `--url         where the daemon answers; default: VIGIE_URL, else http://127.0.0.1:8080
--token-file  a file with the token alone; default: VIGIE_TOKEN. vigie token makes one; the audit names whose it is`;

const patienceMs = 20_000;
const Problem = z.object({ status: z.int(), detail: z.string().optional(), title: z.string().optional() });
type Environment = Readonly<Record<string, string | undefined>>;

/** The client; or what is missing, for the person who typed. */
export function apiClient({ url, tokenFile }: Where, env: Environment): ApiClient | string {
  const base = url ?? env.VIGIE_URL ?? "http://127.0.0.1:8080";
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) return `--url: "${base}" is no address; write http://host:port`;
  const token = tokenOf(tokenFile, env);
  if ("problem" in token) return token.problem;
  const asked = <T>(path: string, shape: z.ZodType<T>, body?: object) => ask(base.replace(/\/+$/, ""), path, token.text, shape, body);
  return { get: (path, shape) => asked(path, shape), post: (path, body, shape) => asked(path, shape, body) };
}

function tokenOf(file: string | undefined, env: Environment): { readonly text: string } | { readonly problem: string } {
  try {
    const text = (file === undefined ? (env.VIGIE_TOKEN ?? "") : readFileSync(file, "utf8")).trim();
    if (/^[\x21-\x7e]+$/.test(text)) return { text };
    return {
      problem: `there is no token in ${file ?? "VIGIE_TOKEN"}; set VIGIE_TOKEN, or name a file that holds nothing else with --token-file`,
    };
  } catch (error) {
    return { problem: `--token-file: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function ask<T>(base: string, path: string, token: string, shape: z.ZodType<T>, body: object | undefined): Promise<Answer<T>> {
  const headers = { Authorization: `Bearer ${token}`, Accept: "application/json", "Content-Type": "application/json" };
  const how = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  try {
    const answer = await fetch(`${base}/api/v1${path}`, { ...how, signal: AbortSignal.timeout(patienceMs), redirect: "error" });
    return read(await answer.text(), answer.status, shape, base);
  } catch (error) {
    return { ok: false, problem: `${base} does not answer (${causeOf(error)}); is the daemon running, and is this its address (--url)?` };
  }
}

function read<T>(text: string, status: number, shape: z.ZodType<T>, base: string): Answer<T> {
  const found = jsonOf(text);
  if (status < 200 || status >= 300) {
    const { data } = Problem.safeParse(found);
    return { ok: false, problem: `${data?.detail ?? data?.title ?? `${base} answered with status ${status}`}${hints[status] ?? ""}` };
  }
  const { success, data } = shape.safeParse(found);
  if (success) return { ok: true, value: data };
  return {
    ok: false,
    problem: `${base} answers what this version of vigie does not know; use the vigie of the daemon's version, and its --url`,
  };
}

/** What to do, where the daemon cannot know how it was asked. */
const hints: Readonly<Record<number, string>> = {
  401: " (VIGIE_TOKEN or --token-file; vigie token makes one)",
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, or no daemon of ours: the caller says what came instead.
    return undefined;
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.message;
  return error.message;
}
