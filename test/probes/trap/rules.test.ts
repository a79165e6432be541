/** The pure parts of the trap listener: repeats, meaning, sources, allow-list, clocks, forms. */
import { describe, expect, it } from "vitest";
import type { TrapMeaning } from "../../../daemon/model/family.ts";
import { allowList, plainAddress } from "../../../probes/trap/allow.ts";
import { octetText, trapOidOfV1, v2Form } from "../../../probes/trap/form.ts";
import { bufferAdvice, dropsIn } from "../../../probes/trap/kernel.ts";
import { keysOf } from "../../../probes/trap/keys.ts";
import { type LibraryPdu, library } from "../../../probes/trap/library.ts";
import { indexMeanings, meaning, partHints, resolvePart } from "../../../probes/trap/meaning.ts";
import { Recent } from "../../../probes/trap/recent.ts";
import { identityOf, laneOf, repeatsWithin } from "../../../probes/trap/repeats.ts";
import { sourcesOf } from "../../../probes/trap/sources.ts";
import { isInOurWindow, nextEngineBoots, timeliness } from "../../../probes/trap/timeliness.ts";
import type { TrapVarbind } from "../../../probes/trap/trap.ts";

const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
const LINK_UP = "1.3.6.1.6.3.1.1.5.4";
const varbind = (oid: string, value: string, type = "OctetString"): TrapVarbind => ({ oid, value, type });
const upTime = (value: string): TrapVarbind => varbind("1.3.6.1.2.1.1.3.0", value, "TimeTicks");
const ifIndex = (n: string): TrapVarbind => varbind(`1.3.6.1.2.1.2.2.1.1.${n}`, n, "Integer");

describe("repeats", () => {
  type Step = readonly [atMs: number, oid: string, varbinds: readonly TrapVarbind[], news: boolean];
  const cases: Record<string, readonly Step[]> = {
    "down-up-down is three": [
      [0, LINK_DOWN, [ifIndex("1")], true],
      [1, LINK_UP, [ifIndex("1")], true],
      [2, LINK_DOWN, [ifIndex("1")], true],
    ],
    "a different sysUpTime does not make an event different": [
      [0, LINK_DOWN, [upTime("1"), ifIndex("1")], true],
      [1, LINK_DOWN, [upTime("2"), ifIndex("1")], false],
    ],
    "48 ports going down are 48, though they alternate": [
      [0, LINK_DOWN, [ifIndex("1")], true],
      [0, LINK_DOWN, [ifIndex("2")], true],
      [1, LINK_DOWN, [ifIndex("1")], false],
      [1, LINK_DOWN, [ifIndex("2")], false],
    ],
    "after the window it is news again, however often it was repeated": [
      [0, LINK_DOWN, [ifIndex("1")], true],
      [4_000, LINK_DOWN, [ifIndex("1")], false],
      [5_001, LINK_DOWN, [ifIndex("1")], true],
    ],
    "traps of no known part are compared with the source's last one": [
      [0, "1.9.1", [], true],
      [1, "1.9.2", [], true],
      [2, "1.9.1", [], true],
      [3, "1.9.1", [], false],
    ],
    "a part named by a family's data has a lane of its own": [
      [0, "1.8.1", [varbind("1.8.9.4", "camera 1")], true],
      [1, "1.8.1", [varbind("1.8.9.4", "camera 2")], true],
      [2, "1.8.1", [varbind("1.8.9.4", "camera 1")], false],
    ],
  };
  for (const [title, steps] of Object.entries(cases)) {
    it(title, () => {
      const repeats = repeatsWithin<number>(5_000, () => false);
      const parts = { "1.8.1": { oid: "1.8.9", from: "value" as const } };
      const news = steps.map(([atMs, oid, varbinds], n) => {
        const event = { source: "10.0.0.1", oid, varbinds };
        return repeats.repeated({ lane: laneOf(event, parts) }, identityOf(event), n, atMs) === undefined;
      });
      expect(news).toEqual(steps.map((step) => step[3]));
    });
  }

  it("an inform with the request id of one that waits is that one, even after another event", () => {
    const repeats = repeatsWithin<string>(5_000, () => false);
    expect(repeats.repeated({ lane: "a", request: "r1" }, "down", "first", 0)).toBeUndefined();
    expect(repeats.repeated({ lane: "a", request: "r2" }, "up", "second", 1)).toBeUndefined();
    expect(repeats.repeated({ lane: "a", request: "r1" }, "down", "third", 30_000)).toBe("first");
    expect(repeats.repeated({ lane: "a", request: "r1" }, "other", "fourth", 30_001)).toBeUndefined();
  });

  it("an event that could not be committed is news when it comes again", () => {
    const lost = new Set<string>();
    const repeats = repeatsWithin<string>(5_000, (mark) => lost.has(mark));
    expect(repeats.repeated({ lane: "a", request: "r1" }, "down", "first", 0)).toBeUndefined();
    expect(repeats.repeated({ lane: "a", request: "r2" }, "down", "second", 1)).toBe("first");
    lost.add("first");
    expect(repeats.repeated({ lane: "a", request: "r2" }, "down", "third", 2)).toBeUndefined();
  });

  it("the memory of late things keeps at least the latest half, and never more than all", () => {
    const recent = new Recent<number>(100);
    for (let n = 0; n < 1_000; n++) recent.set(`k${n}`, n);
    const kept = Array.from({ length: 1_000 }, (_, n) => recent.get(`k${n}`)).filter((value) => value !== undefined);
    expect(kept.length).toBeGreaterThanOrEqual(50);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(recent.get("k999")).toBe(999);
    recent.delete("k999");
    expect(recent.get("k999")).toBeUndefined();
  });
});

