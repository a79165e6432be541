/** Lights, inventory and both sides of a registration through the real evaluator and store, in fake time. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { recurringFailures } from "../../daemon/api/recurring-failures.ts";
import type { LightName } from "../../daemon/model/lights.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { Store } from "../../daemon/ports.ts";
import { assertTried } from "./runs.ts";
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
const says = (readings: Readonly<Record<string, string>>, over: Partial<Finding> = {}): Finding => ({
  ...bare("up"),
  readings: Object.entries(readings).map(([key, value]) => {
    const [name = key, part] = key.split("|");
    return { name, value, ...(part === undefined ? {} : { part }) };
  }),
  ...over,
});
const light = (net: Scenario, device: string, name: LightName) => {
  const shown = net.board.lights(device)?.lights[name];
  return `${shown?.state} ${shown?.code} ${shown?.since}`;
};
/** Counts the evaluator's write transactions from now on. */
function counted(store: Store): () => number {
  let count = 0;
  const transaction = store.transaction;
  store.transaction = (fence, work) => {
    if (fence?.role === "evaluator") count += 1;
    return transaction.call(store, fence, work) as never;
  };
  return () => count;
}
const steady = says({ "sip_registration|registration 1": "registered", serial: "A1", software_version: "ce9.9" });

describe("lights", () => {
  it("keep since when over looks that change nothing, which write nothing, and over a restart", async () => {
    const net = await play({ devices: "router-1 > codec-7", ssh: ["codec-7"], together: true });
    net.finds("codec-7", "ssh", steady);
    await net.advance(5 * MINUTE);
    const said = light(net, "codec-7", "registered");
    expect(said).toMatch(/^good said /);
    const writes = counted(net.store);
    await net.advance(10 * MINUTE);
    expect(writes()).toBe(0);
    await net.restartAfter(7 * MINUTE);
    expect(light(net, "codec-7", "registered")).toBe(said);
    await net.advance(5 * MINUTE);
    expect(light(net, "codec-7", "registered")).toBe(said);
  });

  it("of a device behind a dead router are out of reach; its own failure is bad; both are well again after", async () => {
    const net = await play({ devices: "router-1 > codec-7; router-2 > codec-8", ssh: ["codec-7", "codec-8"], together: true });
    for (const device of ["codec-7", "codec-8"]) net.finds(device, "ssh", steady);
    await net.advance(5 * MINUTE);
    for (const device of ["router-1", "codec-7", "codec-8"]) net.breaks(device);
    await net.advance(5 * MINUTE);
    expect(light(net, "codec-7", "link")).toMatch(/^unknown out-of-reach /);
    expect(net.board.lights("codec-7")?.lights.link.data).toEqual({ by: "router-1" });
    expect(light(net, "codec-7", "registered")).toMatch(/^unknown out-of-reach /);
    expect(light(net, "codec-8", "link")).toMatch(/^bad no-answer /);
    expect(light(net, "codec-8", "api")).toMatch(/^unknown link-down /);
    for (const device of ["router-1", "codec-7", "codec-8"]) net.heals(device);
    await net.advance(5 * MINUTE);
    expect(light(net, "codec-7", "link")).toMatch(/^good answers-ping /);
    expect((await net.store.loadLights()).find((each) => each.device === "codec-8")).toEqual(net.board.lights("codec-8"));
  });

  it("of a device in commissioning behind a dead router are out of reach too, though nobody asked whose failure it is", async () => {
    const net = await play({ devices: "router-1 > codec-7", together: true, extra: { "codec-7": "commissioning: true" } });
    await net.advance(2 * MINUTE);
    for (const device of ["router-1", "codec-7"]) net.breaks(device);
    await net.advance(5 * MINUTE);
    expect(light(net, "codec-7", "link")).toMatch(/^unknown out-of-reach /);
  });
});

