/**
 * The demo's teleconsultations: booked over the API at the start of each round of the script, as a booking system would.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Script } from "../../probes/simulator/script.ts";

/** Books round after round until the signal aborts. Resolves with why, should a booking be refused. */
export async function bookSessions(
  { sessions, loopEveryMs }: Pick<Script, "sessions" | "loopEveryMs">,
  to: { readonly url: string; readonly token: string; readonly startedAt: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const { url, token, startedAt, signal } = to;
  for (let round = 0; sessions.length > 0 && !signal.aborted; round += 1) {
    for (const [index, { atMs, lastsMs, rooms }] of sessions.entries()) {
      const from = startedAt + round * loopEveryMs + atMs;
      const times = { from: new Date(from).toISOString(), to: new Date(from + lastsMs).toISOString() };
      const body = JSON.stringify({ key: `demo ${startedAt} ${round} ${index}`, rooms, ...times, kind: "clinical" });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      try {
        const answer = await fetch(`${url}/api/v1/sessions`, { method: "POST", headers, body, signal });
        if (!answer.ok) return `a session of the demo was not booked: ${await answer.text()}`;
      } catch (error) {
        // A daemon that is being stopped answers no more.
        if (!signal.aborted) return `a session of the demo was not booked: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    await sleep(loopEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
