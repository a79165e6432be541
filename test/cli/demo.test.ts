/** `vigie run --demo` while another demo runs. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startDemo } from "../../daemon/cli/demo.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { specFrom } from "../../probes/simulator/spec.ts";
import { demoEnv, moveDemo } from "../e2e/moved-demo.ts";

it("a second one is refused, says why, and leaves the state of the first alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-second-"));
  const file = await moveDemo(folder, 93);
  const loaded = await loadConfig(file, { env: demoEnv, demo: true });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { instance } = loaded.config;
  mkdirSync(instance.stateDir, { recursive: true });
  const database = join(instance.stateDir, "vigie.db");
  writeFileSync(database, "the first one's");
  const device = specFrom(loaded.config).devices.find(({ snmp }) => snmp !== undefined);
  const first = createSocket("udp4").bind(device?.snmp?.port ?? 0, device?.address);
  await once(first, "listening");
  const begun = startDemo(file, { out: () => undefined, err: () => undefined });
  await expect(begun).rejects.toThrow("another demo runs on this computer; end it first");
  expect(existsSync(database)).toBe(true);
  first.close();
  rmSync(folder, { recursive: true, force: true });
});
