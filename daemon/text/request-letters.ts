/**
 * What the sender of a mail reads of their request, and what level 1 reads of one whose room nobody knows.
 */
import type { Config } from "../model/config.ts";
import type { Incident, Letter } from "../model/incident.ts";
import type { CallerNews, HelpRequest } from "../model/request.ts";
import type { Language } from "../model/time.ts";
import { say, sayTime } from "./catalogue.ts";
import { smsSegment } from "./sms.ts";
import { symptomWords } from "./symptom.ts";

const demoOf = (language: Language, demo: boolean) => (demo ? `${say(language, "notice.demo")} ` : "");

function whereOf({ room, language }: HelpRequest, { network }: Config): string {
  const known = network.rooms.get(room);
  const site = network.sites.get(known?.site ?? "")?.name;
  return known === undefined ? say(language, "request.room-unknown") : [known.name, site].filter(Boolean).join(", ");
}

/** Number and read-back, once. */
export function answerLetter(request: HelpRequest, config: Config): Letter {
  const { number, room, symptom, language, sessionAffected } = request;
  const { network, instance, demo } = config;
  const known = network.rooms.get(room);
  const where = whereOf(request, config);
  const lines = [
    say(language, "request.read-back", { number, room: where, what: symptomWords(language, symptom, []) }),
    say(language, sessionAffected ? "request.session" : "request.no-session"),
    ...(known === undefined ? [say(language, "request.which-room")] : []),
    "",
    say(language, "request.answer-foot", { instance: instance.name }),
  ];
  return { subject: `${demoOf(language, demo)}[${number}] ${say(language, "request.answer-subject")}`, text: `${lines.join("\n")}\n` };
}

/** What the sender of a mail hears of their request later on. */
export function callerLetter(
  request: HelpRequest,
  news: Exclude<CallerNews, "number">,
  incident: Incident | undefined,
  config: Config,
): Letter {
  const { number, symptom, language, ended } = request;
  const { network, instance, demo } = config;
  const zone = network.sites.get(request.site)?.timezone ?? instance.timezone;
  const backAt = incident?.restoredAt ?? incident?.resolvedAt;
  const word = news === "over" ? say(language, `caller.ended.${ended?.how ?? "agreed"}`) : say(language, `caller.${news}`);
  const lines = [
    say(language, "caller.about", { number, room: whereOf(request, config), what: symptomWords(language, symptom, []) }),
    word,
    ...(news === "restored" && backAt !== undefined ? [say(language, "caller.since", { at: sayTime(backAt, zone) })] : []),
    ...(news === "restored" ? [say(language, "caller.ask")] : []),
    "",
    say(language, news === "restored" ? "caller.foot-asks" : "request.answer-foot", { instance: instance.name }),
  ];
  return { subject: `${demoOf(language, demo)}[${number}] ${say(language, `caller.subject.${news}`)}`, text: `${lines.join("\n")}\n` };
}

/** To level 1: they were asked whether it is solved, and do not say so. */
export function doubtedLetter(request: HelpRequest, incident: Incident, language: Language, { instance, demo }: Config): Letter {
  const subject = say(language, "request.doubted", { what: symptomWords(language, request.symptom, []) });
  const base = instance.publicUrl?.replace(/\/+$/, "");
  const lines = [
    `${subject}.`,
    say(language, "request.doubted-do", { number: request.number, incident: incident.number }),
    ...(base === undefined ? [] : ["", `${base}/requests/${encodeURIComponent(request.number)}`]),
  ];
  return {
    subject: `${demoOf(language, demo)}[${request.number}] ${subject}`,
    text: `${lines.join("\n")}\n`,
    sms: smsSegment(`${request.number}: ${subject}`),
  };
}

export function unplacedLetter({ number, at, symptom }: HelpRequest, language: Language, { instance, demo }: Config): Letter {
  const subject = say(language, "request.unplaced", { what: symptomWords(language, symptom, []) });
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
