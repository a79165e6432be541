/** Whole stories of what is reached through what, through the real evaluator, escalator, dispatcher and store. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { renderRow } from "../../daemon/telling.ts";
import { tried } from "./runs.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
async function play(options: ScenarioOptions): Promise<Scenario> {
  net = await scenario({ interval: "60s", ...options });
  return net;
}

const many = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n + 1}`);
const failing = async (of: Scenario) => (await of.unfolded()).filter(({ state }) => state === "open").map(({ rootCause }) => rootCause);
const listed = async (of: Scenario, root: string) => {
  const [cause] = (await of.unfolded()).filter(({ rootCause }) => rootCause === root);
  const lines = (await of.store.timeline(cause?.id ?? "")).filter(({ event }) => event === "children-suppressed");
  return lines.map(({ data }) => String(data?.alarms)).join(", ");
};

describe("six sites behind one circuit that nobody can look at", () => {
  const codecs = many("codec", 12);
  const sites = Object.fromEntries([...codecs.map((id, n) => [id, `s${(n % 6) + 1}`]), ["ups-1", "s7"]]);
  const tree = [1, 2, 3, 4, 5, 6].map((n) => `l${n}: { name: Branch ${n}, ends: [hub, s${n}] }`).join(", ");
  const yaml = `canary: core-1\nlinks: { trunk: { name: Trunk, ends: [mgh, hub] }, ${tree}, l7: { name: East, ends: [mgh, s7] } }`;
  const options = { devices: `core-1; ups-1; switch-9; ${codecs.join(", ")}`, sites: { ...sites, "switch-9": "hub" }, yaml };

  it("are one incident within seconds, though every look has a minute: RITM core, in both languages; nobody hears of a codec", async () => {
    const net = await play(options);
    for (const id of [...codecs, "switch-9"]) net.breaks(id);
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual(["link:trunk"]);
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ verdict: "ritm-core", severity: "major", general: true });
    expect(net.sent.length).toBeGreaterThan(0);
    for (const { subject, text } of net.sent) {
      expect(subject).toMatch(/Trunk.*circuit down/);
      expect(text).toContain("Where the fault is: RITM core");
    }
    const [row] = await net.store.deliveries(incident?.id ?? "");
    expect(renderRow({ ...row!, language: "fr" }, incident!, net.config).text).toContain("Où est la panne : cœur du RITM");
    const [opened] = await net.store.timeline(incident?.id ?? "");
    expect(opened).toMatchObject({ event: "opened", data: { verdict: "ritm-core" } });
  });

  it("come back: restored, told once, and one site that stays dark is told for itself, as its link", async () => {
    const net = await play(options);
    for (const id of [...codecs, "switch-9"]) net.breaks(id);
    await net.advance(4 * MINUTE);
    for (const id of [...codecs, "switch-9"]) if (sites[id] !== "s3") net.heals(id);
    await net.advance(6 * MINUTE);
    expect(await failing(net)).toEqual(["link:l3"]);
    expect((await net.unfolded()).find(({ rootCause }) => rootCause === "link:l3")).toMatchObject({ verdict: "site-link" });
  });
});

describe("two circuits to one site", () => {
  const codecs = many("codec", 4);
  const sites = Object.fromEntries(codecs.map((id) => [id, "jgh"]));

  it("cut it off when both are gone: one incident of the two together, which names both", async () => {
    const yaml = "canary: core-1\nlinks: { a: { name: North, ends: [mgh, jgh] }, b: { name: South, ends: [mgh, jgh] } }";
    const net = await play({ devices: `core-1; ${codecs.join(", ")}`, sites, yaml });
    for (const id of codecs) net.breaks(id);
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual(["link:a+b"]);
    expect(net.sent[0]?.subject).toContain("North + South");
    for (const id of codecs) net.heals(id);
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual([]);
  });

  it("with a router each: one gone is its own incident; the site is out of reach with the second, and is listed under that one", async () => {
    const yaml =
      "canary: core-1\nlinks: { a: { name: North, ends: [mgh, jgh], device: router-1 }, b: { name: South, ends: [mgh, jgh], device: router-2 } }";
    const net = await play({ devices: `core-1; router-1; router-2; ${codecs.join(", ")}`, sites, yaml });
    net.breaks("router-2");
    await net.advance(5 * MINUTE);
    expect(await failing(net)).toEqual(["down:router-2"]);
    for (const id of ["router-1", ...codecs]) net.breaks(id);
    await net.advance(4 * MINUTE);
    expect((await failing(net)).sort()).toEqual(["down:router-1", "down:router-2"]);
    const under = (await net.incidents()).filter(({ foldedInto }) => foldedInto !== undefined);
    const named = `${await listed(net, "down:router-1")} ${under.map(({ device }) => device).join(" ")}`;
    for (const id of codecs) expect(named).toContain(id);
    expect((await net.unfolded()).find(({ rootCause }) => rootCause === "down:router-1")).toMatchObject({ verdict: "site-link" });
  });
});

describe("parents", () => {
  it("are looked at before a child is called down: with a look every five minutes there is one incident, and the router is it", async () => {
    const net = await play({ devices: `router-1 > switch-1 > ${many("codec", 3).join(", ")}`, interval: "5m" });
    for (const id of ["router-1", "switch-1", ...many("codec", 3)]) net.breaks(id);
    await net.advance(6 * MINUTE);
    expect(await failing(net)).toEqual(["down:router-1"]);
    for (const { subject } of net.sent) expect(subject).toContain("router-1");
  });

  it("that clear while a switch below stays dead: the switch is told, and names what hangs on it", async () => {
    const net = await play({ devices: "router-1 > switch-1 > codec-1, codec-2" });
    for (const id of ["router-1", "switch-1", "codec-1", "codec-2"]) net.breaks(id);
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual(["down:router-1"]);
    net.heals("router-1");
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual(["down:switch-1"]);
    expect((await listed(net, "down:switch-1")).split(", ").sort()).toEqual(["codec-1|unreachable|", "codec-2|unreachable|"]);
  });

  it("that fail after people were told of a child: it stays theirs, and says once what its cause is", async () => {
    const net = await play({ devices: "router-1 > codec-1, codec-2" });
    net.breaks("codec-1");
    await net.advance(3 * MINUTE);
    expect(net.toldTo("desk").length).toBe(1);
    for (const id of ["router-1", "codec-2"]) net.breaks(id);
    await net.advance(5 * MINUTE);
    expect((await failing(net)).sort()).toEqual(["down:codec-1", "down:router-1"]);
    const [codec, router] = await net.unfolded();
    expect((await net.timeline(codec as never)).filter((event) => event === "cause-found")).toHaveLength(1);
    expect(await net.timeline(router as never)).toContain("told-child");
    for (const id of ["router-1", "codec-2"]) net.heals(id);
    await net.advance(4 * MINUTE);
    expect((await failing(net)).sort(), "the codec fails for itself, in its incident").toEqual(["down:codec-1"]);
  });

  it("of which one of two is up explain nothing: the child is told", async () => {
    const net = await play({ devices: "router-1, router-2 > codec-1" });
    for (const id of ["router-1", "codec-1"]) net.breaks(id);
    await net.advance(4 * MINUTE);
    expect((await failing(net)).sort()).toEqual(["down:codec-1", "down:router-1"]);
  });
});

describe("our own sight", () => {
  const yaml = "canary: core-1";

  it("gone: one incident, and everything else is unknown, not down", async () => {
    const net = await play({
      devices: "core-1; router-9; router-1 > codec-1, codec-2",
      sites: { "router-1": "jgh", "codec-1": "jgh", "codec-2": "jgh" },
      yaml,
    });
    for (const id of ["core-1", "router-9", "router-1", "codec-1", "codec-2"]) net.breaks(id);
    await net.advance(5 * MINUTE);
    expect(await failing(net)).toEqual(["blind"]);
    for (const id of ["router-1", "codec-1", "codec-2"]) expect(net.board.get(id)?.up).toBeNaN();
  });

  it("is not gone when the canary alone is silent: it is told, and so is a codec that fails meanwhile", async () => {
    const net = await play({
      devices: "core-1; router-1 > codec-1, codec-2",
      sites: { "router-1": "jgh", "codec-1": "jgh", "codec-2": "jgh" },
      yaml,
    });
    net.breaks("core-1");
    await net.advance(4 * MINUTE);
    expect(await failing(net)).toEqual(["down:core-1"]);
    net.breaks("codec-1");
    await net.advance(4 * MINUTE);
    expect((await failing(net)).sort()).toEqual(["down:codec-1", "down:core-1"]);
  });
});

it("a router and what is behind it fail in any order, within seconds of each other: one incident, and nobody hears of the others", async () => {
  const devices = ["router-1", ...many("codec", 8)];
  const found = await tried(
    fc.asyncProperty(
      fc.shuffledSubarray(devices, { minLength: 9, maxLength: 9 }),
      fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 9, maxLength: 9 }),
      async (order, waits) => {
        const net = await scenario({ devices: `core-1; router-1 > ${devices.slice(1).join(", ")}`, interval: "20s" });
        try {
          for (const [index, id] of order.entries()) {
            net.breaks(id);
            await net.advance(waits[index] ?? 0);
          }
          await net.advance(2 * MINUTE);
          expect(await failing(net)).toEqual(["down:router-1"]);
          for (const each of await net.incidents()) if (each.foldedInto !== undefined) expect(each.noticeSent).toBe(false);
          expect(net.sent.every(({ subject }) => subject.includes("router-1"))).toBe(true);
          for (const id of order) net.heals(id);
          await net.advance(2 * MINUTE + 10 * SECOND);
          expect(await failing(net)).toEqual([]);
        } finally {
          await net.end();
        }
      },
    ),
    { least: 6, most: Number(process.env.VIGIE_ROOT_RUNS ?? 20), timeMs: 12_000 },
  );
  expect(found.failed, `${JSON.stringify(found.counterexample)} ${String(found.errorInstance)}`).toBe(false);
}, 600_000);
