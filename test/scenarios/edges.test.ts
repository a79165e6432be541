/** Stories at the edges: what left the configuration, what was explained late, what could not be sent, what nobody was told. */
import { afterEach, describe, expect, it } from "vitest";
import { bare } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { StoreUnavailable } from "../../daemon/ports.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
async function play(options: ScenarioOptions): Promise<Scenario> {
  net = await scenario({ interval: "60s", together: true, ...options });
  return net;
}

/** Every level has two minutes. */
const track = `{
  levels: {
    1: { tell: [desk], taken_within: 1m, escalate_after: 2m },
    2: { tell: [analyst], taken_within: 1m, escalate_after: 2m },
    3: { tell: [chief-technician], taken_within: 1m } },
  allocators: [event-coordinators], last_resort: { tell: [it-technician], after: 2m, repeat: 2m },
  acknowledgement_expires: 30m, follow_up: 30m }`;
const short = `policies: { short: { base: default, minor: ${track}, major: ${track} } }\npolicy: short`;

const sendsFail = () => ({ ok: false as const, retry: true, error: "421 try later" });
const sendsWork = () => ({ ok: true as const, state: "accepted" as const });

describe("what leaves the configuration", () => {
  it("ends its alarms: the children of a removed router are judged for themselves, its own incident stays open and says so", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.breaks("router-1");
    net.breaks("codec-7");
    await net.advance(3 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ device: "router-1", state: "open" }]);
    await net.reload({ devices: "codec-7", interval: "60s" });
    await net.advance(4 * MINUTE);
    const [router, codec] = await net.unfolded();
    expect(router).toMatchObject({ device: "router-1", state: "open" });
    expect(router && (await net.timeline(router))).toContain("device-removed");
    expect(codec).toMatchObject({ device: "codec-7", state: "open" });
    net.heals("codec-7");
    await net.advance(3 * MINUTE);
    expect((await net.unfolded())[1]).toMatchObject({ state: "restored" });
  });

  it("a rule that is switched off ends its alarms, and never stops the evaluator", async () => {
    const net = await play({ devices: "router-1 > codec-7, codec-8" });
    net.breaks("router-1");
    net.breaks("codec-7");
    await net.advance(3 * MINUTE);
    await net.reload({ devices: "router-1 > codec-7, codec-8", interval: "60s", yaml: "rules: { disabled: [unreachable] }" });
    await net.advance(3 * MINUTE);
    expect(net.alarms().filter((alarm) => alarm.state === "active")).toEqual([]);
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ state: "open" });
    expect((await net.timeline(incident as never)).filter((event) => event === "rule-removed")).toEqual(["rule-removed"]);
  });
});

describe("commissioning", () => {
  it("a router that is not accepted yet explains nobody: what fails behind it is told", async () => {
    const net = await play({ devices: "router-1 > codec-7", extra: { "router-1": "commissioning: true" } });
    net.breaks("router-1");
    net.breaks("codec-7");
    await net.advance(4 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ device: "codec-7", state: "open" }]);
  });
});

describe("a start", () => {
  it("that holds a new failure of a device with a past does not lose it", async () => {
    const net = await play({ devices: "router-1 > ups-1" });
    const lossy = (value: number) => net.finds("ups-1", "icmp", { ...bare("up"), samples: [{ name: "icmp_loss_ratio", value }] });
    lossy(0.9);
    await net.hears("ups-1", { symptom: "high-loss", effect: "raise" });
    await net.advance(3 * MINUTE);
    lossy(0);
    await net.advance(50 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "high-loss", state: "restored" }]);
    lossy(0.9);
    await net.restartAfter(SECOND, { looksAfter: { "router-1": 90 * SECOND } });
    // Before anything was looked at: its router may be why.
    await net.hears("ups-1", { symptom: "high-loss", effect: "raise" });
    await net.advance(6 * MINUTE);
    expect((await net.unfolded()).map((incident) => incident.state)).toEqual(["restored", "open"]);
  });
});

describe("our own sight", () => {
  it("back at the same moment as a circuit leaves nothing standing", async () => {
    const net = await play({
      devices: "core-1; router-2 > switch-2 > codec-3",
      sites: { "core-1": "hub" },
      yaml: "canary: core-1\nlinks: { line: { name: line, ends: [hub, mgh] } }",
    });
    for (const each of ["router-2", "switch-2", "codec-3"]) net.breaks(each);
    await net.advance(3 * MINUTE);
    expect((await net.unfolded()).filter((each) => each.state === "open")).toMatchObject([{ rootCause: "link:line" }]);
    net.breaks("core-1");
    await net.advance(3 * MINUTE);
    for (const each of ["core-1", "router-2", "switch-2", "codec-3"]) net.heals(each);
    await net.advance(5 * MINUTE);
    expect(net.alarms().filter((alarm) => alarm.state === "active")).toEqual([]);
    expect((await net.unfolded()).filter((each) => each.state === "open")).toEqual([]);
  });
});

describe("an explanation that comes late", () => {
  it("sets a reopened incident aside: people knew it, so it is not folded, and nobody is told of an episode that is the router's", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10s" });
    net.breaks("codec-7");
    await net.advance(3 * MINUTE);
    net.heals("codec-7");
    await net.advance(4 * MINUTE);
    const before = net.sent.length;
    net.breaks("codec-7");
    await net.advance(15 * SECOND);
    net.breaks("router-1");
    await net.advance(2 * MINUTE);
    const [codec] = await net.unfolded();
    expect(codec).toMatchObject({ device: "codec-7", occurrences: 1, state: "restored" });
    expect(net.sent.slice(before).filter((sent) => sent.subject.includes("codec-7"))).toEqual([]);
    expect(await net.timeline(codec as never)).toContain("set-aside");
  });

  it("closes what it folds, so that nothing waits for ever", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10s" });
    net.breaks("codec-7");
    await net.advance(15 * SECOND);
    net.breaks("router-1");
    await net.advance(2 * MINUTE);
    const folded = (await net.incidents()).filter((each) => each.foldedInto !== undefined);
    expect(folded).toMatchObject([{ device: "codec-7", state: "closed", disposition: "duplicate", noticeSent: false }]);
    expect((await net.store.openIncidents()).map((each) => each.device)).toEqual(["router-1"]);
  });
});

