/**
 * Carries a session over a stream: lines in, text out, with the manners that the device has at the moment.
 *
 * Answers keep their order however late they are; what nobody asked for may come before, between and inside them.
 */
import type { Duplex } from "node:stream";
import type { Manners } from "../device-state.ts";
import type { OpenSession } from "../shells/session.ts";

export interface TalkOptions {
  readonly open: OpenSession;
  readonly answers: () => boolean;
  readonly manners: () => Manners;
  /** A pty turns each line feed into carriage return and line feed, so that lines end in `\r\r\n`. */
  readonly pty?: boolean;
  /** Ends the stream as the protocol does; default: ends it. */
  readonly end?: () => void;
}

/** A line longer than this is no command. */
const longestLine = 16_384;
const pieceOctets = 48;

/** Starts the session. What comes in goes to the returned function as decoded text, without protocol. */
export function talk(stream: Duplex, options: TalkOptions): (text: string) => void {
  const timers = new Set<NodeJS.Timeout>();
  let over = false;
  let said = Promise.resolve();
  let waiting = 0;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });
  const write = (text: string): void => {
    if (over || !options.answers() || text === "") return;
    stream.write(options.pty === true ? text.replaceAll("\n", "\r\n") : text);
  };
  const later = (say: () => Promise<void> | void): void => {
    waiting += 1;
    said = said.then(say).then(() => {
      waiting -= 1;
    });
  };
  const say = async (text: string, manners: Manners): Promise<void> => {
    if (manners.lateMs !== undefined) await pause(manners.lateMs);
    if (manners.slowMs === undefined) return write(text);
    for (let at = 0; at < text.length && !over; at += pieceOctets) {
      write(text.slice(at, at + pieceOctets));
      await pause(manners.slowMs);
    }
  };
  const session = options.open((text) => {
    // Told by itself: it does not wait behind answers that are late.
    write(text);
  });
  const close = (): void => {
    if (over) return;
    over = true;
    for (const timer of timers) clearTimeout(timer);
    session.closed?.();
  };
  stream.on("close", close);
  stream.on("error", close);
  write(session.greeting());
  let pending = "";
  const answer = (line: string): void => {
    const text = session.line(line);
    const manners = options.manners();
    if (text === undefined) {
      later(() => (options.end === undefined ? void stream.end() : options.end()));
      return;
    }
    const aside = manners.interleaved ? (session.aside?.() ?? "") : "";
    const unhurried = manners.lateMs !== undefined || manners.slowMs !== undefined;
    if (unhurried || waiting > 0) later(() => say(aside + text, manners));
    else write(aside + text);
  };
  return (text) => {
    if (!options.answers()) return;
    pending += text;
    if (pending.length > longestLine) pending = "";
    const typed = pending.split(/\r?\n|\r/);
    pending = typed.pop() ?? "";
    for (const line of typed) answer(line);
  };
}