describe("both sides of a registration", () => {
  const address = (net: Scenario, id: string) => net.config.network.devices.get(id)?.address ?? "";
  const lists = (net: Scenario, ids: readonly string[]) =>
    says(Object.fromEntries(ids.map((id) => [`registration_listed|${address(net, id)}`, "listed"])), { whole: ["registration_listed"] });

  async function registered(): Promise<Scenario> {
    const net = await play({ devices: "gatekeeper-1; codec-7; codec-8", ssh: ["gatekeeper-1", "codec-7", "codec-8"], together: true });
    for (const device of ["codec-7", "codec-8"]) net.finds(device, "ssh", steady);
    net.finds("gatekeeper-1", "ssh", lists(net, ["codec-7", "codec-8"]));
    await net.advance(3 * MINUTE);
    return net;
  }

  it("are said to agree, by whom", async () => {
    const net = await registered();
    expect(net.board.lights("codec-7")?.lights.registered).toMatchObject({
      state: "good",
      code: "both-sides",
      data: { by: "gatekeeper-1" },
    });
  });

  it("that disagree in two lists are an incident of the codec, and a warning; the next list that has it restores", async () => {
    const net = await registered();
    net.finds("gatekeeper-1", "ssh", lists(net, ["codec-8"]));
    await net.advance(31_000);
    expect(net.board.lights("codec-7")?.lights.registered.state).toBe("good");
    await net.advance(2 * MINUTE);
    const [incident, ...others] = await net.unfolded();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ symptom: "registration-mismatch", device: "codec-7" });
    expect(net.board.lights("codec-7")?.lights.registered).toMatchObject({
      state: "warning",
      code: "not-listed",
      data: { by: "gatekeeper-1" },
    });
    net.finds("gatekeeper-1", "ssh", lists(net, ["codec-7", "codec-8"]));
    await net.advance(3 * MINUTE);
    expect((await net.unfolded())[0]?.state).toBe("restored");
    expect(net.board.lights("codec-7")?.lights.registered).toMatchObject({ state: "good", code: "both-sides" });
  });

  it("of a codec that hangs: it leaves the list before its silence is known; however lists and looks come, and turns are cut, one incident", async () => {
    const codecs = Array.from({ length: 12 }, (_, n) => `codec-${n + 1}`);
    const net = await play({ devices: ["gatekeeper-1", ...codecs].join("; "), ssh: ["gatekeeper-1", ...codecs], together: true });
    net.finding = ({ kind, device }) => (kind === "icmp" ? undefined : device === "gatekeeper-1" ? lists(net, codecs) : steady);
    await net.advance(MINUTE);
    const when = (least: number, most: number) => fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: least, maxLength: most });
    let next = 0;
    const seen = fc.asyncProperty(when(2, 6), when(3, 3), when(0, 9), async (listed, looks, cuts) => {
      const [start, codec] = [net.clock.now(), codecs[next] ?? ""];
      next = (next + 1) % codecs.length;
      const list = lists(
        net,
        codecs.filter((each) => each !== codec),
      );
      const arriving = [
        ...listed.map((after) => ({ after, device: "gatekeeper-1", finding: list })),
        ...looks.map((after) => ({ after, device: codec, finding: bare("down", "ssh.timeout") })),
      ].sort((a, b) => a.after - b.after);
      for (const cut of [...cuts, 41].sort((a, b) => a - b)) {
        const batch = arriving.splice(0, arriving.filter(({ after }) => after < cut).length);
        net.clock.pass(start + cut * SECOND - net.clock.now());
        await net.arrives(batch.map(({ after, ...look }) => ({ kind: "ssh", at: start + after * SECOND, ...look })));
      }
      expect((await net.unfolded()).filter(({ device }) => device === codec).map(({ symptom }) => symptom)).toEqual(["silent"]);
      net.clock.pass(HOUR);
    });
    await assertTried(seen, { least: codecs.length, most: codecs.length, timeMs: 0 });
  });

  it("are one-sided when the gatekeeper cannot be asked any more: nothing turns bad", async () => {
    const net = await registered();
    net.finds("gatekeeper-1", "ssh", bare("unknown", "probe.crash"));
    await net.advance(12 * MINUTE);
    expect(await net.unfolded()).toEqual([]);
    expect(net.board.lights("codec-7")?.lights.registered).toMatchObject({ state: "good", code: "said-unconfirmed" });
  });
});

