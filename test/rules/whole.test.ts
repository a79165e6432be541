/** Lists that a look holds whole: what is no longer in them is gone. */
import { describe, expect, it } from "vitest";
import type { Reading } from "../../daemon/model/observation.ts";
import { Memory, rule, seen, trap } from "./made.ts";

const diagnostics = rule({ symptom: "device-diagnostic", when: { on: "reading", name: "diagnostic", is: ["error", "critical"] } });
const says = (part: string, value: string): Reading => ({ name: "diagnostic", part, value });
const look = (at: number, readings: readonly Reading[], whole: readonly string[] = ["diagnostic"]) =>
  seen(at, { readings, whole }, { kind: "ssh" });
const state = (memory: Memory, part = "fanstatus") => memory.alarms.get(`d|device-diagnostic|${part}`)?.state;

describe("a whole list", () => {
  it("clears the alarm of a part that is no longer in it, and of no other", () => {
    const memory = new Memory([diagnostics]);
    memory.see(look(1, [says("fanstatus", "error"), says("ntpstatus", "error")]));
    memory.see(look(2, [says("ntpstatus", "error")]));
    expect([state(memory), state(memory, "ntpstatus")]).toEqual(["inactive", "active"]);
    expect(memory.kinds()).toEqual(["raised", "raised", "cleared"]);
  });

  it("counts the good looks after the clearing, so that an incident ends", () => {
    const memory = new Memory([diagnostics]);
    memory.see(look(1, [says("fanstatus", "error")]));
    memory.see(look(2, []));
    memory.see(look(3, []));
    expect(memory.kinds()).toEqual(["raised", "cleared", "good-look"]);
  });

  it("starts a pending alarm over", () => {
    const memory = new Memory([{ ...diagnostics, attempts: 2 }]);
    memory.see(look(1, [says("fanstatus", "error")]));
    memory.see(look(2, []));
    expect(state(memory)).toBe("inactive");
  });

  it("that is not whole, or whole of something else, holds the alarm", () => {
    const memory = new Memory([diagnostics]);
    memory.see(look(1, [says("fanstatus", "error")]));
    memory.see(seen(2, { readings: [says("ntpstatus", "info")] }, { kind: "ssh" }));
    memory.see(look(3, [], ["peripheral"]));
    expect(state(memory)).toBe("active");
  });

  it("raises nothing for a part that never had an alarm", () => {
    const memory = new Memory([{ ...diagnostics, when: { on: "reading", name: "diagnostic", is: [], not: ["info"] } }]);
    memory.see(look(1, [says("fanstatus", "info")]));
    memory.see(look(2, []));
    expect(memory.alarms.size).toBe(0);
  });

  it("keeps the alarm of a rule to which being gone is bad, and one whose clear words lack it", () => {
    const listed = rule({ symptom: "device-diagnostic", when: { on: "reading", name: "diagnostic", is: ["error", "absent"] } });
    const strict = rule({ symptom: "device-diagnostic", when: { on: "reading", name: "diagnostic", is: ["error"], clear: ["ok"] } });
    for (const one of [listed, strict]) {
      const memory = new Memory([one]);
      memory.see(look(1, [says("fanstatus", "error")]));
      memory.see(look(2, []));
      expect(state(memory)).toBe("active");
    }
  });

  it("is judged within conditions made of several, and only for the rule's own parts", () => {
    const both = rule({
      symptom: "device-diagnostic",
      when: {
        on: "any",
        of: [
          { on: "reading", name: "diagnostic", is: ["error"] },
          { on: "look", kind: "icmp" },
        ],
      },
    });
    const memory = new Memory([both]);
    memory.see(look(1, [says("fanstatus", "error")]));
    memory.see(look(2, []));
    // The other half of the condition did not say: the alarm holds.
    expect(state(memory)).toBe("active");
  });

  it("with nothing in it answers an alarm that a trap raised without a part", () => {
    const memory = new Memory([diagnostics]);
    memory.see(trap(1, "raise", "device-diagnostic"));
    memory.see(look(2, [], []));
    expect(state(memory, "")).toBe("active");
    memory.see(look(3, []));
    expect(state(memory, "")).toBe("inactive");
  });
});

it("a number whose part is gone is beyond no limit: the call is over", () => {
  const loss = rule({ symptom: "media-loss", when: { on: "sample", name: "media_loss_ratio", above: 0.01 }, forMs: 30 });
  const memory = new Memory([loss]);
  const part = "channel video incoming main";
  const poll = (at: number, value: number) => seen(at, { samples: [{ name: "media_loss_ratio", part, value }] }, { kind: "ssh" });
  memory.see(poll(1, 0.05));
  memory.see(seen(10, { whole: ["media_loss_ratio"] }, { kind: "ssh" }));
  expect(memory.alarms.get(`d|media-loss|${part}`)?.state).toBe("inactive");
  memory.see(poll(20, 0.05));
  memory.see(poll(60, 0.05));
  memory.see(seen(70, {}, { kind: "ssh" }));
  expect(memory.alarms.get(`d|media-loss|${part}`)?.state).toBe("active");
  memory.see(seen(80, { whole: ["media_loss_ratio"] }, { kind: "ssh" }));
  expect(memory.alarms.get(`d|media-loss|${part}`)?.state).toBe("inactive");
});
