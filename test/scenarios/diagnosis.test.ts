/**
 * The first diagnosis in fake time, beside the real evaluator, escalator and dispatcher: the first notice goes when it would have gone, and says
 * the verdict that is there by then; what rules decide is the same with it and without.
 */
import { afterEach, describe, expect, it } from "vitest";
import { type AskingDeps, pings } from "../../daemon/diagnosing/asking.ts";
import { questionsOf } from "../../daemon/diagnosing.ts";
import { diagnosisCsv } from "../../daemon/export/diagnosis-csv.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { Diagnoser } from "../../daemon/roles/diagnoser.ts";
import { DiagnosisDesk } from "../../daemon/roles/diagnosis-desk.ts";
import { judgedOf, renderRow } from "../../daemon/telling.ts";
import { quiet } from "../api/fixture.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario;
afterEach(() => net.end());

const devices = "core-1 > router-1 > switch-1 > codec-1, codec-2; core-1 > router-2 > codec-9";
const far = { "router-1": "gaspe", "switch-1": "gaspe", "codec-1": "gaspe", "codec-2": "gaspe", "router-2": "rouyn", "codec-9": "rouyn" };
const options = {
  devices,
  sites: far,
  yaml: 'canary: core-1\nlinks: { l1: { name: "Gaspé 1", ends: [mgh, gaspe] }, l2: { name: "Rouyn 1", ends: [mgh, rouyn] } }',
};

/** Who answers a ping of the diagnosis; the scenario's own looks go on by its table of what is broken. */
function diagnoserFor(silent: ReadonlySet<string>): Diagnoser {
  const up: Finding = { ...bare("up"), samples: [{ name: "icmp_loss_ratio", value: 0 }] };
  const asking: AskingDeps = {
    ...{ clock: net.clock, board: net.board, network: () => net.config.network, fping: undefined },
    look: async ({ device }) => (silent.has(device) ? bare("down", "icmp.no-answer") : up),
    lookClosely: async () => up,
    families: () => net.config.families,
    pace: async () => undefined,
    resolve: async () => undefined,
    checkWithinMs: () => 8_000,
  };
  const alarmsOf = (holder: string) => net.evaluator.memory.ofDevice(holder);
  const known = { clock: net.clock, store: net.store, config: () => net.config, board: net.board, alarmsOf, meeting: () => undefined };
  return new Diagnoser({
    ...{ store: net.store, clock: net.clock, log: quiet, config: () => net.config, changed() {} },
    questions: questionsOf(asking, known),
    leases: { ...net.leases, fence: () => fence },
    stats: { ended() {}, late() {}, waiting() {} },
  });
}
let fence: Awaited<ReturnType<Scenario["store"]["acquireLease"]>> & object;

async function begin(): Promise<void> {
  net = await scenario({ ...options, yaml: options.yaml });
  const held = await net.store.acquireLease("diagnoser", "scenario", 30_000);
  if (held === undefined) throw new Error("no lease");
  fence = held;
}

/** Everything it finds is there at once in fake time. */
async function turn(diagnoser: Diagnoser): Promise<void> {
  await diagnoser.turn();
  await diagnoser.idle();
}

