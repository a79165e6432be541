/** Which message goes at once in a storm. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { SECOND } from "../../daemon/model/time.ts";
import { judgeStorm } from "../../rules/storm.ts";

const terms = { windowMs: 60 * SECOND, after: 3 };

it("the first few go, the first of each site goes, what else is about a site waits for the end of its window", () => {
  expect(judgeStorm({ messages: 2, siteAt: 5 }, terms)).toMatchObject({ go: true });
  expect(judgeStorm({ messages: 3, siteAt: undefined }, terms)).toMatchObject({ go: true, why: "the first of its site" });
  expect(judgeStorm({ messages: 3, siteAt: 5 }, terms)).toMatchObject({ go: false, until: 5 + 60 * SECOND });
  // Judged late, when the window of the site's first is over: as long as others of the site wait, it waits with them.
  for (const messages of [0, 3])
    expect(judgeStorm({ messages, siteAt: undefined, waitsUntil: 9 }, terms)).toMatchObject({ go: false, until: 9 });
  expect(judgeStorm({ messages: 99, siteAt: 5, waitsUntil: 9 }, { ...terms, windowMs: 0 })).toMatchObject({ go: true });
});

it("whatever comes, each site's first goes at once, and a person hears of no more than the first few and one a site and window", () => {
  const arrivals = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 20 * SECOND }), site: fc.constantFrom("a", "b", "c", "d") }), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(arrivals, (all) => {
      let at = 0;
      const sent: { at: number; site: string }[] = [];
      const seen = new Set<string>();
      for (const { afterMs, site } of all) {
        at += afterMs;
        const recent = sent.filter((each) => each.at > at - terms.windowMs);
        const verdict = judgeStorm({ messages: recent.length, siteAt: recent.findLast((each) => each.site === site)?.at }, terms);
        if (!seen.has(site)) expect(verdict.go).toBe(true);
        seen.add(site);
        if (verdict.go) sent.push({ at, site });
        else expect(verdict.until).toBeGreaterThan(at);
        expect(sent.filter((each) => each.at > at - terms.windowMs).length).toBeLessThanOrEqual(terms.after + 4);
      }
    }),
  );
});
