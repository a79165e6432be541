/** A unit that a person has replaced: what the inventory takes of it, and what a device says to it. */
import { describe, expect, it } from "vitest";
import type { DeviceInventory, Swap } from "../../daemon/model/inventory.ts";
import { HOUR } from "../../daemon/model/time.ts";
import { aheadMs, type Candidates, takeStock } from "../../rules/inventory.ts";
import { swapOf, takeSwap } from "../../rules/swap.ts";
import { device, seen } from "./made.ts";

const checks = [{ id: "d/ssh", device: "d", kind: "ssh", intervalMs: 60_000, timeoutMs: 1 }] as const;
const codec = device("d", { checks, room: "a-101" });
const fact = (name: string, value: string, part?: string) => ({
  ...{ name, value, since: 1, check: "d/ssh" },
  ...(part === undefined ? {} : { part }),
});
const before: DeviceInventory = {
  device: "d",
  unitSince: 1,
  facts: [fact("serial", "A1"), fact("model", "Kit"), fact("peripheral_serial", "C1", "camera 1"), fact("serial", "M1", "module 2")],
};
const swap = (more: Partial<Swap> = {}): Swap => ({ action: "N-A1", device: "d", at: 1_000, serialAfter: "B2", ...more });
const taken = (more: Partial<Swap> = {}, candidates?: Candidates) =>
  takeSwap({ device: codec, swap: swap(more), before, candidates }) ?? expect.fail("nothing was taken");

/** The events of looks that tell the serial, at these times. */
function tells(inventory: DeviceInventory | undefined, serial: string, ...times: readonly number[]) {
  let [known, candidates]: [DeviceInventory | undefined, Candidates | undefined] = [inventory, undefined];
  const events: string[] = [];
  const units: string[] = [];
  for (const at of times) {
    const observation = seen(at, { readings: [{ name: "serial", value: serial }] }, { kind: "ssh", check: "d/ssh" });
    const found = takeStock({ device: codec, observation, before: known, candidates });
    known = found?.inventory ?? known;
    candidates = found?.candidates ?? candidates;
    for (const each of found?.events ?? []) events.push(`${each.code} ${each.before} ${each.after}`);
    for (const each of found?.units ?? []) units.push(`${each.serial} ${each.from} ${each.to ?? "now"}`);
  }
  return { events, units, value: known?.facts.find(({ name, part }) => name === "serial" && part === undefined) };
}

describe("a swap that a person says", () => {
  it("ends the old unit and begins the new one in the same room, and keeps the other facts", () => {
    const { units, events, inventory } = taken();
    expect(units).toEqual([
      { device: "d", site: "site", room: "a-101", serial: "A1", model: "Kit", from: 1, to: 1_000 },
      { device: "d", site: "site", room: "a-101", serial: "B2", model: "Kit", from: 1_000 },
    ]);
    expect(events).toEqual([{ device: "d", at: 1_000, code: "unit-replaced", name: "serial", before: "A1", after: "B2", action: "N-A1" }]);
    expect(inventory?.facts).toHaveLength(4);
    expect(inventory?.unitSince).toBe(1_000);
  });

  it("of a part is no new unit, and stands under the name that the device has for it", () => {
    for (const [part, name] of [
      ["camera 1", "peripheral_serial"],
      ["module 2", "serial"],
    ] as const) {
      const { units, events, inventory } = taken({ part });
      expect([units, inventory?.unitSince]).toEqual([[], 1]);
      expect(events).toMatchObject([{ code: "peripheral-replaced", name, part, after: "B2" }]);
    }
  });

  it("that the device has told already is nothing new, however it is spelt", () => {
    expect(takeSwap({ device: codec, swap: swap({ serialAfter: "a-1" }), before, candidates: undefined })).toBeUndefined();
  });

  it("takes the place of what one look had told", () => {
    const waiting: Candidates = new Map([
      ["serial", { value: "B2", at: 900 }],
      ["model", { value: "Pro", at: 900 }],
    ]);
    expect([...taken({}, waiting).candidates.keys()]).toEqual(["model"]);
  });
});

describe("the device, after it", () => {
  const { inventory } = taken();
  it("tells the same: no change, in its own spelling, by one look", () => {
    const said = tells(taken({ serialAfter: "b-2" }).inventory, "B2", 2_000);
    expect(said).toMatchObject({ events: [], units: ["B2 1000 now"], value: { value: "B2", since: 1_000, check: "d/ssh" } });
    expect(said.value).not.toHaveProperty("said");
  });

  it("tells the serial that was to go: it waits a day, to the millisecond, and is then believed", () => {
    expect(tells(inventory, "A1", 2_000, HOUR, 999 + aheadMs)).toMatchObject({ events: [], units: [] });
    expect(tells(inventory, "A1", 999 + aheadMs, 1_000 + aheadMs).events, "one look is none").toEqual([]);
    const believed = tells(inventory, "A1", 1_000 + aheadMs, 1_001 + aheadMs);
    expect(believed).toMatchObject({ events: ["serial-corrected B2 A1"], units: ["A1 1000 now"] });
  });

  it("tells a third one: corrected after two looks, the unit stays one, and the next change is one again", () => {
    expect(tells(inventory, "C3", 2_000).events).toEqual([]);
    const corrected = tells(inventory, "C3", 2_000, 3_000);
    expect(corrected).toMatchObject({ events: ["serial-corrected B2 C3"], units: ["C3 1000 now"], value: { since: 1_000 } });
  });
});

it.each([
  ["the serial that is there", {}, { serialBefore: "A1" }],
  ["it as the inventory spells it", { serialBefore: "a 1" }, { serialBefore: "A1" }],
  ["the part that had that serial", { serialBefore: "c1" }, { part: "camera 1", serialBefore: "C1" }],
  ["the part that is named", { part: "module 2" }, { part: "module 2", serialBefore: "M1" }],
  ["the unit before, when the new one was told already", { serialAfter: "A1" }, { serialBefore: "Z0" }],
])("a swap knows %s", (_what, more, known) => {
  expect(swapOf({ device: "d", serialAfter: "B2", ...more }, before, "Z0")).toEqual(known);
});

it.each([
  ["a part that it has not", { part: "camera 3" }, /^part: d has no part "camera 3"; one of: camera 1, module 2$/],
  ["a serial that never was there", { serialBefore: "Q" }, /^serialBefore: d is known by the serial A1;/],
  ["another serial of the part", { part: "camera 1", serialBefore: "A9" }, /^serialBefore: camera 1 is known by the serial C1;/],
])("a swap does not name %s", (_what, more, said) => {
  expect(swapOf({ device: "d", serialAfter: "B2", ...more }, before, undefined)).toMatchObject({ refused: expect.stringMatching(said) });
});
