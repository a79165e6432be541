/** Which circuits cut which sites off: against a plain search, on networks of any shape; and what is judged of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Link, Network } from "../../daemon/model/network.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { cutsOf, devicesBySite, homeOf, sitesBehind } from "../../rules/cuts.ts";
import { isBehind, judgeCore, judgeCut, type Seen } from "../../rules/links.ts";
import { device, network } from "./made.ts";
import "../seed.ts";

const names = ["hub", "a", "b", "c", "d", "e"] as const;
const links = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })), { minLength: 1, maxLength: 8, selector: ([x, y]) => [x, y].sort().join() })
  .map((pairs) =>
    pairs.filter(([x, y]) => x !== y).map(([x, y], n): Link => ({ id: `l${n}`, name: `l${n}`, ends: [names[x]!, names[y]!] }) as Link),
  );
const made = (all: readonly Link[]): Network =>
  network([device("core", { site: "hub" }), ...names.slice(1).map((site) => device(`codec-${site}`, { site }))], {}, all, "core");

/** Sites with a way to the hub over these circuits. */
function reached(all: readonly Link[], without: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>(["hub"]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { id, ends } of all) {
      if (without.includes(id)) continue;
      const [x, y] = ends;
      if (found.has(x) !== found.has(y)) grown = found.add(x).add(y) !== undefined;
    }
  }
  return found;
}

describe("cuts", () => {
  it("leave exactly their sites without a way, and none of their circuits could be spared", () => {
    fc.assert(
      fc.property(links, (all) => {
        const net = made(all);
        expect(homeOf(net)).toBe("hub");
        const whole = reached(all, []);
        const cuts = cutsOf(net);
        expect(new Set(cuts.map(({ holder }) => holder)).size).toBe(cuts.length);
        for (const { links: gone, sites } of cuts) {
          const left = reached(all, gone);
          expect([...sites].sort()).toEqual([...whole].filter((site) => !left.has(site)).sort());
          for (const spared of gone)
            if (gone.length > 1)
              expect(
                reached(
                  all,
                  gone.filter((id) => id !== spared),
                ).size,
                "each is needed",
              ).toBe(whole.size);
          expect([...sitesBehind(net, gone.join("+"))].sort()).toEqual([...sites].sort());
        }
      }),
    );
  });

  it("hold every circuit that alone cuts a site off, and some cut of every site that can be cut off", () => {
    fc.assert(
      fc.property(links, (all) => {
        const cuts = cutsOf(made(all));
        const whole = reached(all, []);
        for (const { id } of all) {
          const alone = reached(all, [id]).size < whole.size;
          expect(cuts.some(({ links: gone }) => gone.join() === id)).toBe(alone);
        }
        for (const site of whole)
          if (site !== "hub")
            expect(
              cuts.some(({ sites }) => sites.includes(site)),
              site,
            ).toBe(true);
      }),
    );
  });
});

const states = fc.constantFrom<Seen>(
  { state: "up", answeredAt: 210 },
  { state: "up", answeredAt: 100 },
  { state: "down", answeredAt: 100, failingSince: 200, downSince: 204 },
  { state: "up", answeredAt: 100, failingSince: 203 },
  { state: "unknown" },
);

describe("judged", () => {
  const all = [{ id: "l0", name: "l0", ends: ["hub", "a"] } as Link];
  const codecs = [1, 2, 3, 4].map((n) => device(`codec-${n}`, { site: "a" }));
  const net = network([device("core", { site: "hub" }), device("other", { site: "z" }), ...codecs], {}, all, "core");
  const [cut] = cutsOf(net);
  const bySite = devicesBySite(net);

  it("down only when two failed with no answer since, all that is known failed, and somebody elsewhere answers", () => {
    fc.assert(
      fc.property(fc.array(states, { minLength: 4, maxLength: 4 }), states, states, (behind, core, other) => {
        const seen = (id: string): Seen =>
          id === "core" ? core : id === "other" ? other : (behind[Number(id.at(-1)) - 1] ?? { state: "unknown" });
        const { down, why } = judgeCut(cut!, bySite, seen);
        expect(why).not.toBe("");
        const lastAnswer = Math.max(...behind.map(({ answeredAt = 0 }) => answeredAt));
        const failing = behind.filter(({ failingSince }) => (failingSince ?? 0) > lastAnswer);
        const confirmed = failing.filter(({ state }) => state === "down");
        if (down === true) {
          expect(confirmed.length).toBeGreaterThanOrEqual(2);
          expect(Math.max(core.answeredAt ?? 0, other.answeredAt ?? 0), "others answer").toBeGreaterThanOrEqual(200);
        }
        // One that answered after the failure ends the suspicion.
        if (behind.some(({ state, answeredAt, failingSince }) => state === "up" && failingSince === undefined && answeredAt === 210))
          expect(down).not.toBe(true);
        if (confirmed.length === 4 && core.answeredAt === 210) expect(down).toBe(true);
      }),
    );
  });

  it("of cuts that are down, one is behind another or not, never both; nobody is behind himself", () => {
    fc.assert(
      fc.property(links, (given) => {
        const cuts = cutsOf(made(given));
        for (const one of cuts)
          for (const other of cuts) {
            if (one.holder === other.holder) expect(isBehind(one, other)).toBe(false);
            else expect(isBehind(one, other) && isBehind(other, one)).toBe(false);
          }
      }),
    );
  });

  it("the core: two circuits within two minutes of each other, in whatever order they are given; one is none", () => {
    const star = ["a", "b", "c"].map((site, n): Link => ({ id: `l${n}`, name: site, ends: ["hub", site] }) as Link);
    const cuts = cutsOf(made(star)).filter(({ links: gone }) => gone.length === 1);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 * MINUTE }), { minLength: 3, maxLength: 3 }),
        fc.shuffledSubarray([0, 1, 2]),
        (times, order) => {
          const down = order.map((n) => ({ cut: cuts[n]!, since: times[n]! }));
          const judged = judgeCore(down, undefined);
          const sorted = down.map(({ since }) => since).sort((x, y) => x - y);
          const close = sorted.some((since, n) => n > 0 && since - (sorted[n - 1] ?? 0) <= 2 * MINUTE);
          expect(judged.down).toBe(close);
          expect(judgeCore(down.toReversed(), undefined)).toEqual(judged);
        },
      ),
    );
  });
});
