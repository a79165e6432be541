/** What gatekeepers list against what devices say: who ought to be listed where, and what a list may be believed. */
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../daemon/model/time.ts";
import type { Seen } from "../../rules/lights.ts";
import { compareList, type Doubt, type Listing, listingOf, type Registrars, sidesOf } from "../../rules/registration.ts";
import { device, seen } from "./made.ts";

const gk = device("gk", {
  kind: "gatekeeper",
  address: "10.0.0.9",
  checks: [{ id: "gk/telnet", device: "gk", kind: "telnet", intervalMs: 60_000, timeoutMs: 1 }],
});
const vcs = device("vcs", { kind: "gatekeeper", address: "vcs.example.org" });
const codec = device("codec", { address: "10.0.0.1" });
const says = (readings: Readonly<Record<string, string>>): readonly Seen[] => [
  { kind: "ssh", at: 0, status: "up", samples: [], readings: Object.entries(readings).map(([name, value]) => ({ name, value })) },
];
const list = (gatekeeper: string, addresses: readonly string[], at = 0): Listing => ({
  gatekeeper,
  at,
  addresses: new Set(addresses),
  freshMs: 5 * MINUTE,
});
const registrars = (...listings: readonly Listing[]): Registrars => ({
  gatekeepers: [gk, vcs],
  listings: new Map(listings.map((each) => [each.gatekeeper, each])),
});

describe("a list", () => {
  const answer = (over: object) =>
    seen(7, { readings: [{ name: "registration_listed", value: "listed", part: "10.0.0.1" }], ...over }, { check: "gk/telnet" });
  it("counts when it is whole and the look was good", () => {
    expect(listingOf(gk, answer({ whole: ["registration_listed"] }))).toEqual({
      gatekeeper: "gk",
      at: 7,
      addresses: new Set(["10.0.0.1"]),
      freshMs: 5 * MINUTE,
    });
  });
  it.each([
    ["was cut short", {}],
    ["holds all of something else", { whole: ["diagnostic"] }],
    ["came with a failure", { whole: ["registration_listed"], status: "unknown" }],
  ])("says nothing when it %s", (_, over) => {
    expect(listingOf(gk, answer(over))).toBeUndefined();
  });
});

describe("the gatekeepers that ought to list a device", () => {
  const sides = (readings: Readonly<Record<string, string>>, known: Registrars, at = MINUTE) => sidesOf(codec, says(readings), known, at);
  it("are those it names by address, with or without a port", () => {
    const both = registrars(list("gk", []), list("vcs", ["10.0.0.1"]));
    expect(sides({ h323_registration: "registered", gatekeeper_address: "10.0.0.9:1719" }, both)).toEqual([
      { gatekeeper: "gk", listed: false },
    ]);
    expect(sides({ sip_registration: "registered", sip_proxy_address: "vcs.example.org" }, both)).toEqual([
      { gatekeeper: "vcs", listed: true },
    ]);
  });
  it("are all that ever told a list, when it names none", () => {
    expect(sides({ sip_registration: "registered" }, registrars(list("gk", [])))).toEqual([{ gatekeeper: "gk", listed: false }]);
  });
  it("are none when it names one that is not ours, or is with Webex only", () => {
    expect(sides({ sip_registration: "registered", sip_proxy_address: "192.0.2.7" }, registrars(list("gk", [])))).toEqual([]);
    expect(sides({ sip_registration: "inactive", webex_status: "registered" }, registrars(list("gk", [])))).toEqual([]);
  });
  it("cannot be believed once their list is old", () => {
    expect(sides({ sip_registration: "registered" }, registrars(list("gk", ["10.0.0.1"])), 6 * MINUTE)).toEqual([
      { gatekeeper: "gk", listed: undefined },
    ]);
  });
});

describe("a new list", () => {
  const other = device("other", { address: "10.0.0.2" });
  const compare = (
    of: Listing,
    known: Registrars,
    looks: Readonly<Record<string, readonly Seen[]>>,
    alarmed: readonly string[] = [],
    alarm: Doubt = { state: "active", firstBadAt: 0 },
  ) =>
    compareList({
      list: of,
      registrars: known,
      devices: [codec, other, gk],
      looksOf: (id) => looks[id] ?? [],
      alarmed: (id) => (alarmed.includes(id) ? alarm : undefined),
    }).map((match) => `${match.device.id} ${match.value}`);
  const registered = says({ sip_registration: "registered" });

  it("names who says that it is registered and is not on it", () => {
    expect(compare(list("gk", ["10.0.0.2"]), registrars(), { codec: registered, other: registered })).toEqual(["codec not-listed"]);
  });
  it("says what is good only where an alarm waits for it", () => {
    expect(compare(list("gk", ["10.0.0.1", "10.0.0.2"]), registrars(), { codec: registered, other: registered }, ["codec"])).toEqual([
      "codec listed",
    ]);
  });
  it("says nothing of who says nothing, and that a claim is gone where an alarm waits", () => {
    expect(compare(list("gk", []), registrars(), {}, ["codec"])).toEqual([]);
    expect(compare(list("gk", []), registrars(), { codec: says({ sip_registration: "failed" }) }, ["codec"])).toEqual([
      "codec not-claimed",
    ]);
    expect(compare(list("gk", []), registrars(), { codec: says({ sip_registration: "failed" }) })).toEqual([]);
  });
  it("makes nobody a mismatch while another gatekeeper that may list it cannot be asked", () => {
    expect(compare(list("gk", [], 20 * MINUTE), registrars(list("vcs", [], 0)), { codec: registered })).toEqual([]);
    expect(compare(list("gk", [], MINUTE), registrars(list("vcs", [], 0)), { codec: registered })).toEqual(["codec not-listed"]);
  });
  it("counts for a device once, though two gatekeepers lack it", () => {
    expect(compare(list("vcs", [], MINUTE), registrars(list("gk", [], 0)), { codec: registered })).toEqual([]);
  });

  describe("after one that lacked it", () => {
    const doubt: Doubt = { state: "pending", firstBadAt: MINUTE };
    const since = (looks: readonly Seen[]) =>
      compare(list("gk", [], 2 * MINUTE), registrars(list("gk", [], MINUTE)), { codec: looks }, ["codec"], doubt);
    const look = (over: Partial<Seen>) => registered.map((each) => ({ ...each, ...over }));
    it("is one list more only where the device has said so since: one that has gone silent is gone from its list too", () => {
      expect(since(look({ at: 0 }))).toEqual([]);
      expect(since(look({ at: MINUTE + 1, durationMs: 5_000 }))).toEqual([]);
      expect(since(look({ at: MINUTE + 1, durationMs: 0 }))).toEqual(["codec not-listed"]);
      expect(since(look({ at: 2 * MINUTE, durationMs: 5_000 }))).toEqual(["codec not-listed"]);
    });
    it("begins anew where the device says nothing any more; what stands already stands", () => {
      const silent = look({ status: "down", readings: [] });
      expect(since(silent)).toEqual(["codec not-claimed"]);
      expect(compare(list("gk", []), registrars(), { codec: silent }, ["codec"])).toEqual([]);
    });
  });
});
