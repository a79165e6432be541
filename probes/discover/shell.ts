/**
 * A look inside a device over SSH, only where the configuration names a login for it: what its shell greets with, and its own word on
 * the switch port it hangs on. One try a device; the families' data says what to ask.
 */
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import type { Finding } from "../../daemon/model/observation.ts";
import type { Address } from "../icmp/address.ts";
import { openConnection } from "../ssh/connection.ts";
import { readLogin } from "../ssh/login.ts";
import { createSshProbe } from "../ssh/ssh-probe.ts";
import type { Asking } from "./asking.ts";
import { recognised } from "./evidence.ts";
import type { Neighbour, Seen } from "./seen.ts";

export interface Inside {
  readonly greeting?: string;
  readonly neighbours: readonly Neighbour[];
  readonly seen: Pick<Seen, "greeting" | "login">;
}

/** Readings that name the switch and its port, and the device itself (the words that families use for them). */
const told = { name: "neighbour_device", port: "neighbour_port", platform: "neighbour_platform", address: "neighbour_address" } as const;
const wanted: ReadonlySet<string> = new Set(Object.values(told));

const greetingMs = 3_000;
const greetingBytes = 4_096;
const lookMs = 15_000;
/** TCP, key exchange, login and a channel: what the daemon counts for a login too. */
const packetsOfLogin = 10;

export async function lookInside(
  address: Address,
  family: Family | undefined,
  asking: Asking,
  refused: string[],
): Promise<Inside | undefined> {
  const { ssh, tries, firstLogins } = asking;
  if (ssh === undefined) return undefined;
  // A wrong password must be learnt of by three devices, not by all that happen to be asked at that moment.
  const alone = !tries.isProven(ssh.id);
  if (alone) await firstLogins.enter();
  try {
    return await enter(address, family, asking, refused);
  } finally {
    if (alone) firstLogins.leave();
  }
}

async function enter(address: Address, family: Family | undefined, asking: Asking, refused: string[]): Promise<Inside | undefined> {
  const { ssh } = asking;
  if (ssh === undefined || !asking.tries.may(address.ip, ssh.id)) return undefined;
  const greeting = family === undefined ? await greetingOf(address, asking, refused) : undefined;
  if (refused.includes(ssh.id)) return undefined;
  const shown = family ?? recognised(asking.families, { ports: [], ...(greeting === undefined ? {} : { greeting }) })?.family;
  const seen = greeting === undefined ? {} : { greeting, login: ssh.id };
  if (shown?.shell === undefined) return { ...seen, seen, neighbours: [] };
  const finding = await lookOnce(address, shown, asking, refused);
  const login = finding?.status === "up" ? { login: ssh.id } : {};
  return { ...seen, seen: { ...seen, ...login }, neighbours: finding === undefined ? [] : neighboursIn(finding) };
}

/** Logs in and listens to the shell until it is quiet; asks nothing. */
async function greetingOf(address: Address, asking: Asking, refused: string[]): Promise<string | undefined> {
  const login = readLogin(asking.ssh);
  if (!login.ok) return undefined;
  const left = await asking.pay(packetsOfLogin);
  if (left === undefined) return undefined;
  const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(lookMs)]);
  const opened = await openConnection(
    {
      host: address.ip,
      port: asking.sshPort,
      login: login.value,
      legacy: false,
      keepaliveMs: 60_000,
      note: () => undefined,
      offered: () => undefined,
    },
    signal,
  );
  left();
  if (!opened.ok) {
    noteRefusal(opened.failure.code, address, asking, refused);
    return undefined;
  }
  const connection = opened.value;
  try {
    const shell = await connection.shell(signal);
    if (!shell.ok) return undefined;
    return await new Promise<string>((resolve) => {
      let heard = "";
      const end = () => {
        clearTimeout(timer);
        resolve(heard);
      };
      const timer = setTimeout(end, greetingMs);
      shell.value.on("data", (bytes: Buffer) => {
        heard = (heard + bytes.toString("utf8")).slice(0, greetingBytes);
        // A shell that says OK on a line of its own has said all.
        if (/^OK\r?$/m.test(heard)) end();
      });
      shell.value.on("close", end);
    });
  } finally {
    connection.end({ status: "unknown", code: "ssh.engine", detail: "the greeting was heard" });
  }
}

/** The family's own questions that tell the neighbour, and no others. */
async function lookOnce(address: Address, family: Family, asking: Asking, refused: string[]): Promise<Finding | undefined> {
  const asks = (family.shell?.asks ?? []).filter((ask) => ask.values.some((value) => wanted.has(value.name)));
  if (family.shell === undefined || asks.length === 0 || asking.ssh === undefined) return undefined;
  const probe = createSshProbe({
    memory: { get: async () => undefined, set: async () => undefined },
    pace: async (_site, probes) => (await asking.pay(probes))?.(),
  });
  const { feedback: _feedback, inCall: _inCall, ...shell } = family.shell;
  const device = strangerAs(address, family, asking);
  try {
    const check = { id: `${address.ip}/ssh`, device: address.ip, kind: "ssh" as const, intervalMs: lookMs, timeoutMs: lookMs };
    const finding = await probe.look(
      { check, device, family: { ...family, shell: { ...shell, asks } }, credential: asking.ssh },
      asking.signal,
    );
    noteRefusal(finding.code, address, asking, refused);
    return finding;
  } finally {
    await probe.stop();
  }
}

function noteRefusal(code: string | undefined, address: Address, asking: Asking, refused: string[]): void {
  const id = asking.ssh?.id;
  if (id === undefined) return;
  if (code === undefined) asking.tries.accepted(id);
  if (code !== "ssh.auth-refused") return;
  asking.tries.refused(address.ip, id);
  refused.push(id);
}

/** The device that a probe wants; only its address and port matter. */
function strangerAs(address: Address, family: Family, asking: Asking): Device {
  return {
    id: address.ip,
    name: address.ip,
    site: "",
    address: address.ip,
    family: family.id,
    kind: family.kind,
    parents: [],
    checks: [],
    credentials: {},
    snmpPort: asking.snmpPort,
    sshPort: asking.sshPort,
    serviceHours: "always",
    labels: {},
    commissioning: true,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: false },
  };
}

/** Pure: one neighbour from the readings of one look. */
export function neighboursIn(finding: Finding): readonly Neighbour[] {
  const value = (name: string) => finding.readings.find((reading) => reading.name === name)?.value.trim();
  const found = { name: value(told.name), port: value(told.port), platform: value(told.platform), address: value(told.address) };
  const kept = Object.fromEntries(Object.entries(found).filter(([, each]) => each !== undefined && each !== ""));
  return Object.keys(kept).length === 0 ? [] : [{ via: "shell", ...kept }];
}
