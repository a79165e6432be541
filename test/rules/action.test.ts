/** What people write down that they changed: whether it is well said, and what becomes of a new address. */
import { describe, expect, it } from "vitest";
import type { Network } from "../../daemon/model/network.ts";
import { HOUR } from "../../daemon/model/time.ts";
import type { WorkAction } from "../../daemon/model/work.ts";
import { endOfAction, type NewAction, notSayable, quietMs } from "../../rules/action.ts";

const network = {
  devices: new Map([["codec-7", { id: "codec-7", address: "codec-7.mgh.example" }]]),
  rooms: new Map([["a101", {}]]),
  links: new Map([["wan-1", {}]]),
} as unknown as Network;
const isAddress = (text: string) => /^[\w.:-]+$/.test(text);
const say = (action: Partial<NewAction>) => notSayable({ kind: "other", what: "x", ...action } as NewAction, network, isAddress);

describe("an action", () => {
  it.each<readonly [string, Partial<NewAction>]>([
    ["of any kind may be nowhere of ours", {}],
    ["is at one device, room or link", { room: "a101" }],
    ["swaps a device", { kind: "swap", device: "codec-7", serialAfter: "B" }],
    ["swaps a part of one", { kind: "swap", device: "codec-7", part: "camera", serialAfter: "B" }],
    ["swaps what is no device of ours", { kind: "swap", serialAfter: "B" }],
    ["changes an address", { kind: "ip-change", device: "codec-7", after: "10.0.0.9" }],
  ])("%s", (_name, action) => {
    expect(say(action)).toBeUndefined();
  });

  it.each<readonly [string, Partial<NewAction>, string]>([
    ["two places", { device: "codec-7", room: "a101" }, "name one of them at most"],
    ["a device that is not there", { device: "codec-8" }, 'there is no device "codec-8"'],
    ["what every object has is no device", { device: "constructor" }, 'there is no device "constructor"'],
    ["nor a room", { room: "__proto__" }, 'there is no room "__proto__"'],
    ["nor a link", { link: "toString" }, 'there is no link "toString"'],
    ["a swap without the new serial", { kind: "swap", device: "codec-7" }, "serialAfter: a swap names"],
    ["a part without its device", { kind: "swap", part: "camera", serialAfter: "B" }, "part: only a swap"],
    ["a part of what was not swapped", { device: "codec-7", part: "camera" }, "part: only a swap"],
    ["a new address of nothing", { kind: "ip-change", after: "10.0.0.9" }, "device: an address change names"],
    ["no new address", { kind: "ip-change", device: "codec-7" }, "after: an address change names"],
    ["an address with a command in it", { kind: "ip-change", device: "codec-7", after: "10.0.0.9; reboot" }, "is no address"],
  ])("is refused, and what to write instead: %s", (_name, action, why) => {
    expect(say(action)).toContain(why);
  });
});

describe("a new address", () => {
  const until = 1_000_000 + quietMs;
  const waits = (over: Partial<WorkAction> = {}) =>
    ({ device: "codec-7", after: "10.0.0.9", quiet: { silence: "s", until }, ...over }) as WorkAction;
  const end = (action: WorkAction, at: number, address = "codec-7.mgh.example") =>
    endOfAction(action, { ...network, devices: new Map([["codec-7", { address } as never]]) }, at);

  it("waits for the configuration, a day at most, and then says what it has", () => {
    expect(quietMs).toBe(24 * HOUR);
    expect(end(waits(), until - 1)).toBeUndefined();
    expect(end(waits(), until)).toEqual({
      state: "expired",
      why: "the configuration in force still has codec-7.mgh.example and not 10.0.0.9: write it there, or say it again",
    });
    const { quiet: _q, ...loud } = waits();
    expect(end(loud as WorkAction, until * 2), "nothing is kept quiet by it").toBeUndefined();
  });

  it("is done once it is there, also late, and however it is written", () => {
    expect(end(waits(), until + HOUR, "10.0.0.9")).toMatchObject({ state: "done" });
    for (const [said, has] of [
      ["Codec-7.MGH.example", "codec-7.mgh.example"],
      ["2001:DB8::7", "2001:db8::7"],
    ])
      expect([said, end(waits({ after: said ?? "" }), 0, has)?.state]).toEqual([said, "done"]);
    expect(end(waits({ after: "10.0.0.99" }), 0, "10.0.0.9")).toBeUndefined();
  });

  it("of a device that left the configuration waits no more", () => {
    expect(end(waits({ device: "codec-8" }), 0)).toMatchObject({
      state: "expired",
      why: expect.stringContaining("left the configuration"),
    });
  });
});
