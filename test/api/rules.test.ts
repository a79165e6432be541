/** The rules over HTTP and as pages: how each did, its false alarms, and the change that would have avoided them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SECOND } from "../../daemon/model/time.ts";
import type { ProposalTest, ProposalTests } from "../../daemon/proposal-tests.ts";
import { parsePack } from "../../rules/pack.ts";
import { serve, tokenText, world } from "./fixture.ts";
import { packRules, ruled } from "./ruled.ts";

describe("the rules", () => {
  const made = world();
  let base: string;
  let tests: ProposalTests;
  let close: () => Promise<void>;
  const get = async (path: string) => fetch(`${base}${path}`, { headers: { Authorization: `Bearer ${tokenText}` } });

  beforeAll(async () => {
    ruled(made);
    tests = made.deps.proposalTests as ProposalTests;
    const served = await serve(made);
    base = served.url;
    close = () => served.close();
  });
  afterAll(() => close());

  it("are listed with the most false alarms first", async () => {
    const { items } = (await (await get("/api/v1/rules")).json()) as { items: { id: string; counts: object }[] };
    expect(items).toHaveLength(packRules.length);
    expect(items[0]).toMatchObject({
      id: "interface-down",
      condition: "interface_up (interface) below 0.5",
      raised: "at once",
      counts: { opened30: 15, falseAlarms30: 14, opened90: 15, falseAlarms90: 14, toldOutsideHours90: 0 },
    });
    expect(items[1]).toMatchObject({ id: "unreachable", counts: { opened90: 2, falseAlarms90: 0, falseShare90: 0 } });
    expect(items[2]!.counts).not.toHaveProperty("falseShare90");
  });

  it("tell of their false alarms, and what would have avoided them: missed 0, false −14", async () => {
    const first = (await (await get("/api/v1/rules/interface-down")).json()) as { proposals: object[] };
    expect(first.proposals).toMatchObject([{ kind: "for", test: { state: "running" } }, { kind: "window" }]);
    await tests.idle();
    const rule = (await (await get("/api/v1/rules/interface-down")).json()) as { falseAlarms: unknown[]; proposals: { yaml: string }[] };
    expect(rule.proposals).toMatchObject([{ test: { state: "finished" } }, { test: { state: "finished" } }]);
    expect(rule.falseAlarms).toHaveLength(14);
    // Of these days nothing is kept: the incidents alone tell.
    expect(rule.proposals).toMatchObject([
      { kind: "for", from: "0 s", to: "45 s", missed: 0, false: -14, judgedBy: "incidents", summary: "missed: 0, false: −14" },
      { kind: "window", window: { from: "09:00", to: "10:15", devices: ["codec-1"] }, missed: 0, false: -14 },
    ]);
    const { problems, rules } = parsePack("own.yaml", rule.proposals[0]!.yaml);
    expect(problems).toEqual([]);
    expect(rules[0]).toEqual({ ...packRules.find(({ id }) => id === "interface-down"), forMs: 45 * SECOND });
    expect((await get("/api/v1/rules/nothing")).status).toBe(404);
  });

  it("are accepted on record, with what to write; no rule changes by it", async () => {
    const post = (kind: string, body: object) =>
      fetch(`${base}/api/v1/rules/interface-down/proposals/${kind}/accept`, {
        method: "POST",
        headers: { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post("for", {})).status).toBe(422);
    expect((await post("threshold", { note: "too nervous" })).status).toBe(409);
    const { of } = made.deps.proposalTests;
    const says = async (test: ProposalTest) => {
      Object.assign(made.deps, { proposalTests: { of: () => [test, test] } });
      const answer = await post("for", { note: "too nervous" });
      return [answer.status, answer.headers.get("content-type"), ((await answer.json()) as { detail: string }).detail];
    };
    expect(await says({ state: "running", share: 0.419 })).toEqual([
      409,
      expect.stringContaining("application/problem+json"),
      'The back-test of this proposal is not finished (41 %): read GET /api/v1/rules/interface-down until its proposal says test.state "finished", and accept it then.',
    ]);
    expect((await says({ state: "failed", why: "StoreUnavailable" })).at(-1)).toMatch(
      /failed \(StoreUnavailable\), and is tried again now: read GET/,
    );
    expect((await made.deps.store.auditLog(10)).filter(({ action }) => action === "rule.proposal-accepted")).toEqual([]);
    Object.assign(made.deps, { proposalTests: { of: of.bind(tests) } });
    const accepted = await post("for", { note: "too nervous" });
    expect(accepted.status).toBe(200);
    expect(await accepted.json()).toMatchObject({ kind: "for", yaml: expect.stringContaining("for: 45s") });
    expect((await made.deps.store.auditLog(10)).filter(({ action }) => action === "rule.proposal-accepted")).toMatchObject([
      { target: "interface-down", data: { kind: "for", to: "45 s", missed: 0, false: -14, note: "too nervous" } },
    ]);
    expect(made.deps.config().rules.find(({ id }) => id === "interface-down")?.forMs).toBe(0);
  });

  it("are pages in both languages", async () => {
    const page = async (path: string) => (await get(path)).text();
    expect(await page("/rules?lang=fr")).toMatch(/Port réseau hors service[\s\S]*93 %/);
    const fr = await page("/rules/interface-down?lang=fr");
    for (const text of [
      "30 derniers jours : manquées 0, fausses −14",
      "Attente : 0 s devient 45 s",
      "Silence de 09:00 à 10:15, tous les jours : Codec codec-1",
      "14 fausses alarmes sur 14 ont duré 45 s au plus",
      "for: 45s",
      "Premières étapes",
    ])
      expect(fr).toContain(text);
    const en = await page("/rules/interface-down?lang=en");
    expect(en).toContain("last 30 days: missed: 0, false: −14");
    expect(en).toContain("Nothing is kept of these days: estimated from how long each incident lasted");
    const proposalTests = made.deps.proposalTests;
    Object.assign(made.deps, {
      proposalTests: {
        of: () => [
          { state: "running", share: 0.25 },
          { state: "running", share: 0 },
        ],
      },
    });
    expect(await page("/rules/interface-down?lang=fr")).toContain("est en cours (25 %) : rechargez la page");
    Object.assign(made.deps, { proposalTests });
    expect(await page("/rules/unreachable?lang=en")).toContain("No false alarm in 90 days.");
    expect((await get("/rules/nothing")).status).toBe(404);
  });
});
