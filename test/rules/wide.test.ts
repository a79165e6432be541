/** One fact told by two sources, one of each part and one of the whole or of the kind, is one alarm. */
import { describe, expect, it } from "vitest";
import type { Reading } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { Memory, rule, seen, trap } from "./made.ts";

const sip = rule({ symptom: "sip-unregistered", when: { on: "reading", name: "sip_registration", is: [], not: ["registered"] } });
const camera = rule({
  symptom: "camera-disconnected",
  when: { on: "reading", name: "peripheral", partPrefix: "camera", is: ["disconnected"] },
  afterGood: true,
});
const rows = (at: number, ...readings: readonly Reading[]) => seen(at, { readings }, { kind: "snmp" });
const sum = (at: number, ...readings: readonly Reading[]) => seen(at, { readings }, { kind: "https" });
const registration = (part: string, value: string): Reading => ({ name: "sip_registration", part, value });
const cam = (part: string, value: string): Reading => ({ name: "peripheral", part, value });
const active = (memory: Memory) =>
  [...memory.alarms.values()].filter(({ state }) => state === "active").map(({ part }) => part ?? "device");

describe("a registration that its row and the sum of all rows tell", () => {
  it("the row first: the sum adds no alarm, and its good word ends none", () => {
    const memory = new Memory([sip]);
    memory.see(rows(1, registration("registration 1", "failed")));
    memory.see(sum(2, registration("registration", "failed")));
    memory.see(sum(3, registration("registration", "registered")));
    expect(active(memory)).toEqual(["registration 1"]);
    memory.see(rows(4, registration("registration 1", "registered")));
    expect(memory.kinds()).toEqual(["raised", "cleared"]);
  });

  it("the sum first: the rows answer for it, and end it", () => {
    const memory = new Memory([sip]);
    memory.see(sum(1, registration("registration", "failed")));
    memory.see(rows(2, registration("registration 1", "failed")));
    expect(active(memory)).toEqual(["registration"]);
    memory.see(rows(3, registration("registration 1", "registered")));
    expect(memory.kinds()).toEqual(["raised", "cleared"]);
  });

  it.each<readonly [string, Partial<Rule>]>([
    ["waits for time", { forMs: 10 }],
    ["waits for two looks", { attempts: 2 }],
  ])("while its alarm %s both looks count for one", (_, over) => {
    for (const [first, second] of [
      [rows(1, registration("registration 1", "failed")), sum(2, registration("registration", "failed"))],
      [sum(1, registration("registration", "failed")), rows(2, registration("registration 1", "failed"))],
    ] as const) {
      const memory = new Memory([{ ...sip, ...over }]);
      memory.see(first);
      memory.see(second);
      memory.wake(20);
      expect(memory.kinds()).toEqual(["raised"]);
    }
  });

  it("a notification without a part joins the alarm of the row, active or pending, and asks for a look", () => {
    for (const over of [{}, { forMs: 60 }]) {
      const memory = new Memory([{ ...sip, ...over }]);
      memory.see(rows(1, registration("registration 1", "failed")));
      expect(memory.see(trap(2, "raise", "sip-unregistered")).confirm).toBe(true);
      expect(active(memory)).toEqual(["registration 1"]);
      expect(memory.see(trap(3, "clear", "sip-unregistered")).confirm).toBe(true);
      memory.see(rows(4, registration("registration 1", "registered")));
      expect(memory.kinds()).toEqual(["raised", "cleared"]);
    }
  });
});

describe("cameras, each and together", () => {
  it("another one of the kind has an alarm of its own; the kind adds none", () => {
    const memory = new Memory([camera]);
    memory.see(rows(1, cam("camera 1", "connected"), cam("camera 2", "connected")));
    memory.see(sum(2, cam("camera", "connected")));
    memory.see(rows(3, cam("camera 1", "disconnected"), cam("camera 2", "connected")));
    memory.see(sum(4, cam("camera", "disconnected")));
    memory.see(rows(5, cam("camera 1", "disconnected"), cam("camera 2", "disconnected")));
    expect(active(memory)).toEqual(["camera 1", "camera 2"]);
  });

  it("one that was never connected does not hold what another answers", () => {
    const memory = new Memory([camera]);
    memory.see(rows(1, cam("camera 1", "connected"), cam("camera 2", "disconnected")));
    memory.see(trap(2, "raise", "camera-disconnected"));
    memory.see(rows(3, cam("camera 1", "connected"), cam("camera 2", "disconnected")));
    expect(memory.kinds()).toEqual(["raised", "cleared"]);
  });

  it("a list that names each one does not say that their kind is gone", () => {
    const memory = new Memory([
      rule({ symptom: "camera-disconnected", when: { on: "reading", name: "peripheral", is: ["disconnected"] } }),
    ]);
    memory.see(sum(1, cam("camera", "disconnected")));
    memory.see(seen(2, { readings: [cam("camera 1", "disconnected")], whole: ["peripheral"] }, { kind: "ssh" }));
    expect(active(memory)).toEqual(["camera"]);
  });
});

it("what the device says of itself as a whole is not ended by a part that is another thing", () => {
  const voltage = rule({
    symptom: "voltage-abnormal",
    when: { on: "reading", name: "voltage_status", is: ["critical"], clear: ["normal"] },
  });
  const memory = new Memory([voltage]);
  const says = (at: number, whole: string, battery: string) =>
    sum(at, { name: "voltage_status", value: whole }, { name: "voltage_status", part: "clock-battery", value: battery });
  for (let at = 1; at <= 30; at += 1) memory.see(says(at, "critical", "normal"));
  expect(memory.kinds()).toEqual(["raised"]);
  memory.see(says(31, "critical", "critical"));
  expect(active(memory)).toEqual(["device", "clock-battery"]);
});
