/** The demo network as shipped, at addresses and ports of its own, so that a demo running beside is left alone. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Config } from "../../daemon/model/config.ts";
import { builtFile, projectRoot } from "../../probes/built.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { freePort } from "../port.ts";

export const demoEnv = {
  ...process.env,
  VIGIE_DEMO_SNMP_AUTH: "auth-password",
  VIGIE_DEMO_SNMP_PRIV: "priv-password",
  VIGIE_DEMO_COMMUNITY: "demo-community",
  VIGIE_DEMO_CODEC_PASSWORD: "codec-password",
  VIGIE_DEMO_TOKEN: "a-token-of-the-demo",
};

/** Copies the shipped files under `folder`; the devices live in 127.<second>. `change` may alter each file. The path of vigie.yaml. */
export async function moveDemo(folder: string, second: number, change = (_name: string, text: string) => text): Promise<string> {
  cpSync(join(projectRoot(), "demo"), join(folder, "demo"), { recursive: true });
  const ports = new Map<string, number>();
  for (const port of ["8080", "16200", "16100", "2222", "7000", "2424", "8443"]) ports.set(port, await freePort());
  for (const name of ["vigie.yaml", ...readdirSync(join(folder, "demo", "sites")).map((each) => join("sites", each))]) {
    const path = join(folder, "demo", name);
    let text = readFileSync(path, "utf8").replaceAll("127.20.", `127.${second}.`);
    for (const [port, free] of ports) text = text.replace(new RegExp(`(_port: |127\\.0\\.0\\.1:)${port}\\b`, "g"), `$1${free}`);
    writeFileSync(path, change(name, text));
  }
  return join(folder, "demo", "vigie.yaml");
}

/** The simulated network of a moved demo, ready, with its script: it begins when `start` is written to it. */
export async function simulateDemo(folder: string, config: Config): Promise<ChildProcess> {
  const spec = join(folder, "network.json");
  writeFileSync(spec, JSON.stringify(specFrom(config)));
  const script = join(folder, "demo", "script.yaml");
  const simulator = spawn(process.execPath, [builtFile("probes/simulator/main.js"), spec, "--script", script, "--wait"], {
    env: demoEnv,
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (simulator.stdout === null) throw new Error("the simulator has no output");
  await createInterface({ input: simulator.stdout })[Symbol.asyncIterator]().next();
  return simulator;
}

export async function endDemo(simulator: ChildProcess): Promise<void> {
  const ended = once(simulator, "exit");
  simulator.stdin?.end();
  await ended;
}
