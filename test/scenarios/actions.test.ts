/** What people change about an incident, in fake time: an address that moves, a unit that is swapped. */
import { afterEach, describe, expect, it } from "vitest";
import { bare } from "../../daemon/model/observation.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});

async function play(options: ScenarioOptions): Promise<Scenario> {
  net = await scenario(options);
  return net;
}

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

describe("a swapped unit", () => {
  const swap = { kind: "swap", what: "a spare from the store room" } as const;

  /** A codec that tells a serial, and the number of an incident about it. */
  async function told(serial: string): Promise<{ net: Scenario; number: string; says(serial: string, camera?: string): void }> {
    const net = await play({ devices: "codec-7, codec-8", ssh: ["codec-7"], together: true });
    const says = (own: string, camera = "CAM1") => {
      const of = (name: string, value: string, part?: string) => ({ name, value, ...(part === undefined ? {} : { part }) });
      const readings = [of("serial", own), of("peripheral_serial", camera, "camera 1")];
      net.finds("codec-7", "ssh", { ...bare("up"), readings });
    };
    says(serial);
    await net.advance(3 * MINUTE);
    net.breaks("codec-7", ["icmp"]);
    await net.advance(3 * MINUTE);
    const number = (await net.incidents())[0]?.number ?? "";
    net.heals("codec-7");
    says(serial);
    return { net, number, says };
  }
  const changes = async (net: Scenario) =>
    (await net.store.deviceEvents({ limit: 20 })).map(({ code, part = "", before = "?", after = "?", action = "device" }) =>
      [code, part, before, after, action].join(" "),
    );
  const units = async (net: Scenario) =>
    (await net.store.units({ device: "codec-7" })).map(({ serial, to }) => `${serial} ${to === undefined ? "stands" : "went"}`);
  const serial = (net: Scenario) => net.board.inventory("codec-7")?.facts.find(({ name }) => name === "serial");

  it("is in the inventory at once, and the device that tells it later in its own spelling changes nothing more", async () => {
    const { net, number, says } = await told("FOC1");
    const written = await net.done.write(number, paul, { ...swap, serialAfter: "foc 2" });
    expect(written).toMatchObject({ ok: true, action: { serialBefore: "FOC1", device: "codec-7", state: "done" } });
    await net.advance(MINUTE);
    expect(serial(net)).toMatchObject({ value: "foc 2", check: `${number}-A1`, said: { before: "FOC1" } });
    expect(await units(net)).toEqual(["foc 2 stands", "FOC1 went"]);
    says("FOC2");
    await net.restartAfter(MINUTE);
    await net.advance(10 * MINUTE);
    expect(serial(net)).toMatchObject({ value: "FOC2", check: "codec-7/ssh" });
    expect(serial(net)).not.toHaveProperty("said");
    expect(await changes(net)).toEqual([`unit-replaced  FOC1 foc 2 ${number}-A1`]);
    expect(await units(net)).toEqual(["FOC2 stands", "FOC1 went"]);
    await net.desk.take(number, "ann");
    const facts = (await net.reports.of(number)) as { facts: readonly { actions: readonly unknown[] }[] };
    expect(facts.facts[0]?.actions).toMatchObject([
      { kind: "swap", what: "a spare from the store room", where: "codec-7", before: "FOC1", after: "foc 2", by: "paul" },
    ]);
  });

  it("that the device told before anybody wrote it down is told once, and the action knows which unit went", async () => {
    const { net, number, says } = await told("FOC1");
    says("FOC2");
    await net.advance(5 * MINUTE);
    const written = await net.done.write(number, paul, { ...swap, serialAfter: "FOC2" });
    expect(written).toMatchObject({ ok: true, action: { serialBefore: "FOC1", serialAfter: "FOC2" } });
    await net.advance(5 * MINUTE);
    expect(await changes(net)).toEqual(["unit-replaced  FOC1 FOC2 device"]);
    expect(await units(net)).toEqual(["FOC2 stands", "FOC1 went"]);
  });

  it("that is written down ahead waits a day for the old one to go, and is corrected by what the device tells", async () => {
    const { net, number, says } = await told("FOC1");
    expect(await net.done.write(number, paul, { ...swap, serialAfter: "FOC2" })).toMatchObject({ ok: true });
    await net.advance(2 * HOUR);
    expect(await changes(net), "the old unit still answers").toHaveLength(1);
    says("FOC3");
    await net.advance(5 * MINUTE);
    expect(await changes(net)).toEqual(["serial-corrected  FOC2 FOC3 device", `unit-replaced  FOC1 FOC2 ${number}-A1`]);
    expect(await units(net)).toEqual(["FOC3 stands", "FOC1 went"]);
    expect(await net.done.write(number, paul, { ...swap, serialAfter: "FOC4" })).toMatchObject({ ok: true });
    net.clock.pass(DAY);
    await net.advance(5 * MINUTE);
    expect((await changes(net))[0], "the device is believed after a day").toBe("serial-corrected  FOC4 FOC3 device");
  });

  it("may be a part, which is named or known by the serial that went", async () => {
    const { net, number, says } = await told("FOC1");
    expect(await net.done.write(number, paul, { ...swap, serialBefore: "cam1", serialAfter: "CAM2" })).toMatchObject({
      ok: true,
      action: { part: "camera 1", serialBefore: "CAM1" },
    });
    says("FOC1", "CAM2");
    await net.advance(5 * MINUTE);
    expect(await changes(net)).toEqual([`peripheral-replaced camera 1 CAM1 CAM2 ${number}-A1`]);
    expect(await units(net)).toEqual(["FOC1 stands"]);
    const refused = async (more: object) => {
      const result = await net.done.write(number, paul, { ...swap, serialAfter: "X1", ...more });
      return result.ok ? "written" : `${result.status} ${result.problem}`;
    };
    expect(await refused({ part: "camera 9" })).toBe('422 part: codec-7 has no part "camera 9"; one of: camera 1');
    expect(await refused({ device: "codec-8", part: "camera 1" })).toMatch(/^422 part: codec-8 .* it has told of none/);
    expect(await refused({ serialBefore: "NEVER" })).toMatch(/^422 serialBefore: codec-7 is known by the serial FOC1; write that/);
    expect(await refused({ kind: "restart", part: "camera 1" })).toMatch(/^422 part: only a swap/);
  });

  it("of a device that never told a serial begins there, and shows what a person says", async () => {
    const { net, number } = await told("FOC1");
    const said = { ...swap, device: "codec-8", serialBefore: "OLD", serialAfter: "NEW" };
    expect(await net.done.write(number, paul, said)).toMatchObject({ ok: true, action: { serialBefore: "OLD" } });
    await net.advance(MINUTE);
    expect(await changes(net)).toEqual([`unit-replaced  OLD NEW ${number}-A1`]);
    expect((await net.store.units({ device: "codec-8" })).map((unit) => unit.serial)).toEqual(["NEW"]);
  });
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
