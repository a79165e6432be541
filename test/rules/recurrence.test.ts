/** The same failure again, or another one? */
import { describe, expect, it } from "vitest";
import type { DeviceEvent } from "../../daemon/model/inventory.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { changesBeside, fingerprint, recurrenceOf } from "../../rules/recurrence.ts";

describe("recurrence", () => {
  it.each([
    ["never seen", undefined, 100, "new"],
    ["within the window", 70, 100, "same"],
    ["later", 69, 100, "recurrence"],
    ["ended after the look, a clock that jumped", 130, 100, "same"],
  ] as const)("%s", (_, ended, at, verdict) => {
    expect(recurrenceOf(ended, at, 30)).toBe(verdict);
  });

  it("two parts of a device are two fingerprints", () => {
    expect(fingerprint("d", "camera-disconnected", "camera 1")).toBe("d|camera-disconnected|camera 1");
    expect(fingerprint("d", "unreachable")).toBe("d|unreachable|");
  });
});

describe("what was changed beside the failures", () => {
  const failures = [
    { number: "C", from: 40 * DAY },
    { number: "A", from: 10 * DAY, to: 10 * DAY + HOUR },
    { number: "B", from: 20 * DAY, to: 20 * DAY + HOUR },
  ];
  const change = (at: number, more: Partial<DeviceEvent> = {}): DeviceEvent => ({
    ...{ device: "d", at, code: "firmware-changed", name: "software_version" },
    ...more,
  });
  const beside = (at: number, more: Partial<DeviceEvent> = {}, part?: string) =>
    changesBeside(failures, [change(at, more)], part).map(({ failure, leadMs, before, after }) => [failure.number, leadMs, before, after]);

  it.each([
    ["three hours before the first: never before it, every time since", 10 * DAY - 3 * HOUR, ["A", 3 * HOUR, 0, 3]],
    ["exactly seven days before", 13 * DAY, ["B", 7 * DAY, 1, 2]],
    ["a millisecond more than seven days before any", 13 * DAY - 1, undefined],
    ["at the very moment of the first bad look: with it", 20 * DAY, ["B", 0, 1, 2]],
    ["while it lasts", 20 * DAY + HOUR / 2, ["B", -HOUR / 2, 1, 2]],
    ["seen by the looks that ended it", 20 * DAY + HOUR + 15 * MINUTE, ["B", -HOUR - 15 * MINUTE, 1, 2]],
    ["after it was over, and long before the next", 20 * DAY + HOUR + 15 * MINUTE + 1, undefined],
    ["while one lasts that has not ended", 90 * DAY, ["C", -50 * DAY, 2, 1]],
  ] as const)("%s", (_, at, wanted) => {
    expect(beside(at)).toEqual(wanted === undefined ? [] : [wanted]);
  });

  it("leaves out that a part is gone or back where that is the failure, and tells every other change of the part", () => {
    const at = 10 * DAY - HOUR;
    expect(beside(at, { code: "peripheral-missing", part: "camera 1" }, "camera 1")).toEqual([]);
    expect(beside(at, { code: "peripheral-back", part: "camera 1" }, "camera 1")).toEqual([]);
    expect(beside(at, { code: "peripheral-missing", part: "camera 2" }, "camera 1")).toHaveLength(1);
    expect(beside(at, { code: "peripheral-missing", part: "camera 1" })).toHaveLength(1);
    expect(beside(at, { code: "firmware-changed", part: "camera 1" }, "camera 1")).toHaveLength(1);
  });

  it("comes newest first, whatever order it was given in, and of no failure there is nothing", () => {
    const changes = [change(9 * DAY), change(19 * DAY), change(10 * DAY - 1)];
    expect(changesBeside(failures, changes, undefined).map((each) => each.change.at)).toEqual([19 * DAY, 10 * DAY - 1, 9 * DAY]);
    expect(changesBeside([], changes, undefined)).toEqual([]);
  });
});
