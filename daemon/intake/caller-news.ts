/**
 * Whoever asked for help by mail hears how it goes on, as who telephones hears it from the desk: it is worked on, service is back (is it
 * solved?), it came back, it is over. Their answer to *is it solved?* is their word.
 *
 * Nothing of an answer is kept but what it means. What is not surely a yes is none: level 1 asks them.
 */
import { line } from "../../rules/incident.ts";
import { callerNews } from "../../rules/request.ts";
import { agrees } from "../../rules/request-words.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import type { HelpRequest } from "../model/request.ts";
import type { Instant } from "../model/time.ts";
import type { InboundMail } from "../notify/inbound-mail.ts";
import type { Store, Tx } from "../ports.ts";
import { callerLetter } from "../text/request-letters.ts";
import { callerKey, doubtedRows, rowToCaller } from "./by-mail.ts";
import type { RequestResult } from "./taking.ts";

/** Open requests that are looked at for an answer. */
const mostOpen = 1_000;

/** Tells one request's sender what they have not heard. False: nothing. */
export async function tellCaller(tx: Tx, request: HelpRequest, config: Config, now: Instant): Promise<boolean> {
  const { heard, caller, version, number } = request;
  const incident = await incidentOf(tx, request);
  const news = callerNews(request, incident);
  if (news === undefined || heard === undefined) return false;
  const mails = heard.mails + 1;
  // Who called may be forgotten by now: then nobody is told, and it is over for good.
  if (caller?.mail !== undefined) {
    const letter = callerLetter(request, news, incident, config);
    await tx.addOutbox([rowToCaller(request, letter, config, `news-${mails}`, now)]);
    if (incident !== undefined)
      await tx.appendTimeline([line(incident, now, "system", "request-told", whys[news], { request: number, news })]);
  }
  await tx.saveRequest({ ...request, heard: { news, mails }, version: version + 1 });
  return true;
}

const whys = {
  taken: "the sender of the mail was told that it is worked on",
  restored: "the sender of the mail was asked whether it is solved",
  again: "the sender of the mail was told that it came back",
  over: "the sender of the mail was told that their request is over",
} as const;

/** The incident that has it; what went into another, over however many steps. */
async function incidentOf(tx: Pick<Tx, "incident">, { incident }: HelpRequest): Promise<Incident | undefined> {
  let found = incident === undefined ? undefined : await tx.incident(incident);
  for (let steps = 0; found?.foldedInto !== undefined && steps < 20; steps += 1) found = await tx.incident(found.foldedInto);
  return found;
}

export interface CallerAnswers {
  readonly store: Store;
  readonly config: () => Config;
  readonly now: () => Instant;
  /** Does the mail answer the message of this key? */
  readonly answers: (key: string) => boolean;
  readonly outcome: (id: string, by: string) => Promise<RequestResult>;
  readonly act: (id: string, work: (tx: Tx, request: HelpRequest) => Promise<HelpRequest>) => Promise<RequestResult>;
}

/** A mail that answers one to the sender of a request, from their address; only *is it solved?* asked anything. Undefined: it answers none. */
export async function takeCallerAnswer(deps: CallerAnswers, mail: InboundMail): Promise<string | undefined> {
  const open = await deps.store.requests({ open: true, limit: mostOpen });
  const asked = open.find(
    (request) => request.caller?.mail === mail.from && marksOf(request).some((mark) => deps.answers(callerKey(request, mark))),
  );
  if (asked === undefined) return undefined;
  const [last = ""] = marksOf(asked);
  if (asked.heard?.news !== "restored" || !deps.answers(callerKey(asked, last))) return "no answer";
  if (agrees(mail.firstLine)) {
    const result = await deps.outcome(asked.id, "the sender of the mail");
    return result.ok ? "request agreed" : "request over";
  }
  const { config, now } = deps;
  const result = await deps.act(asked.id, async (tx, request) => {
    const incident = await incidentOf(tx, request);
    if (incident === undefined) return request;
    const why = "the sender of the mail does not say that it is solved";
    await tx.appendTimeline([line(incident, now(), "the sender of the mail", "request-doubted", why, { request: request.number })]);
    await tx.addOutbox(doubtedRows(request, incident, config(), now()));
    return request;
  });
  return result.ok ? "request not solved" : "request over";
}

/** Of the mails that its sender had, the last first. */
function marksOf({ heard }: HelpRequest): readonly string[] {
  if (heard === undefined) return [];
  return Array.from({ length: heard.mails }, (_, index) => (index === heard.mails - 1 ? "answer" : `news-${heard.mails - index}`));
}
