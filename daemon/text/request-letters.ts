/**
 * What the sender of a mail reads of their request, and what level 1 reads of one whose room nobody knows.
 */
import type { Config } from "../model/config.ts";
import type { Letter } from "../model/incident.ts";
import type { HelpRequest } from "../model/request.ts";
import type { Language } from "../model/time.ts";
import { say, sayCode, sayTime } from "./catalogue.ts";
import { smsSegment } from "./sms.ts";

function symptomText(language: Language, symptom: string): string {
  return sayCode(language, "symptom", symptom) ?? say(language, "symptom.other", { symptom });
}

const demoOf = (language: Language, demo: boolean) => (demo ? `${say(language, "notice.demo")} ` : "");

/** Number and read-back, once. */
export function answerLetter(
  { number, room, symptom, language, sessionAffected }: HelpRequest,
  { network, instance, demo }: Config,
): Letter {
  const known = network.rooms.get(room);
  const site = network.sites.get(known?.site ?? "")?.name;
  const where = known === undefined ? say(language, "request.room-unknown") : [known.name, site].filter(Boolean).join(", ");
  const lines = [
    say(language, "request.read-back", { number, room: where, what: symptomText(language, symptom) }),
    say(language, sessionAffected ? "request.session" : "request.no-session"),
    ...(known === undefined ? [say(language, "request.which-room")] : []),
    "",
    say(language, "request.answer-foot", { instance: instance.name }),
  ];
  return { subject: `${demoOf(language, demo)}[${number}] ${say(language, "request.answer-subject")}`, text: `${lines.join("\n")}\n` };
}

export function unplacedLetter({ number, at, symptom }: HelpRequest, language: Language, { instance, demo }: Config): Letter {
  const subject = say(language, "request.unplaced", { what: symptomText(language, symptom) });
  const base = instance.publicUrl?.replace(/\/+$/, "");
  const lines = [
    `${subject}.`,
    say(language, "request.unplaced-since", { number, at: sayTime(at, instance.timezone) }),
    say(language, "request.unplaced-do", { number }),
    ...(base === undefined ? [] : ["", `${base}/requests/${encodeURIComponent(number)}`]),
  ];
  return {
    subject: `${demoOf(language, demo)}[${number}] ${subject}`,
    text: `${lines.join("\n")}\n`,
    sms: smsSegment(`${number}: ${subject}`),
  };
}
