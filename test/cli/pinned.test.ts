/** Commands that log in beside the daemon trust the host keys that it has pinned, and no others. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../daemon/clock.ts";
import { openStore } from "../../daemon/store/open.ts";
import { builtFile } from "../../probes/built.ts";
import { startSimulatedNetwork } from "../../probes/simulator/simulation.ts";
import { freePort } from "../probes/simulator/network.ts";
import { runProgram } from "./run-program.ts";

const address = `127.${60 + (process.pid % 60)}.${Math.floor(process.pid / 60) % 250}.9`;
const env = { ...process.env, PIN_COMMUNITY: "pin-kommunity", PIN_SSH: "pin-password" };
const strange = `ssh-ed25519 SHA256:${"A".repeat(43)}`;

it("a host that is not the one the daemon knows is told no password, by probe and by record; a store that cannot be read is no reason to trust", {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-pinned-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [snmpPort, sshPort] = [await freePort(), await freePort()];
  const network = await startSimulatedNetwork(
    {
      devices: [
        {
          ...{ id: "codec", name: "Codec", address, family: "cisco-ce", kind: "codec", parents: [] },
          snmp: { community: "env:PIN_COMMUNITY", port: snmpPort },
          ssh: { port: sshPort, user: "vigie", password: "env:PIN_SSH" },
        },
      ],
    },
    { env },
  );
  onTestFinished(() => network.stop());
  const stateDir = join(folder, "state");
  const path = join(stateDir, "vigie.db");
  writeFileSync(
    join(folder, "vigie.yaml"),
    JSON.stringify({
      instance: { name: "Pins", number_prefix: "VIG", state_dir: stateDir, service_hours: "always" },
      storage: { sqlite: path },
      sites: { here: { name: "Here" } },
      devices: {
        codec: { site: "here", address, family: "cisco-ce", ssh: "login", ssh_port: sshPort, checks: { snmp: false, icmp: false } },
      },
      credentials: { login: { ssh_password: { user: "vigie", password: { env: "PIN_SSH" } } } },
      channels: { ops: { webhook: { url: "https://example.org/", secret: { env: "PIN_SSH" } } } },
      contacts: { tech: { reach: [{ ops: "tech" }] } },
      functions: { desk: { contacts: ["tech"] }, analyst: { contacts: ["tech"] }, "chief-technician": { contacts: ["tech"] } },
    }),
  );
  const vigie = (...argv: string[]) => runProgram(builtFile("daemon/main.js"), argv, { cwd: folder, env });
  const probe = async () => {
    const { out } = await vigie("probe", "codec", "--json");
    const { looks } = JSON.parse(out) as { looks: readonly { kind: string; finding: { status: string; code?: string } }[] };
    return looks.find(({ kind }) => kind === "ssh")?.finding;
  };
  const record = async (name: string) => (await vigie("record", "codec", "--out", name)).err;

  expect(await probe()).toMatchObject({ status: "up" });
  expect(await record("before")).not.toContain("no shell");

  const store = await openStore({ storage: { kind: "sqlite", path }, stateDir, clock: systemClock });
  await store.migrate();
  await store.keep("host-key:codec", strange);
  await store.close();
  expect(await probe()).toMatchObject({ status: "unknown", code: "ssh.host-key-changed" });
  expect(await record("changed")).toContain("no shell");

  writeFileSync(path, "this is no database");
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-shm`, { force: true });
  expect(await probe()).toMatchObject({ status: "unknown" });
  expect(await record("unreadable")).toContain("no shell");
});
