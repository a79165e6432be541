/** Several failures that are one trouble make one incident, and a call for help meets the device that fails. In fake time. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isFailing } from "../../daemon/model/incident.ts";
import { bare } from "../../daemon/model/observation.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import "../seed.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});

async function begin(options: ScenarioOptions): Promise<Scenario> {
  const net = await scenario({ together: true, ...options });
  nets.push(net);
  return net;
}

const failing = async (net: Scenario) => (await net.unfolded()).filter(isFailing);
const alarmsOf = (net: Scenario, incident: string) =>
  net
    .alarms()
    .filter((alarm) => alarm.incident === incident)
    .map(({ device }) => device)
    .sort();

describe("two codecs of one site that fail within five minutes", () => {
  it("are one incident: the first stays and turns major, and its people hear that once", async () => {
    const net = await begin({ devices: "codec-1; codec-2; codec-3" });
    net.breaks("codec-1");
    await net.advance(MINUTE);
    const [first] = await failing(net);
    expect(first).toMatchObject({ device: "codec-1", severity: "minor", general: false });
    net.breaks("codec-2");
    await net.advance(MINUTE);
    const [incident, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ number: first?.number, device: "codec-1", severity: "major", urgency: "now", general: true });
    expect(alarmsOf(net, incident?.id ?? "")).toEqual(["codec-1", "codec-2"]);
    const joined = (await net.store.timeline(incident?.id ?? "")).find(({ event }) => event === "alarms-joined");
    expect(joined).toMatchObject({ why: "2 devices are out of service at mgh, within 5 min of each other", data: { count: 1 } });
    expect(joined?.data?.alarms).toContain("codec-2|unreachable");
    expect(net.toldTo("desk").map(({ key }) => key.split("/").slice(1, 4).join("/"))).toEqual(["problem/1/1", "raised/1/2"]);
    // One more is no news: they are on it.
    net.breaks("codec-3");
    await net.advance(MINUTE);
    expect(await failing(net)).toHaveLength(1);
    expect(net.toldTo("desk")).toHaveLength(2);
  });

  it("are restored when both are well, and not before; what fails again within the window reopens it", async () => {
    const net = await begin({ devices: "codec-1; codec-2" });
    net.breaks("codec-1");
    net.breaks("codec-2");
    await net.advance(MINUTE);
    net.heals("codec-1");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toHaveLength(1);
    net.heals("codec-2");
    await net.advance(2 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
    // Its own incident it never had: it is the one that it had joined.
    net.breaks("codec-2");
    await net.advance(MINUTE);
    expect(await net.unfolded()).toMatchObject([{ state: "open", occurrences: 2 }]);
  });

  it("take one number: what joined at once never had one of its own", async () => {
    const net = await begin({ devices: "codec-1; codec-2; codec-3; codec-4" });
    for (const id of ["codec-1", "codec-2", "codec-3", "codec-4"]) net.breaks(id);
    await net.advance(MINUTE);
    expect(await net.incidents()).toHaveLength(1);
    expect(await net.store.unusedNumbers(10)).toEqual([]);
  });
});

it("failures ten minutes apart are two incidents; so are those of two sites", async () => {
  const net = await begin({ devices: "codec-1; codec-2; ups-1; codec-3; ups-2", sites: { "codec-3": "jgh", "ups-2": "jgh" } });
  net.breaks("codec-1");
  await net.advance(10 * MINUTE);
  net.breaks("codec-2");
  net.breaks("codec-3");
  await net.advance(MINUTE);
  expect((await failing(net)).map(({ device }) => device).sort()).toEqual(["codec-1", "codec-2", "codec-3"]);
});

it("the children of a router that fails after them are its matter: one incident, with nothing left over", async () => {
  const net = await begin({ devices: "router-1 > codec-1, codec-2, codec-3" });
  for (const id of ["codec-1", "codec-2", "codec-3"]) net.breaks(id);
  await net.advance(8 * SECOND);
  net.breaks("router-1");
  await net.advance(MINUTE);
  expect((await failing(net)).map(({ rootCause }) => rootCause)).toEqual(["down:router-1"]);
  for (const id of ["router-1", "codec-1", "codec-2", "codec-3"]) net.heals(id);
  await net.advance(2 * MINUTE);
  expect(await failing(net)).toEqual([]);
});

it("two switches of one site are one incident, and their children are listed there", async () => {
  const net = await begin({ devices: "switch-1 > codec-1, codec-2; switch-2 > codec-3, codec-4" });
  net.breaks("switch-1");
  await net.advance(MINUTE);
  for (const id of ["switch-2", "codec-1", "codec-2", "codec-3", "codec-4"]) net.breaks(id);
  await net.advance(2 * MINUTE);
  const [incident, ...others] = await failing(net);
  expect(others).toEqual([]);
  expect(alarmsOf(net, incident?.id ?? "")).toEqual(["switch-1", "switch-2"]);
  for (const id of ["switch-1", "switch-2", "codec-1", "codec-2", "codec-3", "codec-4"]) net.heals(id);
  await net.advance(3 * MINUTE);
  expect(await failing(net)).toEqual([]);
});

describe("a call for help and a device of its room", () => {
  const call = { symptom: "user-assistance", effect: "event" } as const;
  const devices = "codec-1; codec-2; ups-1";

  it("called while the device fails: one incident, which cannot wait any more; restored when the device is well", async () => {
    const net = await begin({ devices });
    net.breaks("codec-2");
    await net.advance(MINUTE);
    expect(await failing(net)).toMatchObject([{ device: "codec-2", urgency: "service-hours" }]);
    await net.hears("codec-1", call);
    await net.advance(MINUTE);
    const [incident, ...others] = await failing(net);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ device: "codec-2", severity: "minor", urgency: "now" });
    const joined = (await net.store.timeline(incident?.id ?? "")).find(({ event }) => event === "alarms-joined");
    expect(joined?.why).toBe("somebody asked for help in a101, and a device there fails");
    await net.hears("codec-1", call);
    expect(await failing(net)).toMatchObject([{ occurrences: 2 }]);
    net.heals("codec-2");
    await net.advance(3 * MINUTE);
    expect((await net.unfolded()).map(({ state }) => state)).toEqual(["restored"]);
  });

  it("the device fails after the call: it joins the request, and nobody is told twice", async () => {
    const net = await begin({ devices });
    await net.hears("codec-1", call);
    await net.advance(MINUTE);
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect(await failing(net)).toMatchObject([{ symptom: "user-assistance", occurrences: 1 }]);
    expect(net.toldTo("desk")).toHaveLength(1);
  });

  it("two hours after the call it is a failure of its own", async () => {
    const net = await begin({ devices });
    await net.hears("codec-1", call);
    await net.advance(120 * MINUTE);
    net.breaks("codec-2");
    await net.advance(2 * MINUTE);
    expect((await failing(net)).map(({ device }) => device).sort()).toEqual(["codec-1", "codec-2"]);
  });
});

it("the same looks in another order of arrival make the same incidents", async () => {
  const ids = ["codec-1", "codec-2", "codec-3", "codec-4"];
  const minutes = fc.integer({ min: 0, max: 12 });
  const story = fc.record({
    onsets: fc.tuple(minutes, minutes, minutes, minutes),
    order: fc.shuffledSubarray(ids, { minLength: ids.length }),
    turns: fc.array(fc.boolean(), { minLength: ids.length, maxLength: ids.length }),
  });
  const play = async (onsets: readonly number[], order: readonly string[], turns: readonly boolean[]) => {
    const net = await scenario({ together: true, devices: ids.join("; "), sites: { "codec-4": "jgh" } });
    try {
      let batch: string[] = [];
      for (const [index, id] of order.entries()) {
        batch.push(id);
        if (turns[index] === false && index < order.length - 1) continue;
        await net.arrives(
          batch.flatMap((device) => {
            const at = net.start + (onsets[ids.indexOf(device)] ?? 0) * MINUTE;
            return [0, 2, 4].map((second) => ({ device, at: at + second * SECOND, finding: bare("down", "icmp.no-answer") }));
          }),
        );
        batch = [];
      }
      const open = await failing(net);
      return open
        .map(({ id, severity, urgency, general }) => ({ alarms: alarmsOf(net, id), severity, urgency, general }))
        .sort((a, b) => (String(a.alarms) < String(b.alarms) ? -1 : 1));
    } finally {
      await net.end();
    }
  };
  await fc.assert(
    fc.asyncProperty(story, async ({ onsets, order, turns }) => {
      expect(await play(onsets, order, turns)).toEqual(await play(onsets, ids, [true, true, true, true]));
    }),
    { numRuns: 12 },
  );
}, 120_000);
