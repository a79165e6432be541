/**
 * The audit over syslog, to Debian's rsyslogd and to receivers that fail: whole, in order, and nobody waits for it.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { AuditSyslog } from "../../daemon/export/audit-syslog.ts";
import { syslogMessage } from "../../daemon/export/syslog-message.ts";
import { createMetrics, type Metrics } from "../../daemon/metrics.ts";
import type { Config } from "../../daemon/model/config.ts";
import { DAY } from "../../daemon/model/time.ts";
import { LeaseLost } from "../../daemon/ports.ts";
import { type OpenedStore, openStore } from "../../daemon/store/open.ts";
import { config, quiet, secret } from "../api/fixture.ts";
import { until } from "../e2e/rig.ts";
import { FakeClock } from "../fakes/clock.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";

type Syslog = NonNullable<NonNullable<Config["audit"]>["syslog"]>;

const folder = mkdtempSync(join(tmpdir(), "vigie-syslog-"));
const clock = new FakeClock(Date.UTC(2026, 10, 18, 14));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let store: OpenedStore;
let metrics: Metrics;
let audit: Config["audit"];
let shipper: AuditSyslog;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  store = await openStore({
    storage: { kind: "sqlite", path: join(folder, `${closing.length}-${Math.random()}.db`) },
    stateDir: folder,
    clock,
  });
  await store.migrate();
  closing.push(() => store.close());
  const fence = await store.acquireLease("audit-export", "test", 30_000);
  if (fence === undefined) throw new Error("no lease");
  const leases = { fence: () => fence, held: () => true, wait: async () => undefined };
  metrics = createMetrics({ version: "0" });
  shipper = new AuditSyslog({ store, clock, log: quiet, config: () => ({ ...config([]), ...(audit && { audit }) }), leases, metrics });
  // The first turn notes where the audit ends.
  audit = { syslog: { over: "udp", host: "127.0.0.1", port: 9, facility: "audit" } };
  await shipper.turn();
});
afterEach(async () => {
  audit = undefined;
  await shipper.turn();
  for (const close of closing.splice(0).reverse()) await close();
});

const write = (...targets: readonly string[]) =>
  store.transaction(undefined, (tx) =>
    tx.audit(
      targets.map((target) => ({ at: clock.now(), by: "ann", action: "person.saved", target, data: { note: 'é\n"] <13>1 œ\u2028' } })),
    ),
  );
const counted = async (result: string) =>
  Number(new RegExp(`vigie_audit_syslog_total\\{result="${result}"\\} (\\d+)`).exec(await metrics.text())?.[1] ?? 0);

/** Writes what it understood, a line each. */
async function rsyslogd(context: TestContext, port: number): Promise<{ lines(): readonly string[]; stop(): Promise<void> }> {
  const out = join(folder, `${port}.out`);
  const template = "%protocol-version% %syslogfacility-text% %syslogseverity-text% %app-name% %msgid% %structured-data% %msg%\\n";
  const file = join(folder, `${port}.conf`);
  writeFileSync(out, "", { flag: "a" });
  writeFileSync(
    file,
    `module(load="imudp")\nmodule(load="imtcp")\ninput(type="imudp" address="127.0.0.1" port="${port}")\n` +
      `input(type="imtcp" address="127.0.0.1" port="${port}")\ntemplate(name="t" type="string" string="${template}")\n` +
      `*.* action(type="omfile" file="${out}" template="t" flushInterval="1" asyncWriting="off")\n`,
  );
  const child = spawn(needs("rsyslogd", context), ["-n", "-f", file, "-i", join(folder, `${port}.pid`)], { stdio: "ignore" });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
  };
  closing.push(stop);
  return {
    lines: () =>
      readFileSync(out, "utf8")
        .split("\n")
        .filter((line) => line.includes(" vigie ")),
    stop,
  };
}

/** Ends of octet-counted messages, as RFC 6587 has it; it throws at anything else. */
function unframed(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const space = bytes.indexOf(0x20, from);
    const length = Number(bytes.toString("latin1", from, space));
    if (!Number.isInteger(length) || length < 1) throw new Error(`no frame at ${from}`);
    if (space + 1 + length > bytes.length) break;
    found.push(bytes.toString("latin1", space + 1, space + 1 + length));
    from = space + 1 + length;
  }
  return found;
}

const targetsOf = (messages: readonly string[]) =>
  messages.map((message) => (JSON.parse(message.slice(message.indexOf("@cee:") + 5)) as { target: string }).target);

async function listening(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closing.push(() => void server.close());
  return (server.address() as { port: number }).port;
}

