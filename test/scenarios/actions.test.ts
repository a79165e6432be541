/** What people change about an incident, in fake time: an address that moves, a unit that is swapped. */
import { afterEach, describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});

const paul = { name: "paul", function: "analyst" };

/** A codec that has failed, and the number of its incident. */
async function failed(): Promise<{ net: Scenario; number: string }> {
  net = await scenario({ devices: "codec-7, codec-8" });
  await net.advance(2 * MINUTE);
  net.breaks("codec-7");
  await net.advance(3 * MINUTE);
  const number = (await net.incidents())[0]?.number ?? "";
  return { net, number };
}

/** Another address in the configuration in force, as after a reload. */
function readdressed(net: Scenario, id: string, address: string): void {
  const { network } = net.config;
  const device = network.devices.get(id);
  if (device === undefined) throw new Error(`no device ${id}`);
  net.config = { ...net.config, network: { ...network, devices: new Map([...network.devices, [id, { ...device, address }]]) } };
}

describe("an address change", () => {
  const move = { kind: "ip-change", what: "moved to the new subnet", after: "10.9.9.9" } as const;

  it("is known again as the configuration writes it, and what that would refuse is refused", async () => {
    const { net, number } = await failed();
    for (const [said, written] of [
      ["2001:DB8:0::7", "2001:db8::7"],
      ["Codec-7.MGH.example", "codec-7.mgh.example"],
    ] as const)
      expect(await net.done.write(number, paul, { ...move, after: said })).toMatchObject({ ok: true, action: { after: written } });
    for (const after of ["10.0.0.256", "10.0.0", "224.0.0.1"])
      expect(await net.done.write(number, paul, { ...move, after })).toMatchObject({ ok: false, status: 422 });
    readdressed(net, "codec-7", "2001:db8::7");
    await net.advance(MINUTE);
    const [incident] = await net.incidents();
    const actions = await net.store.workActions({ incident: incident?.id ?? "" });
    expect(actions.map(({ after, state }) => [after, state])).toContainEqual(["2001:db8::7", "done"]);
  });

  it("keeps its device quiet until the configuration in force has the new address, and not longer", async () => {
    const { net, number } = await failed();
    const old = net.config.network.devices.get("codec-7")?.address;
    const written = await net.done.write(number, paul, move);
    expect(written).toMatchObject({
      ok: true,
      incident: { state: "taken", holder: "paul" },
      action: { id: `${number}-A1`, device: "codec-7", before: old, after: "10.9.9.9", state: "waiting", by: "paul" },
    });
    net.sent.length = 0;
    await net.advance(20 * MINUTE);
    const [incident] = await net.incidents();
    expect(incident?.muted).toMatchObject({ reason: `address change to 10.9.9.9 (${number})` });
    expect(net.mutes.quietDevices(net.clock.now())("codec-7")).toBe(true);
    expect(net.mutes.quietDevices(net.clock.now())("codec-8")).toBe(false);
    readdressed(net, "codec-7", "10.9.9.9");
    await net.advance(MINUTE);
    expect(net.mutes.quietDevices(net.clock.now())("codec-7")).toBe(false);
    expect(await net.store.workActions({ incident: incident?.id ?? "" })).toMatchObject([{ state: "done", appliedAt: expect.any(Number) }]);
    const timeline = await net.store.timeline(incident?.id ?? "");
    expect(timeline.filter(({ event }) => event.startsWith("action"))).toMatchObject([
      { event: "action", by: "paul", why: "moved to the new subnet", data: { kind: "ip-change", before: old, after: "10.9.9.9" } },
      { event: "action-applied", by: "system", why: "the configuration in force has 10.9.9.9" },
    ]);
    // Again with the address that is in force: nothing is to be waited for.
    expect(await net.done.write(number, paul, move)).toMatchObject({ ok: true, action: { state: "done", id: `${number}-A2` } });
    expect(net.mutes.quietDevices(net.clock.now())("codec-7")).toBe(false);
  });

  it("that nobody writes into the configuration is told, a day later, and its device is quiet no more", async () => {
    const { net, number } = await failed();
    const [incident] = await net.incidents();
    expect(await net.done.write(number, paul, move)).toMatchObject({ ok: true });
    net.clock.pass(DAY);
    await net.advance(MINUTE);
    expect(net.mutes.quietDevices(net.clock.now())("codec-7")).toBe(false);
    expect(await net.store.workActions({ waiting: true })).toEqual([]);
    const why = (await net.store.timeline(incident?.id ?? "")).find(({ event }) => event === "action-expired")?.why;
    expect(why).toMatch(/still has .* and not 10\.9\.9\.9: write it there/);
  });

  it("names a device that is known and an address that is one", async () => {
    const { net, number } = await failed();
    const refused = async (more: object) => {
      const result = await net.done.write(number, paul, { ...move, ...more });
      return result.ok ? "written" : `${result.status} ${result.problem}`;
    };
    expect(await refused({ device: "codec-9" })).toMatch(/^422 device: there is no device "codec-9"/);
    expect(await refused({ after: "10.9.9.9; reboot" })).toMatch(/^422 after: .* is no address/);
    expect(await refused({ room: "a101", device: "codec-7" })).toMatch(/^422 device, room, link: name one/);
    expect(await refused({ kind: "swap" })).toMatch(/^422 serialAfter/);
    expect(await net.store.workActions({})).toEqual([]);
    expect(net.mutes.all()).toEqual([]);
  });
});

it("a swapped unit's serial is known from what was seen of it; the report of the incident has it", async () => {
  const { net, number } = await failed();
  const unit = { device: "codec-7", site: "mgh", serial: "FOC1", from: net.start };
  await net.store.transaction(undefined, (tx) => tx.saveStock({ inventories: [], events: [], units: [unit] }));
  const swap = { kind: "swap", what: "a spare from the store room", serialAfter: "FOC2" } as const;
  expect(await net.done.write(number, paul, swap)).toMatchObject({ ok: true, action: { serialBefore: "FOC1", state: "done" } });
  await net.desk.take(number, "ann");
  const facts = (await net.reports.of(number)) as { facts: readonly { actions: readonly unknown[] }[] };
  expect(facts.facts[0]?.actions).toMatchObject([
    { kind: "swap", what: "a spare from the store room", where: "codec-7", before: "FOC1", after: "FOC2", by: "paul" },
  ]);
});

it("a policy that leaves the configuration is told on the timeline of what runs by it, once", async () => {
  const { net } = await failed();
  const [incident] = await net.incidents();
  const told = async () => (await net.store.timeline(incident?.id ?? "")).filter(({ event }) => event === "policy-removed");
  expect(await told()).toEqual([]);
  const [, policy] = [...net.config.policies][0] ?? [];
  if (policy === undefined) throw new Error("no policy");
  for (const id of ["other", "another"]) {
    net.config = { ...net.config, policies: new Map([[id, { ...policy, id }]]), policy: id };
    await net.advance(MINUTE);
  }
  expect(await told()).toMatchObject([{ by: "system", why: "default is no longer in the configuration; this incident keeps it" }]);
});
