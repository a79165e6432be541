/** Sessions as a daemon knows them that has none of the leases: another one writes, this one is asked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { Board } from "../../daemon/board.ts";
import { makeBooking } from "../../daemon/booking.ts";
import { createMetrics } from "../../daemon/metrics.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Session } from "../../daemon/model/session.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { LeaseLost } from "../../daemon/ports.ts";
import type { Leases } from "../../daemon/roles/lease.ts";
import { openStore } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { device, network } from "../rules/made.ts";

it("what another process books, moves or cancels is known within a second, whoever has the leases", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vigie-booking-"));
  const clock = new FakeClock(Date.UTC(2026, 10, 18, 14));
  const store = await openStore({ storage: { kind: "sqlite", path: join(folder, "v.db") }, stateDir: folder, clock });
  await store.migrate();
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
  const elsewhere: Leases = {
    held: () => false,
    fence: () => {
      throw new LeaseLost("another process has it");
    },
    wait: (_role, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
  };
  const gatekeepers = ["1", "2"].map((n) => device(`gk-${n}`, { kind: "gatekeeper", address: `10.0.0.${n}` }));
  const config = { network: network([device("codec-1", { room: "a101" }), ...gatekeepers]), sessions: { calendars: new Map() }, rules: [] };
  const board = new Board();
  const booking = await makeBooking({
    ...{ store, clock, log: quiet, leases: elsewhere, config: () => config as unknown as Config, board },
    ...{ metrics: createMetrics({ version: "t" }), evaluator: () => undefined, kick() {}, changed() {} },
  });
  const stop = new AbortController();
  const running = Promise.all(booking.roles.map((role) => role.run(stop.signal, () => undefined)));
  const from = clock.now() + HOUR;
  const write = async (over: Partial<Session>) => {
    const rest = { id: "api:1", source: "api", rooms: ["a101"], kind: "clinical", priority: "normal", state: "booked" } as const;
    await store.transaction(undefined, (tx) => tx.saveSessions([{ ...rest, from, to: from + HOUR, ...over }]));
    await vi.waitFor(() => expect(clock.sleeping, "it waits for its next reading").toBe(asleep), { timeout: 30_000 });
    await clock.advance(SECOND);
  };
  const asleep = clock.sleeping;
  const ahead = () => booking.bookings.sessionAhead({ device: "codec-1" }, from - HOUR);
  try {
    await write({});
    await vi.waitFor(() => expect(ahead()).toMatchObject({ session: "api:1", withinMs: HOUR }), { timeout: 30_000 });
    await write({ from: from + 5 * MINUTE });
    await vi.waitFor(() => expect(ahead()).toMatchObject({ withinMs: HOUR + 5 * MINUTE }), { timeout: 30_000 });
    const ofGatekeepers = () => ["gk-1", "gk-2"].map((id) => booking.bookings.sessionAhead({ device: id }, from - HOUR)?.session);
    expect(ofGatekeepers(), "where it is registered is not known").toEqual([undefined, undefined]);
    const fact = { name: "gatekeeper_address", value: "10.0.0.2:1719", since: 1, check: "codec-1/snmp" };
    board.show([], [{ device: "codec-1", facts: [fact] }]);
    expect(ofGatekeepers(), "the one that it is registered with takes its session").toEqual([undefined, "api:1"]);
    await write({ state: "cancelled" });
    await vi.waitFor(() => expect(ahead()).toBeUndefined(), { timeout: 30_000 });
  } finally {
    stop.abort();
    await running;
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
