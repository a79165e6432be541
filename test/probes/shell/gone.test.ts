/** Parts that vanish from a list without a word. */
import { expect, it } from "vitest";
import type { ShellAsk } from "../../../daemon/model/family.ts";
import type { Parts } from "../../../probes/shell/gone.ts";
import { readValues } from "../../../probes/shell/values.ts";

const ask: ShellAsk = {
  command: "xStatus Cameras",
  values: [
    {
      ...{ path: "Cameras.Camera[].Connected", name: "peripheral", as: "state", part: "camera", gone: "disconnected" },
      states: { True: "connected", False: "disconnected" },
    },
  ],
};

/** A device that is looked at again and again; each look lists cameras as `1+ 2-`. */
function device() {
  const parts: Parts = new Map();
  return (listed: string | "unknown command"): string => {
    const items = listed.split(" ").filter((word) => word !== "");
    const Camera = items.map((word) => ({ id: word.slice(0, -1), Connected: { Value: word.endsWith("+") ? "True" : "False" } }));
    const status = items.length === 0 ? undefined : { Cameras: { Camera } };
    const answer =
      listed === "unknown command" ? { form: "json" as const, status: undefined, problem: "no" } : { form: "json" as const, status };
    const { readings } = readValues([{ ask, answer }], { counters: undefined, atMs: 0, inventory: new Set(), parts });
    return readings.map(({ part, value }) => `${part?.split(" ")[1]} ${value}`).join(", ");
  };
}

it.each<[string, readonly (readonly [string, string])[]]>([
  [
    "one that was connected is missed until it is back",
    [
      ["1+", "1 connected"],
      ["", "1 disconnected"],
      ["", "1 disconnected"],
      ["1+", "1 connected"],
    ],
  ],
  [
    "one that said so before it vanished stays unplugged",
    [
      ["1+", "1 connected"],
      ["1-", "1 disconnected"],
      ["", "1 disconnected"],
    ],
  ],
  [
    "an empty socket that vanishes is not missed",
    [
      ["1-", "1 disconnected"],
      ["", ""],
    ],
  ],
  [
    "nothing is missed that was never there",
    [
      ["", ""],
      ["", ""],
    ],
  ],
  [
    "a question that the device does not know says nothing",
    [
      ["1+", "1 connected"],
      ["unknown command", ""],
      ["1+", "1 connected"],
    ],
  ],
  [
    "one plugged in elsewhere at once takes its place",
    [
      ["1+", "1 connected"],
      ["2+", "2 connected, 1 replaced"],
    ],
  ],
  [
    "one that comes later takes its place",
    [
      ["1+", "1 connected"],
      ["", "1 disconnected"],
      ["2+", "2 connected, 1 replaced"],
    ],
  ],
  [
    "one that was there all the time takes no place",
    [
      ["1+ 2+", "1 connected, 2 connected"],
      ["2+", "2 connected, 1 disconnected"],
    ],
  ],
  [
    "a replaced one is told five times, then forgotten",
    [["1+", "1 connected"], ...Array.from({ length: 5 }, () => ["2+", "2 connected, 1 replaced"] as const), ["2+", "2 connected"]],
  ],
  [
    "a replaced one that is back is one of two",
    [
      ["1+", "1 connected"],
      ["2+", "2 connected, 1 replaced"],
      ["1+ 2+", "1 connected, 2 connected"],
      ["1+", "1 connected, 2 disconnected"],
    ],
  ],
])("%s", (_name, looks) => {
  const look = device();
  for (const [listed, told] of looks) expect(look(listed)).toBe(told);
});

it("ids that change with every look are bounded", () => {
  const look = device();
  for (let id = 1; id <= 5_000; id += 1) look(`${id}+`);
  // The one that is there, and what is missed: as many as are remembered, and of them those that were not replaced.
  const told = look("9999+").split(", ");
  expect(told[0]).toBe("9999 connected");
  expect(told.length).toBeGreaterThan(1);
  expect(told.length).toBeLessThanOrEqual(1 + 64);
});
