/** Who is on call: exactly who the layers say at every instant, on DST nights too; gaps are the instants with nobody. */
import "../seed.ts";
import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import type { ServiceCalendar } from "../../daemon/model/config.ts";
import type { Override, Roster, Rotation } from "../../daemon/model/on-call.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import { quebecHolidays } from "../../rules/holidays.ts";
import { changesOf, dutyAt, gapsIn, lineUp, shiftsIn, turnAt } from "../../rules/rotation.ts";

const toronto = "America/Toronto";
const at = (text: string, zone = toronto) => DateTime.fromISO(text, { zone }).toMillis();
const office: ServiceCalendar = {
  id: "office",
  always: false,
  weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ fromMinute: 450, toMinute: 1_050 }]])),
  holidays: [],
  statutory: "quebec",
};
const calendars = new Map([["office", office]]);

function rotation(over: Partial<Rotation> = {}): Rotation {
  return {
    ...{ id: "r1", function: "analyst", people: ["ann", "bob", "cid"], zone: toronto, weeks: 1, covers: "always" },
    ...{ handover: { weekday: 1, minute: 480 }, from: at("2026-11-16T00:00"), by: "eve", createdAt: 0 },
    ...over,
  };
}

function override(over: Partial<Override> = {}): Override {
  return {
    ...{ id: "o1", function: "analyst", people: ["zoe"], reason: "a swap", by: "eve", createdAt: 1 },
    ...{ from: at("2026-11-18T17:00"), to: at("2026-11-19T08:00") },
    ...over,
  };
}

const roster = (rotations: readonly Rotation[], overrides: readonly Override[] = [], base: readonly string[] = []): Roster => ({
  ...{ function: "analyst", rotations, overrides, base, calendars },
});
const who = (of: Roster, text: string) => dutyAt(of, at(text)).people.join("+");

describe("a weekly rotation", () => {
  it("gives the turn that runs when it begins to the first, and hands over at its local time", () => {
    const weekly = roster([rotation()]);
    expect(who(weekly, "2026-11-15T23:59")).toBe("");
    expect(who(weekly, "2026-11-16T00:00")).toBe("ann");
    expect(who(weekly, "2026-11-16T07:59")).toBe("ann");
    expect(who(weekly, "2026-11-16T08:00")).toBe("bob");
    expect(who(weekly, "2026-11-23T08:00")).toBe("cid");
    expect(who(weekly, "2026-11-30T08:00")).toBe("ann");
  });

  it("of two weeks changes every second week, and ends when it is ended", () => {
    const two = roster([rotation({ weeks: 2, from: at("2026-11-16T08:00"), to: at("2026-12-01T00:00") })]);
    expect(who(two, "2026-11-29T12:00")).toBe("ann");
    expect(who(two, "2026-11-30T08:00")).toBe("bob");
    expect(who(two, "2026-12-01T00:00")).toBe("");
    expect(turnAt(two.rotations[0] as Rotation, at("2026-11-30T12:00"))?.to).toBe(at("2026-12-01T00:00"));
  });

  it("that hands over at 02:30 does so once in the night without 02:30 and once in the night with two", () => {
    const night = { handover: { weekday: 7, minute: 150 }, from: at("2026-03-02T12:00") };
    const spring = roster([rotation(night)]);
    expect(changesOf(spring, at("2026-03-07T12:00"), at("2026-03-09T12:00"))).toEqual([at("2026-03-08T03:00")]);
    const autumn = roster([rotation({ ...night, handover: { weekday: 7, minute: 90 }, from: at("2026-10-26T12:00") })]);
    // 01:30 comes twice; the first is the hand-over.
    expect(changesOf(autumn, at("2026-10-31T12:00"), at("2026-11-02T12:00"))).toEqual([Date.UTC(2026, 10, 1, 5, 30)]);
    expect(who(autumn, "2026-11-01T03:00")).toBe("bob");
  });
});

