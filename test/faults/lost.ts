/**
 * What must hold at the end of the story, wherever it was killed. Read through connections of the test's own.
 */
import { expect } from "vitest";
import { type Incident, isFailing } from "../../daemon/model/incident.ts";
import { SECOND } from "../../daemon/model/time.ts";
import type { DeliveryView } from "../../daemon/ports.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import type { Arrived, Story } from "./story.ts";

/** What a step that tells somebody writes on the timeline, and the messages that it makes. */
const stepKinds: Readonly<Record<string, readonly string[]>> = {
  notified: ["problem", "last-resort"],
  "not-taken": ["problem"],
  escalated: ["escalation"],
  "last-resort": ["last-resort"],
  "acknowledgement-expired": ["problem", "last-resort"],
};

export async function expectNothingLost(story: Story): Promise<void> {
  const { eyes, arrived, deaths } = story;
  const { short = false } = story.plan;
  const told = await story.told();
  const incidents = await eyes.incidents({ limit: 100 });
  expect(await eyes.verifyTimeline(), told).not.toHaveProperty("brokenAt");
  expect(incidents.map(({ device, foldedInto }) => `${device}${foldedInto === undefined ? "" : " folded"}`).sort(), told).toEqual(
    short ? ["codec-7"] : ["codec-7", second(story, incidents), "router-2"],
  );
  expectNumberedOnce(incidents, await eyes.unusedNumbers(1_000));
  const decided = new Set<string>();
  for (const incident of incidents) {
    const deliveries = await eyes.deliveries(incident.id);
    for (const { key } of deliveries) decided.add(key);
    await expectEveryStepTold(eyes, incident, { deliveries, arrived, told, heldUp: story.froze || story.deaths > 0 });
    expect(isFailing(incident), told).toBe(short);
  }
  expectLadder(arrived, told, short ? climbed : [...climbed, ...cameBack]);
  expectSameKeys(arrived, decided, deaths);
  expectSilenceAfterAcknowledgement(story);
  const alarms = await eyes.loadAlarms();
  expect(alarms.filter(({ state }) => state === "active")).toHaveLength(short ? 1 : 0);
}

/** The second codec's is folded into its router's; unless it had stood still so long that somebody had to be told before the router was looked at. */
function second({ froze, arrived }: Story, incidents: readonly Incident[]): string {
  const id = incidents.find(({ device }) => device === "codec-8")?.id ?? "?";
  return froze && arrived.some(({ key, kind }) => kind === "problem" && key.startsWith(id)) ? "codec-8" : "codec-8 folded";
}

interface Told {
  readonly deliveries: readonly DeliveryView[];
  readonly arrived: readonly Arrived[];
  readonly told: string;
  /** Somebody stood still, or died with a claim in its hands. */
  readonly heldUp: boolean;
}

/** Who stood still held its messages up so long at most: its lease, and the pieces of the story until then. */
const heldUpMs = 45 * SECOND;

