/** Circuits that nobody polls, the core they share, and our own blindness: what may be said of them, whatever was seen. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Link } from "../../daemon/model/network.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type Cut, devicesBySite } from "../../rules/cuts.ts";
import { AT_ONCE_MS, type CutDown, judgeBlind, judgeCore, judgeCut, type Seen, verdictOf, witnesses } from "../../rules/links.ts";
import { device, network } from "./made.ts";
import "../seed.ts";

const link = (id: string, to: string, over: Partial<Link> = {}): Link => ({ id, name: id, ends: ["hub", to], ...over });
const cut = (sites: readonly string[], over: Partial<Cut> = {}): Cut => ({
  ...{ holder: `link:${sites.join("+")}`, links: ["line"], sites, devices: [], polled: false },
  ...over,
});
const ids = ["a-1", "a-2", "a-3", "b-1", "b-2", "z-1"] as const;
const net = network(
  ids.map((id) => device(id, { site: id[0] ?? "" })),
  {},
  [link("line", "a")],
);
const bySite = devicesBySite(net);

/** What a daemon can have seen of a device: an answer ends what failed before it. */
const seen = fc
  .record({
    answeredAt: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    failingSince: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    confirmed: fc.boolean(),
  })
  .map(({ answeredAt, failingSince, confirmed }): Seen => {
    const answered = answeredAt === undefined ? {} : { answeredAt };
    if (failingSince === undefined || failingSince <= (answeredAt ?? 0))
      return answeredAt === undefined ? { state: "unknown" } : { state: "up", ...answered };
    return confirmed
      ? { state: "down", ...answered, failingSince, downSince: failingSince + 4 }
      : { state: answeredAt === undefined ? "unknown" : "up", ...answered, failingSince };
  });
const sights = fc
  .tuple(...ids.map(() => seen))
  .map((all) => new Map<string, Seen>(ids.map((id, n) => [id, all[n] ?? { state: "unknown" }])));
const at =
  (all: ReadonlyMap<string, Seen>, ms = 0) =>
  (id: string) => {
    const { state, ...times } = all.get(id) ?? { state: "unknown" as const };
    return { state, ...Object.fromEntries(Object.entries(times).map(([key, time]) => [key, time + ms])) } as Seen;
  };
const down = (failingSince: number, answeredAt?: number): Seen => ({
  ...{ state: "down", failingSince, downSince: failingSince + 4 },
  ...(answeredAt === undefined ? {} : { answeredAt }),
});
const up = (answeredAt: number): Seen => ({ state: "up", answeredAt });