describe("layers", () => {
  const day = rotation({ id: "day", covers: "service", calendar: "office", people: ["ann"] });
  const night = rotation({ id: "night", covers: "outside", calendar: "office", people: ["bob"] });

  it("of service hours and of what lies outside leave no hole and never overlap, holidays being outside", () => {
    const both = roster([day, night]);
    expect(
      ["2026-12-24T12:00", "2026-12-25T12:00", "2026-12-26T12:00", "2026-12-28T07:29", "2026-12-28T07:30"].map((t) => who(both, t)),
    ).toEqual(["ann", "bob", "bob", "bob", "ann"]);
    expect(gapsIn(both, at("2026-12-01T00:00"), at("2027-02-01T00:00"))).toEqual([]);
    expect(gapsIn(roster([day]), at("2026-12-24T12:00"), at("2026-12-28T12:00"))).toEqual([
      { from: at("2026-12-24T17:30"), to: at("2026-12-28T07:30") },
    ]);
  });

  it("of holidays come before the weekly ones, for the whole local day", () => {
    const holidays = rotation({ id: "h", covers: "holidays", calendar: "office", people: ["hal"] });
    const all = roster([rotation({ people: ["ann"] }), holidays]);
    expect(["2026-12-24T23:59", "2026-12-25T00:00", "2026-12-25T23:59", "2026-12-26T00:00"].map((t) => who(all, t))).toEqual([
      "ann",
      "hal",
      "hal",
      "ann",
    ]);
  });

  it("two rotations of one function are both told", () => {
    expect(who(roster([rotation({ people: ["ann"] }), rotation({ id: "r2", people: ["bob", "ann"] })]), "2026-11-17T12:00")).toBe("ann");
    expect(who(roster([rotation({ people: ["ann"] }), rotation({ id: "r2", people: ["ann", "bob"] })]), "2026-11-17T12:00")).toBe(
      "ann+bob",
    );
  });

  it("the file's contacts fill what nothing else does", () => {
    expect(dutyAt(roster([day], [], ["desk"]), at("2026-11-21T12:00"))).toMatchObject({ people: ["desk"], by: "file" });
    expect(gapsIn(roster([day], [], ["desk"]), at("2026-11-21T12:00"), at("2026-12-21T12:00"))).toEqual([]);
  });
});

describe("an override", () => {
  it("beats the rotation from its first instant to its last, and not when it is called off", () => {
    const swapped = roster([rotation()], [override()]);
    expect(["2026-11-18T16:59", "2026-11-18T17:00", "2026-11-19T07:59", "2026-11-19T08:00"].map((t) => who(swapped, t))).toEqual([
      "bob",
      "zoe",
      "zoe",
      "bob",
    ]);
    const off = roster([rotation()], [override({ cancelledAt: at("2026-11-18T20:00") })]);
    expect([who(off, "2026-11-18T19:59"), who(off, "2026-11-18T20:00")]).toEqual(["zoe", "bob"]);
  });

  it("written later beats one written earlier", () => {
    expect(who(roster([], [override({ id: "b", createdAt: 9, people: ["yan"] }), override()]), "2026-11-18T20:00")).toBe("yan");
  });

  it("whoever would be on duty without it comes next in order, then the other turns, then the file", () => {
    expect(lineUp(roster([rotation()], [override()], ["desk"]), at("2026-11-18T20:00"))).toEqual(["zoe", "bob", "cid", "ann", "desk"]);
  });
});

const walls = new Map<string, ReturnType<typeof readWall>>();

/** What a clock on the wall shows in every minute of a span, read once. */
function wallOf(zone: string, from: Instant, to: Instant) {
  const key = `${zone} ${from} ${to}`;
  const known = walls.get(key) ?? readWall(zone, from, to);
  walls.set(key, known);
  return known;
}

function readWall(zone: string, from: Instant, to: Instant) {
  const shown: { readonly date: string; readonly weekday: number; readonly minute: number }[] = [];
  for (let now = from; now < to; now += MINUTE) {
    const wall = DateTime.fromMillis(now, { zone });
    shown.push({ date: wall.toISODate() ?? "", weekday: wall.weekday, minute: wall.hour * 60 + wall.minute });
  }
  return shown;
}

/** The layers played minute by minute, as a person with a clock and a list on the wall would. */
function played(of: Roster, zone: string, from: Instant, to: Instant): readonly string[] {
  const wall = wallOf(zone, from, to);
  const turns = of.rotations.map((each) => {
    let [handovers, lastDay] = [0, ""];
    let started = false;
    return wall.map(({ date, weekday, minute }, index) => {
      const now = from + index * MINUTE;
      const hands = weekday === each.handover.weekday && minute >= each.handover.minute && date !== lastDay;
      if (hands) lastDay = date;
      // A hand-over in the minute in which it begins is the beginning of the first turn.
      if (hands && started && now > each.from) handovers += 1;
      started ||= now >= each.from;
      const spans = office.weekly[weekday] ?? [];
      const holiday = quebecHolidays(Number(date.slice(0, 4))).includes(date);
      const service = !holiday && spans.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
      const covered = { always: true, service, outside: !service, holidays: holiday }[each.covers];
      const inForce = now >= each.from && (each.to === undefined || now < each.to);
      return inForce && covered ? each.people[Math.floor(handovers / each.weeks) % each.people.length] : undefined;
    });
  });
  return wall.map((_, index) => {
    const now = from + index * MINUTE;
    const running = of.overrides.filter((each) => each.from <= now && now < each.to && now < (each.cancelledAt ?? each.to));
    const last = running.sort((a, b) => b.createdAt - a.createdAt)[0];
    if (last !== undefined) return last.people.join("+");
    const ofLayer = (holidays: boolean) => {
      const on = of.rotations.flatMap((each, which) => ((each.covers === "holidays") === holidays ? (turns[which]?.[index] ?? []) : []));
      return [...new Set(on)].join("+");
    };
    return ofLayer(true) || ofLayer(false) || of.base.join("+");
  });
}

