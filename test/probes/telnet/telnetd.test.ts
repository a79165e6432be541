/** The telnet probe and `vigie record` against Debian's telnetd: its negotiation, its terminal, its echo; login and prompt are a script's. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { listenShell } from "../../../probes/record/listen-shell.ts";
import { anonymise } from "../../../probes/record/recording.ts";
import { readRecording } from "../../../probes/simulator/recording.ts";
import { createTelnetProbe } from "../../../probes/telnet/telnet-probe.ts";
import { findProgram, needs, needsRoot } from "../../needs.ts";
import { decodeShell } from "../families/recorded.ts";
import { polyAsks } from "../shell/devices.ts";
import { aimAt, telnetPassword } from "../shell/player.ts";

/** Plays a Poly with a login, as a program on a terminal. */
const SCRIPT = `#!/bin/bash
stty -echo
read -r -p "login: " user
read -r -p "Password: " password
echo
[ "$user/$password" = "vigie/right" ] || { echo "Login incorrect"; sleep 1; exit 1; }
stty echo
while read -r -p "-> " line; do
  echo "$line" >> "$(dirname "$0")/typed"
  case "$line" in
    getcallstate) echo "cs: call[1] inactive" ;;
    status) echo "gatekeeper online"; echo "sipserver offline"; echo "status end" ;;
    "uptime get") sleep 0.3; echo "1 Hour, 10 Minutes" ;;
    "systemsetting get model") echo 'systemsetting model "HDX 9000 é"' ;;
    whoami) echo "Hi, my name is : Salle Kropotkine"; echo "Model:                  HDX 9000"; echo "Serial Number:          8210417890ABCD"; echo "SNMP Enabled:           True" ;;
    "gatekeeperip get") echo "gatekeeperip 10.1.1.9" ;;
    *) echo "error: command not found" ;;
  esac
done
`;

const folder = mkdtempSync(join(tmpdir(), "vigie-telnetd-"));
const program = findProgram("telnetd");
const children = new Set<ReturnType<typeof spawn>>();
const sockets = new Set<Socket>();
const inetd = createServer({ pauseOnConnect: true }, (socket) => {
  sockets.add(socket);
  const child = spawn(program ?? "telnetd", ["-h", "-E", join(folder, "poly")], { stdio: [socket, socket, "ignore"] });
  children.add(child);
  child.on("exit", () => {
    children.delete(child);
    socket.destroy();
  });
});
let port = 0;

beforeAll(async () => {
  writeFileSync(join(folder, "poly"), SCRIPT);
  chmodSync(join(folder, "poly"), 0o755);
  await new Promise<void>((resolve) => inetd.listen(0, "127.0.0.1", resolve));
  port = (inetd.address() as AddressInfo).port;
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => inetd.close(resolve));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const target = (password: string) =>
  aimAt({ kind: "telnet", port, dialect: "poly", asks: polyAsks, timeoutMs: 8_000, credential: telnetPassword(password, "vigie") });

it("logs in, asks and reads through a real terminal that echoes", async (context) => {
  needs("telnetd", context);
  needsRoot(context);
  const probe = createTelnetProbe({});
  const finding = await probe.look(target("right"), new AbortController().signal, { trace: true });
  expect(finding.status, `${finding.detail}\n${finding.trace?.join("\n")}`).toBe("up");
  expect(finding.samples).toContainEqual({ name: "uptime_seconds", value: 4_200 });
  expect(finding.readings).toContainEqual({ name: "h323_registration", value: "registered" });
  expect(finding.readings).toContainEqual({ name: "model", value: "HDX 9000 é" });
  expect((await probe.look(target("right"), new AbortController().signal)).status).toBe("up");
  expect(probe.stats().connections).toBe(1);
  await probe.stop();
});

it("a wrong password is a refused login, unknown", async (context) => {
  needs("telnetd", context);
  needsRoot(context);
  const probe = createTelnetProbe({});
  const finding = await probe.look(target("wrong"), new AbortController().signal);
  expect(finding).toMatchObject({ status: "unknown", code: "telnet.auth-refused" });
  await probe.stop();
});

it("is recorded in one login that only asks, and reads the same when it is played again", async (context) => {
  needs("telnetd", context);
  needsRoot(context);
  const family = loadFamilies([shippedFamilies()]).families.get("poly-hdx") ?? expect.fail("no poly-hdx");
  const typed = join(folder, "typed");
  writeFileSync(typed, "");
  const access = { over: "telnet", credential: telnetPassword("right", "vigie") } as const;
  const before = sockets.size;
  const heard = await listenShell(target("right").device, family, access, async () => undefined, new AbortController().signal);
  if ("why" in heard) throw new Error(heard.why);
  expect(sockets.size).toBe(before + 1);
  const asked = readFileSync(typed, "utf8").trim().split("\n");
  // Twice where a question tells whether the session lives.
  expect([...new Set(asked)].sort()).toEqual([
    "advnetstats",
    "camera near source",
    "gatekeeperip get",
    "getcallstate",
    "mute near get",
    "netstats",
    "status",
    "uptime get",
    "volume get",
    "whoami",
  ]);
  // What it does not know is no part of its recording.
  expect(heard.answers.map(({ command }) => command)).toEqual(["getcallstate", "status", "whoami", "uptime get", "gatekeeperip get"]);

  const ours = { names: ["Salle Kropotkine"], addresses: ["10.1.1.9"] };
  const made = anonymise({ family, ...heard }, ours, { key: randomBytes(32), date: "2026-11-26", versions: {} });
  if (!made.ok) throw new Error(made.found.join("\n"));
  expect(Object.values(made.files).join("\n")).not.toMatch(/kropotkine|8210417890ABCD|10\.1\.1\.9|right/i);
  const again = mkdtempSync(join(folder, "recorded-"));
  for (const [file, text] of Object.entries(made.files)) appendFileSync(join(again, file), text);
  const { samples, readings } = await decodeShell(family, readRecording(again));
  expect(samples).toEqual([
    { name: "calls", value: 0 },
    { name: "uptime_seconds", value: 4_200 },
  ]);
  expect(readings).toEqual(
    expect.arrayContaining([
      { name: "h323_registration", value: "registered" },
      { name: "sip_registration", value: "unregistered" },
      { name: "model", value: "HDX 9000" },
      { name: "gatekeeper_address", value: expect.stringMatching(/^198\.1[89]\./) },
    ]),
  );
});