describe("meaning", () => {
  const base = { certainty: "manual" as const };
  const generic = indexMeanings([
    { ...base, oid: LINK_DOWN, name: "linkDown", symptom: "interface-down", effect: "raise" },
    { ...base, oid: LINK_UP, name: "linkUp", symptom: "interface-down", effect: "clear" },
    { ...base, oid: "1.3.6.1.2.1.33.2.1", name: "upsTrapOnBattery", symptom: "on-battery", effect: "raise" },
    { ...base, oid: "1.3.6.1.6.3.1.1.5.5", name: "authenticationFailure", effect: "event" },
  ] satisfies TrapMeaning[]);
  const family = indexMeanings([
    {
      ...base,
      oid: "1.5.0.2",
      name: "cameraOut",
      symptom: "camera-disconnected",
      effect: "raise",
      part: { prefix: "camera", oid: "1.5.7", from: "index" },
    },
    {
      ...base,
      oid: "1.5.0.3",
      name: "help",
      symptom: "user-assistance",
      effect: "event",
      part: { prefix: "plead", oid: "1.5.8", from: "value" },
    },
  ] satisfies TrapMeaning[]);
  const partOf = (oid: string, ...varbinds: TrapVarbind[]): string | undefined =>
    meaning({ oid, varbinds }, family, generic).faults[0]?.part;

  it.each([
    [
      "the ifDescr when the trap gives it",
      [ifIndex("3"), varbind("1.3.6.1.2.1.2.2.1.2.3", "GigabitEthernet0/3")],
      "interface GigabitEthernet0/3",
    ],
    ["else the index", [ifIndex("3"), varbind("1.3.6.1.2.1.31.1.1.1.1.3", "Gi0/3")], "interface #3"],
    ["which may stand only in another column's OID", [varbind("1.3.6.1.2.1.2.2.1.8.12", "2", "Integer")], "interface #12"],
    ["else nothing", [], undefined],
  ])("an interface's part is %s", (_, varbinds, part) => {
    expect(partOf(LINK_DOWN, ...varbinds)).toBe(part);
  });

  it("#3 becomes the name that the walk gave row 3, and stays until there is one", () => {
    expect(resolvePart("interface #3", new Map([["3", "eth0"]]))).toBe("interface eth0");
    expect(resolvePart("interface #4", new Map([["3", "eth0"]]))).toBe("interface #4");
    expect(resolvePart("camera 3", new Map([["3", "eth0"]]))).toBe("camera 3");
  });

  it("a part comes from a varbind's value or its index", () => {
    expect(partOf("1.5.0.2", varbind("1.5.7.2", "x"))).toBe("camera 2");
    expect(partOf("1.5.0.3", varbind("1.5.8.0", "no sound"))).toBe("plead no sound");
  });

  it("the v2 form of a v1 trap finds a meaning written without the .0., and the other way round", () => {
    expect(meaning({ oid: "1.3.6.1.2.1.33.2.0.1", varbinds: [] }, family, generic).name).toBe("upsTrapOnBattery");
    expect(meaning({ oid: "1.5.2", varbinds: [] }, family, generic).name).toBe("cameraOut");
  });

  it("without a symptom there is a name and no fault; unknown or undecodable, neither", () => {
    expect(meaning({ oid: "1.3.6.1.6.3.1.1.5.5", varbinds: [] }, family, generic)).toEqual({ name: "authenticationFailure", faults: [] });
    expect(meaning({ oid: "1.2.3", varbinds: [] }, family, generic)).toEqual({ faults: [] });
    expect(meaning({ varbinds: [] }, family, generic)).toEqual({ faults: [] });
  });

  it("the family's word goes before the generic one", () => {
    const own = indexMeanings([{ ...base, oid: LINK_DOWN, name: "ignored", effect: "event" }]);
    expect(meaning({ oid: LINK_DOWN, varbinds: [ifIndex("1")] }, own, generic)).toEqual({ name: "ignored", faults: [] });
    expect(partHints(family, generic)).toEqual({ "1.5.0.2": { oid: "1.5.7", from: "index" }, "1.5.0.3": { oid: "1.5.8", from: "value" } });
  });
});

