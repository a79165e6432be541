/**
 * Asks a device for everything that its recording needs: a walk of what may be walked, and its family's questions to its shell.
 *
 * Bounded in time and size; each packet waits for the ceiling. Nothing is written to the device.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import { Resolver } from "../icmp/address.ts";
import type { Answer } from "../shell/dialect.ts";
import type { Line } from "../shell/line.ts";
import { newBatch } from "../snmp/batch.ts";
import { Conversation, Gate } from "../snmp/conversation.ts";
import type { SnmpCredential } from "../snmp/conversing.ts";
import { openSession } from "../snmp/session.ts";
import { SharedSockets } from "../snmp/sockets.ts";
import { columnsOf } from "../snmp/table.ts";
import { isAbsent, textOf, type Varbind } from "../snmp/value.ts";
import { emptyColumn, walk } from "../snmp/walk.ts";
import { openConnection } from "../ssh/connection.ts";
import { readLogin } from "../ssh/login.ts";
import { DIALECTS } from "../ssh/ssh-probe.ts";
import { asksOf } from "./answers.ts";

/** Waits until so many packets may go. */
export type Pay = (packets: number, signal: AbortSignal) => Promise<void>;

/** Objects of a subtree, and of all together: what a large switch has of interfaces; a recording is a sample, not a backup. */
const objectsOfASubtree = 5_000;
const objectsAtMost = 20_000;
const attemptMs = 3_000;
const shellMs = 120_000;
const packetsOfLogin = 24;

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
    const talk = new Conversation({ session: () => session, gate: new Gate(1), pace: () => pay(1, signal), attemptMs, retries: 1 });
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

export interface ShellHeard {
  readonly greeting: string;
  readonly answers: readonly { readonly command: string; readonly answer: Answer }[];
}

/** Logs in once and asks what the family asks; undefined when that did not work, with a sentence why. */
export async function listenShell(
  device: Device,
  family: Family,
  credential: Credential,
  pay: Pay,
  ending: AbortSignal,
): Promise<ShellHeard | { readonly why: string }> {
  const asks = asksOf(family);
  const dialect = DIALECTS[family.shell?.dialect ?? "exec"];
  const login = readLogin(credential);
  if (dialect === undefined || asks.length === 0) return { why: `family ${family.id} has no questions for a shell over SSH` };
  if (!login.ok) return { why: login.failure.detail };
  const signal = AbortSignal.any([ending, AbortSignal.timeout(shellMs)]);
  await pay(packetsOfLogin + 3 * asks.length, signal);
  const opened = await openConnection(
    {
      ...{ host: device.address, port: device.sshPort, login: login.value, legacy: device.legacy.sshAlgorithms, keepaliveMs: 60_000 },
      note: () => undefined,
      offered: () => undefined,
    },
    signal,
  );
  if (!opened.ok) return { why: opened.failure.detail };
  try {
    let greeting = "";
    const hear = (bytes: Buffer) => {
      greeting = (greeting + bytes.toString("utf8")).slice(0, greetingAtMost);
    };
    const conversation = await dialect.open(overheard(opened.value, hear), { note: () => undefined, unasked: () => undefined }, signal);
    if (!conversation.ok) return { why: conversation.failure.detail };
    const greeted = greetingIn(greeting);
    const commands = asks.map(({ command }) => command);
    const answers = await conversation.value.ask(commands, signal, () => undefined);
    if (!answers.ok) return { why: answers.failure.detail };
    return { greeting: greeted, answers: commands.flatMap((command, at) => pairOf(command, answers.value[at])) };
  } finally {
    opened.value.end({ status: "unknown", code: "ssh.engine", detail: "the recording is made" });
  }
}

const greetingAtMost = 4_096;

/** The line, with somebody listening to what comes over it. */
function overheard(line: Line, hear: (bytes: Buffer) => void): Line {
  const { exec } = line;
  return {
    transport: line.transport,
    get ended() {
      return line.ended;
    },
    onEnd: (watcher) => line.onEnd(watcher),
    end: (failure) => line.end(failure),
    async shell(signal, terminal) {
      const opened = await line.shell(signal, terminal);
      if (opened.ok) opened.value.on("data", hear);
      return opened;
    },
    ...(exec === undefined ? {} : { exec: (command, signal) => exec.call(line, command, signal) }),
  };
}

/** Up to the line OK that ends an xAPI greeting, where there is one: what follows answers our own first words. */
function greetingIn(heard: string): string {
  const ok = /^OK\r?$/m.exec(heard);
  return ok === null ? heard : `${heard.slice(0, ok.index)}OK\n`;
}

/** What the device does not know is no part of its recording. */
function pairOf(command: string, answer: Answer | undefined): ShellHeard["answers"] {
  if (answer === undefined || (answer.form === "json" && (answer.problem !== undefined || answer.status === undefined))) return [];
  return [{ command, answer }];
}

/** sysObjectID and sysDescr of a walk, by which its family is recognised. */
export function saidIn(walked: readonly Varbind[]): { readonly sysObjectId?: string; readonly sysDescr?: string } {
  const text = (oid: string) => walked.filter((each) => each.oid === oid).map(textOf)[0];
  const [sysObjectId, sysDescr] = [text("1.3.6.1.2.1.1.2.0"), text("1.3.6.1.2.1.1.1.0")];
  return { ...(sysObjectId === undefined ? {} : { sysObjectId }), ...(sysDescr === undefined ? {} : { sysDescr }) };
}
