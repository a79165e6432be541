/**
 * Asks a device's SNMP agent for everything that its recording needs: a walk of what may be walked.
 *
 * Bounded in time and size; each packet waits for the ceiling. Nothing is written to the device.
 */
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import { Resolver } from "../icmp/address.ts";
import { newBatch } from "../snmp/batch.ts";
import { Conversation } from "../snmp/conversation.ts";
import type { SnmpCredential } from "../snmp/conversing.ts";
import { openSession } from "../snmp/session.ts";
import { SharedSockets } from "../snmp/sockets.ts";
import { columnsOf } from "../snmp/table.ts";
import { isAbsent, textOf, type Varbind } from "../snmp/value.ts";
import { emptyColumn, walk } from "../snmp/walk.ts";
import { Turnstile } from "../turnstile.ts";

/** Waits until so many packets may go. */
export type Pay = (packets: number, signal: AbortSignal) => Promise<void>;

/** Objects of a subtree, and of all together: what a large switch has of interfaces; a recording is a sample, not a backup. */
const objectsOfASubtree = 5_000;
const objectsAtMost = 20_000;
const attemptMs = 3_000;

/**
 * Subtrees besides those that the family reads: system, interfaces, ifXTable, entPhysicalTable, LLDP, CDP. ARP, routes, connections,
 * processes and users are left out: they are about others.
 */
const always = [
  ...["1.3.6.1.2.1.1", "1.3.6.1.2.1.2", "1.3.6.1.2.1.31.1.1", "1.3.6.1.2.1.47.1.1.1"],
  ...["1.0.8802.1.1.2.1.3.2", "1.0.8802.1.1.2.1.3.7", "1.0.8802.1.1.2.1.4", "1.3.6.1.4.1.9.9.23.1.2"],
];

function subtreesOf({ snmp }: Family): readonly string[] {
  const read = [
    ...snmp.scalars.map(({ oid }) => oid.slice(0, oid.lastIndexOf("."))),
    ...snmp.columns.flatMap((column) => [...columnsOf([column])]),
  ].filter((oid) => oid !== undefined);
  const all = [...new Set([...always, ...read])];
  return all.filter((oid) => !all.some((other) => other !== oid && oid.startsWith(`${other}.`)));
}

/** Undefined when the agent does not answer. */
export async function listenSnmp(
  device: Device,
  family: Family,
  credential: SnmpCredential,
  pay: Pay,
  signal: AbortSignal,
): Promise<readonly Varbind[] | undefined> {
  const address = await new Resolver().resolve(device.address);
  if (address === undefined || address === "refused") return undefined;
  const sockets = new SharedSockets(1);
  const session = openSession(sockets, { ...address, port: device.snmpPort }, credential);
  try {
    const talk = new Conversation({ session: () => session, gate: new Turnstile(1), pace: () => pay(1, signal), attemptMs, retries: 1 });
    const memory = { batch: newBatch(), absent: new Map<string, number>() };
    const bulk = credential.kind !== "snmp-community" || credential.version !== "1";
    const found = new Map<string, Varbind>();
    for (const subtree of subtreesOf(family)) {
      if (signal.aborted || found.size >= objectsAtMost) break;
      const into = emptyColumn();
      await walk(talk, memory, new Map([[subtree, into]]), { bulk, rowsAtMost: Math.min(objectsOfASubtree, objectsAtMost - found.size) });
      for (const varbind of into.values.values()) if (!isAbsent(varbind)) found.set(varbind.oid, varbind);
    }
    return talk.alive ? [...found.values()] : undefined;
  } finally {
    session.close();
    await sockets.stop();
  }
}

/** sysObjectID and sysDescr of a walk, by which its family is recognised. */
export function saidIn(walked: readonly Varbind[]): { readonly sysObjectId?: string; readonly sysDescr?: string } {
  const text = (oid: string) => walked.filter((each) => each.oid === oid).map(textOf)[0];
  const [sysObjectId, sysDescr] = [text("1.3.6.1.2.1.1.2.0"), text("1.3.6.1.2.1.1.1.0")];
  return { ...(sysObjectId === undefined ? {} : { sysObjectId }), ...(sysDescr === undefined ? {} : { sysDescr }) };
}
