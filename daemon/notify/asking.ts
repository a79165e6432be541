/**
 * Adds to a message how it can be acknowledged: the link and its four digits, a reply by mail, a reply by text message.
 */
import type { Channel, Config } from "../model/config.ts";
import type { NoticeKind, OutboxRow } from "../model/incident.ts";
import type { Clock, Store } from "../ports.ts";
import type { Said } from "../roles/dispatcher.ts";
import { say } from "../text/catalogue.ts";
import { smsSegment } from "../text/sms.ts";
import { newAckCode } from "./ack-codes.ts";

/** What a person can acknowledge: that there is trouble. That it is over needs no answer. */
const asked: ReadonlySet<NoticeKind> = new Set(["problem", "raised", "escalation", "last-resort"]);

/** One word for more incidents than this at once says nothing of any of them (ours). */
export const mostAtOnce = 50;

export function createAsking({ store, clock, config }: { readonly store: Store; readonly clock: Clock; readonly config: () => Config }) {
  return async (row: OutboxRow, channel: Channel, said: Said, named: number): Promise<Said> => {
    const asks = row.letter === undefined ? asked.has(row.kind) : row.letter.asks === true;
    const { publicUrl } = config().instance;
    const replies = (channel.kind === "mail" && channel.inbound !== undefined) || canReply(channel);
    if (!asks || channel.kind === "alertmanager" || named > mostAtOnce || (publicUrl === undefined && !replies)) return said;
    const { token, digits, code } = newAckCode(row, clock.now());
    // Kept before it goes: a link that arrived although we died works.
    await store.saveAckCode(code);
    const { language } = row;
    const url = publicUrl === undefined ? undefined : `${publicUrl.replace(/\/+$/, "")}/ack/${token}`;
    const lines = [
      url === undefined ? undefined : say(language, "ack.by-link", { url }),
      say(language, "ack.digits", { digits }),
      channel.kind === "mail" && replies ? say(language, "ack.by-mail", { digits }) : undefined,
    ].filter((line) => line !== undefined);
    return { ...said, text: `${said.text.trimEnd()}\n\n${lines.join("\n")}\n`, sms: shortOf({ row, channel, said, digits, url }) };
  };
}

function canReply(channel: Channel): boolean {
  return channel.kind === "sms" && channel.inbound?.reply !== undefined;
}

/** The words give way to how to answer: the digits to reply with, or else the link. */
function shortOf(of: { row: OutboxRow; channel: Channel; said: Said; digits: string; url: string | undefined }): string {
  const { row, channel, said, digits, url } = of;
  const short = said.sms ?? said.subject;
  if (canReply(channel)) return smsSegment(short, ` ${say(row.language, "sms.reply", { digits })}`);
  return url === undefined ? smsSegment(short) : smsSegment(short, ` ${url} ${digits}`);
}
