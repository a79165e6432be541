import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../daemon/model/time.ts";
import { createLoginGuard } from "../../../probes/login-guard.ts";

const successors: Record<string, string> = { main: "next" };
const alone = (): undefined => undefined;
const chained = (id: string): string | undefined => successors[id];

describe("the login guard", () => {
  it("lets a credential rest on a device after its second refusal in a row, not after the first", () => {
    const guard = createLoginGuard(alone);
    guard.refused("d", "main", 0);
    expect(guard.choose("d", "main", 1)).toMatchObject({ use: "main" });
    guard.refused("d", "main", 1);
    expect(guard.choose("d", "main", 2)).toMatchObject({ rest: 1 + 15 * MINUTE });
    expect(guard.choose("d", "main", 15 * MINUTE)).toHaveProperty("rest");
    expect(guard.choose("d", "main", 1 + 15 * MINUTE)).toMatchObject({ use: "main" });
  });

  it("doubles the rest after each single attempt that follows, up to 24 hours", () => {
    const guard = createLoginGuard(alone);
    guard.refused("d", "main", 0);
    let at = 0;
    const rests: number[] = [];
    for (let n = 0; n < 10; n++) {
      guard.refused("d", "main", at);
      const choice = guard.choose("d", "main", at);
      if (!("rest" in choice)) throw new Error("no rest");
      rests.push((choice.rest - at) / MINUTE);
      at = choice.rest;
    }
    expect(rests).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
  });

  it("forgives one refusal when the next login is accepted", () => {
    const guard = createLoginGuard(alone);
    guard.refused("d", "main", 0);
    guard.accepted("d", "main");
    guard.refused("d", "main", 2);
    expect(guard.choose("d", "main", 3)).toMatchObject({ use: "main" });
  });

  it("tries the successor as soon as the first is refused, and remembers what works per device", () => {
    const guard = createLoginGuard(chained);
    guard.refused("d", "main", 0);
    expect(guard.choose("d", "main", 1)).toMatchObject({ use: "next" });
    guard.accepted("d", "next");
    expect(guard.choose("d", "main", 2)).toMatchObject({ use: "next" });
    expect(guard.choose("other", "main", 2)).toMatchObject({ use: "main" });
  });

  it("counts the refusals of a credential and its successor together, since they may be one user", () => {
    const guard = createLoginGuard(chained);
    guard.refused("d", "main", 0);
    guard.refused("d", "next", 1);
    expect(guard.choose("d", "main", 2)).toHaveProperty("rest");
    // After the rest the one that was refused longest ago has its turn.
    expect(guard.choose("d", "main", 2 + 15 * MINUTE)).toMatchObject({ use: "main" });
  });

  it("rests a credential everywhere after three devices, with one incident", () => {
    const guard = createLoginGuard(alone);
    const incidents = [];
    for (const device of ["a", "b", "c"]) {
      guard.refused(device, "main", 0);
      const { credentialIncident } = guard.refused(device, "main", 1);
      if (credentialIncident) incidents.push(credentialIncident);
    }
    expect(incidents).toEqual([{ credential: "main", devices: ["a", "b", "c"] }]);
    expect(guard.choose("never-asked", "main", 2)).toMatchObject({ rest: 1 + 15 * MINUTE });
    expect(guard.resting(2)).toEqual([{ credential: "main", until: 1 + 15 * MINUTE, devices: ["a", "b", "c"] }]);
  });

  it("lets one device at a time try a credential that rested everywhere, and lifts the rest when it is accepted there", () => {
    const guard = createLoginGuard(alone);
    for (const device of ["a", "b", "c"]) for (const at of [0, 1]) guard.refused(device, "main", at);
    const at = 1 + 15 * MINUTE;
    expect(guard.choose("d", "main", at)).toMatchObject({ use: "main" });
    expect(guard.choose("e", "main", at)).toHaveProperty("rest");
    expect(guard.accepted("d", "main")).toEqual({ recovered: "main" });
    expect(guard.choose("e", "main", at)).toMatchObject({ use: "main" });
  });

  it("does not lift a rest because of a look that was under way when it began", () => {
    const guard = createLoginGuard(alone);
    for (const device of ["a", "b", "c"]) for (const at of [0, 1]) guard.refused(device, "main", at);
    expect(guard.accepted("late", "main")).toEqual({});
    expect(guard.choose("e", "main", 2)).toHaveProperty("rest");
  });

  it("knows after a restart what it knew before", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.boolean(), fc.nat(HOUR)), { maxLength: 40 }), (steps) => {
        const guard = createLoginGuard(chained);
        let at = 0;
        for (const [device, good, wait] of steps) {
          at += wait;
          const choice = guard.choose(device, "main", at);
          if ("rest" in choice) continue;
          if (good) guard.accepted(device, choice.use);
          else guard.refused(device, choice.use, at);
        }
        const again = createLoginGuard(chained, JSON.parse(JSON.stringify(guard.snapshot())));
        for (const device of ["a", "b", "c", "d"]) expect(again.choose(device, "main", at)).toEqual(guard.choose(device, "main", at));
        expect(again.snapshot()).toEqual(guard.snapshot());
      }),
      { numRuns: 200 },
    );
  });

  it("gives a new snapshot after every change, and the same one while nothing changed", () => {
    const guard = createLoginGuard(() => undefined);
    const seen = new Set([guard.snapshot()]);
    const changed = (act: () => void) => {
      act();
      expect(seen.has(guard.snapshot())).toBe(false);
      seen.add(guard.snapshot());
    };
    changed(() => guard.accepted("a", "main"));
    guard.accepted("a", "main");
    expect(seen.has(guard.snapshot())).toBe(true);
    for (const device of ["a", "b", "c"]) for (const at of [0, 1]) changed(() => guard.refused(device, "main", at));
    changed(() => guard.choose("d", "main", 60 * 60_000));
    changed(() => guard.lift("main"));
    changed(() => guard.forget("a"));
  });

  it("never lets a device see a third refusal within 15 minutes of its second, whatever happens elsewhere", () => {
    let thirds = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(20 * MINUTE)), { maxLength: 300 }), (looks) => {
        const guard = createLoginGuard(chained);
        const refusals = new Map<number, number[]>();
        let at = 0;
        for (const [device, wait] of looks) {
          at += wait;
          const choice = guard.choose(`d${device}`, "main", at);
          if ("rest" in choice) continue;
          guard.refused(`d${device}`, choice.use, at);
          refusals.set(device, [...(refusals.get(device) ?? []), at]);
        }
        for (const times of refusals.values())
          for (let n = 2; n < times.length; n++, thirds++) expect(times[n]! - times[n - 1]!).toBeGreaterThanOrEqual(15 * MINUTE);
      }),
      { numRuns: 200 },
    );
    expect(thirds, "third refusals that were seen at all").toBeGreaterThan(20);
  });

  it("tries at once again what an operator corrected", () => {
    const guard = createLoginGuard(alone);
    for (const device of ["a", "b", "c"]) for (const at of [0, 1]) guard.refused(device, "main", at);
    guard.lift("main");
    expect(guard.choose("a", "main", 2)).toMatchObject({ use: "main" });
    expect(guard.choose("z", "main", 2)).toMatchObject({ use: "main" });
  });
});
