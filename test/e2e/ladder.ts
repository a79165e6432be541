/**
 * What must hold after any number of crashes, read from the store, the REST answers and the receiver's own memory.
 */
import { expect } from "vitest";
import type { OpenedStore } from "../../daemon/store/open.ts";
import type { Detail, Posted } from "./rig.ts";

export interface Aftermath {
  readonly store: OpenedStore;
  readonly details: readonly Detail[];
  readonly seen: readonly Posted[];
  readonly since: number;
}

export async function expectNothingLost({ store, details, seen, since }: Aftermath): Promise<void> {
  expect((await store.verifyTimeline()).brokenAt).toBeUndefined();
  for (const detail of details) {
    expectEveryStepTold(detail);
    await expectSilenceAfterAcknowledgement(store, detail, seen);
  }
  expectSameKeys(details, seen, since);
  expectNumberedOnce(details, await store.unusedNumbers(1_000));
}

/** Each level was told, by a message of its own or by a later one that names it. */
function expectEveryStepTold({ timeline, deliveries, number, level: reached, acknowledgedAt }: Detail): void {
  const named = timeline.filter(({ event }) => event === "superseded").map(({ data }) => String(data?.steps ?? ""));
  for (const [kind, level] of [
    ["problem", 1],
    ["escalation", 2],
    ["escalation", 3],
    ["last-resort", 4],
  ] as const) {
    if (level > reached) continue;
    const own = deliveries.some(
      (each) =>
        each.kind === kind &&
        each.level === level &&
        (each.state === "accepted" || (each.error === "acknowledged" && acknowledgedAt !== undefined)),
    );
    const inside = named.some((steps) => steps.split(", ").some((step) => step.startsWith(`${kind} ${level}/`)));
    expect(own || inside, `${number}: ${kind} of level ${level} was told; ${JSON.stringify(deliveries)}`).toBe(true);
  }
  // A step is decided once: its line is in the timeline once.
  for (const to of [2, 3]) {
    const lines = timeline.filter(({ event, data }) => event === "escalated" && data?.to === to);
    expect(lines.length, `${number}: escalated to ${to} once`).toBeLessThanOrEqual(1);
  }
  expect(timeline.filter(({ event }) => event === "opened")).toHaveLength(1);
}

/** What was being sent when somebody acknowledged may still go: so long between the last look at its incident and the wire, and until its answer. */
const [goingMs, sendingMs] = [3_000, 10_000];

/** By the daemon's own clock: a busy receiver reads late. */
const sentAt = ({ headers }: Posted) => Number(headers["vigie-timestamp"]) * 1_000;

/** What was claimed after the commit of the acknowledgement was dropped. */
async function expectSilenceAfterAcknowledgement(store: OpenedStore, detail: Detail, seen: readonly Posted[]): Promise<void> {
  if (detail.acknowledgedAt === undefined) return;
  const acknowledgedAt = Date.parse(detail.acknowledgedAt);
  for (const { key, createdAt } of detail.deliveries) {
    const sends = seen.filter((posted) => posted.headers["idempotency-key"] === key && sentAt(posted) > acknowledgedAt + goingMs);
    expect(sends, `${key}, made ${createdAt}, sent after the acknowledgement of ${detail.acknowledgedAt}`).toEqual([]);
    const late = (await store.attempts(key)).filter(({ state, at }) => state === "accepted" && at > acknowledgedAt + goingMs + sendingMs);
    expect(late).toEqual([]);
  }
}

/** What arrived twice arrived under one key, and every key that arrived was decided. */
function expectSameKeys(details: readonly Detail[], seen: readonly Posted[], since: number): void {
  const decided = new Set(details.flatMap(({ deliveries }) => deliveries.map(({ key }) => key)));
  const bodies = new Map<string, Set<string>>();
  for (const { headers, body, at } of seen) {
    expect(at).toBeGreaterThanOrEqual(since);
    const key = String(headers["idempotency-key"]);
    expect(decided.has(key), `${key} was decided`).toBe(true);
    const { data, to, maybeDuplicate } = JSON.parse(body) as {
      data: { number: string; kind: string };
      to: string;
      maybeDuplicate: boolean;
    };
    const said = bodies.get(key) ?? new Set();
    // The second of the same key says so itself.
    if (said.size > 0) expect(maybeDuplicate, `${key} came again and says so`).toBe(true);
    bodies.set(key, said.add(`${data.number} ${data.kind} ${to}`));
  }
  for (const [key, said] of bodies) expect(said.size, `${key} always says the same`).toBe(1);
}

/** Every number reserved is used once or listed as a gap. */
function expectNumberedOnce(details: readonly Detail[], unused: readonly { readonly seq: number }[]): void {
  const used = details.map(({ number }) => Number(number.split("-")[2]));
  expect(new Set(used).size).toBe(used.length);
  const all = [...used, ...unused.map(({ seq }) => seq)].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: all.length }, (_, n) => n + 1));
}
