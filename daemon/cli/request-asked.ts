/**
 * What `vigie request` is asked: its words and options, read once and judged before anybody is asked; and how an answer is printed.
 */
import { parseArgs } from "node:util";
import type { Language } from "../model/time.ts";
import { type Answer, type ApiClient, apiClient, whereHelp } from "./api-client.ts";
import type { Io } from "./io.ts";

export const requestHelp = `vigie request new --room ID [--symptom CODE] [--name NAME] [--phone NUMBER] [--session yes|no] [--note TEXT]
                  [--language fr|en] [--number NUMBER]
vigie request list [--over] [--room ID] [--limit N] [--before CURSOR]
vigie request show NUMBER
vigie request place NUMBER ROOM
vigie request attach NUMBER INCIDENT
vigie request outcome NUMBER agreed|attempt|withdrawn [--note TEXT]
vigie request news INCIDENT [--fr TEXT --en TEXT --next TIME | --last] [--since TIME]
                  each with [--url URL] [--token-file FILE] [--json]

new         somebody calls: a number first, to be told at once; then what to read to them, what the room's codecs say,
            and the general failures that may be the same thing
list        the queue, the last first: what is open, or with --over what is over
show        one, with what its codecs say now, and who called, to whoever may read names (each reading is in the audit)
place       says the room of one that came by mail and named none
attach      it is the same thing as that incident
outcome     the caller agrees that it is over; was not reached (attempt; the second one ends it); or there was nothing
news        what coordinators were told of a general failure, and a draft; with texts: tells them

--symptom     no-sound, no-image, frozen, cannot-dial, dropped, echo, or one that a device tells; left out: asks for help
--language    the caller's, for what is read to them; left out: the instance's
--session     is a session affected? left out: as the book of sessions says
--number      one that was reserved before: sent again with it, it is the same request
--next        when the next text comes; --last: service is back, and no more texts come
TIME          2026-11-18T22:00 by this machine's clock, or with an offset (…Z, …-05:00)
${whereHelp}

Exit code: 0 done, 1 refused, or the daemon does not answer, 2 wrong use.`;

const options = {
  url: { type: "string" },
  "token-file": { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  room: { type: "string" },
  symptom: { type: "string" },
  name: { type: "string" },
  phone: { type: "string" },
  session: { type: "string" },
  note: { type: "string" },
  language: { type: "string" },
  number: { type: "string" },
  over: { type: "boolean" },
  limit: { type: "string" },
  before: { type: "string" },
  fr: { type: "string" },
  en: { type: "string" },
  next: { type: "string" },
  since: { type: "string" },
  last: { type: "boolean" },
} as const;

type Option = Exclude<keyof typeof options, "url" | "token-file" | "json" | "help">;
export type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];

/** What stands after each, and which options are for it. */
const acts = {
  new: { words: [], options: ["room", "symptom", "name", "phone", "session", "note", "language", "number"] },
  list: { words: [], options: ["over", "room", "limit", "before"] },
  show: { words: ["a number"], options: [] },
  place: { words: ["a number", "a room"], options: [] },
  attach: { words: ["a number", "an incident"], options: [] },
  outcome: { words: ["a number", "agreed, attempt or withdrawn"], options: ["note"] },
  news: { words: ["an incident"], options: ["fr", "en", "next", "since", "last"] },
} as const satisfies Readonly<Record<string, { readonly words: readonly string[]; readonly options: readonly Option[] }>>;
type Act = keyof typeof acts;

/** One run: what was asked, and whom to ask. */
export interface Asked {
  readonly what: Act;
  readonly id: string;
  readonly second: string;
  readonly values: Values;
  readonly api: ApiClient;
  readonly io: Io;
  /** Of who reads the terminal; what is read to the caller is in theirs. */
  readonly language: Language;
  readonly zone: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function readArgs(argv: readonly string[], io: Io, env: Environment): Asked | string {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (values.help === true) return "help";
    const [first, ...words] = positionals;
    const what = Object.keys(acts).find((each): each is Act => each === first);
    if (what === undefined) return `${first === undefined ? "" : `"${first}" is no command; `}write ${Object.keys(acts).join(", ")}`;
    const problem = wrongUse(what, words, values);
    if (problem !== undefined) return problem;
    const api = apiClient({ url: values.url, tokenFile: values["token-file"] }, env);
    if (typeof api === "string") return api;
    const [id = "", second = ""] = words;
    const language = /^fr/i.test(env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? "") ? "fr" : "en";
    return { what, id, second, values, api, io, language, zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wrongUse(what: Act, words: readonly string[], values: Values): string | undefined {
  const { words: wanted, options: known }: { readonly words: readonly string[]; readonly options: readonly string[] } = acts[what];
  if (words.length !== wanted.length) return `${what} takes ${wanted.length === 0 ? "options only" : wanted.join(" and ")}`;
  const own = ["url", "token-file", "json", "help", ...known];
  const strange = Object.keys(values).find((name) => !own.includes(name));
  if (strange !== undefined) return `--${strange} is not for ${what}`;
  const { language, session, room = "", limit = "100" } = values;
  if (what === "outcome" && !["agreed", "attempt", "withdrawn"].includes(words[1] ?? ""))
    return `"${words[1]}" is no outcome; write agreed, attempt (not reached) or withdrawn`;
  if (what === "new" && room.trim() === "") return "--room says where the caller is: the id of a room of the configuration";
  if (language !== undefined && language !== "fr" && language !== "en") return `--language: "${language}" is neither fr nor en`;
  if (session !== undefined && session !== "yes" && session !== "no") return `--session: "${session}" is neither yes nor no`;
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 500) return `--limit: "${limit}" is no number from 1 to 500`;
  return undefined;
}

/** Prints what came back: one JSON object, or text; 1 when it was refused. */
export function said<T>({ values, io }: Asked, answer: Answer<T>, lines: (value: T) => readonly string[]): number {
  if (!answer.ok) {
    io.err(`vigie request: ${answer.problem}`);
    return 1;
  }
  if (values.json) io.out(JSON.stringify(answer.value));
  else for (const line of lines(answer.value)) io.out(line);
  return 0;
}
