/** Whose traps came in clear text: counted when they are kept, known over a restart, forgotten when none came for a month. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createClearTraps } from "../../daemon/clear-traps.ts";
import type { Device } from "../../daemon/model/network.ts";
import { DAY, HOUR } from "../../daemon/model/time.ts";
import { type HeardTrap, hear } from "../../daemon/roles/listener.ts";
import { openStore } from "../../daemon/store/open.ts";
import { quiet } from "../api/fixture.ts";
import { START } from "../contracts/samples.ts";
import { FakeClock } from "../fakes/clock.ts";

it("v1 and v2c count, v3 and strangers do not; a restart forgets nobody, a month without one does", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-clear-"));
  const clock = new FakeClock(START);
  const store = await openStore({ storage: { kind: "sqlite", path: join(folder, "vigie.db") }, stateDir: folder, clock });
  await store.migrate();
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const deps = { store, clock, log: quiet };
  const names = new Map([1, 2, 3].map((last) => [`10.0.0.${last}`, { id: `device-${last}` } as Device]));
  const first = await createClearTraps(deps);
  const sends = (source: string, version: HeardTrap["version"], more: Partial<HeardTrap> = {}) =>
    hear([{ at: clock.now(), source, ...(version && { version }), inform: false, varbinds: [], sha256: source, ...more }], {
      store,
      deviceAt: (address) => names.get(address),
      meaningOf: () => ({ faults: [] }),
      nextSeq: () => 1,
      stats: { heard: () => undefined },
      kept: (trap, device) => first.heard(device.id, trap),
      poke: () => undefined,
    });
  await sends("10.0.0.1", "1");
  await sends("10.0.0.2", "2c");
  await sends("10.0.0.3", "3");
  await sends("10.0.0.9", "2c");
  await sends("10.0.0.3", "2c", { undecodable: "malformed" });
  expect([...first.devices()]).toEqual(["device-1", "device-2"]);
  await first.stop();

  const second = await createClearTraps(deps);
  expect([...second.devices()]).toEqual(["device-1", "device-2"]);
  await clock.advance(29 * DAY);
  second.heard("device-2", { version: "2c", at: clock.now() });
  await clock.advance(1 * DAY + HOUR);
  expect([...second.devices()]).toEqual(["device-2"]);
  await second.stop();
  expect(await store.kept("clear-traps")).toEqual({ "device-2": START + 29 * DAY });
});
