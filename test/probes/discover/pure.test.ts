/**
 * The parts of discovery that decide: which addresses, which id, what is reached through what, which credential, what is written.
 */
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { Discovery } from "../../../probes/discover/discover.ts";
import { recognised } from "../../../probes/discover/evidence.ts";
import { identificationIn } from "../../../probes/discover/greeting.ts";
import { cleanName, uniqueName } from "../../../probes/discover/name.ts";
import { hostsOf, parseRange, type Range, siteOf } from "../../../probes/discover/range.ts";
import type { Neighbour } from "../../../probes/discover/seen.ts";
import { type Node, places } from "../../../probes/discover/topology.ts";
import { Tries } from "../../../probes/discover/tries.ts";
import { writeUp } from "../../../probes/discover/write-up.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";

const range = (text: string) => parseRange(text) as Range;

it("a network's first and last address are nobody's, a single address is; overlapping networks name each host once", () => {
  expect(hostsOf([range("10.0.0.8/30")])).toEqual(["10.0.0.9", "10.0.0.10"]);
  expect(hostsOf([range("10.0.0.8")])).toEqual(["10.0.0.8"]);
  expect(hostsOf([range("10.0.0.8/31")])).toEqual(["10.0.0.8", "10.0.0.9"]);
  expect(hostsOf([range("10.0.0.0/22"), range("10.0.1.0/24")])).toHaveLength(1_022);
  expect(hostsOf([range("255.255.255.252/30")])).toEqual(["255.255.255.253", "255.255.255.254"]);
});

it.each([
  ["10.0.0.0/15", '"10.0.0.0/15" has 131,072 addresses; write parts of at most 65,536 (/16)'],
  ["10.0.0.5/24", '"10.0.0.5/24" has bits set beyond its length; write 10.0.0.0/24'],
  ["fe80::/64", '"fe80::/64" is IPv6, which cannot be swept; write such devices into the file by hand'],
  ["10.0.0/24", '"10.0.0/24" is not a network; write one such as 10.0.0.0/24'],
  ["10.0.0.0/24/1", '"10.0.0.0/24/1" is not a network; write one such as 10.0.0.0/24'],
])("%s is refused, with what to write", (text, refused) => {
  expect(parseRange(text)).toEqual({ refused });
});

it("the smallest subnet that holds an address says its site", () => {
  const sites = { mgh: ["10.1.0.0/16"], mch: ["10.1.9.0/24", "10.2.0.0/15"] };
  expect(siteOf("10.1.9.7", sites)).toEqual({ site: "mch", subnet: "10.1.9.0/24" });
  expect(siteOf("10.1.8.7", sites)).toEqual({ site: "mgh", subnet: "10.1.0.0/16" });
  expect(siteOf("10.3.255.1", sites)?.site).toBe("mch");
  expect(siteOf("10.4.0.1", sites)).toBeUndefined();
});

it.each([
  ["MTL-Codec 12.ritm.example.org", "mtl-codec-12"],
  ["Salle d'entrevue é", "salle-d-entrevue-e"],
  ["10.0.0.1", undefined],
  ["---", undefined],
  ["", undefined],
  ["x".repeat(80), "x".repeat(63)],
])("%j is called %j", (said, name) => {
  expect(cleanName(said)).toBe(name);
});

it("a name that is taken gets the end of the address, then a count, and stays within 63 characters", () => {
  const taken = new Set(["codec", "codec-0-7"]);
  expect(uniqueName("codec", "10.0.0.9", taken)).toBe("codec-0-9");
  expect(uniqueName("codec", "10.0.0.7", taken)).toBe("codec-0-7-2");
  expect(uniqueName("x".repeat(63), "10.0.0.9", new Set(["x".repeat(63)]))).toHaveLength(63);
});

const node = (id: string, more: Partial<Node> = {}): Node => ({
  id,
  address: `a-${id}`,
  names: [id],
  joins: false,
  gateway: false,
  neighbours: [],
  ...more,
});
const lldp = (name: string, more: Partial<Neighbour> = {}): Neighbour => ({ via: "lldp", name, localPort: "1", ...more });
const parents = (nodes: readonly Node[]) => Object.fromEntries([...places(nodes)].map(([id, place]) => [id, place.parents]));

it("parents go from the gateway outwards, whichever end told of the cable; two ways of the same length are both parents", () => {
  const nodes = [
    node("router", { joins: true, gateway: true }),
    node("left", { joins: true, neighbours: [lldp("Router.example.org"), lldp("access")] }),
    node("right", { joins: true, neighbours: [lldp("router"), lldp("access")] }),
    node("access", { joins: true, neighbours: [lldp("codec")] }),
    node("codec"),
  ];
  expect(parents(nodes)).toEqual({ router: [], left: ["router"], right: ["router"], access: ["left", "right"], codec: ["access"] });
});

it("without a gateway a codec still hangs on its switch, and nothing is said about which switch is nearer", () => {
  const nodes = [
    node("one", { joins: true, neighbours: [lldp("two")] }),
    node("two", { joins: true, neighbours: [lldp("codec")] }),
    node("codec"),
  ];
  const found = places(nodes);
  expect(parents(nodes)).toEqual({ one: [], two: [], codec: ["two"] });
  expect(found.get("one")?.undecided).toEqual(["two"]);
});