describe("for any layers, over both DST nights and at every minute", () => {
  const person = fc.constantFrom("ann", "bob", "cid", "dan");
  const windows = ["2026-02-27T00:00", "2026-10-23T00:00", "2026-12-18T00:00"].map((text) => Date.parse(`${text}Z`));
  const lengthMs = 17 * DAY;
  const inWindow = fc.integer({ min: -3 * 1_440, max: 16 * 1_440 });
  const layer = fc.record({
    people: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }),
    weekday: fc.integer({ min: 1, max: 7 }),
    minute: fc.oneof(fc.constantFrom(0, 90, 120, 150, 180, 480, 1_439), fc.integer({ min: 0, max: 1_439 })),
    weeks: fc.constantFrom(1, 1, 2),
    covers: fc.constantFrom("always", "service", "outside", "holidays"),
    from: inWindow,
    lasts: fc.option(fc.integer({ min: 1, max: 15 * 1_440 }), { nil: undefined }),
  });
  const swap = fc.record({ person, from: inWindow, minutes: fc.integer({ min: 1, max: 3 * 1_440 }), off: fc.boolean() });
  const made = fc.record({
    window: fc.constantFrom(...windows),
    zone: fc.constantFrom(toronto, "America/Halifax", "America/Blanc-Sablon", "UTC", "America/St_Johns"),
    layers: fc.array(layer, { maxLength: 3 }),
    swaps: fc.array(swap, { maxLength: 3 }),
    base: fc.constantFrom<readonly string[]>([], [], ["desk"]),
  });

  function built({ window, zone, layers, swaps, base }: typeof made extends fc.Arbitrary<infer T> ? T : never): Roster {
    const rotations = layers.map(({ weekday, minute, from, lasts, covers, ...rest }, index) => ({
      ...{ ...rest, id: `r${index}`, function: "analyst", zone, covers: covers as Rotation["covers"], calendar: "office" },
      ...{ handover: { weekday, minute }, from: window + from * MINUTE, by: "eve", createdAt: 0 },
      ...(lasts === undefined ? {} : { to: window + (from + lasts) * MINUTE }),
    }));
    const overrides = swaps.map(({ person: one, from, minutes, off }, index) => ({
      ...{ id: `o${index}`, function: "analyst", people: [one], reason: "a swap", by: "eve", createdAt: index },
      ...{ from: window + from * MINUTE, to: window + (from + minutes) * MINUTE },
      ...(off ? { cancelledAt: window + from * MINUTE + HOUR } : {}),
    }));
    return roster(rotations, overrides, base);
  }

  it("exactly who the layers say is on duty, and the gaps are exactly the minutes with nobody", () => {
    fc.assert(
      fc.property(made, (input) => {
        const of = built(input);
        const { window, zone } = input;
        const [from, to] = [window, window + lengthMs];
        // The oracle begins where the first layer may, so that it has seen every hand-over.
        const before = 4 * DAY;
        const want = played(of, zone, from - before, to).slice(before / MINUTE);
        const shifts = shiftsIn(of, from, to);
        const got = want.map(() => "");
        for (const { duty, ...span } of shifts) got.fill(duty.people.join("+"), (span.from - from) / MINUTE, (span.to - from) / MINUTE);
        expect(got).toEqual(want);
        const empty = gapsIn(of, from, to).flatMap((gap) => [(gap.from - from) / MINUTE, (gap.to - from) / MINUTE]);
        const wanted = want.flatMap((people, minute) => {
          const [before1, here] = [want[minute - 1] ?? "x", people];
          return (here === "") === (before1 === "") ? [] : [minute];
        });
        expect(empty.slice(0, wanted.length)).toEqual(wanted);
        if (want.at(-1) === "") expect(empty.at(-1)).toBe(lengthMs / MINUTE);
        // Whoever is on duty comes first in order, and nobody twice.
        const order = lineUp(of, from + DAY);
        expect(order.slice(0, dutyAt(of, from + DAY).people.length)).toEqual(dutyAt(of, from + DAY).people);
        expect(new Set(order).size).toBe(order.length);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