describe("a gatekeeper of which nothing is heard", () => {
  const address = (net: Scenario, id: string) => net.config.network.devices.get(id)?.address ?? "";
  const lists = (net: Scenario, ids: readonly string[]) =>
    says(Object.fromEntries(ids.map((id) => [`registration_listed|${address(net, id)}`, "listed"])), { whole: ["registration_listed"] });
  const all = ["codec-7", "codec-8", "codec-9"] as const;
  const states = (net: Scenario) =>
    all.map((id) => `${net.board.lights(id)?.lights.registered.state} ${net.board.lights(id)?.lights.registered.code}`);

  it("leaves what only it could tell unknown, not unregistered, and comes back without a recovery from anything", async () => {
    // Two say nothing of themselves, and are pinged only.
    const net = await play({ devices: "gatekeeper-1; codec-7; codec-8; codec-9", ssh: ["gatekeeper-1", "codec-9"], together: true });
    net.finds("codec-9", "ssh", steady);
    net.finds("gatekeeper-1", "ssh", lists(net, all));
    await net.advance(3 * MINUTE);
    expect(states(net)).toEqual(["good listed-only", "good listed-only", "good both-sides"]);
    // It answers, and what it lists does not come: the look could not be made. Its last list counts for five minutes.
    net.finds("gatekeeper-1", "ssh", bare("unknown", "probe.crash"));
    await net.advance(4 * MINUTE);
    expect(states(net)).toEqual(["good listed-only", "good listed-only", "good both-sides"]);
    await net.advance(6 * MINUTE);
    expect(states(net)).toEqual(["unknown list-too-old", "unknown list-too-old", "good said-unconfirmed"]);
    net.finds("gatekeeper-1", "ssh", lists(net, all));
    await net.advance(5 * MINUTE);
    expect(states(net)).toEqual(["good listed-only", "good listed-only", "good both-sides"]);
    expect([await net.unfolded(), net.sent]).toEqual([[], []]);
  });

  it("whose first list after that is empty makes nothing bad at once, nor anything that was never registered", async () => {
    const net = await play({ devices: "gatekeeper-1; codec-7; codec-8; codec-9", ssh: ["gatekeeper-1", "codec-9"], together: true });
    net.finds("codec-9", "ssh", steady);
    net.finds("gatekeeper-1", "ssh", lists(net, all));
    await net.advance(3 * MINUTE);
    net.finds("gatekeeper-1", "ssh", bare("unknown", "probe.crash"));
    await net.advance(10 * MINUTE);
    // Restarted, it has nobody yet; they come back within one list.
    net.finds("gatekeeper-1", "ssh", lists(net, []));
    await net.advance(30_000);
    net.finds("gatekeeper-1", "ssh", lists(net, all));
    await net.advance(5 * MINUTE);
    expect(states(net)).toEqual(["good listed-only", "good listed-only", "good both-sides"]);
    expect([await net.unfolded(), net.sent]).toEqual([[], []]);
  });
});

describe("inventory", () => {
  it("is kept, its changes and units too, also over a restart, and one odd look changes nothing", async () => {
    const net = await play({ devices: "codec-7", ssh: ["codec-7"], together: true });
    net.finds("codec-7", "ssh", steady);
    await net.advance(3 * MINUTE);
    expect(net.board.inventory("codec-7")?.facts.map(({ name, value }) => `${name} ${value}`)).toEqual([
      "serial A1",
      "software_version ce9.9",
    ]);
    net.finds("codec-7", "ssh", says({ serial: "A1", software_version: "ce9.15" }));
    await net.restartAfter(MINUTE);
    expect(net.board.inventory("codec-7")?.facts).toHaveLength(2);
    await net.advance(3 * MINUTE);
    net.finds("codec-7", "ssh", says({ serial: "B2", software_version: "ce9.15" }));
    await net.advance(3 * MINUTE);
    expect((await net.store.deviceEvents({ limit: 10 })).map(({ code, before, after }) => `${code} ${before} ${after}`)).toEqual([
      "unit-replaced A1 B2",
      "firmware-changed ce9.9 ce9.15",
    ]);
    expect(
      (await net.store.units({ device: "codec-7" })).map(({ serial, to }) => `${serial} ${to === undefined ? "stands" : "went"}`),
    ).toEqual(["B2 stands", "A1 went"]);
    expect(await net.unfolded(), "a change wakes nobody").toEqual([]);
  });
});

describe("a change", () => {
  it("stands beside what keeps failing since: how long before, and how often before and after it", async () => {
    const net = await play({ devices: "codec-7", ssh: ["codec-7"], together: true });
    const fails = async () => {
      net.breaks("codec-7");
      await net.advance(5 * MINUTE);
      net.heals("codec-7");
      net.finds("codec-7", "ssh", now);
      await net.advance(40 * MINUTE);
    };
    let now = steady;
    net.finds("codec-7", "ssh", now);
    await net.advance(10 * MINUTE);
    await fails();
    now = says({ serial: "A1", software_version: "ce9.15", auto_answer: "On" });
    net.finds("codec-7", "ssh", now);
    await net.advance(HOUR);
    await fails();
    await fails();
    const [found, ...others] = (await recurringFailures(net, net.clock.now(), 10)).filter(({ recurrence }) => recurrence.occurrences90 > 1);
    expect(others).toEqual([]);
    expect(found?.recurrence).toMatchObject({ device: "codec-7", symptom: "unreachable", occurrences90: 3 });
    expect(found?.changes).toHaveLength(1); // that it answers by itself was never known before
    const [beside] = found?.changes ?? [];
    expect(beside).toMatchObject({ before: 1, after: 2, change: { code: "firmware-changed", before: "ce9.9", after: "ce9.15" } });
    expect(beside?.failure.number).toBe(found?.incidents[1]?.number);
    expect(Math.round((beside?.leadMs ?? 0) / HOUR)).toBe(1);
  });
});
