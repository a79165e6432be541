import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropFarEnd, isFarEndField, isOfSomebodysCall, REMOVED, scrub } from "../../../probes/privacy.ts";

const none = new Set<string>();

describe("the privacy filter", () => {
  it.each(["RemoteNumber", "DisplayName", "CallbackNumber", "Call.RemoteNumber", "callback_number", "Bookings.Current.Id", "CallHistory"])(
    "knows %s as a far-end field",
    (name) => expect(isFarEndField(name)).toBe(true),
  );
  it.each(["SystemUnit.Uptime", "SIP.Registration[].Status", "Cameras.Camera[].Connected", "SystemUnit.Software.DisplayVersion"])(
    "knows %s as a technical field",
    (name) => expect(isFarEndField(name)).toBe(false),
  );

  it.each([
    ['*s Call 2 RemoteNumber: "jane.doe@company.com"', `*s Call 2 RemoteNumber: ${REMOVED}`],
    ['*s Call 2 DisplayName: "Jane Doe"', `*s Call 2 DisplayName: ${REMOVED}`],
    ['{"DisplayName":{"Value":"Jane D', `{"DisplayName":{"Value":${REMOVED}`],
    ["<CallbackNumber>sip:jane@x.org</CallbackNumber>", `<CallbackNumber>${REMOVED}</CallbackNumber>`],
    ["calls sip:jane@10.1.2.3;transport=tls now", `calls ${REMOVED};transport=tls now`],
    ["dial +15145551234 or 514-555-1234 or (514) 555-1234 or 5551234", `dial ${REMOVED} or ${REMOVED} or ${REMOVED} or ${REMOVED}`],
    ["mail to a.b@hospital.example.", `mail to ${REMOVED}`],
    ["*s SystemUnit Uptime: 597095", "*s SystemUnit Uptime: 597095"],
    ["ce11.19.1.6.76526b1b094 2024-08-02 10.1.1.11:5060", "ce11.19.1.6.76526b1b094 2024-08-02 10.1.1.11:5060"],
  ])("scrubs %j", (text, expected) => expect(scrub(text, none)).toBe(expected));

  it("leaves what stands in the inventory", () => {
    const inventory = new Set(["room-a@hosp.example", "5145551234"]);
    expect(scrub("sip:room-a@hosp.example called 5145551234 and 5145559999", inventory)).toBe(
      `sip:room-a@hosp.example called 5145551234 and ${REMOVED}`,
    );
    const call = { Call: [{ id: "4", RemoteNumber: { Value: "sip:room-a@hosp.example" }, DisplayName: { Value: "Somebody" } }] };
    expect(dropFarEnd(call, inventory)).toEqual({
      Call: [{ id: "4", RemoteNumber: { Value: "sip:room-a@hosp.example" }, DisplayName: REMOVED }],
    });
  });

  it("keeps protocol and rate of a call and nothing it does not know", () => {
    const call = { Call: [{ id: "4", Protocol: { Value: "sip" }, TransmitCallRate: { Value: "1152" }, Nickname: { Value: "Jo" } }] };
    expect(dropFarEnd(call, none)).toEqual({ Call: [{ id: "4", Protocol: { Value: "sip" }, TransmitCallRate: { Value: "1152" } }] });
  });

  it.each([
    ["conferences[]", false],
    ["conferences[].uniqueId", false],
    ["items[].connections[].state", true],
    ["items[].connections[].terms[].name", true],
    ["conferences[].description", true],
    ["participants[].currentState.address", true],
    ["participants[].currentState.callState", false],
    ["system.address", false],
  ])("of a conference, %s is somebody's: %s", (path, somebodys) => expect(isOfSomebodysCall(path)).toBe(somebodys));

  it("keeps of a web interface's conferences what tells their state, and who takes part goes", () => {
    const term = { name: "Jo", address: "jo@x.org", muted: "false" };
    const said = {
      items: [{ isActive: "true", id: "1", pin: "1234", connections: [{ callType: "SIP", address: "jo@x.org", terms: [term] }] }],
    };
    expect(dropFarEnd({ conferences: said.items }, none)).toEqual({
      conferences: [{ isActive: "true", id: "1", connections: [{ callType: "SIP", terms: [{}] }] }],
    });
  });

  it("survives any text in time proportional to its length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000, unit: "grapheme" }), (text) => typeof scrub(text, none) === "string"),
      { numRuns: 300 },
    );
    for (const nasty of ['"DisplayName":{', "@".repeat(60_000), "a".repeat(60_000), "1-".repeat(30_000), 'DisplayName:"\\'.repeat(4_000)]) {
      const from = performance.now();
      scrub(nasty.length < 100 ? nasty.repeat(4_000) : nasty, none);
      expect(performance.now() - from).toBeLessThan(1_000);
    }
  });
});
