/**
 * The demo network: the simulator in a process of its own, secrets made at each start, and what will happen when.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { builtFile } from "../../probes/built.ts";
import { addressTaken } from "../../probes/simulator/ending.ts";
import { describeScript, loadScript, type Script } from "../../probes/simulator/script.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigRefused } from "../config/refused.ts";
import { bookSessions } from "./demo-sessions.ts";
import type { Io } from "./io.ts";

export interface Demo {
  /** Resolves with why, should the simulator end by itself. */
  readonly ended: Promise<string>;
  /** The daemon is up: prints where, and what will happen; the script begins. */
  begin(url: string): void;
  stop(): Promise<void>;
}

/** Names of what is made anew at each start. */
export const demoSecrets = [
  "VIGIE_DEMO_SNMP_AUTH",
  "VIGIE_DEMO_SNMP_PRIV",
  "VIGIE_DEMO_COMMUNITY",
  "VIGIE_DEMO_CODEC_PASSWORD",
  "VIGIE_DEMO_TOKEN",
];
const readyWithinMs = 30_000;

/**
 * Starts the simulated network. The state of an earlier demo is thrown away, its story begins anew; that of one which still runs is left alone:
 * it has the addresses, and this one is refused.
 */
export async function startDemo(file: string, io: Io): Promise<Demo> {
  for (const name of demoSecrets) process.env[name] = randomBytes(18).toString("base64url");
  const loaded = await loadConfig(file, { demo: true });
  if (!loaded.ok) throw new ConfigRefused(loaded.problems);
  const folder = mkdtempSync(join(tmpdir(), "vigie-demo-"));
  const spec = join(folder, "network.json");
  writeFileSync(spec, JSON.stringify(specFrom(loaded.config)), { mode: 0o600 });
  const script = join(dirname(file), "script.yaml");
  const child = spawn(process.execPath, [builtFile("probes/simulator/main.js"), spec, "--script", script, "--wait"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: false,
  });
  const ended = new Promise<string>((resolve) => child.once("exit", (code) => resolve(`the simulated network ended (exit ${code})`)));
  const ready = await firstLine(child).finally(() => rmSync(folder, { recursive: true, force: true }));
  const { stateDir } = loaded.config.instance;
  rmSync(stateDir, { recursive: true, force: true });
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const ending = new AbortController();
  io.out(
    `\nVigie, the demo network: ${ready.agents} SNMP agents, ${ready.codecs} codec shells and ${ready.webs} web interface on loopback.`,
  );
  return {
    ended,
    begin(url) {
      child.stdin?.write("start\n");
      const told = loadScript(script);
      const booking = { url, token: process.env.VIGIE_DEMO_TOKEN ?? "", startedAt: Date.now(), signal: ending.signal };
      void bookSessions(told, booking).then((problem) => problem !== undefined && io.err(problem));
      for (const line of intro(url, told)) io.out(line);
    },
    async stop() {
      ending.abort();
      child.stdin?.end();
      await ended;
    },
  };
}

function intro(url: string, told: Script): readonly string[] {
  return [
    "",
    `  console   ${url}`,
    `  metrics   ${url}/metrics`,
    `  token     ${process.env.VIGIE_DEMO_TOKEN ?? ""}   (for writes: Authorization: Bearer …)`,
    "",
    "What will happen, from now:",
    ...describeScript(told, "en"),
    "",
    "Ce qui va se passer, à partir de maintenant :",
    ...describeScript(told, "fr"),
    "",
    "Ctrl-C ends it.",
  ];
}

interface Ready {
  readonly agents: number;
  readonly codecs: number;
  readonly webs: number;
}

/** The simulator's first line: ready, with its counts. Rejects when it ends first, or says nothing in time. */
function firstLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the simulated network was not ready within ${readyWithinMs / 1000} s`)),
      readyWithinMs,
    );
    child.once("exit", (code) => {
      clearTimeout(timer);
      const why = code === addressTaken ? ": another demo runs on this computer; end it first (Ctrl-C in its terminal)" : ` (exit ${code})`;
      // With a code it is said without a stack.
      reject(Object.assign(new Error(`the simulated network could not start${why}`), { code: "EDEMO" }));
    });
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as Ready);
    });
  });
}
