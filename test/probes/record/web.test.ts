/** Web interfaces are recorded in a call, told of nobody, and what is played again reads the same to the same probe. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Finding } from "../../../daemon/model/observation.ts";
import { createHttpsProbe } from "../../../probes/https/https-probe.ts";
import { listenWeb } from "../../../probes/record/listen-web.ts";
import { anonymise } from "../../../probes/record/recording.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { aimAtWeb, familyOf, webPassword } from "../https/aimed.ts";
import { device, env, freePort } from "../simulator/network.ts";

const never = new AbortController().signal;
const name = "zweibruecken-salle-4";

async function play(family: string, made: string, port: number, recording?: string) {
  const https = { port, user: "vigie", password: "env:SIM_SSH" };
  const played = device(name, 151, { family: made, kind: familyOf(family).kind, https, ...(recording === undefined ? {} : { recording }) });
  const simulation = await startSimulatedNetwork({ devices: [played] }, { env });
  return { simulation, target: aimAtWeb({ id: name, address: played.address, port, family: familyOf(family) }) };
}

const told = new Set(["serial", "uptime_seconds"]);
const states = ({ readings, samples }: Finding) => [...readings, ...samples].filter((each) => !told.has(each.name));

it.each([
  ["lifesize-icon", "lifesize-icon"],
  ["codian-mcu", "codian-mcu"],
  ["poly-group", "poly-studio"],
])("%s", async (family, made) => {
  const port = await freePort();
  const probe = createHttpsProbe({});
  const first = await play(family, made, port);
  await first.simulation.apply({ device: name, fault: "call-started" });
  await first.simulation.apply({ device: name, fault: "h323-unregistered" });
  const seen = await probe.look(first.target, never);
  const { device: at, family: asked } = first.target;
  expect(await listenWeb(at, asked, webPassword("wrong"), async () => undefined, never)).toMatchObject({
    why: expect.stringContaining("refused"),
  });
  const web = await listenWeb(at, asked, webPassword(env.SIM_SSH), async () => undefined, never);
  await first.simulation.stop();
  if ("why" in web) throw new Error(web.why);
  expect(web).toHaveLength(asked.https?.asks.length ?? 0);
  expect(JSON.stringify(web)).toMatch(made === "lifesize-icon" ? /total/ : /Tremblay/);

  const ours = { names: [name, "vigie"], addresses: [at.address] };
  const recorded = anonymise({ family: asked, web }, ours, { key: randomBytes(32), versions: {}, date: "2026-11-26" });
  if (!recorded.ok) throw new Error(recorded.found.join());
  const written = JSON.stringify(recorded.files);
  expect(written).not.toMatch(/Tremblay|Gagnon|patient|514555|zweibruecken|codec-password|SIM\d/i);
  const folder = mkdtempSync(join(tmpdir(), "vigie-web-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(recorded.files)) writeFileSync(join(folder, file), text);

  const second = await play(family, made, port, folder);
  onTestFinished(() => second.simulation.stop());
  probe.forget(name);
  const again = await probe.look(second.target, never, { trace: true });
  expect(again.status, `${again.detail} ${again.trace?.join("\n")}`).toBe("up");
  expect(states(again)).toEqual(states(seen));
  await probe.stop();
});
