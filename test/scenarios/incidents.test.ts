/** Whole stories in fake time, from the first bad look to the last message. */
import { afterEach, describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import { bare } from "../../daemon/model/observation.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { incident as sample } from "../contracts/samples.ts";
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

describe("a codec that stops answering", () => {
  it("opens one incident after three looks, tells the desk after the group wait, then climbs the levels", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.breaks("codec-7");
    await net.advance(5 * HOUR);
    const [incident, ...others] = await net.unfolded();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ symptom: "unreachable", device: "codec-7", severity: "major", state: "open", level: 2 });
    expect(incident?.severitySettled?.how, "level 1 did not solve it in its time").toBe("time");
    expect(incident?.number).toMatch(/^VIG-2026-000001-\d\d$/);
    expect(net.toldTo("desk")[0]?.text).toContain("codec-7");
    const told = [...new Set(net.sent.map((sent) => net.sinceStart(sent.at).split(":")[0]))].map((minute) =>
      net.sent
        .filter((sent) => net.sinceStart(sent.at).split(":")[0] === minute)
        .map((sent) => sent.to)
        .sort()
        .join("+"),
    );
    // From level 2 on it is major, and the allocators are those of a major incident.
    expect(told).toEqual(["desk", "desk+event-coordinators+it-technician", "analyst", "analyst+chief-technician+it-technician"]);
    expect(new Set(net.sent.map((sent) => sent.key)).size).toBe(net.sent.length);
  });

  it("is restored after two good looks, tells those who had heard, and closes by itself a day later", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "5m" });
    net.breaks("codec-7");
    await net.advance(8 * MINUTE);
    net.heals("codec-7");
    await net.advance(15 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "restored" }]);
    expect(net.sent.map((sent) => sent.to)).toEqual(["desk", "desk"]);
    await net.advance(25 * HOUR);
    const [incident] = await net.unfolded();
    expect(incident).toMatchObject({ state: "closed", disposition: "healed" });
    expect(incident && (await net.timeline(incident))).toEqual(["opened", "notified", "restored", "closed"]);
    expect(await net.store.verifyTimeline()).toMatchObject({ checked: 4 });
    expect(net.opened, "one incident was opened, whatever became of it").toEqual(["minor"]);
  });

  it("that heals within the group wait tells nobody", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "10s" });
    net.breaks("codec-7");
    await net.advance(15 * SECOND);
    net.heals("codec-7");
    await net.advance(5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "restored" }]);
    expect(net.sent).toEqual([]);
  });

  it("again within 30 minutes is the same incident and one more occurrence; later it is a new one, linked", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    for (const pause of [10 * MINUTE, 2 * HOUR, 0]) {
      net.breaks("codec-7");
      await net.advance(5 * MINUTE);
      net.heals("codec-7");
      await net.advance(2 * MINUTE + pause);
    }
    const [first, second, ...more] = await net.unfolded();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ occurrences: 2, state: "restored" });
    expect(second).toMatchObject({ occurrences: 1, recurrenceOf: first?.id });
  });
});

describe("acknowledging and taking", () => {
  it("stops the ladder; the acknowledgement expires when nobody follows it up; taking makes the follow-up the clock", async () => {
    const net = await play({ devices: "router-1 > codec-7", interval: "5m" });
    net.breaks("codec-7");
    await net.advance(6 * MINUTE);
    const [incident] = await net.unfolded();
    const number = incident?.number ?? "";
    expect(await net.desk.acknowledge(number, "marie")).toMatchObject({ ok: true });
    await net.advance(3 * HOUR);
    expect(net.sent.map((sent) => sent.to)).toEqual(["desk"]);
    await net.advance(2 * HOUR);
    expect(net.sent.length).toBeGreaterThan(1);
    expect(await net.desk.take(number, "marie")).toMatchObject({ ok: true });
    const before = net.sent.length;
    // Not solved at the first call: major, and followed up every hour of service; level 2 hears from the second one missed on.
    expect(await net.unfolded()).toMatchObject([{ severity: "major", severitySettled: { how: "time" } }]);
    await net.advance(8 * HOUR);
    const followed = net.sent.slice(before).filter(({ key }) => key.split("/")[1] === "follow-up");
    expect(new Set(followed.map(({ at }) => at)).size).toBe(3);
    expect(followed.map(({ to }) => to)).toContain("analyst");
    expect(await net.desk.close(number, "marie", "fixed", "cable")).toMatchObject({ ok: false, status: 409 });
    expect(await net.desk.resolve(number, "marie", "the cable was changed")).toMatchObject({ ok: true });
    // It went past the first call: its report is owed.
    expect(await net.desk.close(number, "marie", "fixed", "cable")).toMatchObject({ ok: false, status: 409 });
    await net.reported(number, "marie");
    expect(await net.desk.close(number, "marie", "fixed", "cable")).toMatchObject({ ok: true });
  });
});

