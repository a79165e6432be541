/**
 * A cause with many consequences, seen in any order: one incident that is not folded, and the same one; nobody hears of the others.
 *
 * VIGIE_ROOT_RUNS=5000 looks longer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { SECOND } from "../../daemon/model/time.ts";
import { assertTried } from "./runs.ts";
import { configOf, type ScenarioOptions } from "./scenario.ts";
import { Turns } from "./turns.ts";

const numRuns = Number(process.env.VIGIE_ROOT_RUNS ?? 100);
/** Each, beyond the least; a busy machine looks at fewer orders. */
const timeMs = Number(process.env.VIGIE_ROOT_MS ?? 8_000);
const least = 12;
const folder = mkdtempSync(join(tmpdir(), "vigie-root-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Story extends ScenarioOptions {
  /** What fails, and what goes on answering. */
  readonly fails: readonly string[];
  readonly answers: readonly string[];
}

const many = (name: string, count: number, from = 1) => Array.from({ length: count }, (_, n) => `${name}-${n + from}`);
const three = (devices: readonly string[]) => devices.flatMap((device) => [device, device, device]);

/** An order of looks, and where the batches are cut. */
const orders = (looks: readonly string[]) =>
  fc.record({
    order: fc.shuffledSubarray([...looks.keys()], { minLength: looks.length, maxLength: looks.length }),
    cuts: fc.array(fc.nat({ max: looks.length }), { maxLength: 40 }),
  });

async function deliver(turns: Turns, looks: readonly string[], cuts: readonly number[], broken: ReadonlySet<string>, stepMs: number) {
  const at = new Set(cuts);
  let batch: ReturnType<Turns["look"]>[] = [];
  for (const [index, device] of looks.entries()) {
    batch.push(turns.look(device, !broken.has(device), stepMs));
    if (!at.has(index)) continue;
    await turns.take(batch);
    batch = [];
  }
  await turns.take(batch);
}

/** Everything answers; then the looks of the story come in this order within the group wait; what is left of the wait passes. */
async function play(config: Config, { fails, answers }: Story, order: readonly number[], cuts: readonly number[]): Promise<Turns> {
  const turns = new Turns(config, Date.UTC(2026, 10, 18, 14));
  await deliver(turns, [...fails, ...answers], [], new Set(), 10);
  turns.now += 30 * SECOND;
  const looks = looksOf({ fails, answers });
  const stepMs = Math.floor((4 * SECOND) / looks.length);
  await deliver(
    turns,
    order.map((index) => looks[index] ?? ""),
    cuts,
    new Set(fails),
    stepMs,
  );
  // Whoever goes on answering is looked at once more, as it is whenever somebody fails.
  await deliver(turns, answers, [], new Set(), 10);
  turns.tell(turns.now + 60 * SECOND);
  return turns;
}

const looksOf = ({ fails, answers }: Pick<Story, "fails" | "answers">) => [...three(fails), ...answers, ...answers];

async function holds(story: Story, check: (turns: Turns) => void, runs = numRuns): Promise<void> {
  const config = await configOf(folder, { yaml: "", ...story });
  await assertTried(
    fc.asyncProperty(orders(looksOf(story)), async ({ order, cuts }) => {
      const turns = await play(config, story, order, cuts);
      check(turns);
      for (const each of turns.incidents.values())
        if (each.foldedInto !== undefined) expect(each).toMatchObject({ noticeSent: false, disposition: "duplicate", number: each.id });
      for (const alarm of turns.active()) expect(alarm.incident !== undefined || alarm.suppressedBy !== undefined, alarm.key).toBe(true);
      await heals(turns, story);
    }),
    { least, most: runs, timeMs },
  );
}

/** All come back, children first: nothing stays, and nobody is told of a child after all. */
async function heals(turns: Turns, { fails, answers }: Story): Promise<void> {
  const before = new Set(turns.told);
  for (const all of [fails.toReversed(), fails, answers]) await deliver(turns, all, [20, 40], new Set(), 10);
  turns.tell(turns.now + 60 * SECOND);
  expect(turns.active().map(({ key }) => key)).toEqual([]);
  expect(turns.failing()).toEqual([]);
  expect(turns.told).toEqual(before);
}

/** The incident that it was folded into in the end. */
function topOf(turns: Turns, id: string): string {
  const into = turns.incidents.get(id)?.foldedInto;
  return into === undefined ? id : topOf(turns, into);
}

/** One incident, of this root; every failing device's alarm is its own, folded into it, or listed by name. */
const oneOf =
  (root: string, fails: readonly string[]) =>
  (turns: Turns): void => {
    expect(turns.failing().map(({ rootCause }) => rootCause)).toEqual([root]);
    const [cause] = turns.failing();
    if (cause === undefined) throw new Error("no incident");
    expect([...turns.told]).toEqual([cause.id]);
    const folded = new Set([...turns.incidents.values()].filter(({ foldedInto }) => foldedInto === cause.id).map(({ device }) => device));
    const listed = turns.listed(cause);
    const missing = fails.filter((id) => cause.device !== id && !folded.has(id) && !listed.has(`${id}|unreachable|`));
    expect(missing, "children of the cause that it does not name").toEqual([]);
  };

const children = many("codec", 100);

describe("a router with a hundred devices behind it", () => {
  it("that can be looked at is the one incident, in every order", async () => {
    const fails = ["router-1", ...children];
    await holds({ devices: `core-1; router-1 > ${children.join(", ")}`, fails, answers: ["core-1"] }, oneOf("down:router-1", fails));
  }, 600_000);

  it("that nobody can look at: its circuit is the one incident, judged by the site behind it", async () => {
    const sites = Object.fromEntries(children.map((id) => [id, "jgh"]));
    const yaml = "canary: core-1\nlinks: { line: { name: line, ends: [mgh, jgh] } }";
    await holds({ devices: `core-1; ${children.join(", ")}`, sites, yaml, fails: children, answers: ["core-1"] }, (turns) => {
      oneOf("link:line", children)(turns);
      expect(turns.failing()[0]).toMatchObject({ verdict: "site-link", severity: "major" });
    });
  }, 600_000);
});

describe("nested", () => {
  const switches = many("switch", 4);
  const codecs = many("codec", 24);
  const behind = (n: number) => codecs.slice((n - 1) * 6, n * 6).join(", ");
  const devices = `gatekeeper-1; core-1 > router-1 > switch-1 > ${behind(1)}; router-1 > switch-2 > ${behind(2)}; core-1 > router-2 > switch-3 > ${behind(3)}; router-2 > switch-4 > ${behind(4)}`;

  it("routers and switches: the core is the one incident", async () => {
    const fails = ["core-1", "router-1", "router-2", ...switches, ...codecs];
    await holds({ devices, fails, answers: ["gatekeeper-1"] }, oneOf("down:core-1", fails));
  }, 600_000);

  it("a switch in the middle is the one incident, whatever answers above it", async () => {
    const fails = ["switch-3", ...codecs.slice(12, 18)];
    await holds({ devices, fails, answers: ["gatekeeper-1", "core-1", "router-2"] }, oneOf("down:switch-3", fails));
  }, 600_000);
});

describe("redundant", () => {
  const codecs = many("codec", 30);

  it("parents that fail at once at one place are one incident of the two; what is behind them both is listed under it", async () => {
    const fails = ["router-1", "router-2", "switch-1", ...codecs];
    const story = { devices: `core-1; router-1, router-2 > switch-1 > ${codecs.join(", ")}`, fails, answers: ["core-1"] };
    await holds(story, (turns) => {
      const [first, ...others] = turns.failing();
      expect(others).toEqual([]);
      // The first of them to fail gives it its name.
      expect(["router-1", "router-2"]).toContain(first?.device);
      const own = turns.active().filter(({ suppressedBy }) => suppressedBy === undefined);
      expect(own.map(({ device, incident }) => `${device} ${topOf(turns, incident ?? "")}`).sort()).toEqual([
        `router-1 ${first?.id}`,
        `router-2 ${first?.id}`,
      ]);
      const under = [...turns.incidents.values()].filter(({ foldedInto }) => foldedInto !== undefined);
      for (const each of under) expect(topOf(turns, each.id), each.rootCause).toBe(first?.id);
    });
  }, 600_000);

  it("circuits to one site: both gone are one incident of the two together", async () => {
    const sites = Object.fromEntries(codecs.map((id) => [id, "jgh"]));
    const yaml = "canary: core-1\nlinks: { b: { name: b, ends: [mgh, jgh] }, a: { name: a, ends: [jgh, mgh] } }";
    await holds({ devices: `core-1; ${codecs.join(", ")}`, sites, yaml, fails: codecs, answers: ["core-1"] }, oneOf("link:a+b", codecs));
  }, 600_000);
});

describe("six sites", () => {
  const codecs = many("codec", 24);
  const sites = Object.fromEntries(codecs.map((id, n) => [id, `s${(n % 6) + 1}`]));
  const far = { ...sites, "ups-1": "s7" };

  it("behind one circuit are one incident, and the fault is in the core", async () => {
    const tree = [1, 2, 3, 4, 5, 6].map((n) => `l${n}: { name: l${n}, ends: [hub, s${n}] }`).join(", ");
    const yaml = `canary: core-1\nlinks: { trunk: { name: trunk, ends: [mgh, hub] }, ${tree}, l7: { name: l7, ends: [mgh, s7] } }`;
    const devices = `core-1; ups-1; gatekeeper-1; ${codecs.join(", ")}`;
    const all = { ...far, "gatekeeper-1": "hub" };
    await holds({ devices, sites: all, yaml, fails: [...codecs, "gatekeeper-1"], answers: ["core-1", "ups-1"] }, (turns) => {
      oneOf("link:trunk", codecs)(turns);
      expect(turns.failing()[0]).toMatchObject({ verdict: "ritm-core" });
    });
  }, 600_000);

  it("each with a circuit of its own that fails at the same time are one incident, and the fault is in the core", async () => {
    const star = [1, 2, 3, 4, 5, 6, 7].map((n) => `l${n}: { name: l${n}, ends: [mgh, s${n}] }`).join(", ");
    const story = { devices: `core-1; ups-1; ${codecs.join(", ")}`, sites: far, yaml: `canary: core-1\nlinks: { ${star} }` };
    await holds({ ...story, fails: codecs, answers: ["core-1", "ups-1"] }, (turns) => {
      oneOf("link:*", [])(turns);
      expect(turns.failing()[0]).toMatchObject({ verdict: "ritm-core" });
    });
  }, 600_000);

  it("each with a router that stands for its circuit: one incident too", async () => {
    const routers = many("router", 6);
    const star = [1, 2, 3, 4, 5, 6].map((n) => `l${n}: { name: l${n}, ends: [mgh, s${n}], device: router-${n} }`).join(", ");
    const devices = `core-1; ${routers.map((id, n) => `${id} > ${codecs.filter((_, index) => index % 6 === n).join(", ")}`).join("; ")}`;
    const all = { ...sites, ...Object.fromEntries(routers.map((id, n) => [id, `s${n + 1}`])) };
    const fails = [...routers, ...codecs];
    await holds({ devices, sites: all, yaml: `canary: core-1\nlinks: { ${star} }`, fails, answers: ["core-1"] }, (turns) => {
      oneOf("link:*", [])(turns);
      expect(turns.failing()[0]).toMatchObject({ verdict: "ritm-core" });
    });
  }, 600_000);
});

/** When each of three looks ends, from the failure on: the first asks for the others, each of them comes late. */
const lateLooks = (devices: readonly string[]) =>
  fc.tuple(
    ...devices.map(() =>
      fc.record({
        firstMs: fc.integer({ min: 0, max: 3_500 }),
        gapsMs: fc.tuple(fc.integer({ min: 2_000, max: 5_000 }), fc.integer({ min: 2_000, max: 5_000 })),
      }),
    ),
  );

describe("looks that come late, each by another time", () => {
  const codecs = many("codec", 5);

  /** Twice a second a turn, of the looks that have ended by then; people are told as soon as a group wait is over. */
  async function late(config: Config, { fails, answers }: Story, plans: readonly { firstMs: number; gapsMs: readonly [number, number] }[]) {
    const turns = new Turns(config, Date.UTC(2026, 10, 18, 14));
    await deliver(turns, [...fails, ...answers], [], new Set(), 10);
    const begun = turns.now + 30 * SECOND;
    const ends = plans.flatMap(({ firstMs, gapsMs: [one, other] }, n) =>
      [firstMs, firstMs + one, firstMs + one + other].map((ms) => ({ device: fails[n] ?? "", at: begun + ms })),
    );
    for (let now = begun; now <= begun + 60 * SECOND; now += 500) {
      const due = ends.filter(({ at }) => at > now - 500 && at <= now).sort((a, b) => a.at - b.at);
      const batch = due.map(({ device, at }) => turns.look(device, false, at - turns.now));
      for (const device of answers) batch.push(turns.look(device, true, Math.max(0, now - turns.now)));
      turns.now = now;
      await turns.take(batch);
      turns.tell(now);
    }
    return turns;
  }

  async function holdsLate(story: Story, root: string): Promise<void> {
    const config = await configOf(folder, { yaml: "", ...story });
    await assertTried(
      fc.asyncProperty(lateLooks(story.fails), async (plans) => {
        const turns = await late(config, story, plans);
        expect(turns.failing().map(({ rootCause }) => rootCause)).toEqual([root]);
        expect([...turns.told]).toEqual(turns.failing().map(({ id }) => id));
      }),
      { least, most: numRuns, timeMs },
    );
  }

  it("a router and what is behind it are one incident, the router's, and nobody hears of a child before it", async () => {
    const fails = ["router-1", "switch-1", ...codecs];
    await holdsLate({ devices: `core-1 > router-1 > switch-1 > ${codecs.join(", ")}`, fails, answers: ["core-1"] }, "down:router-1");
  }, 600_000);

  it("what misses a look once all is back is told when it misses as many as any failure takes, and not before", async () => {
    const fails = ["router-1", "switch-1", ...codecs];
    const devices = `core-1 > router-1 > switch-1 > ${codecs.join(", ")}`;
    const config = await configOf(folder, { yaml: "", devices });
    for (const missed of [1, 2, 3]) {
      const turns = new Turns(config, Date.UTC(2026, 10, 18, 14));
      const each = (some: readonly string[], broken: readonly string[]) => deliver(turns, some, [0, 1, 2, 3], new Set(broken), 1_000);
      await each([...fails, "core-1"], []);
      for (let round = 0; round < 3; round += 1) await each(["core-1", ...fails], fails);
      turns.tell(turns.now + 60 * SECOND);
      await each(["router-1"], []);
      for (let round = 0; round < missed; round += 1) await each(["switch-1"], ["switch-1"]);
      const own = missed < 3 ? [] : ["down:switch-1"];
      const open = () => turns.failing().map(({ rootCause }) => rootCause);
      expect(
        open().filter((root) => root !== "down:router-1"),
        `${missed} looks`,
      ).toEqual(own);
      for (let round = 0; round < 2; round += 1) await each(fails, []);
      expect([open(), turns.active()]).toEqual([[], []]);
    }
  });

  it("six sites, each with a router that stands for its circuit, are one incident, and nobody hears of a router before it", async () => {
    const routers = many("router", 6);
    const switches = many("switch", 6);
    const star = [1, 2, 3, 4, 5, 6].map((n) => `l${n}: { name: l${n}, ends: [mgh, s${n}], device: router-${n} }`).join(", ");
    const devices = `core-1; ${routers.map((id, n) => `${id} > switch-${n + 1}`).join("; ")}`;
    const sites = Object.fromEntries([...routers, ...switches].map((id) => [id, `s${id.split("-")[1]}`]));
    const yaml = `canary: core-1\nlinks: { ${star} }`;
    await holdsLate({ devices, sites, yaml, fails: [...routers, ...switches], answers: ["core-1"] }, "link:*");
  }, 600_000);
});

describe("blind", () => {
  const codecs = many("codec", 20);
  const sites = Object.fromEntries(codecs.map((id, n) => [id, `s${(n % 4) + 1}`]));

  it("the canary gone, and everything behind it: one incident", async () => {
    const fails = ["core-1", ...codecs];
    await holds({ devices: `core-1; ${codecs.join(", ")}`, sites, yaml: "canary: core-1", fails, answers: [] }, oneOf("blind", codecs));
  }, 600_000);

  it("no canary, and nothing answers anywhere: one incident", async () => {
    await holds({ devices: codecs.join(", "), sites, fails: codecs, answers: [] }, oneOf("blind", codecs));
  }, 600_000);
});
