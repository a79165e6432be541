/** Handing an incident over, in fake time: nothing is lost between the giver and who should take it. */
import { afterEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});

const marie = { name: "marie", function: "desk" };
const paul = { name: "paul", function: "analyst" };

/** A gatekeeper that has failed, on a Wednesday at 09:00: major, now. */
async function failed(options: Partial<ScenarioOptions> = {}): Promise<{ net: Scenario; number: string }> {
  net = await scenario({ devices: "gatekeeper-1", interval: "5m", ...options });
  net.breaks("gatekeeper-1");
  await net.advance(6 * MINUTE);
  const [incident] = await net.unfolded();
  return { net, number: incident?.number ?? "" };
}

describe("a hand-over", () => {
  it("that is not accepted stays with the giver, who is reminded; then level 2 hears of it anyway", async () => {
    const { net, number } = await failed();
    expect(await net.work.assign(number, marie, { function: "analyst" }, "a circuit")).toMatchObject({ ok: false, status: 409 });
    await net.desk.take(number, "marie");
    const before = net.sent.length;
    expect(await net.work.assign(number, marie, { function: "analyst" }, "a circuit")).toMatchObject({ ok: true });
    await net.advance(2 * MINUTE);
    expect(net.sent.slice(before).map(({ to, key }) => [to, key.split("/")[1]])).toEqual([["analyst", "hand-over"]]);
    expect(net.sent.at(-1)?.text).toContain("Offered by marie: a circuit");
    expect(await net.store.incident(number)).toMatchObject({ holder: "marie", state: "taken" });
    await net.advance(2.2 * HOUR);
    const now = await net.store.incident(number);
    expect(now).toMatchObject({ holder: "marie", level: 2, followUpsMissed: 2 });
    expect(await net.timeline(now as never)).toEqual(
      expect.arrayContaining(["offered", "follow-up-due", "hand-over-expired", "escalated"]),
    );
    expect(await net.work.accept(number, paul)).toMatchObject({ ok: false, problem: expect.stringContaining("is not offered") });
  });

  it("after level 1 could not solve it: level 2 hears at once, and again, and the ladder goes on until somebody accepts", async () => {
    const { net, number } = await failed();
    await net.desk.take(number, "marie");
    const before = net.sent.length;
    expect(await net.work.escalate(number, marie, "the circuit is dead on both ends")).toMatchObject({ ok: true });
    await net.advance(20 * MINUTE);
    const told = net.sent.slice(before).map(({ to, key }) => `${to} ${key.split("/")[1]}`);
    expect(told).toEqual(expect.arrayContaining(["analyst escalation", "analyst problem", "chief-technician problem"]));
    expect(await net.work.accept(number, paul, "I have it")).toMatchObject({ ok: true, incident: { holder: "paul", level: 2 } });
    const quiet = net.sent.length;
    await net.advance(30 * MINUTE);
    expect(net.sent.length).toBe(quiet);
  });
});

describe("a running incident", () => {
  it("keeps the policy that it started with, though the file's is edited and then gone", async () => {
    const own = `policies: { quick: { base: default, major: { levels: { "1": { taken_within: 5m, escalate_after: 10m } } } } }\npolicy: quick`;
    const { net, number } = await failed({ yaml: own });
    await net.reload({ devices: "gatekeeper-1", interval: "5m", yaml: own.replaceAll("10m", "29m") });
    await net.reload({ devices: "gatekeeper-1", interval: "5m" });
    await net.advance(11 * MINUTE);
    expect(await net.store.incident(number)).toMatchObject({ level: 2, policy: { id: "quick" } });
    expect(net.toldTo("analyst").length).toBeGreaterThan(0);
    await net.restartAfter(MINUTE);
    await net.advance(2 * HOUR);
    expect(await net.store.incident(number)).toMatchObject({ level: 3 });
  });
});