describe("a router that fails with everything behind it", () => {
  const children = Array.from({ length: 20 }, (_, index) => `codec-${index + 1}`);

  it("is one incident, whichever was seen first; its children are folded or listed, and nobody hears of them", async () => {
    const net = await play({ devices: `router-1 > ${children.join(", ")}` });
    for (const child of children) net.breaks(child);
    await net.advance(12 * SECOND);
    net.breaks("router-1");
    await net.advance(10 * MINUTE);
    const unfolded = await net.unfolded();
    expect(unfolded).toMatchObject([{ device: "router-1", severity: "major" }]);
    const subjects = new Set(net.sent.map((sent) => sent.subject));
    for (const subject of subjects) expect(subject).not.toContain("codec-");
    for (const folded of (await net.incidents()).filter((each) => each.foldedInto !== undefined))
      expect(folded).toMatchObject({ noticeSent: false, foldedInto: unfolded[0]?.id });
    expect(await net.timeline(unfolded[0] as never)).toContain("children-suppressed");
  });

  it("opens a child's own incident when the router is back and the child is not", async () => {
    const net = await play({ devices: `router-1 > ${children.join(", ")}` });
    for (const device of ["router-1", ...children]) net.breaks(device);
    await net.advance(5 * MINUTE);
    for (const device of ["router-1", ...children.slice(1)]) net.heals(device);
    await net.advance(5 * MINUTE);
    const open = (await net.unfolded()).filter((incident) => incident.state === "open");
    expect(open).toMatchObject([{ device: "codec-1", symptom: "unreachable" }]);
  });

  it("leaves nothing open when all come back", async () => {
    const net = await play({ devices: `router-1 > ${children.join(", ")}` });
    for (const device of ["router-1", ...children]) net.breaks(device);
    await net.advance(5 * MINUTE);
    for (const device of ["router-1", ...children]) net.heals(device);
    await net.advance(5 * MINUTE);
    expect((await net.unfolded()).map((incident) => [incident.device, incident.state])).toEqual([["router-1", "restored"]]);
  });
});

describe("our own sight", () => {
  it("gone, is one incident; everything else is unknown and opens nothing", async () => {
    const net = await play({ devices: "core-1; router-1 > codec-1, codec-2", yaml: "canary: core-1" });
    for (const device of ["core-1", "router-1", "codec-1", "codec-2"]) net.breaks(device);
    await net.advance(10 * MINUTE);
    expect((await net.unfolded()).map((incident) => incident.symptom)).toEqual(["blind-poller"]);
    for (const device of ["core-1", "router-1", "codec-1", "codec-2"]) net.heals(device);
    await net.advance(5 * MINUTE);
    expect((await net.unfolded()).map((incident) => incident.state)).toEqual(["restored"]);
  });
});

describe("missing data", () => {
  it("neither raises nor clears: looks that we could not take hold an incident as it is", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.finds("codec-7", "icmp", bare("unknown", "icmp.no-permission"));
    await net.advance(5 * MINUTE);
    expect(await net.incidents()).toEqual([]);
    net.breaks("codec-7");
    await net.advance(2 * MINUTE);
    net.finds("codec-7", "icmp", bare("unknown", "icmp.engine"));
    await net.advance(5 * MINUTE);
    expect(await net.unfolded()).toMatchObject([{ symptom: "unreachable", state: "open" }]);
  });
});

