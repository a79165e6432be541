/** Which failures are one trouble: by place, by firmware, by a room that asks for help; never across what a person split. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Correlation } from "../../daemon/model/correlation.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { correlate, type Failure, Surroundings, type Ties } from "../../rules/correlate.ts";
import "../seed.ts";
import { device, network } from "./made.ts";

const how: Correlation = {
  place: { windowMs: 5 * MINUTE, devices: 2 },
  firmware: { windowMs: 30 * MINUTE, devices: 3, share: 0.05 },
  room: { windowMs: 60 * MINUTE },
};
const free: Ties = { apart: () => false, fleet: () => 10, hits: (id, session) => session === `with ${id}` };
const net = network([device("router"), device("codec", { parents: ["router"] }), device("ups", { parents: ["router"] })]);
const around = new Surroundings(net);

function failure(id: string, minute: number, over: Partial<Failure> = {}): Failure {
  const [trouble, places] = ["out-of-service", ["site:mgh"]];
  const key = `${id}|${over.trouble ?? trouble}|`;
  return { key, root: key, device: id, trouble, onset: minute * MINUTE, places, ...over };
}

const grouped = (failures: readonly Failure[], ties: Ties = free, settings = how) => correlate(failures, around, settings, ties);
const devicesOf = (failures: readonly Failure[], ties?: Ties, settings?: Correlation) =>
  grouped(failures, ties, settings).map(({ keys }) => keys.map((key) => key.split("|")[0]).join(" "));

describe("by session", () => {
  const session = failure("session:s1", 30, { trouble: "session-at-risk", places: [], session: "with codec" });
  const codec = (minute: number, over: Partial<Failure> = {}) => failure("codec", minute, { spoils: true, places: [], ...over });

  it.each([
    ["what failed before it could not be held, however long, is why", codec(0), true],
    ["what fails after is another trouble", codec(31), false],
    ["what takes no session away is another trouble", failure("codec", 0, { places: [] }), false],
    ["a device of another session is another trouble", failure("ups", 0, { spoils: true, places: [] }), false],
  ])("%s", (_name, device, joins) => {
    const groups = grouped([session, device]);
    expect(groups.map(({ keys }) => [...keys].sort())).toEqual(joins ? [[device.key, session.key].sort()] : []);
    if (joins) expect(groups).toMatchObject([{ devices: 1, general: false }]);
  });

  it("two of them at one site are a general failure as ever", () => {
    const two = [codec(28, { places: ["site:mgh"] }), failure("ups", 29)];
    expect(grouped([session, ...two])).toMatchObject([{ devices: 2, general: true }]);
  });
});

describe("by place", () => {
  const cases: readonly (readonly [string, readonly Failure[], readonly string[]])[] = [
    ["two alike at one site within the window are one", [failure("a", 0), failure("b", 5)], ["a b"]],
    ["a second past the window are two", [failure("a", 0), failure("b", 5.1)], []],
    ["each within the window of the one before are one", [failure("a", 0), failure("b", 4), failure("c", 8)], ["a b c"]],
    ["another symptom is another trouble", [failure("a", 0, { trouble: "high-loss" }), failure("b", 0)], []],
    ["another site is another place", [failure("a", 0), failure("b", 0, { places: ["site:jgh"] })], []],
    [
      "one parent is one place, whatever the sites",
      [failure("a", 0, { places: ["site:jgh", "uplink:core"] }), failure("b", 0, { places: ["site:mgh", "uplink:core"] })],
      ["a b"],
    ],
    ["two alarms of one device are no general failure", [failure("a", 0), { ...failure("a", 0), key: "a|silent|", root: "r" }], []],
    [
      "what is behind a device that is out of service itself is its matter",
      [carrier("router", 1), failure("codec", 0), failure("ups", 0)],
      [],
    ],
    ["a switch and a codec are not alike", [carrier("router", 0), failure("a", 0)], []],
  ];
  function carrier(id: string, minute: number): Failure {
    return failure(id, minute, { trouble: around.troubleOf(id, "unreachable", true) });
  }
  it.each(cases)("%s", (_name, failures, want) => {
    expect(devicesOf(failures)).toEqual(want);
  });

  it("says why, with what, where and how many", () => {
    const [group] = grouped([failure("a", 0), failure("b", 3), failure("c", 4)]);
    expect(group).toMatchObject({ devices: 3, general: true });
    expect(group?.why.get("c|out-of-service|")).toBe("3 devices are out of service at mgh, within 5 min of each other");
  });

  it("two cameras are one trouble, and no general failure", () => {
    const camera = { trouble: "camera-disconnected", part: true } as const;
    expect(grouped([failure("a", 0, camera), failure("b", 1, camera)])).toMatchObject([{ devices: 2, general: false }]);
  });

  it("is not looked for where it is switched off", () => {
    expect(devicesOf([failure("a", 0), failure("b", 0)], free, {})).toEqual([]);
  });
});

describe("by model and firmware", () => {
  const on = (id: string, minute: number, site: string) =>
    failure(id, minute, { places: [`site:${site}`], product: "Room Kit ce9.15", trouble: "reboot-loop" });
  const three = [on("a", 0, "mgh"), on("b", 20, "jgh"), on("c", 29, "mch")];

  it("three alike within half an hour are one, wherever they stand", () => {
    const [group] = grouped(three);
    expect(group).toMatchObject({ devices: 3, general: true });
    expect(group?.why.get("b|reboot-loop|")).toBe(
      "3 devices have the same symptom (reboot-loop) on Room Kit ce9.15, within 30 min of each other",
    );
  });

  it("two are none; nor are three of a fleet in which three are nothing", () => {
    expect(devicesOf(three.slice(0, 2))).toEqual([]);
    expect(devicesOf(three, { ...free, fleet: () => 100 })).toEqual([]);
    expect(devicesOf(three, { ...free, fleet: () => 60 })).toEqual(["a b c"]);
  });
});

describe("in a room", () => {
  const call = (minute: number) => failure("hdx", minute, { trouble: "user-assistance", request: true, places: [], room: "a101" });

  it("a call for help and a device there are one: before it, or within the hour after", () => {
    expect(devicesOf([failure("a", 0, { room: "a101" }), call(600)])).toEqual(["a hdx"]);
    expect(devicesOf([call(0), failure("a", 60, { room: "a101" })])).toEqual(["hdx a"]);
    expect(devicesOf([call(0), failure("a", 61, { room: "a101" })])).toEqual([]);
    expect(devicesOf([call(0), failure("a", 0, { room: "a102" })])).toEqual([]);
  });

  it("two calls for help are two people", () => {
    expect(devicesOf([call(0), { ...call(0), key: "other|user-assistance|", root: "other" }])).toEqual([]);
  });
});

describe("what a person split", () => {
  it("is not put together again, nor by a third that is like both", () => {
    const apart = (one: string, other: string) => [one, other].sort().join() === "a|out-of-service|,b|out-of-service|";
    expect(devicesOf([failure("a", 0), failure("b", 0)], { ...free, apart })).toEqual([]);
    expect(devicesOf([failure("a", 0), failure("b", 0), failure("c", 0)], { ...free, apart })).toEqual(["a c"]);
  });
});

const some = fc.array(
  fc
    .record({
      id: fc.integer({ min: 0, max: 12 }),
      minute: fc.integer({ min: 0, max: 40 }),
      site: fc.constantFrom("mgh", "jgh"),
      trouble: fc.constantFrom("out-of-service", "high-loss"),
      product: fc.constantFrom(undefined, "x 1", "y 2"),
    })
    .map(({ id, minute, site, trouble, product }) =>
      failure(`d${id}`, minute, { places: [`site:${site}`], trouble, ...(product === undefined ? {} : { product }) }),
    ),
  { maxLength: 20 },
);
const unlike = (failures: readonly Failure[]) => [...new Map(failures.map((each) => [each.key, each])).values()];

it("the order in which they came changes nothing", () => {
  fc.assert(
    fc.property(some.map(unlike), fc.infiniteStream(fc.nat()), (failures, dice) => {
      const shuffled = failures.map((each) => ({ each, at: dice.next().value as number })).sort((a, b) => a.at - b.at);
      expect(grouped(shuffled.map(({ each }) => each))).toEqual(grouped(failures));
    }),
  );
});

it("one that comes later only ever joins groups: none falls apart", () => {
  fc.assert(
    fc.property(some.map(unlike), (failures) => {
      const last = grouped(failures);
      for (const group of grouped(failures.slice(0, -1)))
        expect(last.some(({ keys }) => group.keys.every((key) => keys.includes(key)))).toBe(true);
    }),
  );
});
