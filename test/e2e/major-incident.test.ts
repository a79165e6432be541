/**
 * A whole major incident against the demo as shipped, in real time, by HTTP alone: the simulator's REST breaks a codec, the API does what
 * people do, a partner is silent until the second contact answers on the task's page, and it is closed once its report is signed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type App, startApp } from "../../daemon/app.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { createLog } from "../../daemon/log.ts";
import { builtFile } from "../../probes/built.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { until } from "../grafana/watched.ts";
import { findProgram } from "../needs.ts";
import { freePort } from "../port.ts";
import { docxText, pdfText, requiredSections } from "../reporting/printed.ts";
import { demoEnv, endDemo, moveDemo } from "./moved-demo.ts";

const env = { ...demoEnv, ANALYST: "a-token-of-the-analyst" };

const folder = mkdtempSync(join(tmpdir(), "vigie-major-"));
const codec = "lac-ardoise-codec-1";
let app: App;
let simulator: ChildProcess;
let faults = "";

/** The network's operator has a second contact, and ten seconds for each; a supplier is asked too. */
function withPartners(name: string, text: string): string {
  if (name !== "vigie.yaml") return text;
  return text
    .replace(
      "contacts: [network-partner], contract:",
      "contacts: [network-partner, supplier], answer_within: 10s, hours: always, contract:",
    )
    .replace("partners:\n", 'partners:\n  supplier: { name: "Fournisseur (fictif)", contacts: [supplier], hours: always }\n')
    .replace("tokens: { ", "tokens: { analyst: { function: analyst, secret: { env: ANALYST } }, ")
    .replace("functions:\n", '  supplier: { name: "Fournisseur", language: fr, reach: [{ sink: fournisseur }] }\n\nfunctions:\n');
}

beforeAll(async () => {
  const file = await moveDemo(folder, 26, withPartners);
  const loaded = await loadConfig(file, { env, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const spec = join(folder, "network.json");
  writeFileSync(spec, JSON.stringify(specFrom(loaded.config)));
  const rest = `127.0.0.1:${await freePort()}`;
  faults = `http://${rest}/devices/${codec}/faults`;
  simulator = spawn(process.execPath, [builtFile("probes/simulator/main.js"), spec, "--rest", rest], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (simulator.stdout === null) throw new Error("the simulator has no output");
  await createInterface({ input: simulator.stdout })[Symbol.asyncIterator]().next();
  app = await startApp({ file, env, demo: true, log: createLog({ level: "error", plain: true }), version: "0.0.0" });
}, 240_000);
afterAll(async () => {
  await app?.stop(false);
  await endDemo(simulator);
  rmSync(folder, { recursive: true, force: true });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, "content-type": "application/json" });

async function ask<T>(path: string, body?: object, wanted = 200, headers = technician): Promise<T> {
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${app.url}/api/v1${path}`, init);
  const text = await answer.text();
  expect(answer.status, `${path}: ${text}`).toBe(wanted);
  return JSON.parse(text) as T;
}

const technician = bearer(env.VIGIE_DEMO_TOKEN);
const analyst = bearer(env.ANALYST);

interface Incident {
  readonly number: string;
  readonly device?: string;
  readonly severity: string;
  readonly state: string;
  readonly level: number;
  readonly timeline: readonly { readonly event: string }[];
  readonly deliveries: readonly { readonly kind: string; readonly recipient: string }[];
}

it("from the broken codec to the signed report and the PDF", async () => {
  await until("the codec was looked at", async () => (await ask<{ up: string | number }>(`/devices/${codec}`)).up !== "unknown", 120_000);
  await fetch(faults, { method: "POST", headers: technician, body: JSON.stringify({ fault: "silent" }) });
  const opened = await until(
    "its incident",
    async () => (await ask<{ items: readonly Incident[] }>("/incidents?limit=100")).items.find(({ device }) => device === codec),
    90_000,
  );
  const at = `/incidents/${opened.number}`;
  const look = () => ask<Incident>(at);
  await ask(`${at}/take`, { note: "I call the room" });
  await ask(`${at}/escalate`, { reason: "the room has power, and the codec is silent" });
  await ask(`${at}/accept`, {}, 200, analyst);
  expect(await look()).toMatchObject({ level: 2, state: "taken" });
  const severe = await ask<Incident>(`${at}/severity`, { severity: "major", reason: "not solved at the first call" });
  expect(severe.severity).toBe("major");
  const line = await ask<{ id: string }>(`${at}/tasks`, { partner: "network", asked: "measure the circuit" });
  const spare = await ask<{ id: string }>(`${at}/tasks`, { partner: "supplier", asked: "send a spare", ticket: "F-9" });
  await ask(`${at}/escalate`, { reason: "partners have to be brought together" });
  await ask(`${at}/accept`, {}, 200, analyst);
  expect(await look()).toMatchObject({ level: 3, state: "taken" });
  const told = await until(
    "the operator's second contact is asked",
    async () => (await look()).deliveries.filter(({ kind, recipient }) => kind === "task" && recipient === "supplier").length >= 2,
    90_000,
  );
  expect(told).toBe(true);
  await fetch(faults, { method: "DELETE", headers: technician });
  await until("service is back", async () => (await look()).state === "restored", 120_000);
  for (const { id } of [line, spare]) await ask(`/tasks/${id}`, { how: "telephone", note: "done, they say", state: "done" });
  await ask(`${at}/resolve`, { note: "it was restarted" });
  const closing = { disposition: "fixed", note: "it was restarted" };
  await ask(`${at}/close`, closing, 409);
  const draft = await ask<{ id: string; missing: readonly string[] }>(`${at}/report`);
  expect(draft.missing).toEqual(expect.arrayContaining(["cause", "signature"]));
  const remedial = { kind: "none", why: "a single failure" };
  const texts = { cause: "le logiciel du codec", organizational: "aucune", clinical: "aucune", remedial };
  const { version } = await ask<{ version: number }>(`${at}/report`, { version: 0, texts });
  await ask(`${at}/close`, closing, 409);
  await ask("/reports/sign", { reports: [{ id: draft.id, version }] });
  const pdftotext = findProgram("pdftotext");
  for (const language of ["fr", "en"] as const)
    for (const format of ["pdf", "docx"] as const) {
      const file = await fetch(`${app.url}/api/v1${at}/report/file?format=${format}&language=${language}`, { headers: technician });
      const bytes = Buffer.from(await file.arrayBuffer());
      expect([file.status, bytes.subarray(0, 2).toString(), bytes.length > 5_000]).toEqual([200, format === "pdf" ? "%P" : "PK", true]);
      // Without poppler the DOCX, of the same model, is read alone.
      if (format === "pdf" && pdftotext === undefined) continue;
      const text = format === "pdf" ? pdfText(bytes, pdftotext) : docxText(bytes).replace(/\s+/g, " ");
      const wrote = [opened.number, "le logiciel du codec", "aucune", "a single failure", "F-9"];
      for (const word of [...requiredSections[language], ...wrote]) expect(text, `${word} in the ${language} ${format}`).toContain(word);
    }
  expect(await ask<Incident>(`${at}/close`, closing)).toMatchObject({ state: "closed" });
  const events = (await look()).timeline.map(({ event }) => event);
  expect(events).toEqual(expect.arrayContaining(["opened", "taken", "escalated", "task-silent", "restored", "report-signed", "closed"]));
}, 480_000);
