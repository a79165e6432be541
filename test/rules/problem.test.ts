/** What comes back often enough deserves a problem, once; a healthy fleet's bad luck is no candidate. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { DAY, HOUR } from "../../daemon/model/time.ts";
import { countsAsOccurrence, discoveries, findProblems, gatherProblem, type Occurred, poissonTail } from "../../rules/problem.ts";
import { always, start, told } from "./incident-made.ts";

const terms = { suggestAt: 3, withinMs: 30 * DAY };
const fleet = (size: number) => ({
  modelOf: (device: string) => (device.startsWith("codec") ? "cisco-ce" : undefined),
  sizeOf: () => size,
});
const occurred = (device: string, count: number): Occurred => ({
  fingerprint: `${device}|unreachable|`,
  device,
  symptom: "unreachable",
  count,
});

describe("Poisson tail", () => {
  it.each([
    [0, 1, 1],
    [1, 1, 1 - Math.exp(-1)],
    [3, 0.5, 0.014_388],
    [10, 0.1, 2.517e-17],
    [2, 0, 0],
  ])("P(X ≥ %d) at a mean of %d", (count, mean, wanted) => {
    expect(poissonTail(count, mean)).toBeCloseTo(wanted, 5);
    if (wanted > 0) expect(poissonTail(count, mean) / wanted).toBeCloseTo(1, 2);
  });

  it("falls as the count grows, rises with the mean, and is a probability", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0.001, max: 40, noNaN: true }), (count, mean) => {
        const p = poissonTail(count, mean);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(poissonTail(count + 1, mean)).toBeLessThanOrEqual(p);
        expect(poissonTail(count, mean * 1.5)).toBeGreaterThanOrEqual(p * (1 - 1e-12));
      }),
    );
  });
});

it("Benjamini–Hochberg: the largest rank that fits takes all before it", () => {
  expect([...discoveries([0.04, 0.001, 0.03, 0.5], 4, 0.1)].sort()).toEqual([0, 1, 2]);
  expect([...discoveries([0.04, 0.001, 0.03, 0.5], 100, 0.1)]).toEqual([1]);
  expect([...discoveries([0.2], 1, 0.1)]).toEqual([]);
});

describe("found", () => {
  it.each([
    ["twice is not enough", [occurred("codec-1", 2)], 1, []],
    ["three times suggest one, with nothing to compare", [occurred("codec-1", 3)], 1, ["suggested"]],
    [
      "three times where the whole fleet has that are suggested only",
      ["1", "2", "3"].map((n) => occurred(`codec-${n}`, 3)),
      3,
      ["suggested", "suggested", "suggested"],
    ],
    ["five times where a hundred others have none: a candidate", [occurred("codec-1", 5)], 100, ["candidate"]],
    ["twice where a thousand others have none: a candidate", [occurred("codec-1", 2)], 1_000, ["candidate"]],
    ["once is nothing, however rare", [occurred("codec-1", 1)], 1_000_000, []],
    [
      "what is no device is compared with nothing",
      [{ fingerprint: "link:a|link-down|", symptom: "link-down", count: 4 }],
      100,
      ["suggested"],
    ],
  ] as const)("%s", (_, all, size, wanted) => {
    const found = findProblems(all, fleet(size), terms);
    expect(found.map(({ standing }) => standing)).toEqual(wanted);
    for (const each of found)
      expect(each.why).toMatch(
        /^\d+ incidents of one cause within 30 days(; there is nothing|; .* chance may bring that \(p = |, and .* more than chance brings \(p )/,
      );
  });

  it("two hundred healthy devices with four incidents a year each: hardly a candidate in ten years, though three in a month happen", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    let [candidates, suggested] = [0, 0];
    for (let month = 0; month < 120; month += 1) {
      const counts = new Map<string, number>();
      for (let n = 0; n < 200; n += 1) {
        // One of sixty half days of that month each.
        const count = Array.from({ length: 60 }, random).filter((drawn) => drawn < 4 / 365 / 2).length;
        if (count > 0) counts.set(`codec-${n}`, count);
      }
      const found = findProblems(
        [...counts].map(([id, count]) => occurred(id, count)),
        fleet(200),
        terms,
      );
      candidates += found.filter(({ standing }) => standing === "candidate").length;
      suggested += found.length;
    }
    expect(suggested, "so many were looked at in vain if each were opened").toBeGreaterThan(60);
    expect(candidates).toBeLessThanOrEqual(15);
  });

  it("more incidents of one cause never take its problem away, nor lower it", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(counts, fc.nat({ max: 19 }), fc.integer({ min: 20, max: 200 }), (all, which, size) => {
        const at = which % all.length;
        const standing = (over: number) => {
          const given = all.map((count, n) => occurred(`codec-${n}`, n === at ? count + over : count)).filter(({ count }) => count > 0);
          return findProblems(given, fleet(size), terms).find(({ fingerprint }) => fingerprint === `codec-${at}|unreachable|`)?.standing;
        };
        const rank = (of: string | undefined) => ["none", "suggested", "candidate"].indexOf(of ?? "none");
        if (rank(standing(0)) === 1) expect(rank(standing(5))).toBeGreaterThanOrEqual(1);
        if ((all[at] ?? 0) + 3 >= 3) expect(rank(standing(3))).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

const incident = (n: number, over: Partial<Incident> = {}): Incident => ({
  ...told({}, always, start + n * DAY),
  id: `i${n}`,
  number: `N${n}`,
  ...over,
});

describe("an occurrence", () => {
  it.each([
    ["one that people were told of", {}, true],
    ["one that may still turn out to be another's", { noticeSent: false }, false],
    ["one that healed before anyone was told", { noticeSent: false, state: "restored" }, true],
    ["a child of another's failure", { foldedInto: "x" }, false],
    ["a false alarm", { state: "closed", disposition: "false-alarm" }, false],
    ["a test", { state: "closed", disposition: "test" }, false],
    ["one that was fixed", { state: "closed", disposition: "fixed" }, true],
  ] as const)("%s: %o", (_, over, counts) => {
    expect(countsAsOccurrence(incident(1, over), start)).toBe(counts);
    expect(countsAsOccurrence(incident(1, over), start + 2 * DAY)).toBe(false);
  });
});

describe("a problem", () => {
  const found = { fingerprint: "codec-7|unreachable|", standing: "suggested", why: "3 incidents" } as const;
  const at = start + 10 * DAY;
  const three = [1, 2, 3].map((n) => incident(n));
  const base = { open: undefined, found, incidents: three, closedAt: undefined, suggestAt: 3, at };

  it("is opened once, with its incidents, named after the last of them", () => {
    const made = gatherProblem(base)!;
    expect(made.problem).toMatchObject({
      id: "P-N3",
      device: "codec-7",
      standing: "suggested",
      openedAt: at,
      incidents: ["i1", "i2", "i3"],
    });
    expect(made.joined).toEqual(three);
    expect(gatherProblem({ ...base, open: made.problem })).toBeUndefined();
  });

  it("gathers what comes later, long after the window too; becomes a candidate, and never less again", () => {
    const { problem } = gatherProblem(base)!;
    const more = gatherProblem({ ...base, open: problem, found: undefined, incidents: [incident(80)] })!;
    expect(more.problem.incidents).toEqual(["i1", "i2", "i3", "i80"]);
    expect(more.joined.map(({ id }) => id)).toEqual(["i80"]);
    const risen = gatherProblem({ ...base, open: problem, found: { ...found, standing: "candidate", why: "5 of 100" } })!;
    expect(risen).toMatchObject({ problem: { standing: "candidate", why: "5 of 100" }, joined: [] });
    expect(gatherProblem({ ...base, open: risen.problem })).toBeUndefined();
  });

  it("that a person closed comes again only when it has come back as often since", () => {
    const closedAt = three[1]!.openedAt + HOUR;
    expect(gatherProblem({ ...base, closedAt })).toBeUndefined();
    expect(gatherProblem({ ...base, closedAt, found: { ...found, standing: "candidate" } })).toBeUndefined();
    const later = [...three, incident(4), incident(5)];
    expect(gatherProblem({ ...base, closedAt, incidents: later })?.problem.incidents).toEqual(["i3", "i4", "i5"]);
  });

  it("raises nothing: an incident is as severe with it as without", () => {
    const { joined } = gatherProblem(base)!;
    expect(joined).toEqual(three);
  });
});