it("a codec that passes the network on to a computer is nobody's parent", () => {
  const nodes = [
    node("switch", { joins: true, gateway: true, neighbours: [lldp("codec")] }),
    node("codec", { neighbours: [lldp("pc")] }),
    node("pc"),
  ];
  expect(parents(nodes)).toEqual({ switch: [], codec: ["switch"], pc: [] });
});

it("a neighbour is found by its address, its chassis or its name; a name that two devices have is no name", () => {
  const far = node("far", { address: "10.0.0.9", names: ["twin"], chassis: "00:1b:54:aa:00:03" });
  const other = node("other", { names: ["Twin.example.org"] });
  const seenBy = (neighbour: Partial<Neighbour>) =>
    parents([node("switch", { joins: true, gateway: true, neighbours: [{ via: "cdp", ...neighbour }] }), far, other]).far;
  expect(seenBy({ address: "10.0.0.9" })).toEqual(["switch"]);
  expect(seenBy({ chassis: "00:1B:54:AA:00:03" })).toEqual(["switch"]);
  expect(seenBy({ name: "twin" })).toEqual([]);
  const place = places([node("switch", { joins: true, neighbours: [lldp("printer")] })]).get("switch");
  expect(place?.strangers).toEqual(["printer"]);
});

it("a credential is tried twice on a device at most, never after a refusal, and not at all once three devices refused it", () => {
  const tries = new Tries();
  expect([1, 2, 3].map(() => tries.may("a", "main"))).toEqual([true, true, false]);
  expect(tries.may("b", "main")).toBe(true);
  tries.refused("b", "main");
  expect(tries.may("b", "main")).toBe(false);
  expect(tries.may("b", "second")).toBe(true);
  tries.refused("b", "second");
  expect(tries.may("b", "third")).toBe(false);
  for (const device of ["c", "d"]) {
    tries.may(device, "main");
    tries.refused(device, "main");
  }
  expect([tries.may("e", "main"), tries.resting()]).toEqual([false, ["main"]]);
});

it("a credential that works somewhere does not rest because others refuse it", () => {
  const tries = new Tries();
  tries.accepted("main");
  for (const device of ["a", "b", "c", "d"]) tries.refused(device, "main");
  expect([tries.may("e", "main"), tries.resting()]).toEqual([true, []]);
});

it.each([
  ["SSH-2.0-OpenSSH_9.2 Debian\r\n", "SSH-2.0-OpenSSH_9.2 Debian"],
  ["Welcome\r\nSSH-1.99-Cisco-1.25\n", "SSH-1.99-Cisco-1.25"],
  ["SSH-2.0-half a li", undefined],
  ["HTTP/1.1 400 Bad Request\r\n", undefined],
  ["SSH-2.0-bad\u0007bell\r\n", undefined],
])("%j greets as %j", (bytes, said) => {
  expect(identificationIn(Buffer.from(bytes, "latin1"))).toBe(said);
});

it("whatever a device calls itself stays one comment and one name: it cannot write configuration", () => {
  const evil = 'x\n  codec: { site: mgh }\r\u2028  - y: "\u0000';
  const discovery: Discovery = {
    addresses: 1,
    pinged: 1,
    answered: 1,
    asked: 1,
    probes: 1,
    seen: [],
    skipped: [],
    complete: true,
    resting: [],
  };
  const proposal = {
    id: "a",
    name: evil,
    address: "10.0.0.1",
    family: "cisco-ce",
    sureness: "sure",
    parents: [],
    without: ["ssh"],
    gateway: true,
  } as const;
  const text = writeUp({
    at: "now",
    ranges: ["10.0.0.0/24"],
    discovery,
    proposals: [{ ...proposal, site: "mgh", remarks: [`sysName ${evil}`] }],
  });
  expect(parse(text)).toEqual({
    devices: { a: { name: evil, site: "mgh", address: "10.0.0.1", family: "cisco-ce", checks: { ssh: false }, commissioning: true } },
  });
  expect(text.split("\n").filter((line) => line.includes("sysName"))).toHaveLength(1);
});

it("a host that SNMP knows as net-snmp is a gatekeeper where its status port says so, and a host where that port says something else", () => {
  const { families } = loadFamilies([shippedFamilies()]);
  const snmp = { credential: "main", sysObjectId: "1.3.6.1.4.1.8072.3.2.10", sysDescr: "Linux gk 6.1.0-18-amd64" };
  const service = "Version:\r\nGatekeeper(GNU) Version(5.12.0) Ext(pthreads=1)\r\n;\r\n";
  expect(recognised(families, { snmp, ports: [], service })).toMatchObject({ family: { id: "gnugk" }, sureness: "sure" });
  expect(recognised(families, { snmp, ports: [], service: "220 mail ready\r\n" })?.family.id).toBe("net-snmp-host");
  expect(recognised(families, { snmp, ports: [] })?.family.id).toBe("net-snmp-host");
});
