/** The bench's fleet: a thousand agents and a hundred codecs from one process, each at its own address. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BerReader, BerWriter, encodeOid, tags } from "../../../probes/simulator/ber.ts";
import { type Fleet, fleetAddress, startFleet } from "../../../probes/simulator/fleet.ts";
import { communityMessage } from "../../../probes/simulator/pdu.ts";
import { needs } from "../../needs.ts";
import { ask, freePort } from "./network.ts";

let fleet: Fleet;
let port = 0;
beforeAll(async () => {
  port = await freePort();
  fleet = await startFleet({ snmp: 1_000, ssh: 100, snmpPort: port, sshPort: await freePort() });
});
afterAll(() => fleet.stop());

/** GET sysName.0 over v2c. */
function question(): Buffer {
  const writer = new BerWriter();
  writer.octets(tags.null, "");
  writer.octets(tags.oid, encodeOid("1.3.6.1.2.1.1.5.0"));
  writer.close(tags.sequence, 0);
  writer.close(tags.sequence, 0);
  for (const value of [0, 0, 77]) writer.number(tags.integer, value);
  writer.close(0xa0, 0);
  return communityMessage(1, "fleet", writer.take());
}

it("every one of a thousand agents answers, from its own address, with its own name", async () => {
  const socket = createSocket("udp4");
  const asked = question();
  const names = new Map<string, string>();
  socket.on("message", (bytes, peer) => {
    const message = new BerReader(bytes).into();
    message.next();
    message.next();
    const pdu = message.into();
    for (let skipped = 0; skipped < 3; skipped += 1) pdu.next();
    const binding = pdu.into().into();
    binding.next();
    names.set(peer.address, binding.octets().toString());
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const deadline = Date.now() + 60_000;
  while (names.size < 1_000 && Date.now() < deadline) {
    for (let index = 0; index < 1_000; index += 1) {
      if (names.has(fleetAddress(index))) continue;
      socket.send(asked, port, fleetAddress(index));
      if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  socket.close();
  expect(names.size).toBe(1_000);
  expect(names.get(fleetAddress(999))).toBe("fleet-999");
  expect(fleet.answered()).toBeGreaterThanOrEqual(1_000);
});

it("addresses are all different, and all loopback", () => {
  const all = new Set(Array.from({ length: 100_000 }, (_, index) => fleetAddress(index)));
  expect(all.size).toBe(100_000);
  expect([...all].filter((address) => !/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/.test(address))).toEqual([]);
});

it("an agent holds eleven scalars and a table that a walk gets whole", async (context) => {
  const walk = needs("snmpbulkwalk", context);
  const all = await ask(walk, ["-v2c", "-c", "fleet", `${fleetAddress(500)}:${port}`, "1.3.6.1"]);
  expect(all.split("\n").filter((line) => / = (?!No more)/.test(line))).toHaveLength(11 + 4 * 5);
});

it("one agent can be made mute without the others", async () => {
  fleet.silence(7, true);
  const ask7 = (index: number): Promise<string> =>
    ask("snmpget", ["-v2c", "-c", "fleet", `${fleetAddress(index)}:${port}`, "1.3.6.1.2.1.1.3.0"]);
  expect(await ask7(7)).toContain("Timeout");
  expect(await ask7(8)).toContain("Timeticks");
  fleet.silence(7, false);
  expect(await ask7(7)).toContain("Timeticks");
});