describe("who may send", () => {
  it("an allow-list holds addresses and CIDRs of both families", () => {
    const isAllowed = allowList(["10.1.0.0/16", "192.168.1.5", "fd00::/8"]);
    expect(["10.1.2.3", "10.2.0.1", "192.168.1.5", "192.168.1.6", "fd00::1", "fe80::1"].map(isAllowed)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(plainAddress("::ffff:10.1.2.3")).toBe("10.1.2.3");
    expect(() => allowList(["switch-1", "10.0.0.0/40", "10.0.0.1"])).toThrow('"switch-1", "10.0.0.0/40": not an IP address or CIDR');
  });

  it("a bucket fills with time, up to the burst, each sender its own", () => {
    const sources = sourcesOf({ isAllowed: (address) => address !== "x", perSecond: 2, burst: 3 });
    const admit = (address: string, nowMs: number): boolean => sources.admit(address, nowMs) === "admitted";
    expect([0, 0, 0, 0, 400, 500, 600, 100_000, 100_000, 100_000, 100_000].map((nowMs) => admit("a", nowMs))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(admit("b", 0)).toBe(true);
    expect(sources.admit("x", 0)).toBe("refused");
    expect(sources.limited(5)).toEqual([{ source: "a", count: 4 }]);
  });

  it("a flood of senders does not push out the memory of the allowed ones", () => {
    const sources = sourcesOf({ isAllowed: (address) => address === "a", perSecond: 0, burst: 1, maxSources: 100 });
    expect(sources.admit("a", 0)).toBe("admitted");
    for (let n = 0; n < 10_000; n++) sources.admit(`n${n}`, n);
    expect(sources.admit("a", 10_000)).toBe("rate-limited");
  });
});

describe("clocks of engines (RFC 3414 section 3.2)", () => {
  it.each([
    ["the first message sets the clock", [[5, 1000, "a", true]]],
    [
      "150 s back is late, 151 is old",
      [
        [5, 1000, "a", true],
        [5, 850, "b", true],
        [5, 849, "c", false],
      ],
    ],
    [
      "fewer boots are old, more set the clock anew",
      [
        [5, 1000, "a", true],
        [4, 9999, "b", false],
        [6, 1, "c", true],
        [5, 1001, "d", false],
      ],
    ],
    [
      "the same datagram twice is once too often",
      [
        [5, 1000, "a", true],
        [5, 1000, "a", false],
        [5, 1000, "b", true],
      ],
    ],
    [
      "a late message does not set the clock back",
      [
        [5, 1000, "a", true],
        [5, 900, "b", true],
        [5, 849, "c", false],
      ],
    ],
  ] as const)("%s", (_, steps) => {
    const clocks = timeliness();
    expect(steps.map(([boots, time, fingerprint]) => clocks.isNews({ engine: "e", boots, time, fingerprint }))).toEqual(
      steps.map((step) => step[3]),
    );
  });

  it("after a restart a message must be newer than the last that was kept: what was played before is not believed again", () => {
    const before = timeliness();
    for (const time of [1_000, 1_010, 990]) before.isNews({ engine: "e", boots: 5, time, fingerprint: `${time}` });
    const kept = before.takeMoved();
    expect(kept).toEqual([{ engine: "e", boots: 5, time: 1_010 }]);
    expect(before.takeMoved()).toEqual([]);
    const after = timeliness(kept);
    const heard = (boots: number, time: number) => after.isNews({ engine: "e", boots, time, fingerprint: `${boots}/${time}` });
    expect([heard(5, 1_010), heard(5, 990), heard(4, 9_999), heard(5, 1_011), heard(5, 1_005)]).toEqual([false, false, false, true, true]);
    expect(after.isNews({ engine: "another", boots: 1, time: 1, fingerprint: "a" })).toBe(true);
  });

  it.each([
    ["the first start counts by the clock", undefined, Date.UTC(2026, 0, 1), 189_388_800],
    ["a start in the same second, or with the clock set back, still counts", 189_388_800, Date.UTC(2021, 0, 1), 189_388_801],
    ["a state from an old copy is overtaken by the clock", 100, Date.UTC(2026, 0, 1), 189_388_800],
    ["it ends at 2^31 - 1", 2_147_483_647, Date.UTC(2026, 0, 1), 2_147_483_647],
    ["a clock before 2020 is no negative count", undefined, 0, 1],
  ])("our boots: %s", (_, kept, at, boots) => {
    expect(nextEngineBoots(kept, at)).toBe(boots);
  });

  it("a message to our own engine must be of this start, and within 150 s", () => {
    const ours = { boots: 7, time: 1000 };
    const within = (boots: number, time: number): boolean => isInOurWindow({ boots, time }, ours);
    expect([within(7, 1150), within(7, 850), within(7, 849), within(7, 1151), within(6, 1000)]).toEqual([true, true, false, false, false]);
  });
});

describe("keys", () => {
  it("a key localised here is the one net-snmp would make, and RFC 3414 A.3 prints", () => {
    const keys = keysOf();
    const user = { name: "u", level: 3, authProtocol: library.AuthProtocols.sha as number, authKey: "maplesyrup" };
    const engine = Buffer.from("000000000000000000000002", "hex");
    keys.localise(user, engine);
    const made = Object.values(library.Authentication.authToKeyCache).map((key) => key.toString("hex"));
    expect(made).toEqual(["6695febc9288e36282235fc7151f128497b38f3f"]);
  });

  it("20,000 spoofed engine ids neither fill the cache nor cost a megabyte of hashing each", () => {
    const keys = keysOf(1_000);
    const user = { name: "u", level: 3, authProtocol: library.AuthProtocols.sha256 as number, authKey: "authkey-one" };
    const message = Buffer.alloc(120);
    const began = performance.now();
    for (let n = 0; n < 20_000; n++) {
      const engine = Buffer.alloc(12);
      engine.writeUInt32BE(n);
      expect(keys.isAuthentic(message, user, engine, message.subarray(20, 44))).toBe(false);
    }
    expect(Object.keys(library.Authentication.authToKeyCache).length).toBeLessThanOrEqual(1_000);
    // 20,000 times 0.8 to 3 ms would be 16 to 60 s.
    expect(performance.now() - began).toBeLessThan(8_000);
  });
});

describe("forms", () => {
  it("v1 maps by RFC 3584 section 3.1", () => {
    expect([0, 1, 2, 3, 4, 5].map((generic) => trapOidOfV1("1.9", generic, 0))).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `1.3.6.1.6.3.1.1.5.${n}`),
    );
    expect(trapOidOfV1("1.3.6.1.4.1.318", 6, 5)).toBe("1.3.6.1.4.1.318.0.5");
  });

  const v1 = (more: Partial<LibraryPdu>): LibraryPdu => ({
    ...{ type: 164, enterprise: "1.3.6.1.4.1.9.1.1", agentAddr: "10.0.0.9", generic: 6, specific: 7, upTime: 55, varbinds: [] },
    ...more,
  });

  it.each([
    ["coldStart", 0, 0, "1.3.6.1.6.3.1.1.5.1"],
    ["warmStart", 1, 0, "1.3.6.1.6.3.1.1.5.2"],
    ["linkDown", 2, 0, LINK_DOWN],
    ["linkUp", 3, 0, LINK_UP],
    ["authenticationFailure", 4, 0, "1.3.6.1.6.3.1.1.5.5"],
    ["egpNeighborLoss", 5, 99, "1.3.6.1.6.3.1.1.5.6"],
    ["enterprise specific 0", 6, 0, "1.3.6.1.4.1.9.1.1.0.0"],
    ["enterprise specific 2147483647", 6, 2_147_483_647, "1.3.6.1.4.1.9.1.1.0.2147483647"],
  ])("a v1 %s has its v2 name, its time first, its sender and enterprise last", (_, generic, specific, oid) => {
    const interfaceRow = { oid: "1.3.6.1.2.1.2.2.1.1.3", type: 2, value: 3 };
    expect(v2Form(v1({ generic, specific, varbinds: [interfaceRow] }), [])).toEqual({
      oid,
      varbinds: [
        { oid: "1.3.6.1.2.1.1.3.0", value: "55", type: "TimeTicks" },
        { oid: interfaceRow.oid, value: "3", type: "Integer" },
        { oid: "1.3.6.1.6.3.18.1.3.0", value: "10.0.0.9", type: "IpAddress" },
        { oid: "1.3.6.1.6.3.1.1.4.3.0", value: "1.3.6.1.4.1.9.1.1", type: "OID" },
      ],
      address: "10.0.0.9",
      truncated: false,
    });
  });

  it("what a proxy on the way put into a v1 trap stays what it said; a generic that is none is no trap", () => {
    const proxied = [
      { oid: "1.3.6.1.6.3.18.1.3.0", type: 64, value: "10.7.7.7" },
      { oid: "1.3.6.1.6.3.18.1.4.0", type: 4, value: Buffer.from("s3cret") },
      { oid: "1.3.6.1.6.3.1.1.4.3.0", type: 6, value: "1.3.6.1.4.1.2684" },
    ];
    const form = v2Form(v1({ varbinds: proxied }), []);
    expect(form?.address).toBe("10.7.7.7");
    expect(form?.varbinds.map(({ oid, value }) => `${oid} ${value}`)).toEqual([
      "1.3.6.1.2.1.1.3.0 55",
      "1.3.6.1.6.3.18.1.3.0 10.7.7.7",
      "1.3.6.1.6.3.1.1.4.3.0 1.3.6.1.4.1.2684",
    ]);
    expect(v2Form(v1({ agentAddr: "0.0.0.0" }), [])?.address).toBeUndefined();
    for (const generic of [-1, 7, 255]) expect(v2Form(v1({ generic }), [])).toBeUndefined();
  });

  it.each([
    [Buffer.from("Salle A-101 é\0"), "Salle A-101 é"],
    [Buffer.from([0, 0x1b, 0x54]), "0x001b54"],
    [Buffer.from([0xe9, 0x74, 0xe9]), "0xe974e9"],
    [Buffer.alloc(0), ""],
  ])("octets are text when they are printable UTF-8 (%#)", (bytes, text) => {
    expect(octetText(bytes)).toBe(text);
  });

  it("far-end identity is dropped, a community is never kept, and a huge trap is cut", () => {
    const trapOid = { oid: "1.3.6.1.6.3.1.1.4.1.0", type: 6, value: "1.9.0.6" };
    const number = { oid: "1.9.1.2.0", type: 4, value: Buffer.from("+1 514 555 0100") };
    const community = { oid: "1.3.6.1.6.3.18.1.4.0", type: 4, value: Buffer.from("s3cret") };
    expect(v2Form({ type: 167, varbinds: [trapOid, number, community] }, ["1.9.1.2"])).toEqual({
      oid: "1.9.0.6",
      varbinds: [{ oid: "1.9.1.2.0", value: "***", type: "OctetString" }],
      truncated: false,
    });
    const huge = Array.from({ length: 200 }, (_, n) => ({ oid: `1.9.${n}`, type: 4, value: Buffer.alloc(2_000, "x") }));
    const cut = v2Form({ type: 167, varbinds: [trapOid, ...huge] }, []);
    expect(cut?.truncated).toBe(true);
    expect(JSON.stringify(cut).length).toBeLessThan(48 * 1024);
  });
});

describe("the kernel's word", () => {
  const head = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";
  it("drops are the last column of the row with our port, and not of one whose peer has it", () => {
    const rows = [
      "  100: 0100007F:00A2 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 123 2 0000000000000000 9889",
      "  101: 0100007F:10A2 0200007F:00A2 01 00000000:00000000 00:00000000 00000000     0        0 124 2 0000000000000000 7",
    ];
    expect(dropsIn(head + rows.join("\n"), 162)).toBe(9889);
    expect(dropsIn(`${head}${rows.join("\n")}\n`, 0x10a2)).toBe(7);
    expect(dropsIn(head, 162)).toBe(0);
    expect(dropsIn(head + rows.join("\n"), 162, "127.0.0.1")).toBe(9889);
    expect(dropsIn(head + rows.join("\n"), 162, "127.0.0.2")).toBe(0);
  });

  it("a full grant needs no advice", () => {
    expect(bufferAdvice(4_194_304, 4_194_304)).toBeUndefined();
    expect(bufferAdvice(4_194_304, 212_992)).toContain("212992 of 4194304 bytes");
  });
});