describe("a circuit that nobody polls", () => {
  const both = cut(["a", "b"]);

  it("is judged by what was seen, not by what the clock showed then, nor by the order in which devices are written", () => {
    fc.assert(
      fc.property(sights, fc.constantFrom(-3 * HOUR, 3 * HOUR), fc.integer({ min: -5, max: 65 }), (all, ms, startedAt) => {
        const judged = judgeCut(both, bySite, at(all), startedAt);
        expect(judged.why).not.toBe("");
        expect(judgeCut(both, bySite, at(all, ms), startedAt + ms)).toEqual(judged);
        const turned = new Map([...bySite].reverse().map(([site, devices]) => [site, devices.toReversed()]));
        expect(judgeCut(both, turned, at(all), startedAt)).toEqual(judged);
      }),
    );
  });

  it("is not down, nor suspected, once one behind it has answered after all that failed", () => {
    fc.assert(
      fc.property(sights, fc.constantFrom("a-1", "b-2"), (all, id) => {
        const judged = judgeCut(both, bySite, at(new Map([...all, [id, up(100)]])));
        expect([judged.down, judged.suspect]).toEqual([false, undefined]);
      }),
    );
  });

  it("is down only when every site behind it of which something is known is dark, two at least, and somebody elsewhere answered since", () => {
    fc.assert(
      fc.property(sights, (all) => {
        const { down: isDown } = judgeCut(both, bySite, at(all));
        if (isDown !== true) return;
        const behind = ids.filter((id) => id !== "z-1").map((id) => ({ id, ...all.get(id) }));
        const last = Math.max(0, ...behind.map(({ answeredAt = 0 }) => answeredAt));
        for (const site of ["a", "b"])
          expect(
            behind.some(({ id, state, failingSince = 0 }) => id.startsWith(site) && state === "down" && failingSince > last),
            site,
          ).toBe(true);
        const began = Math.min(...behind.flatMap(({ failingSince = 0 }) => (failingSince > last ? [failingSince] : [])));
        expect(all.get("z-1")?.answeredAt).toBeGreaterThanOrEqual(began);
      }),
    );
  });

  it.each([
    ["both sites, one device each, failed after the last answer", { "a-1": down(20, 10), "b-1": down(22), "z-1": up(21) }, true, undefined],
    ["the same, and nobody elsewhere answered since", { "a-1": down(20), "b-1": down(22), "z-1": up(19) }, undefined, true],
    ["one site alone", { "a-1": down(20), "a-2": down(20), "a-3": down(20), "b-1": up(10), "z-1": up(30) }, undefined, true],
    ["one of them failed before the others answered", { "a-1": down(20), "b-1": down(40), "b-2": up(30), "z-1": up(50) }, undefined, true],
    [
      "failing, and nothing confirmed yet",
      { "a-1": { state: "up", answeredAt: 1, failingSince: 20 } as Seen, "z-1": up(30) },
      undefined,
      undefined,
    ],
    ["nothing was seen", { "z-1": up(30) }, undefined, undefined],
    ["all behind it answer", { "a-1": up(20), "b-1": up(20) }, false, undefined],
  ] as const)("%s", (_, all, isDown, suspect) => {
    const judged = judgeCut(both, bySite, at(new Map(Object.entries(all))));
    expect([judged.down, judged.suspect]).toEqual([isDown, suspect]);
  });

  it("to one site needs two of its devices, and three failing stand for a site of many", () => {
    const one = cut(["a"]);
    const of = (all: Readonly<Record<string, Seen>>) => judgeCut(one, bySite, at(new Map(Object.entries({ ...all, "z-1": up(60) })))).down;
    expect(of({ "a-1": down(20) })).toBeUndefined();
    expect(of({ "a-1": down(20), "a-2": down(21) })).toBe(true);
    expect(of({ "a-1": down(20), "a-2": down(21), "a-3": up(5) }), "one that stood before, and was not looked at since").toBeUndefined();
    const many = devicesBySite(network([...[1, 2, 3, 4, 5].map((n) => device(`a-${n}`, { site: "a" })), device("z-1", { site: "z" })]));
    const all = { "a-1": down(20), "a-2": down(21), "a-3": down(22), "a-4": up(5), "a-5": up(6), "z-1": up(60) };
    expect(judgeCut(one, many, at(new Map(Object.entries(all)))).down).toBe(true);
    expect(judgeCut(one, many, at(new Map(Object.entries(all))), 30).down, "what failed before we began to look").not.toBe(true);
  });

  it("is judged by its own devices where each circuit has one: any that is up saves it, all down end it, else nothing is said", () => {
    const polled = cut(["a"], { devices: ["a-1", "b-1"], polled: true });
    fc.assert(
      fc.property(sights, (all) => {
        const states = ["a-1", "b-1"].map((id) => all.get(id)?.state);
        const wanted = states.includes("up") ? false : states.includes("unknown") ? undefined : true;
        expect(judgeCut(polled, bySite, at(all)).down).toBe(wanted);
        const half = judgeCut(cut(["a"], { devices: ["b-1"] }), bySite, at(all));
        if (all.get("b-1")?.state === "up") expect(half).toMatchObject({ down: false, why: "its device b-1 is up" });
      }),
    );
  });
});

