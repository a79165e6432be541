/** What a device says it is: what counts as a change, and what does not. */
import { describe, expect, it } from "vitest";
import type { DeviceInventory } from "../../daemon/model/inventory.ts";
import type { Finding, Reading } from "../../daemon/model/observation.ts";
import { type Candidates, daysLeft, factOf, type Stocktaking, takeStock } from "../../rules/inventory.ts";
import { device, seen } from "./made.ts";

const checks = (["snmp", "ssh"] as const).map((kind) => ({ id: `d/${kind}`, device: "d", kind, intervalMs: 60_000, timeoutMs: 1 }));
const codec = device("d", { checks, room: "a-101" });

/** Takes stock look after look, as the evaluator does. */
class Stock {
  inventory: DeviceInventory | undefined;
  candidates: Candidates | undefined;
  readonly events: string[] = [];
  readonly units: string[] = [];
  at = 0;
  see(says: Readonly<Record<string, string>>, over: Partial<Finding> = {}, kind: "snmp" | "ssh" = "ssh"): Stocktaking | undefined {
    this.at += 1;
    const readings: readonly Reading[] = Object.entries(says).map(([key, value]) => {
      const [name = key, part] = key.split("|");
      return { name, value, ...(part === undefined ? {} : { part }) };
    });
    const observation = seen(this.at, { readings, ...over }, { kind, check: `d/${kind}` });
    const taken = takeStock({ device: codec, observation, before: this.inventory, candidates: this.candidates });
    if (taken === undefined) return undefined;
    this.candidates = taken.candidates;
    this.inventory = taken.inventory ?? this.inventory;
    for (const { code, part, before, after, at } of taken.events)
      this.events.push([at, code, part, before, after].filter((each) => each !== undefined).join(" "));
    for (const { serial, model, from, to, room } of taken.units) this.units.push([serial, model, room, from, to ?? "now"].join(" "));
    return taken;
  }
}
const known = (says: Readonly<Record<string, string>>) => {
  const stock = new Stock();
  stock.see(says);
  stock.see(says);
  return stock;
};

describe("facts", () => {
  it("are kept once two looks have told them, from the first one on, and are no change", () => {
    const stock = new Stock();
    expect(stock.see({ software_version: "ce9.9" })?.inventory).toBeUndefined();
    expect(stock.see({ software_version: "ce9.9" })?.inventory?.facts).toEqual([
      { name: "software_version", value: "ce9.9", since: 1, check: "d/ssh" },
    ]);
    expect(stock.events).toEqual([]);
  });

  it("told again change nothing: nothing to write", () => {
    const stock = known({ software_version: "ce9.9", serial: "A" });
    expect(stock.see({ software_version: "ce9.9", serial: "A" })).toBeUndefined();
    expect(stock.see({ sip_registration: "registered" })).toBeUndefined();
  });

  it.each([
    ["software_version", "firmware-changed"],
    ["ip_address", "address-changed"],
    ["gatekeeper_address", "gatekeeper-changed"],
    ["sip_proxy_address", "gatekeeper-changed"],
    ["auto_answer", "auto-answer-changed"],
  ])("a %s that two looks tell differently is %s, dated from the first of them", (name, code) => {
    const stock = known({ [name]: "before" });
    stock.see({ [name]: "after" });
    expect(stock.events).toEqual([]);
    stock.see({ [name]: "after" });
    expect(stock.events).toEqual([`3 ${code} before after`]);
    expect(factOf(stock.inventory, name)).toBe("after");
  });

  it("a value that one look tells and the next takes back is no change", () => {
    const stock = known({ software_version: "ce9.9" });
    for (const version of ["ce9", "ce9.9", "ce9", "ce9.9"]) stock.see({ software_version: version });
    expect(stock.events).toEqual([]);
  });

  it("what is missing, empty, or told by a look that failed is no change", () => {
    const stock = known({ software_version: "ce9.9", serial: "A" });
    for (let look = 0; look < 3; look += 1) {
      stock.see({ serial: "A" });
      stock.see({ software_version: "" });
      stock.see({ software_version: "ce9.8" }, { status: "down" });
    }
    expect(stock.events).toEqual([]);
  });

  it("another check's word about the same fact is not listened to while the first one is asked", () => {
    const stock = known({ software_version: "ce9.9.1" });
    for (let look = 0; look < 3; look += 1) stock.see({ software_version: "ce9.9" }, {}, "snmp");
    expect(stock.events).toEqual([]);
    expect(factOf(stock.inventory, "software_version")).toBe("ce9.9.1");
  });
});

