/**
 * What a host says to whoever connects: the SSH identification string, what a status port says, and whether H.323 or SIP ports accept. Nothing is sent.
 */
import { connect } from "node:net";
import type { Left } from "./budget.ts";

/** H.323 call signalling (H.225.0), SIP, and SIP over TLS (RFC 3261). */
export const signallingPorts = [1720, 5060, 5061] as const;

/** The identification string of RFC 4253 section 4.2 is at most 255 characters; lines may come before it. */
const identificationAtMost = 255;
const bytesAtMost = 2_048;

export interface Knock {
  readonly host: string;
  readonly port: number;
  /** From when it is connected. */
  readonly timeoutMs: number;
  /** Each try is a probe. */
  readonly pay: () => Promise<Left | undefined>;
}

/** Does the port accept a connection? It is closed again at once. */
export function accepts(knock: Knock, signal: AbortSignal): Promise<boolean> {
  return reach(knock, signal, (_bytes, connected) => (connected ? true : undefined)).then((found) => found ?? false);
}

/** The line `SSH-2.0-…` without what comes before it; undefined when there is none. */
export function sshIdentification(knock: Knock, signal: AbortSignal): Promise<string | undefined> {
  return reach(knock, signal, (bytes) => identificationIn(bytes));
}

/** Pure. Control characters end the line: they are no part of it. */
export function identificationIn(bytes: Buffer): string | undefined {
  const found = /(?:^|\n)(SSH-\d\.\d+-[\x20-\x7e]{0,255})\r?\n/.exec(bytes.toString("latin1"));
  return found?.[1]?.slice(0, identificationAtMost);
}

/** What a port says unasked, once `known` knows it or the far end is done; undefined when it stays silent or says nothing that is known. */
export function serviceGreeting(knock: Knock, known: (text: string) => boolean, signal: AbortSignal): Promise<string | undefined> {
  return reach(knock, signal, (bytes) => {
    const text = bytes.toString("latin1");
    return known(text) ? text : undefined;
  });
}

/** A kernel that hears nothing asks again after a second (RFC 6298), and nobody has paid for that: we give up before, and pay for the next try. */
const connectMs = 900;
const triesAtMost = 2;

type Found<T> = (bytes: Buffer, connected: boolean) => T | undefined;

/** Connects and listens until `found` has an answer, the far end is done, or the time is over. */
async function reach<T>(knock: Knock, signal: AbortSignal, found: Found<T>): Promise<T | undefined> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const left = await knock.pay();
    if (left === undefined) return undefined;
    const { silent, answer } = await reachOnce(knock, signal, { found, left });
    if (!silent) return answer;
  }
  return undefined;
}

function reachOnce<T>(
  { host, port, timeoutMs }: Knock,
  signal: AbortSignal,
  { found, left }: { readonly found: Found<T>; readonly left: Left },
): Promise<{ readonly silent: boolean; readonly answer?: T | undefined }> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const socket = connect({ host, port });
    const end = (answer: T | undefined, silent = false) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", none);
      socket.destroy();
      left();
      resolve({ silent, answer });
    };
    const none = () => end(undefined);
    const look = (connected: boolean) => {
      const answer = found(heard, connected);
      if (answer !== undefined) end(answer);
      else if (heard.length >= bytesAtMost) none();
    };
    let timer = setTimeout(() => end(undefined, true), connectMs);
    signal.addEventListener("abort", none, { once: true });
    socket.on("connect", () => {
      left();
      clearTimeout(timer);
      timer = setTimeout(none, timeoutMs);
      look(true);
    });
    socket.on("data", (bytes) => {
      heard = Buffer.concat([heard, bytes.subarray(0, bytesAtMost - heard.length)]);
      look(false);
    });
    // A refusal says the same as silence here: there is nobody at this port. But it is heard, so that nobody asks again.
    socket.on("error", none);
    socket.on("close", none);
    if (signal.aborted) none();
  });
}