describe("the first diagnosis of an incident", () => {
  it("finds one silent codec among those that answer, and the first notice says so at its usual time", async () => {
    await begin();
    net.render = (row, incident, config, a, b, book) =>
      renderRow(row, incident, config, a, b, book === undefined ? book : { ...book, ...judged });
    let judged: Awaited<ReturnType<typeof judgedOf>> = {};
    const diagnoser = diagnoserFor(new Set(["codec-1"]));
    net.breaks("codec-1");
    while ((await net.unfolded()).length === 0) await net.advance(SECOND);
    const [opened] = await net.unfolded();
    await turn(diagnoser);
    judged = await judgedOf(net.store, opened?.id ?? "");
    expect(judged.judged).toMatchObject({ verdict: "device", row: "only-this-one" });
    const before = await net.store.incident(opened?.id ?? "");
    expect(before).toMatchObject({ noticeSent: false, version: opened?.version, wakeAt: opened?.wakeAt });
    const due = before?.wakeAt ?? 0;
    await net.advance(due - net.clock.now() + 2 * SECOND);
    const [told] = net.sent;
    expect(Math.abs((told?.at ?? 0) - due)).toBeLessThanOrEqual(2 * SECOND);
    expect(told?.text).toContain("First diagnosis: device (likely): it alone is silent");
    expect(await net.timeline(before as never)).toContain("diagnosed");
  });

  it("finds the link of a site by its gateway and its neighbours", async () => {
    await begin();
    const gone = ["router-1", "switch-1", "codec-1", "codec-2"];
    for (const id of gone) net.breaks(id);
    while ((await net.unfolded()).length === 0) await net.advance(SECOND);
    await turn(diagnoserFor(new Set(gone)));
    const [opened] = await net.unfolded();
    expect((await judgedOf(net.store, opened?.id ?? "")).judged?.verdict).toBe("site-link");
  });

  it("changes nothing of what rules decide: the same incidents, messages and lines with it and without", async () => {
    const run = async (diagnoses: boolean) => {
      await begin();
      const diagnoser = diagnoserFor(new Set(["codec-1"]));
      net.breaks("codec-1");
      for (let step = 0; step < 6; step += 1) {
        await net.advance(MINUTE);
        if (diagnoses) await turn(diagnoser);
      }
      net.heals("codec-1");
      await net.advance(3 * MINUTE);
      const incidents = (await net.incidents()).map(({ policy: _, ...rest }) => rest);
      const lines = (await Promise.all(incidents.map((each) => net.store.timeline(each.id)))).flat();
      const seen = {
        incidents,
        sent: net.sent,
        lines: lines.filter(({ event }) => event !== "diagnosed").map(({ at, event, why }) => ({ at, event, why })),
      };
      const had = lines.some(({ event }) => event === "diagnosed");
      return { seen: JSON.stringify(seen), had };
    };
    const without = await run(false);
    await net.end();
    const with_ = await run(true);
    expect([without.had, with_.had]).toEqual([false, true]);
    expect(with_.seen).toBe(without.seen);
  });

  it("of level 2 looks longer at both ends, and puts what befell the device and its site on one time axis, with no name of a person", async () => {
    await begin();
    net.breaks("codec-1");
    for (let step = 0; step < 120 && (await net.unfolded()).length === 0; step += 1) await net.advance(SECOND);
    const [opened] = await net.unfolded();
    const diagnoser = diagnoserFor(new Set(["codec-1"]));
    const desk = new DiagnosisDesk({ store: net.store, clock: net.clock, config: () => net.config, changed() {}, poke() {} });
    const asked = await desk.ask(opened?.number ?? "", "ann", 2, "codec-9");
    expect(asked).toMatchObject({ ok: true, diagnosis: { level: 2, farEnd: "codec-9" } });
    expect(await desk.ask(opened?.number ?? "", "ann", 2, "codec-77")).toMatchObject({ ok: false, status: 422 });
    await diagnoser.turn();
    // The pings of both ends are a moment apart.
    let [done] = await net.store.diagnoses(opened?.id ?? "");
    for (let step = 0; step < 200 && done?.state !== "done"; step += 1) {
      await net.clock.advance(200);
      [done] = await net.store.diagnoses(opened?.id ?? "");
    }
    expect(done).toMatchObject({ state: "done", level: 2, by: "ann" });
    expect(done?.figures).toContainEqual({ of: "codec-1", name: "icmp_loss_ratio", value: 1 });
    expect(done?.figures).toContainEqual({ of: "codec-9", name: "icmp_loss_ratio", value: 0 });
    expect(done?.moments?.map(({ of, what }) => `${of} ${what}`)).toEqual(["codec-1 unreachable"]);
    const shape = { facts: done?.facts.map((each) => ({ ...each, at: "2026-11-18T14:00:00Z" })), paths: [], figures: done?.figures };
    const ticked = { id: "power-light", text: { fr: "", en: "" }, asks: true, answer: "no", by: "marie-josee", at: "2026-11-18T14:09:00Z" };
    const csv = diagnosisCsv({ ...shape, moments: [], steps: [ticked] } as never);
    expect(csv).toContain("2026-11-18T14:00:00Z,fact,codec-1,ping,silent,");
    expect(csv).toContain("answer,,power-light,no,");
    expect(csv).not.toContain("marie-josee");
  });

  it("asks of a device that is its site's gateway no gateway, and of a site without a neighbour none", async () => {
    await begin();
    const { network, families } = net.config;
    const deps = { clock: net.clock, board: net.board, network: () => network, families: () => families, fping: undefined };
    const look = async () => bare("up");
    const asking = {
      ...deps,
      look,
      lookClosely: look,
      checkWithinMs: () => 8_000,
      pace: async () => undefined,
      resolve: async () => undefined,
    };
    const device = net.config.network.devices.get("core-1");
    if (device === undefined) throw new Error("no core");
    const found = await Promise.all(
      pings(asking, { about: "device", device, site: "mgh", core: device }).map((check) => check.run(new AbortController().signal)),
    );
    expect(found.flatMap(({ facts }) => facts.map(({ name, value }) => `${name} ${value}`))).toEqual([
      "ping answers",
      "parent none",
      "gateway none",
      "neighbour none",
      "core itself",
    ]);
  });
});