describe("what circuits share", () => {
  it("is the core of the network behind which several sites are, and a site's link before one; a site without devices is none", () => {
    expect(verdictOf(cut(["a", "b"]), bySite)).toBe("ritm-core");
    expect(verdictOf(cut(["a"]), bySite)).toBe("site-link");
    expect(verdictOf(cut(["a", "empty"]), bySite)).toBe("site-link");
  });

  it("once it is down, takes in what fails later however late, never what failed before, and is over with fewer than two", () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 0, maxLength: 6 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 600 }), (minutes, since) => {
        const all = minutes.map((minute, n): CutDown => ({ cut: cut([`s${n}`]), since: minute * MINUTE }));
        const judged = judgeCore(all, since * MINUTE);
        const later = all.filter((one) => one.since >= since * MINUTE);
        expect(judged).toMatchObject({ down: later.length >= 2, since: since * MINUTE });
        expect(new Set(judged.cuts)).toEqual(new Set(later));
      }),
    );
  });

  it("is not said of a circuit and of what lies behind it", () => {
    const outer = { cut: cut(["a", "b"]), since: 0 };
    const inner = { cut: cut(["b"]), since: 1_000 };
    expect(judgeCore([outer, inner], undefined).down).toBe(false);
    expect(judgeCore([outer, inner, { cut: cut(["z"]), since: AT_ONCE_MS }], undefined)).toMatchObject({ down: true, since: 0 });
    expect(judgeCore([outer, { cut: cut(["z"]), since: AT_ONCE_MS + 1 }], undefined).down).toBe(false);
  });
});

describe("blind", () => {
  const withCanary = (gateway?: string) =>
    network(
      ids.map((id) => device(id, { site: id[0] ?? "" })),
      gateway === undefined ? {} : { a: gateway },
      [],
      "a-1",
    );

  it("is said only while the canary or its gateway is down, and nobody at another site answered since", () => {
    fc.assert(
      fc.property(sights, fc.constantFrom(undefined, "a-2"), (all, gateway) => {
        const judged = judgeBlind(withCanary(gateway), at(all));
        expect(judged.why).not.toBe("");
        const silent = ["a-1", ...(gateway === undefined ? [] : [gateway])].find((id) => all.get(id)?.state === "down");
        const since = all.get(silent ?? "")?.downSince ?? Number.POSITIVE_INFINITY;
        const beyond = ids.some((id) => !id.startsWith("a") && (all.get(id)?.answeredAt ?? 0) > since);
        expect(judged.blind).toBe(silent !== undefined && !beyond);
        if (judged.blind) expect(judged.device).toBe(silent);
      }),
    );
  });

  it("is said without a canary when two sites or more are dark and no site stands; of what is not known it is not said", () => {
    const of = (all: Readonly<Record<string, Seen>>, startedAt?: number) =>
      judgeBlind(net, at(new Map(Object.entries(all))), startedAt).blind;
    expect(of({})).toBe(false);
    expect(of({ "a-1": down(20), "b-1": down(21), "z-1": down(22) })).toBe(true);
    expect(of({ "a-1": down(20), "b-1": down(21) }), "of the third nothing is known").toBe(true);
    expect(of({ "a-1": down(20), "a-2": down(20), "a-3": down(20) }), "one site's own trouble").toBe(false);
    expect(of({ "a-1": down(20), "b-1": down(21), "z-1": up(30) })).toBe(false);
    expect(of({ "a-1": down(20), "b-1": down(21) }, 30), "it was so before we began to look").toBe(false);
    fc.assert(
      fc.property(sights, fc.constantFrom(...ids), (all, id) => {
        expect(judgeBlind(net, at(new Map([...all, [id, up(100)]]))).blind).toBe(false);
        expect(judgeBlind(net, at(all, 3 * HOUR))).toEqual(judgeBlind(net, at(all)));
      }),
    );
  });
});

describe("who is looked at before a circuit is judged", () => {
  it("some of every site behind it, few of each, and one of each of two sites elsewhere; nobody for what is polled", () => {
    const sites = ["a", "b", "x", "y", "z"];
    const big = devicesBySite(network(sites.flatMap((site) => [1, 2, 3, 4, 5, 6].map((n) => device(`${site}-${n}`, { site })))));
    fc.assert(
      fc.property(fc.subarray(["b", "x", "y", "z"]), (others) => {
        const asked = witnesses("a", [cut(["a", ...others])], big);
        expect(new Set(asked).size).toBe(asked.length);
        const count = (site: string) => asked.filter((id) => id.startsWith(site)).length;
        expect(count("a")).toBe(4);
        for (const site of others) expect(count(site), site).toBe(3);
        const elsewhere = sites.filter((site) => site !== "a" && !others.includes(site));
        expect(elsewhere.map(count)).toEqual(elsewhere.map((_, n) => (n < 2 ? 1 : 0)));
        expect(witnesses("a", [cut(["a", ...others], { polled: true })], big)).toEqual([]);
      }),
    );
  });
});
