/**
 * The simulator as a process of its own: `node main.js SPEC.json [--script SCRIPT.yaml [--wait]] [--host-keys FOLDER] [--rest 127.0.0.1:PORT]`.
 *
 * Prints one JSON line when every socket is bound, then one a step of the script. Lines on stdin: a command as JSON
 * (`{"device":"…","fault":"…"}`), or `start`, for which the script waits with --wait. Ends on SIGTERM, SIGINT, or when stdin closes, which it does when the parent dies;
 * with 3 when an address is in use.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { addressTaken } from "./ending.ts";
import { faults } from "./fault.ts";
import type { RestServer } from "./rest.ts";
import { loadScript, play, type Step } from "./script.ts";
import { type Simulation, startSimulatedNetwork } from "./simulation.ts";
import type { SimulatedNetworkSpec } from "./spec.ts";

const commandSchema = z.strictObject({ device: z.string(), fault: z.enum(faults), part: z.string().optional() });

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function obey(simulation: Simulation, line: string): Promise<void> {
  try {
    const { part, ...command } = commandSchema.parse(JSON.parse(line));
    await simulation.apply({ ...command, ...(part === undefined ? {} : { part }) });
    say({ applied: command });
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      script: { type: "string" },
      "host-keys": { type: "string" },
      rest: { type: "string" },
      wait: { type: "boolean", default: false },
    },
  });
  const [file] = positionals;
  if (file === undefined) {
    process.stderr.write("usage: node main.js SPEC.json [--script SCRIPT.yaml] [--wait] [--host-keys FOLDER] [--rest 127.0.0.1:PORT]\n");
    process.exitCode = 2;
    return;
  }
  const spec = JSON.parse(readFileSync(file, "utf8")) as SimulatedNetworkSpec;
  const script = values.script === undefined ? undefined : loadScript(values.script);
  const hostKeys = values["host-keys"];
  const simulation = await startSimulatedNetwork(spec, hostKeys === undefined ? {} : { hostKeys });
  const rest = values.rest === undefined ? undefined : await listenRest(simulation, values.rest);
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => ending.signal.addEventListener("abort", () => resolve(), { once: true }));
  let playing: Promise<void> | undefined;
  const begin = (): void => {
    if (script === undefined || playing !== undefined) return;
    const began = performance.now();
    const act = async (step: Step): Promise<void> => {
      try {
        for (const command of step.commands) await simulation.apply(command);
        say({ step: step.commands, caption: step.caption });
      } catch (error) {
        say({ error: error instanceof Error ? error.message : String(error) });
      }
    };
    playing = play(script, act, { signal: ending.signal, elapsedMs: () => performance.now() - began });
  };
  const lines = createInterface({ input: process.stdin });
  // One after another: what was ordered first has happened first.
  let obeyed = Promise.resolve();
  lines.on("line", (line) => {
    if (line.trim() === "start") begin();
    else obeyed = obeyed.then(() => obey(simulation, line));
  });
  lines.on("close", () => ending.abort());
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => ending.abort());
  // A pipe whose reader is gone must not become a crash: the closed stdin ends us.
  process.stdout.on("error", () => ending.abort());
  say({
    ready: true,
    agents: simulation.agents,
    codecs: simulation.codecs,
    webs: simulation.webs,
    pid: process.pid,
    ...(rest === undefined ? {} : { rest: rest.port }),
  });
  if (!values.wait) begin();
  await ended;
  lines.close();
  await Promise.all([playing, obeyed]);
  await rest?.stop();
  await simulation.stop();
}

/** `127.0.0.1:8099`; a refusal stops the simulation that is already bound. */
async function listenRest(simulation: Simulation, where: string): Promise<RestServer> {
  try {
    const [, host = "", port = ""] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(where) ?? [];
    if (port === "") throw new Error(`--rest ${where}: write an address and a port, as in 127.0.0.1:8099`);
    // Only who drives it from outside pays for a web server.
    const { startRest } = await import("./rest.ts");
    return await startRest(simulation, host, Number(port));
  } catch (error) {
    await simulation.stop();
    throw error;
  }
}

try {
  await main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  process.stderr.write(`the simulated network: ${message}\n`);
  process.exitCode = code === "EADDRINUSE" ? addressTaken : 1;
}
process.exit(process.exitCode ?? 0);
