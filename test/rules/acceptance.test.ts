/**
 * The acceptance sheet: what is seen, what a person must say, and when it may be signed.
 */
import { describe, expect, it } from "vitest";
import type { DeviceLights, LightState } from "../../daemon/model/lights.ts";
import { type SheetDevice, sheetOf, sign } from "../../rules/acceptance.ts";

const light = (state: LightState, code: string) => ({ state, since: 0, code });
const lights = (more: Partial<DeviceLights["lights"]> = {}): DeviceLights => ({
  device: "codec",
  lights: {
    link: light("good", "answers-ping"),
    login: light("good", "accepted"),
    api: light("good", "answers"),
    registered: light("not-applicable", "not-registering"),
    ready: light("good", "nothing-wrong"),
    ...more,
  },
});
const fact = (name: string, value: string, part?: string) => ({
  name,
  value,
  since: 0,
  check: "codec/ssh",
  ...(part === undefined ? {} : { part }),
});
const codec = (more: Partial<SheetDevice> = {}): SheetDevice => ({
  id: "codec",
  kind: "codec",
  lights: lights(),
  inventory: { device: "codec", facts: [fact("software_version", "ce9.15.3"), fact("peripheral_model", "PTZ4K", "camera 1")] },
  alarms: [],
  ...more,
});
const states = (device: SheetDevice) =>
  Object.fromEntries(
    sheetOf("a101", [device]).lines.map(({ id, state, value }) => [id, value === undefined ? state : `${state} ${value}`]),
  );

describe("the sheet", () => {
  it("of a codec that is well asks a person for the test call, and for nothing else", () => {
    expect(states(codec())).toEqual({
      "codec/link": "good answers-ping",
      "codec/login": "good accepted",
      "codec/api": "good answers",
      "codec/registered": "good not-registering",
      "codec/ready": "good nothing-wrong",
      "codec/firmware": "good ce9.15.3",
      "codec/peripherals": "good camera 1",
      "test-call": "open",
    });
  });

  it("of a device that was never looked at is open in every line: not seen is not good", () => {
    expect(Object.values(states({ id: "codec", kind: "codec", alarms: [] }))).toEqual(Array(8).fill("open"));
  });

  it("a light that is out is bad, a warning or an unknown one is for a person", () => {
    const found = states(
      codec({ lights: lights({ link: light("bad", "no-answer"), api: light("warning", "alarm"), ready: light("unknown", "link-down") }) }),
    );
    expect(found).toMatchObject({ "codec/link": "bad no-answer", "codec/api": "open alarm", "codec/ready": "open link-down" });
  });

  it("a peripheral that is unplugged, or missing since it was seen, is bad and named", () => {
    const facts = [fact("peripheral_model", "PTZ4K", "camera 1"), fact("presence", "missing", "touchpanel 1001")];
    const found = states(codec({ alarms: [{ symptom: "camera-disconnected", part: "camera 2" }], inventory: { device: "codec", facts } }));
    expect(found["codec/peripherals"]).toBe("bad camera 2, touchpanel 1001");
  });

  it("of a switch has no peripherals and no test call", () => {
    const found = sheetOf("site:mgh", [{ ...codec(), id: "switch", kind: "switch" }]);
    expect(found.lines.map(({ item }) => item)).toEqual(["link", "login", "api", "registered", "ready", "firmware"]);
  });
});

describe("signing", () => {
  const sheet = sheetOf("a101", [codec()]);
  const bad = sheetOf("a101", [codec({ lights: lights({ registered: light("bad", "not-registered") }) })]);
  const called = new Map([["test-call", " called CECoT, both ways "]]);

  it("keeps what was seen, and the person's word on what could not be seen", () => {
    const signed = sign(sheet, { notes: called });
    expect(signed.ok && signed.lines.find(({ id }) => id === "test-call")?.note).toBe("called CECoT, both ways");
    expect(signed.ok && signed.lines.find(({ id }) => id === "codec/firmware")?.value).toBe("ce9.15.3");
  });

  it.each([
    ["an open line without a word", sheet, {}, "cannot be seen from here, so a person must say what they saw: test-call"],
    [
      "an open line with an empty word",
      sheet,
      { "test-call": "  " },
      "cannot be seen from here, so a person must say what they saw: test-call",
    ],
    ["a word on a line that is seen", sheet, { "codec/link": "fine" }, "not open on this sheet, so no note belongs to it: codec/link"],
    [
      "a bad line without a reason",
      bad,
      { "test-call": "ok" },
      "wrong just now: codec/registered; put it right, or give the reason for signing",
    ],
    ["nothing in commissioning", sheetOf("a101", []), {}, "nothing here is in commissioning; there is nothing to sign"],
  ] as const)("is refused for %s", (_name, of, notes, why) => {
    expect(sign(of, { notes: new Map(Object.entries(notes)) })).toEqual({ ok: false, why });
  });

  it("a bad line is signed with a reason, and stays bad on the sheet", () => {
    const signed = sign(bad, { notes: called, reason: "the gatekeeper comes next week" });
    expect(signed.ok && signed.lines.find(({ id }) => id === "codec/registered")?.state).toBe("bad");
    expect(sign(bad, { notes: called, reason: "  " }).ok).toBe(false);
  });
});
