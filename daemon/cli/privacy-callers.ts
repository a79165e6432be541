/**
 * `vigie privacy export|erase --caller TEXT`: the requests of somebody who called for help, by their name, telephone or e-mail address.
 *
 * Who called is no contact and has no id: what was written down of them is what they are found by.
 */
import type { Caller, HelpRequest } from "../model/request.ts";
import type { Clock, Store } from "../ports.ts";
import type { Io } from "./io.ts";

export interface CallerAsked {
  readonly what: "export" | "erase";
  readonly caller: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Fewer digits than this are in too many numbers, fewer letters in too many names. */
export const fewestDigits = 7;
export const fewestLetters = 3;

const plain = (text: string) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@.]+/gu, " ")
    .trim();
const digitsOf = (text: string) => text.replace(/\D/g, "");

/** Undefined: it says too little to find one person by. */
export function callerMatcher(text: string): ((caller: Caller) => boolean) | undefined {
  const digits = digitsOf(text);
  if (/^[\d\s()+./-]+$/.test(text)) {
    if (digits.length < fewestDigits) return undefined;
    // With and without the country, and an extension behind it.
    const last = digits.slice(-10);
    return ({ phone = "" }) => digitsOf(phone).includes(last);
  }
  const wanted = plain(text);
  if (wanted.replace(/[^\p{L}]/gu, "").length < fewestLetters) return undefined;
  // Whole words: "Roy" is not "Royer".
  return ({ name = "", phone = "" }) => ` ${plain(name)} `.includes(` ${wanted} `) || ` ${plain(phone)} `.includes(` ${wanted} `);
}

export interface CallerParts {
  readonly store: Store;
  readonly io: Io;
  readonly clock: Clock;
  readonly by: string;
}

export async function actOnCaller(asked: CallerAsked, { store, io, clock, by }: CallerParts): Promise<number> {
  const fits = callerMatcher(asked.caller);
  if (fits === undefined) {
    io.err(
      `vigie privacy: --caller takes a name of ${fewestLetters} letters or more, ${fewestDigits} digits of a telephone number, or an e-mail address`,
    );
    return 2;
  }
  const found = (await store.requestsWithCaller()).filter(({ caller }) => caller !== undefined && fits(caller));
  if (found.length === 0) {
    io.err("vigie privacy: no request has a caller like that; names and telephones are forgotten after retention.callers");
    return 1;
  }
  // The text that they were found by is what is to be forgotten: the audit has the numbers of the requests.
  const entry = (action: string) => ({
    at: clock.now(),
    by,
    action,
    target: "callers",
    data: { requests: found.map(({ number }) => number) },
  });
  if (asked.what === "export") {
    await store.transaction(undefined, (tx) => tx.audit([entry("privacy.exported")]));
    io.out(JSON.stringify({ requests: found.map(exported) }, undefined, 2));
    return 0;
  }
  const open = found.filter(({ ended }) => ended === undefined);
  for (const { number } of open) io.err(`vigie privacy: ${number} is not over, and they have to be called back; end it first`);
  if (open.length > 0) return 1;
  if (!asked.yes) {
    const dry = `Would go: who called, of ${found.length} requests: ${found.map(({ number }) => number).join(", ")}.`;
    io.out(
      asked.json
        ? JSON.stringify({ dryRun: true, requests: found.map(({ number }) => number) })
        : `${dry}\n${textsStay(found)}Nothing was changed. To do it, add --yes`,
    );
    return 0;
  }
  await store.transaction(undefined, async (tx) => {
    await tx.forgetCallersOf(found);
    await tx.audit([entry("privacy.erased")]);
  });
  io.out(
    asked.json
      ? JSON.stringify({ dryRun: false, requests: found.map(({ number }) => number) })
      : `Erased: who called, of ${found.length} requests.\n${textsStay(found)}Backups made before still hold them: delete those too.`,
  );
  return 0;
}

function exported({ caller, number, at, room, symptom, language, note, source }: HelpRequest) {
  return { number, at: new Date(at).toISOString(), source, room, symptom, language, note, caller };
}

/** What somebody wrote in their own words is not searched. */
function textsStay(found: readonly HelpRequest[]): string {
  const noted = found.filter(({ note, attempts }) => note !== undefined || attempts.some((each) => each.note !== undefined));
  if (noted.length === 0) return "";
  return `Notes stay, and may name them: read ${noted.map(({ number }) => number).join(", ")}, and erase their lines of the timeline.\n`;
}