describe("units", () => {
  it("a new serial ends the unit and begins the next, and the room keeps both", () => {
    const stock = known({ serial: "A", model: "SX20" });
    expect(stock.units).toEqual(["A SX20 a-101 1 now"]);
    stock.see({ serial: "B", model: "Room Kit" });
    stock.see({ serial: "B", model: "Room Kit" });
    expect(stock.units.slice(1)).toEqual(["A SX20 a-101 1 3", "B Room Kit a-101 3 now"]);
    expect(stock.events).toEqual(["3 unit-replaced A B", "3 model-changed SX20 Room Kit"]);
    expect(stock.inventory?.unitSince).toBe(3);
  });

  it("the serial of a part is no new unit", () => {
    const stock = known({ "serial|module 1": "M1" });
    for (let look = 0; look < 2; look += 1) stock.see({ "serial|module 1": "M2" });
    expect(stock.units).toEqual([]);
    expect(stock.events).toEqual(["3 peripheral-replaced module 1 M1 M2"]);
  });
});

describe("peripherals", () => {
  const panel = { "peripheral_model|touchpanel 1001": "Touch 10", "peripheral_serial|touchpanel 1001": "T1" };
  const whole = { whole: ["peripheral_model"] };

  it("are missing when a whole list lacks them in two looks, and come back", () => {
    const stock = known(panel);
    stock.see({}, whole);
    expect(stock.events).toEqual([]);
    stock.see({}, whole);
    expect(stock.events).toEqual(["3 peripheral-missing touchpanel 1001"]);
    stock.see(panel, whole);
    stock.see(panel, whole);
    expect(stock.events.slice(1)).toEqual(["5 peripheral-back touchpanel 1001"]);
  });

  it("are not missing from a list that may be cut short, or of something else", () => {
    const stock = known(panel);
    for (let look = 0; look < 3; look += 1) {
      stock.see({ system_name: "x" });
      stock.see({}, { whole: ["diagnostic"] });
    }
    expect(stock.events).toEqual([]);
  });

  it("a camera list that is whole says nothing of the touch panels", () => {
    const stock = known({ ...panel, "peripheral|camera 1": "connected" });
    for (let look = 0; look < 3; look += 1) stock.see({ "peripheral|camera 1": "connected" }, { whole: ["peripheral_version"] });
    expect(stock.events).toEqual([]);
  });

  it("that one source sums up and another tells one by one are told one by one, whichever spoke first", () => {
    for (const kinds of [["ssh", "snmp"] as const, ["snmp", "ssh"] as const]) {
      const stock = new Stock();
      const looks = { ssh: "peripheral|camera", snmp: "peripheral|camera 1" } as const;
      for (const word of ["connected", "connected", "disconnected", "disconnected"])
        for (const kind of kinds) stock.see({ [looks[kind]]: word }, {}, kind);
      expect(stock.inventory?.facts.map(({ part, value }) => `${part} ${value}`)).toEqual(["camera 1 missing"]);
      expect(stock.events.map((event) => event.replace(/^\d+ /, ""))).toEqual(["peripheral-missing camera 1"]);
    }
  });

  it("a plug that says disconnected is missing only if something was there", () => {
    const stock = known({ "peripheral|camera 1": "connected", "peripheral|camera 2": "disconnected" });
    expect(stock.inventory?.facts.map(({ part, value }) => `${part} ${value}`)).toEqual(["camera 1 present"]);
    for (let look = 0; look < 2; look += 1) stock.see({ "peripheral|camera 1": "disconnected", "peripheral|camera 2": "disconnected" });
    expect(stock.events).toEqual(["3 peripheral-missing camera 1"]);
  });
});

it("a warranty has days left in the zone of the site, none on its last day, and less than none after", () => {
  const at = Date.parse("2026-03-09T02:00:00Z");
  expect(daysLeft("2026-03-09", at, "America/Toronto")).toBe(1);
  expect(daysLeft("2026-03-09", at, "UTC")).toBe(0);
  expect(daysLeft("2026-03-01", at, "UTC")).toBe(-8);
  expect(daysLeft("2027-03-09", at, "UTC")).toBe(365);
});
