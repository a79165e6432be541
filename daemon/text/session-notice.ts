/**
 * The message to a coordinator about one session: that it may not be held, what can be done instead, and later that it is over.
 *
 * Plain words. Never its specialty.
 */
import { DateTime } from "luxon";
import type { Language } from "../model/time.ts";
import { say } from "./catalogue.ts";
import type { NoticeText } from "./notice.ts";
import { smsSegment } from "./sms.ts";

/** Where it could be held instead, in words. */
export interface Instead {
  readonly otherRooms: readonly string[];
  readonly otherBridges: readonly string[];
}

export interface SessionNoticeInput extends Instead {
  readonly kind: "session-at-risk" | "session-clear";
  readonly language: Language;
  readonly number: string;
  readonly from: number;
  readonly timezone: string;
  readonly cancelled: boolean;
  /** Names, with their sites. */
  readonly rooms: readonly string[];
  /** The rooms that are not ready; none: the bridge. */
  readonly troubled: readonly string[];
  readonly telephones: readonly { readonly room: string; readonly phone: string }[];
  readonly demo: boolean;
}

export function renderSessionNotice(input: SessionNoticeInput): NoticeText {
  const { kind, language, number, from, timezone, rooms, cancelled } = input;
  const at = DateTime.fromMillis(from, { zone: timezone });
  const about = { number, time: at.toFormat("HH:mm"), day: at.toISODate() ?? "", rooms: rooms.join(" – ") };
  const demo = input.demo ? `${say(language, "notice.demo")} ` : "";
  if (kind === "session-clear") {
    const text = say(language, cancelled ? "session.cancelled" : "session.clear", about);
    const subject = cancelled ? text : say(language, "session.clear-subject", about);
    return { subject: `${demo}[${number}] ${subject}`, text: `${text}\n`, sms: smsSegment(say(language, "sms.session-clear", about)) };
  }
  const cause = causeOf(input);
  const ways = waysOf(input);
  const lines = [say(language, "session.risk", { ...about, cause }), "", ...ways, "", say(language, "session.cared-for", { number })];
  return {
    subject: `${demo}[${number}] ${say(language, "session.risk-subject", about)}`,
    text: `${[...lines, say(language, "session.again")].join("\n")}\n`,
    sms: smsSegment(say(language, "sms.session-at-risk", { ...about, cause, way: ways[0] })),
  };
}

function causeOf({ language, troubled }: SessionNoticeInput): string {
  if (troubled.length === 0) return say(language, "session.cause-bridge");
  return say(language, "session.cause-room", { room: troubled.join(", ") });
}

export function insteadText(language: Language, { otherRooms, otherBridges }: Instead): readonly [string, ...string[]] {
  const rooms = otherRooms.length === 0 ? [] : [say(language, "session.rooms", { rooms: otherRooms.join(", ") })];
  const bridges = otherBridges.length === 0 ? [] : [say(language, "session.bridges", { bridges: otherBridges.join(", ") })];
  const [first = say(language, "session.no-way"), ...more] = [...rooms, ...bridges];
  return [first, ...more];
}

function waysOf({ language, telephones, ...instead }: SessionNoticeInput): readonly [string, ...string[]] {
  const [first, ...more] = insteadText(language, instead);
  return [first, ...more, ...telephones.map((each) => say(language, "session.telephone", { ...each }))];
}
