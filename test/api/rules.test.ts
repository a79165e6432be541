/** The rules over HTTP and as pages: how each did, its false alarms, and the change that would have avoided them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SECOND } from "../../daemon/model/time.ts";
import { parsePack } from "../../rules/pack.ts";
import { serve, tokenText, world } from "./fixture.ts";
import { packRules, ruled } from "./ruled.ts";

describe("the rules", () => {
  const made = world();
  let base: string;
  let close: () => Promise<void>;
  const get = async (path: string) => fetch(`${base}${path}`, { headers: { Authorization: `Bearer ${tokenText}` } });

  beforeAll(async () => {
    ruled(made);
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
    const rule = (await (await get("/api/v1/rules/interface-down")).json()) as { falseAlarms: unknown[]; proposals: { yaml: string }[] };
    expect(rule.falseAlarms).toHaveLength(14);
    expect(rule.proposals).toMatchObject([{ kind: "for", from: "0 s", to: "45 s", missed: 0, false: -14, judgedBy: "incidents" }]);
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
      "14 fausses alertes sur 14 ont duré 45 s au plus",
      "for: 45s",
      "Premières étapes",
    ])
      expect(fr).toContain(text);
    expect(await page("/rules/interface-down?lang=en")).toContain("last 30 days: missed: 0, false: −14");
    expect(await page("/rules/unreachable?lang=en")).toContain("No false alarm in 90 days.");
    expect((await get("/rules/nothing")).status).toBe(404);
  });
});
