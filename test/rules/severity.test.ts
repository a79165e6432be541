/** Minor or major, and who is woken, at the opening. */
import { describe, expect, it } from "vitest";
import type { Device } from "../../daemon/model/network.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { settleOpening } from "../../rules/severity.ts";
import { device, network, rule } from "./made.ts";

const devices = [
  device("gw", { kind: "router" }),
  device("codec"),
  device("bridge", { kind: "bridge" }),
  device("switch", { kind: "switch", site: "other" }),
  device("one", { site: "other", parents: ["switch"] }),
  device("two", { site: "other", parents: ["switch"] }),
  device("night", { alwaysUrgent: true }),
  device("edge", { kind: "router", site: "third" }),
];
const net = network(devices, { site: "gw" }, [{ id: "l", name: "l", ends: ["site", "third"], device: "edge" }]);

function open(id: string | undefined, over: Partial<Parameters<typeof settleOpening>[0]> = {}) {
  const found: Device | undefined = id === undefined ? undefined : net.devices.get(id);
  return settleOpening({ rule: rule(), device: found, network: net, alwaysUrgent: false, inServiceHours: true, general: false, ...over });
}

describe("the opening", () => {
  it.each([
    ["a codec alone, no session", "codec", {}, "minor", "service-hours"],
    ["a session is running", "codec", { sessionWithinMs: -5 }, "major", "now"],
    ["a session starts in 60 min", "codec", { sessionWithinMs: 60 * MINUTE }, "major", "now"],
    ["a session starts in 61 min", "codec", { sessionWithinMs: 61 * MINUTE }, "minor", "before-session"],
    ["a device of a 24/7 service", "night", {}, "minor", "now"],
    ["a 24/7 service depends on it", "codec", { alwaysUrgent: true }, "minor", "now"],
    ["a site's gateway", "gw", {}, "major", "now"],
    ["a port of a site's gateway", "gw", { rule: rule({ reach: "part", outOfService: false }) }, "minor", "service-hours"],
    ["a bridge out of service", "bridge", {}, "major", "now"],
    ["loss at a bridge that still serves", "bridge", { rule: rule({ outOfService: false }) }, "minor", "service-hours"],
    ["a switch with two devices behind it", "switch", {}, "major", "now"],
    ["the router that stands for a circuit", "edge", {}, "major", "now"],
    ["a rule that reaches far", undefined, { rule: rule({ reach: "general" }) }, "major", "now"],
    ["several devices", "codec", { general: true }, "major", "now"],
    ["nobody knows how far it reaches", "codec", { general: undefined }, "major", "now"],
    ["at night, nothing near", "codec", { inServiceHours: false }, "minor", "service-hours"],
  ] as const)("%s", (_, id, over, severity, urgency) => {
    const opening = open(id, over as object);
    expect([opening.severity, opening.urgency]).toEqual([severity, urgency]);
    expect(opening.severityWhy.length * opening.urgencyWhy.length).toBeGreaterThan(0);
  });

  it("says why in words", () => {
    expect(open("codec", { sessionWithinMs: 9.5 * MINUTE })).toMatchObject({ severityWhy: "a session starts in 10 min", general: false });
    expect(open("gw")).toMatchObject({ urgencyWhy: "general failure: site site is reached only through it", general: true });
  });
});