describe("to rsyslogd", () => {
  it.for(["tcp", "udp"] as const)("each row arrives over %s as one message, whatever was written in it", async (over, context) => {
    const port = await freePort();
    const receiver = await rsyslogd(context, port);
    audit = { syslog: { over, host: "127.0.0.1", port, facility: "audit" } };
    await write("bob", "eve");
    await until("the rows arrive", async () => {
      await shipper.turn();
      return receiver.lines().length >= 2;
    });
    const [line = ""] = receiver.lines();
    expect(line).toMatch(/^1 audit notice vigie person\.saved \[meta sequenceId="1"\] @cee:\{/);
    expect(JSON.parse(line.slice(line.indexOf("@cee:") + 5))).toEqual({
      ...{ seq: 1, by: "ann", action: "person.saved", target: "bob" },
      data: { note: 'é\n"] <13>1 œ\u2028' },
    });
    expect(new Set(targetsOf(receiver.lines()))).toEqual(new Set(["bob", "eve"]));
  });

  it("that was away gets what it missed, in order and once; who writes meanwhile does not wait", async (context) => {
    const port = await freePort();
    audit = { syslog: { over: "tcp", host: "127.0.0.1", port, facility: "local3" } };
    await write("a", "b");
    expect([await shipper.turn(), await counted("failed")]).toEqual([0, 1]);
    await write("c");
    expect(await metrics.text()).toMatch(/vigie_audit_syslog_waiting 2/);
    const receiver = await rsyslogd(context, port);
    await until("all three", async () => {
      await shipper.turn();
      return receiver.lines().length >= 3;
    });
    await shipper.turn();
    await receiver.stop();
    expect(targetsOf(receiver.lines())).toEqual(["a", "b", "c"]);
    expect(receiver.lines()[0]).toContain(" local3 ");
    expect(await metrics.text()).toMatch(/vigie_audit_syslog_waiting 0/);
  });
});

describe("a connection", () => {
  it("that breaks after it has swallowed rows: they go again under the same number, and once it holds not any more", async () => {
    const got: Buffer[] = [];
    const sockets: Socket[] = [];
    const port = await listening(
      createServer((socket) => {
        sockets.push(socket);
        // The first takes everything and tells nobody.
        socket.on("data", (data) => void (sockets.length > 1 && got.push(data)));
      }),
    );
    audit = { syslog: { over: "tcp", host: "127.0.0.1", port, facility: "audit" } };
    await write("a", "b");
    expect(await shipper.turn()).toBe(2);
    sockets[0]?.destroy();
    await until("all again", async () => {
      await shipper.turn();
      return unframed(Buffer.concat(got)).length >= 2;
    });
    await shipper.turn();
    await write("c");
    await shipper.turn();
    await until("the next", () => unframed(Buffer.concat(got)).length >= 3);
    for (const socket of sockets) socket.destroy();
    const messages = unframed(Buffer.concat(got));
    expect([targetsOf(messages), messages[0]?.includes('sequenceId="1"')]).toEqual([["a", "b", "c"], true]);
  });

  it("over TLS is made with the authority that is named, and with no other", async () => {
    const [key, cert] = [join(folder, "k.pem"), join(folder, "c.pem")];
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", [...made, "-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], {
      stdio: "pipe",
    });
    const got: Buffer[] = [];
    const pem = { key: readFileSync(key), cert: readFileSync(cert) };
    const port = await listening(
      createTlsServer(pem, (socket) => void socket.on("data", (data) => got.push(data)).on("error", () => undefined)),
    );
    const syslog: Syslog = { over: "tls", host: "localhost", port, facility: "audit" };
    await write("a");
    audit = { syslog };
    expect([await shipper.turn(), await counted("failed")]).toEqual([0, 1]);
    audit = { syslog: { ...syslog, ca: secret(readFileSync(cert, "utf8")) } };
    expect(await shipper.turn()).toBe(1);
    await until("it arrives", () => unframed(Buffer.concat(got)).length === 1);
    expect(targetsOf(unframed(Buffer.concat(got)))).toEqual(["a"]);
  });
});

it("what retention took before it went is counted as dropped", async () => {
  const port = await freePort();
  audit = { syslog: { over: "tcp", host: "127.0.0.1", port, facility: "audit" } };
  await write("a", "b");
  await shipper.turn();
  clock.pass(2 * DAY);
  await write("c");
  const others = { samplesBefore: 0, trapsBefore: 0, inboxBefore: 0, sessionsBefore: 0, looksBefore: 0 };
  await store.prune({ ...others, incidentsBefore: clock.now() - DAY });
  await listening(
    createServer((socket) => socket.resume()),
    port,
  );
  expect([await shipper.turn(), await counted("dropped")]).toEqual([1, 2]);
});

it("a row that is too long for a datagram loses its details, and not who did what", () => {
  const row = { seq: 7, at: 0, by: "ann", action: "configuration.refused", target: "x", data: { note: "é".repeat(2_000) } };
  const message = syslogMessage(row, { over: "udp", facility: "audit" }, { hostname: "höst name", pid: 1 });
  expect(message.length).toBeLessThanOrEqual(2_048);
  expect(message).toMatch(/^<108>1 1970-01-01T00:00:00\.000Z h\?st\?name vigie 1 configuration\.refused \[/);
  expect(message).toContain('"cut":true');
});

it("another process that holds the lease sends, and this one keeps nothing", async () => {
  const port = await listening(createServer((socket) => socket.resume()));
  const leases = {
    fence: () => {
      throw new LeaseLost("another has it");
    },
    held: () => false,
    wait: async () => undefined,
  };
  const other = new AuditSyslog({ store, clock, log: quiet, config: () => ({ ...config([]), ...(audit && { audit }) }), leases, metrics });
  audit = { syslog: { over: "tcp", host: "127.0.0.1", port, facility: "audit" } };
  await write("a");
  await other.turn();
  await expect(other.turn()).rejects.toThrow(LeaseLost);
  audit = undefined;
  await other.turn();
});
