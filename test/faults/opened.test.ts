/**
 * A request becomes an incident inside the evaluator's own transaction, whether a person called or a codec's help button was pressed: killed
 * in it and started again, there is one request, one incident under its number, and the desk is told.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SECOND } from "../../daemon/model/time.ts";
import { type OpenedStore, storeOn } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { Scenario } from "../scenarios/scenario.ts";
import { configFor } from "./config.ts";
import { thorough } from "./effort.ts";
import type { Ground } from "./ground.ts";
import { groundOf } from "./grounds.ts";
import { as, type Boundary, Count, type Kill, Victim } from "./victim.ts";

/** Somebody calls; the codec's button is pressed, which its trap says until the evaluator has taken it. */
type Ask = (net: Scenario) => Promise<unknown>;
const calls: Ask = (net) => net.intake.take({ room: "a101", symptom: "no-sound", key: "form-0001" }, "marie");
const presses: Ask = (net) => as("evaluator", () => net.hears("codec-7", { symptom: "user-assistance", effect: "event" }));

interface Told {
  readonly seen: readonly Boundary[];
  readonly deaths: number;
}

/** Asked once; the process dies where `kill` says, and is started again. */
async function asked(ground: Ground, ask: Ask, kill: Kill): Promise<Told> {
  const place = await ground.fresh();
  const folder = mkdtempSync(join(tmpdir(), "vigie-opened-"));
  const clock = new FakeClock(Date.UTC(2026, 10, 18, 14));
  const count = new Count();
  let isAsked = false;
  const victim = new Victim(count, (boundary, index) => (isAsked ? kill(boundary, index) : undefined));
  const eyes = storeOn(place.connect(), { ...place, clock });
  const store = storeOn(victim.holds(place.connect()), { ...place, clock });
  const net = new Scenario({ clock, folder, config: await configFor(), store, together: true });
  net.as = as;
  let deaths = 0;
  try {
    await net.begin();
    await net.advance(40 * SECOND);
    isAsked = true;
    count.seen.length = 0;
    const how = await Promise.race([ask(net).then(() => net.advance(90 * SECOND)), victim.died]);
    if (how === "killed") {
      deaths += 1;
      await place.cutOff();
      await net.restartOn(storeOn(place.connect(), { ...place, clock }), SECOND);
      // What was not committed is not acknowledged: whoever told it tells it again.
      if ((await eyes.requests({ limit: 9 })).length === 0) await ask(net);
      await net.advance(90 * SECOND);
    }
    await expectOnce(net, eyes);
  } finally {
    // A dead process's connections are gone already.
    if (!victim.dead || net.store !== store) await net.store.close();
    await eyes.close();
    await place.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  return { seen: [...count.seen], deaths };
}

async function expectOnce(net: Scenario, eyes: OpenedStore): Promise<void> {
  const [request, ...more] = await eyes.requests({ limit: 9 });
  const [incident, ...others] = await eyes.incidents({ limit: 9 });
  expect([more, others]).toEqual([[], []]);
  expect(request?.incident).toBe(incident?.id);
  expect([incident?.number, incident?.noticeSent]).toEqual([request?.number, true]);
  const events = (await eyes.timeline(incident?.id ?? "")).map(({ event }) => event);
  expect(events.filter((event) => event === "opened")).toHaveLength(1);
  expect(await eyes.verifyTimeline()).not.toHaveProperty("brokenAt");
  const told = net.sent.filter(({ to, kind }) => to === "desk" && kind === "problem");
  // Again when nobody took it, under another key; the same one again only if it says so.
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ key, maybeDuplicate }, at) => !maybeDuplicate && told.findIndex((each) => each.key === key) !== at)).toEqual([]);
  // A number that was reserved by who died is listed, and nobody's.
  const numbers = (await eyes.unusedNumbers(9)).map(({ seq }) => seq);
  expect([...numbers, Number(request?.number.split("-")[2])].sort()).toEqual([...numbers, numbers.length + 1].map((_, at) => at + 1));
}

describe.each(["sqlite", "postgresql"] as const)("on %s", (kind) => {
  const timeout = 600_000;
  it.for([
    ["a call that was taken", calls],
    ["a help button that was pressed", presses],
  ] as const)("%s opens one incident, whichever statement of it the process dies at", { timeout }, async ([, ask], context) => {
    const ground = await groundOf(kind, context);
    const { seen } = await asked(ground, ask, () => undefined);
    const opening = new Set(
      seen.filter(({ what }) => /^insert into (incidents|timeline|outbox|help_requests)/.test(what)).map(({ transaction }) => transaction),
    );
    const moments = seen.flatMap(({ transaction, role }, index) => (opening.has(transaction) && role !== "desk" ? [index] : []));
    expect(moments.length).toBeGreaterThan(10);
    const deathOf = async (index: number, side: "before" | "after") => {
      const { deaths } = await asked(ground, ask, (_boundary, at) => (at === index ? side : undefined)).catch((error: unknown) => {
        throw new Error(`killed ${side} ${index} ${seen[index]?.role} ${seen[index]?.what}`, { cause: error });
      });
      expect(deaths).toBe(1);
    };
    // In `npm test` one in twelve, and the evaluator's commit from behind; in the long run each, on either side.
    for (const [at, index] of moments.entries()) {
      const isOpened = seen[index]?.what === "COMMIT" && seen[index]?.role === "evaluator";
      if (thorough || at % 12 === 5) await deathOf(index, "before");
      if (thorough || isOpened) await deathOf(index, "after");
    }
  });
});