describe("messages that cannot be sent", () => {
  it("are tried again until they go; nothing is lost, and a repeat carries the same key", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.sendResult = () => ({ ok: false, retry: true, error: "421 try later" });
    net.breaks("codec-7");
    await net.advance(20 * MINUTE);
    expect(net.sent).toEqual([]);
    net.sendResult = () => ({ ok: true, state: "accepted" });
    await net.advance(16 * MINUTE);
    const [incident] = await net.unfolded();
    expect(net.toldTo("desk").length).toBeGreaterThan(0);
    const deliveries = await net.store.deliveries(incident?.id ?? "");
    expect(deliveries.every((delivery) => delivery.state === "accepted")).toBe(true);
  });
});

describe("a daemon that was down for six hours", () => {
  it("says once, to everybody who should have heard, how late it is", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.breaks("router-1");
    await net.advance(2 * MINUTE);
    const before = net.sent.length;
    await net.restartAfter(6 * HOUR);
    await net.advance(30 * SECOND);
    const late = net.sent.slice(before);
    expect(new Set(late.map((sent) => sent.to)).size).toBe(late.length);
    expect(late.map((sent) => sent.to)).toEqual(expect.arrayContaining(["desk", "analyst"]));
    expect(late.length).toBeGreaterThan(1);
    const [incident] = await net.unfolded();
    expect(incident && (await net.timeline(incident))).toContain("superseded");
  });

  it("tells the first of each site first, in few messages, and leaves nobody out", async () => {
    const net = await play({ devices: "router-1; router-2", sites: { "router-2": "chu" }, interval: "5m", together: true });
    const policy = net.config.policies.get(net.config.policy) as Incident["policy"];
    const at = net.clock.now();
    const since = { openedAt: at, firstBadAt: at, levelSince: at, noticeSent: true, policy };
    const many = Array.from({ length: 24 }, (_, n) =>
      sample(`i${n}`, { ...since, site: n < 20 ? "mgh" : "chu", wakeAt: at + n * SECOND, wakeFor: "escalate" }),
    );
    await net.store.transaction(undefined, async (tx) => {
      for (const each of many) await tx.insertIncident(each);
    });
    await net.restartAfter(6 * HOUR);
    await net.advance(5 * MINUTE);
    const siteOf = new Map(many.map(({ id, site }) => [id, site]));
    for (const who of new Set(net.sent.map(({ to }) => to))) {
      const heard = net.sent.filter(({ to }) => to === who);
      expect(heard.length, who).toBeLessThan(many.length / 2);
      const first = new Map(heard.map(({ at: when, key }) => [siteOf.get(key.split("/")[0] ?? ""), when]).reverse() as [string, number][]);
      expect(Math.max(...first.values()) - Math.min(...first.values()), who).toBeLessThanOrEqual(2 * SECOND);
      expect([...first.keys()].sort()).toEqual(["chu", "mgh"]);
    }
    expect(net.sent.some(({ text }) => text.includes(" late; "))).toBe(true);
    for (const { id } of many)
      for (const { key, state, supersededBy = key } of await net.store.deliveries(id))
        expect(
          net.sent.some((each) => each.key === supersededBy),
          `${key} is ${state}`,
        ).toBe(true);
  });
});

describe("the auditor", () => {
  it("finds an open incident without a timer, repairs it, and says so", async () => {
    const net = await play({ devices: "router-1 > codec-7" });
    net.breaks("codec-7");
    await net.advance(2 * MINUTE);
    const [incident] = await net.unfolded();
    if (incident === undefined) throw new Error("no incident");
    const { wakeAt: _w, wakeFor: _f, ...lame } = incident;
    await net.store.transaction(undefined, (tx) => tx.updateIncident({ ...lame, version: incident.version + 1 }));
    await net.advance(2 * MINUTE);
    const [mended] = await net.unfolded();
    expect(mended?.wakeAt).toBeDefined();
    expect(mended && (await net.timeline(mended))).toContain("repaired");
  });
});
