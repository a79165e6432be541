/**
 * Command lines without structure are recorded as they print: over telnet and SSH, in a call, without names; and what is played again reads
 * the same to the same probe.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Family } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { listenShell, type ShellAccess } from "../../../probes/record/listen-shell.ts";
import { withoutFarEnd } from "../../../probes/record/printed.ts";
import { anonymise } from "../../../probes/record/recording.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import type { SimulatedDevice } from "../../../probes/simulator/spec.ts";
import { createSshProbe } from "../../../probes/ssh/ssh-probe.ts";
import { createTelnetProbe } from "../../../probes/telnet/telnet-probe.ts";
import { aimAt, telnetPassword } from "../shell/player.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { memory, password } from "../ssh/peer.ts";

const never = new AbortController().signal;
const { families } = loadFamilies([shippedFamilies()]);
const familyOf = (id: string): Family => families.get(id) ?? expect.fail(`no ${id}`);
const name = "zweibruecken-salle-4";

interface Reach {
  readonly id: string;
  readonly over: "ssh" | "telnet";
  readonly user?: string;
  readonly open?: true;
}

/** One simulated device, playing a recording or itself. */
async function play({ id, over, user, open }: Reach, port: number, last: number, recording?: string) {
  const login = { port, ...(user === undefined ? {} : { user }), ...(open ? {} : { password: "env:SIM_SSH" }) };
  const more: Partial<SimulatedDevice> = over === "ssh" ? { ssh: { user: "vigie", password: "env:SIM_SSH", port } } : { telnet: login };
  const kind = id === "gnugk" ? "gatekeeper" : "codec";
  const made = { ...device(name, last, { family: id, kind, ...more }), ...(recording === undefined ? {} : { recording }) };
  const beside = device("h323-neighbour", last + 20, { family: "poly-hdx", kind: "codec" });
  const simulation = await startSimulatedNetwork({ devices: id === "gnugk" ? [made, beside] : [made] }, { env });
  onTestFinished(() => simulation.stop());
  return { simulation, address: made.address };
}

function accessOf({ over, user, open }: Reach): ShellAccess {
  if (over === "ssh") return { over, credential: password(env.SIM_SSH) };
  return { over, credential: open ? undefined : telnetPassword(env.SIM_SSH, user) };
}

function aim(reach: Reach, address: string, port: number) {
  const { credential } = accessOf(reach);
  const made = aimAt({ kind: reach.over, port, dialect: "poly", asks: [], id: name, address, timeoutMs: 20_000 });
  return { ...made, family: familyOf(reach.id), ...(credential === undefined ? {} : { credential }) };
}

async function look(reach: Reach, address: string, port: number): Promise<Finding> {
  const probe = reach.over === "ssh" ? createSshProbe({ memory: memory() }) : createTelnetProbe({});
  const finding = await probe.look(aim(reach, address, port), never, { trace: true });
  await probe.stop();
  expect(finding.status, `${finding.detail} ${finding.trace?.join("\n")}`).toBe("up");
  return finding;
}

const texts = new Set(["serial", "model", "software_version", "gatekeeper_address"]);
const states = ({ readings, samples }: Finding) => ({
  readings: readings.filter((each) => !texts.has(each.name)),
  samples: samples.filter((each) => each.name !== "uptime_seconds" && each.name !== "media_bits_per_second"),
});

it.each<Reach>([
  { id: "poly-hdx", over: "telnet" },
  { id: "poly-group", over: "ssh" },
  { id: "lifesize-classic", over: "telnet", user: "auto" },
  { id: "gnugk", over: "telnet", open: true },
])("$id over $over: recorded in a call, told of nobody, and played again as it was", { timeout: 90_000 }, async (reach) => {
  const port = await freePort();
  const { simulation, address } = await play(reach, port, 61);
  if (reach.id !== "gnugk") await simulation.apply({ device: name, fault: "call-started" });
  const { device: target } = aim(reach, address, port);
  const heard = await listenShell(target, familyOf(reach.id), accessOf(reach), async () => undefined, never);
  if ("why" in heard) throw new Error(heard.why);
  expect(simulation.logins(name)).toEqual({ tried: reach.open ? 0 : 1, refused: 0 });
  const before = await look(reach, address, port);

  const options = { key: randomBytes(32), date: "2026-11-25", versions: {} };
  const made = anonymise({ family: familyOf(reach.id), ...heard }, { names: [name], addresses: [address] }, options);
  if (!made.ok) throw new Error(made.found.join("\n"));
  const { "README.md": _about, ...said } = made.files;
  const all = Object.values(said).join("\n").toLowerCase();
  for (const word of ["zweibruecken", address, env.SIM_SSH, "far.end", "far end", "192.0.2.31", "h323-neighbour"])
    expect(all).not.toContain(word);

  const folder = mkdtempSync(join(tmpdir(), "vigie-record-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(made.files)) writeFileSync(join(folder, file), text);
  const again = await freePort();
  const played = await play(reach, again, 62, folder);
  const after = await look(reach, played.address, again);
  expect(states(after), made.files["shell.yaml"]).toEqual(states(before));
  expect(after.readings.length + after.samples.length).toBeGreaterThan(1);
  if (reach.id === "poly-group") expect(after.readings).toContainEqual({ name: "model", value: "RealPresence Group 700" });
});

it.each([
  ["poly", "getcallstate", "cs: call[5] speed[384] dialstr[4512] state[connected]", "cs: call[5] speed[384] dialstr[---] state[connected]"],
  ["poly", "getcallstate", "cs: call[5] dialstr[a] state[x] b] state[4512]", undefined],
  [
    "poly",
    "callinfo all",
    "callinfo:3:Jo:4512:384:connected:muted:outgoing:videocall",
    "callinfo:3:---:---:384:connected:muted:outgoing:videocall",
  ],
  ["poly", "whoami", "Hi, my name is : 4512", undefined],
  ["poly", "netstats", "tvj:4 ms rsid:4512 ccaps:Jo 12 dc:---", "tvj:4 ms rsid:--- ccaps:--- dc:---"],
  [
    "lifesize",
    "status call active",
    "1,1,Connected,No,Video,4512,Jo, MD,Yes,h323,No,0:02:23",
    "1,1,Connected,No,Video,---,---,Yes,h323,No,0:02:23",
  ],
  ["lifesize", "status call history -f -X", "1,4512,Jo", undefined],
  ["gnugk", "PrintCurrentCalls", "Call No. 1 | CallID 4512 | jo:h323_ID", undefined],
  ["gnugk", "PrintAllRegistrations", "RCF|192.0.2.10:1720|4512:dialedDigits|terminal|1_endp", "RCF|192.0.2.10:1720|---|terminal|---"],
] as const)("%s, %s: a far end of four digits is in no recording (%s)", (dialect, command, line, kept) => {
  expect(withoutFarEnd(dialect, command, [line])).toEqual(kept === undefined ? [] : [kept]);
});