describe("messages", () => {
  it("that service is back go to nobody whom no word of the trouble had reached", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.sendResult = sendsFail;
    net.breaks("codec-7");
    await net.advance(4 * MINUTE);
    net.heals("codec-7");
    await net.advance(3 * MINUTE);
    net.sendResult = sendsWork;
    await net.advance(20 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "restored" }]);
    expect(net.sent).toEqual([]);
  });

  it("that service is back go to whom a message may have reached: it was sent, and nothing could be recorded of it", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10s" });
    const { recordDeliveries } = net.store;
    net.store.recordDeliveries = async () => {
      throw new StoreUnavailable("SQLITE_FULL");
    };
    net.breaks("codec-7");
    await expect(net.advance(4 * MINUTE)).rejects.toThrow("SQLITE_FULL");
    expect(net.toldTo("desk")).toHaveLength(1);
    Object.assign(net.store, { recordDeliveries });
    net.heals("codec-7");
    await net.advance(3 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "restored" }]);
    expect(net.toldTo("desk").map(({ key }) => key.split("/")[1])).toEqual(["problem", "restored"]);
  });

  it("that can wait are not sent at night, however long the mail server was dead", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10m", start: Date.UTC(2026, 10, 18, 21, 50) });
    net.sendResult = sendsFail;
    net.breaks("codec-7");
    await net.advance(2 * HOUR);
    net.sendResult = sendsWork;
    await net.advance(8 * HOUR);
    expect(net.sent).toEqual([]);
    await net.advance(5 * HOUR);
    expect(new Date(net.sent[0]?.at ?? 0).toISOString()).toMatch(/^2026-11-19T12:30/);
  });

  it("allocators who heard that nobody took it hear that it is over", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "5m" });
    net.breaks("codec-7");
    await net.advance(45 * MINUTE);
    net.heals("codec-7");
    await net.advance(12 * MINUTE);
    const heard = net.sent.filter((sent) => sent.key.includes("/restored/")).map((sent) => sent.to);
    expect(heard.sort()).toEqual(["desk", "event-coordinators", "it-technician"]);
  });

  it("who was told when an acknowledgement expired hears that it is over, though it was acknowledged before anybody was told", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.breaks("codec-7");
    await net.advance(40 * SECOND);
    const [incident] = await net.unfolded();
    await net.desk.acknowledge(incident?.number ?? "", "marie");
    await net.advance(4 * HOUR + 2 * MINUTE);
    expect(net.sent.map((sent) => sent.to)).toEqual(["desk"]);
    net.heals("codec-7");
    await net.advance(3 * MINUTE);
    expect(net.sent.map((sent) => sent.to)).toEqual(["desk", "desk"]);
  });
});

describe("a wall clock that jumps", () => {
  for (const hours of [3, -3]) {
    it(`${hours} h fires no burst and delays nothing: the next step comes when it would have come`, async () => {
      const net = await play({ devices: "router-1 > codec-7, codec-8" });
      net.breaks("router-1");
      await net.advance(2 * MINUTE);
      const [incident] = await net.unfolded();
      const leftMs = (incident?.wakeAt ?? 0) - net.clock.now();
      const told = net.sent.length;
      net.clock.jump(hours * HOUR);
      await net.advance(leftMs - 10 * SECOND);
      expect(net.sent.length).toBe(told);
      await net.advance(70 * SECOND);
      expect(net.sent.length).toBeGreaterThan(told);
      const events = await net.timeline(incident as never);
      expect(events.filter((event) => event === "clock-jumped")).toHaveLength(1);
      expect(events).not.toContain("superseded");
    });
  }

  it("stands still: what is due in an hour comes within the hour all the same, and a message that failed is tried again", async () => {
    const net = await play({ devices: "router-1 > codec-7, codec-8", yaml: short });
    net.sendResult = sendsFail;
    net.breaks("router-1");
    await net.advance(2 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ level: 1, state: "open" }]);
    net.sendResult = sendsWork;
    for (let half = 0; half < 40; half += 1) {
      await net.advance(30 * SECOND);
      net.jump(-30 * SECOND);
    }
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ state: "open", level: 4 });
    expect(new Set(net.sent.map(({ to }) => to))).toEqual(
      new Set(["desk", "event-coordinators", "analyst", "chief-technician", "it-technician"]),
    );
    expect(await net.timeline(incident as never)).not.toContain("superseded");
  });

  it("back while the daemon was down is noticed at the start, and a message that waits does not wait for hours", async () => {
    const net = await play({ devices: "router-1 > codec-7, codec-8" });
    net.sendResult = sendsFail;
    net.breaks("router-1");
    await net.advance(3 * MINUTE);
    net.clock.jump(-3 * HOUR);
    net.sendResult = sendsWork;
    await net.restartAfter(SECOND);
    await net.advance(5 * MINUTE);
    expect(net.toldTo("desk").length).toBeGreaterThan(0);
    expect(await net.unfolded()).toMatchObject([{ device: "router-1", state: "open" }]);
  });
});
