/** The far ends of the SNMP tests: Debian's snmpd, snmpsimd, net-snmp's own agent, and a nasty UDP peer. */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../port.ts";

// biome-ignore lint/suspicious/noExplicitAny: the agent's side of the library has no types
export const library: any = createRequire(import.meta.url)("net-snmp");

export interface Peer {
  readonly port: number;
  stop(): Promise<void>;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 2_000);
  await exit;
  clearTimeout(hard);
}

/** snmpd with its own configuration, persistent folder and port. */
export async function startSnmpd(
  program: string,
  lines: readonly string[],
  reuse?: { port: number; folder: string },
): Promise<Peer & { folder: string; halt(): Promise<void> }> {
  const folder = reuse?.folder ?? mkdtempSync(join(tmpdir(), "vigie-snmpd-"));
  mkdirSync(join(folder, "persist"), { recursive: true });
  const port = reuse?.port ?? (await freePort());
  if (reuse === undefined) writeFileSync(join(folder, "snmpd.conf"), `${lines.join("\n")}\n`);
  const words = [
    "-f",
    "-C",
    "-c",
    join(folder, "snmpd.conf"),
    "-Lf",
    join(folder, "log"),
    "-I",
    "-smux",
    "-p",
    join(folder, "pid"),
    `udp:127.0.0.1:${port}`,
  ];
  const child = spawn(program, words, { stdio: "ignore", env: { ...process.env, SNMP_PERSISTENT_DIR: join(folder, "persist"), MIBS: "" } });
  const halt = () => ended(child);
  return {
    port,
    folder,
    halt,
    stop: async () => {
      await halt();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** snmpsimd on recordings: file name (the community or context) → lines. */
export async function startSnmpsimd(
  program: string,
  files: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-snmpsim-"));
  chmodSync(folder, 0o777);
  mkdirSync(join(folder, "data"));
  mkdirSync(join(folder, "cache"), { mode: 0o777 });
  chmodSync(join(folder, "cache"), 0o777);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "data", name), text);
  const port = await freePort();
  const words = [
    `--data-dir=${join(folder, "data")}`,
    `--cache-dir=${join(folder, "cache")}`,
    `--agent-udpv4-endpoint=127.0.0.1:${port}`,
    "--logging-method=null",
    ...options,
  ];
  if (process.getuid?.() === 0) words.push("--process-user=nobody", "--process-group=nogroup");
  const child = spawn(program, words, { stdio: "ignore", cwd: folder });
  return {
    port,
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** net-snmp's own agent, with one scalar beside sysUpTime: 1.3.6.1.4.1.99999.1.0 = 42. */
export async function startAgent(users: readonly Readonly<Record<string, unknown>>[]): Promise<Peer> {
  const port = await freePort();
  const agent = library.createAgent(
    { port, address: "127.0.0.1", disableAuthorization: false, accessControlModelType: library.AccessControlModelType.None },
    () => {},
  );
  for (const user of users) agent.getAuthorizer().addUser(user);
  agent.getAuthorizer().addCommunity("public");
  const scalar = (name: string, oid: string, type: number, value: number) => {
    agent.registerProvider({
      name,
      type: library.MibProviderType.Scalar,
      oid,
      scalarType: type,
      maxAccess: library.MaxAccess["read-only"],
    });
    agent.getMib().setScalarValue(name, value);
  };
  scalar("upTime", "1.3.6.1.2.1.1.3", library.ObjectType.TimeTicks, 12_345);
  scalar("answer", "1.3.6.1.4.1.99999.1", library.ObjectType.Integer, 42);
  return { port, stop: async () => void agent.close() };
}

/** A request as the nasty peer sees it. */
export interface SeenRequest {
  readonly version: number;
  readonly community: string;
  /** 0xa0 get, 0xa1 next, 0xa5 bulk. */
  readonly pduType: number;
  readonly id: Buffer;
  readonly oids: readonly Buffer[];
  readonly bytes: Buffer;
  readonly from: RemoteInfo;
}

/** A v1 or v2c peer that does what the test says. */
export async function startNasty(onRequest: (request: SeenRequest, socket: Socket) => void): Promise<Peer> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => onRequest(parseRequest(bytes, from), socket));
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  const { port } = socket.address() as AddressInfo;
  return { port, stop: () => new Promise((done) => socket.close(() => done())) };
}

/** One BER element: tag, content, what follows. */
function element(bytes: Buffer): { tag: number; content: Buffer; rest: Buffer } {
  const first = bytes[1] ?? 0;
  const more = first & 0x80 ? first & 0x7f : 0;
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const start = 2 + more;
  return { tag: bytes[0] ?? 0, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

function parseRequest(bytes: Buffer, from: RemoteInfo): SeenRequest {
  const version = element(element(bytes).content);
  const name = element(version.rest);
  const pdu = element(name.rest);
  const id = element(pdu.content);
  const list = element(element(element(id.rest).rest).rest);
  const oids: Buffer[] = [];
  for (let rest = list.content; rest.length > 0; ) {
    const bind = element(rest);
    oids.push(element(bind.content).content);
    rest = bind.rest;
  }
  return { version: version.content[0] ?? 0, community: name.content.toString(), pduType: pdu.tag, id: id.content, oids, bytes, from };
}

export function ber(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 128 ? Buffer.from([content.length]) : Buffer.from([0x82, content.length >> 8, content.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

/** A reply: each name with an INTEGER, or an error. */
export function reply(
  request: SeenRequest,
  how: { status?: number; index?: number; values?: readonly Buffer[]; oids?: readonly Buffer[] } = {},
): Buffer {
  const names = how.oids ?? request.oids;
  const binds = names.map((oid, i) => ber(0x30, ber(6, oid), how.values?.[i] ?? ber(2, Buffer.from([7]))));
  const pdu = ber(
    0xa2,
    ber(2, request.id),
    ber(2, Buffer.from([how.status ?? 0])),
    ber(2, Buffer.from([how.index ?? 0])),
    ber(0x30, ...binds),
  );
  return ber(0x30, ber(2, Buffer.from([request.version])), ber(4, Buffer.from(request.community)), pdu);
}
