/** The TCP probe against ports that are open, closed, silent and gone. */
import { spawn } from "node:child_process";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import type { Target } from "../../../probes/probe.ts";
import { createTcpProbe } from "../../../probes/tcp/tcp-probe.ts";
import { ownTime } from "../../own-time.ts";
import { aimAt } from "../shell/player.ts";
import { eventually, memory } from "../ssh/peer.ts";

const never = new AbortController().signal;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(port = 0, accepted: () => void = () => undefined): Promise<number> {
  const server = createServer((socket) => {
    accepted();
    socket.on("error", () => undefined);
    socket.resume();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function close(port: number): Promise<void> {
  const server = servers.find((each) => (each.address() as AddressInfo | null)?.port === port);
  servers.splice(servers.indexOf(server as Server), 1);
  await new Promise((resolve) => server?.close(resolve));
}

function target(ports: readonly number[], more: { readonly address?: string; readonly timeoutMs?: number } = {}): Target {
  const { check, device, family } = aimAt({ kind: "telnet", port: 23, dialect: "poly", asks: [], timeoutMs: 400, ...more });
  return {
    check: { ...check, id: "hdx-1/tcp", kind: "tcp" },
    device,
    family: { ...family, tcp: ports.map((port) => ({ port, name: "H.323", certainty: "memory" as const })) },
  };
}

const words = (finding: Finding) => finding.readings.map(({ value }) => value);

it("an open port is open, and the connection is closed at once", async () => {
  let accepted = 0;
  const port = await listen(0, () => {
    accepted += 1;
  });
  const finding = await createTcpProbe({ memory: memory() }).look(target([port]), never, { trace: true });
  expect(finding.status).toBe("up");
  expect(finding.readings).toEqual([{ name: "signalling_port", value: "open", part: `port ${port}` }]);
  expect(accepted).toBe(1);
  const [server] = servers;
  let connections = 1;
  await eventually(() => {
    server?.getConnections((_error, count) => {
      connections = count;
    });
    return connections === 0;
  }, "the connection is closed");
});

it("a port that was never open is unused; one that was is closed when it refuses, after a restart of ours too", async () => {
  const kept = memory();
  const port = await listen();
  const other = await listen();
  await close(other);
  expect(words(await createTcpProbe({ memory: kept }).look(target([port, other]), never))).toEqual(["open", "unused"]);
  await close(port);
  const finding = await createTcpProbe({ memory: kept }).look(target([port, other]), never);
  expect(words(finding)).toEqual(["closed", "unused"]);
  expect(finding).toMatchObject({ status: "down", code: "tcp.refused" });
  expect(kept.facts.get("tcp-open:hdx-1")).toBe(String(port));
});

/** A port whose queue is full: the kernel drops what knocks, as a firewall does. */
const DEAF = `const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  require("fs").writeSync(1, s.address().port + "\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

it("a port that swallows what comes is silent: down at the deadline, not later", async () => {
  const child = spawn(process.execPath, ["-e", DEAF], { stdio: ["ignore", "pipe", "ignore"] });
  const fillers: Socket[] = [];
  try {
    const port = await new Promise<number>((resolve) => child.stdout?.once("data", (text) => resolve(Number(text))));
    for (let n = 0; n < 4; n++) fillers.push(connect(port, "127.0.0.1").on("error", () => undefined));
    await eventually(() => fillers.filter((each) => !each.connecting).length >= 2, "the queue is full");
    const { result, ms } = await ownTime(createTcpProbe({ memory: memory() }).look(target([port]), never));
    expect(result).toMatchObject({ status: "down", code: "tcp.timeout" });
    expect(ms).toBeLessThan(500);
  } finally {
    for (const each of fillers) each.destroy();
    child.kill("SIGKILL");
  }
});

it("a name that does not resolve is our trouble: unknown", async () => {
  const finding = await createTcpProbe({ memory: memory() }).look(
    target([1720], { address: "no-such-host.invalid", timeoutMs: 3_000 }),
    never,
  );
  expect(finding).toMatchObject({ status: "unknown", code: "tcp.engine" });
});

it("a look that is stopped is unknown, and so is one that the ceiling let nothing out for", async () => {
  const stopped = new AbortController();
  stopped.abort();
  const port = await listen();
  expect(await createTcpProbe({ memory: memory() }).look(target([port]), stopped.signal)).toMatchObject({
    status: "unknown",
    code: "tcp.engine",
  });
  const held = createTcpProbe({
    memory: memory(),
    pace: (_site, _packets, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  });
  expect(await held.look(target([port]), never)).toMatchObject({ status: "unknown", code: "tcp.engine" });
});
