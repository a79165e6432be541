/**
 * Which values of a notification are kept.
 */
import { expect, it } from "vitest";
import type { DeviceKind } from "../../../daemon/model/family.ts";
import { withoutFarEnd } from "../../../probes/trap/far-end.ts";

const known = new Set(["1.3.6.1.4.1.13885.101.1.1.4.0", "1.3.6.1.4.1.13885.101.1.3", "1.3.6.1.4.1.13885.101.1.4"]);

it.each<readonly [string, DeviceKind | undefined, string, string, string, string]>([
  ["the far end's name in a codec's trap goes", "codec", "1.3.6.1.4.1.13885.101.1.5.2.1.4.1", "OctetString", "Zuleika", "***"],
  ["a bridge's too", "bridge", "1.3.6.1.4.1.1.2.3", "OctetString", "Zuleika", "***"],
  ["and from whom nobody knows", undefined, "1.3.6.1.4.1.1.2.3", "OctetString", "Zuleika", "***"],
  ["the far end's address goes", "codec", "1.3.6.1.4.1.1.2.3", "IpAddress", "10.9.8.7", "***"],
  ["a codec's numbers stay", "codec", "1.3.6.1.4.1.1.2.3", "Integer", "3", "3"],
  ["what the family's data read stays", "codec", "1.3.6.1.4.1.13885.101.1.1.4.0", "OctetString", "Group 700", "Group 700"],
  ["and so does an instance of what they walk", "codec", "1.3.6.1.4.1.13885.101.1.3.6.2", "OctetString", "main", "main"],
  ["the name of an interface stays", "codec", "1.3.6.1.2.1.2.2.1.2.7", "OctetString", "eth0", "eth0"],
  ["sysContact is about a person", "switch", "1.3.6.1.2.1.1.4.0", "OctetString", "Quillon", "***"],
  ["ifAlias is free text", "switch", "1.3.6.1.2.1.31.1.1.1.18.7", "OctetString", "to Quillon", "***"],
  ["a router's log message is free text", "router", "1.3.6.1.4.1.9.9.41.1.2.3.1.5.7", "OctetString", "by Quillon on vty0", "***"],
  ["who changed the configuration goes", "router", "1.3.6.1.4.1.9.9.43.1.1.6.1.8.3", "OctetString", "quillon", "***"],
  ["the number of the change stays", "router", "1.3.6.1.4.1.9.9.43.1.1.6.1.80.3", "OctetString", "three", "three"],
  ["the far site goes although data read it", "codec", "1.3.6.1.4.1.13885.101.1.4.1.1.58.1", "OctetString", "Zuleika", "***"],
  ["a fan of a switch stays", "switch", "1.3.6.1.4.1.9.9.13.1.4.1.2.1", "OctetString", "Fan 1", "Fan 1"],
  ["a URI in a router's trap goes", "router", "1.3.6.1.4.1.9.9.1", "OctetString", "call sip:a@b.example ended", "call [removed] ended"],
])("%s", (_title, kind, oid, type, value, kept) => {
  const trap = { at: 0, source: "10.0.0.1", inform: false, varbinds: [{ oid, type, value }], sha256: "" };
  expect(withoutFarEnd(trap, kind, known).varbinds).toEqual([{ oid, type, value: kept }]);
});

it("of a malformed datagram the structure stays and every text goes, with accents, digits or neither", () => {
  const name = Buffer.from("Zuléika Tremblay");
  const bytes = Buffer.concat([
    Buffer.from([0x30, 0x20, 0x02, 0x01, 0x01, 0x04, name.length]),
    name,
    Buffer.from([0x02, 0x01, 0x41]),
    Buffer.from("5145550199"),
  ]);
  const head =
    withoutFarEnd(
      { at: 0, source: "10.0.0.1", inform: false, varbinds: [], sha256: "", undecodable: "malformed", head: bytes.toString("hex") },
      undefined,
      known,
    ).head ?? "";
  const kept = Buffer.from(head, "hex");
  expect(kept).toHaveLength(bytes.length);
  expect(kept.subarray(0, 7)).toEqual(bytes.subarray(0, 7));
  expect(kept.subarray(7 + name.length, 9 + name.length)).toEqual(Buffer.from([0x02, 0x01]));
  expect(kept.toString("latin1")).not.toMatch(/[A-Za-z]{2}|\d{2}/);
});