/** Each step that was decided was told: by a message of its own to everybody, or by a later one that names it. Nothing waits for ever. */
async function expectEveryStepTold(eyes: OpenedStore, incident: Incident, { deliveries, arrived, told, heldUp }: Told): Promise<void> {
  const timeline = await eyes.timeline(incident.id);
  expect(timeline.filter(({ event }) => event === "opened")).toHaveLength(1);
  const named = timeline.filter(({ event }) => event === "superseded").flatMap(({ data }) => String(data?.steps ?? "").split(", "));
  for (const [event, kinds] of Object.entries(stepKinds)) {
    const steps = timeline.filter((entry) => entry.event === event).length;
    const made = new Set(
      deliveries.filter(({ kind }) => kinds.includes(kind)).map(({ kind, level, occurrence }) => `${kind} ${level}/${occurrence}`),
    );
    const inside = named.filter((step) => kinds.some((kind) => step.startsWith(`${kind} `)));
    expect(made.size + inside.length, `${incident.number}: every "${event}" has its message\n${told}`).toBeGreaterThanOrEqual(steps);
  }
  for (const { key, state, error = "", supersededBy, createdAt } of deliveries) {
    const reached = arrived.some((each) => each.key === key);
    if (state === "superseded")
      expect(
        arrived.some((each) => each.key === supersededBy),
        `${key} is named by one that was sent`,
      ).toBe(true);
    else if (state === "accepted") expect(reached, `${key} is said to have been sent, and was`).toBe(true);
    // Nobody is called to what was over before anybody could send the call: it healed while the sender stood still, or was dead.
    else if (heldUp && /^(the incident is )?restored$/.test(error))
      expect((incident.restoredAt ?? Infinity) - createdAt, key).toBeLessThanOrEqual(heldUpMs);
    else expect(`${key}: ${state} ${error}`).toMatch(/: dropped (acknowledged|no message of the trouble had reached them)$/);
  }
  for (const { error, recipient, kind } of deliveries.filter(({ state }) => state === "dropped"))
    if (kind === "restored")
      expect(error === "acknowledged" || !heardTrouble(recipient, incident, arrived), `${recipient} hears that it is over\n${told}`).toBe(
        true,
      );
}

function heardTrouble(recipient: string, incident: Incident, arrived: readonly Arrived[]): boolean {
  const lastly = arrived.filter(({ to, key }) => to === recipient && key.startsWith(incident.id)).at(-1);
  return lastly !== undefined && lastly.kind !== "restored";
}

const climbed = ["problem desk", "escalation analyst", "escalation chief-technician", "last-resort it-technician"];
const cameBack = ["restored it-technician", "problem desk"];

/** Whatever was killed, people heard of every level in its order, that it was over, and that it came back. */
function expectLadder(arrived: readonly Arrived[], told: string, levels: readonly string[]): void {
  let from = 0;
  for (const level of levels) {
    const at = arrived.findIndex(({ kind, to }, index) => index >= from && `${kind} ${to}` === level);
    expect(at, `${level} is told, in its turn\n${arrived.map(({ key }) => key).join("\n")}\n${told}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
  }
}

/** What arrived twice arrived under one key and only because of a death; what was claimed anew says so, whichever of them arrived first. */
function expectSameKeys(arrived: readonly Arrived[], decided: ReadonlySet<string>, deaths: number): void {
  const first = new Map<string, Arrived>();
  let repeats = 0;
  for (const each of arrived.toSorted((a, b) => a.claimBegan - b.claimBegan)) {
    expect(decided.has(each.key), `${each.key} was decided`).toBe(true);
    const before = first.get(each.key);
    if (before === undefined) {
      first.set(each.key, each);
      continue;
    }
    repeats += 1;
    expect(each, `${each.key} was claimed again and says so`).toMatchObject({ maybeDuplicate: true, to: before.to, kind: before.kind });
  }
  // A death may leave a whole batch of messages sent and not recorded.
  expect(repeats).toBeLessThanOrEqual(deaths * 16);
}

function expectSilenceAfterAcknowledgement({ acknowledged, arrived }: Story): void {
  expect(acknowledged).toBeDefined();
  const restored = arrived.findIndex(({ kind }) => kind === "restored");
  const reopened = restored < 0 ? arrived.length : restored;
  const late = arrived.filter(
    ({ key, kind, claimBegan }, index) =>
      index < reopened && kind !== "restored" && key.startsWith(acknowledged?.incident ?? "?") && claimBegan > (acknowledged?.at ?? 0),
  );
  expect(late, "nothing whose claim began after the acknowledgement's commit is sent").toEqual([]);
}

/** Every number reserved is used once or listed as a gap. */
function expectNumberedOnce(incidents: readonly Incident[], unused: readonly { readonly seq: number }[]): void {
  const used = incidents.map(({ number }) => Number(number.split("-")[2]));
  const all = [...used, ...unused.map(({ seq }) => seq)].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: all.length }, (_, n) => n + 1));
}
