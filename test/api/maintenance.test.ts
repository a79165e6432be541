/** Maintenance and silences over HTTP and as a page. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alarm, at, fill, incident, serve, tokenText, world } from "./fixture.ts";

describe("maintenance", () => {
  const made = world();
  let base: string;
  let close: () => Promise<void>;
  const headers = { Authorization: `Bearer ${tokenText}`, "Content-Type": "application/json" };
  const get = (path: string) => fetch(`${base}${path}`, { headers });
  const post = (path: string, body: object) => fetch(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });

  beforeAll(async () => {
    fill(made);
    const muted = { by: "maintenance:01", reason: "new firmware", since: at - 1_000, until: at + 3_600_000 };
    const quiet = incident("77", { muted: { ...muted, left: { ms: 0, in: "wall", for: "repeat" } } });
    made.incidents.set(quiet.id, quiet);
    Object.assign(made.deps, { alarms: () => [{ ...alarm, suppressedBy: "maintenance:01" }] });
    const served = await serve(made);
    base = served.url;
    close = () => served.close();
  });
  afterAll(() => close());

  it("is shown with who, why, until when, and what stands behind it", async () => {
    const { items } = (await (await get("/api/v1/maintenance?phase=now")).json()) as { items: object[] };
    expect(items).toMatchObject([
      {
        ...{ id: "01", kind: "maintenance", reason: "new firmware", by: "ann", phase: "now", alarmsBehind: 1, incidentsQuiet: 1 },
        span: { to: new Date(at + 3_600_000).toISOString() },
      },
    ]);
    expect(await (await get("/api/v1/maintenance?phase=coming")).json()).toEqual({ items: [] });
    expect((await get("/api/v1/maintenance/none")).status).toBe(404);
  });

  it("is planned with what the writer should know, and refused with every problem at once", async () => {
    const planned = await post("/api/v1/maintenance", {
      reason: "TREM 1234 5678: new firmware",
      scope: { devices: ["codec-1"] },
      minutes: 60,
    });
    expect(await planned.json()).toMatchObject({
      warnings: [expect.stringContaining("codec-9"), expect.stringContaining("health insurance number")],
      sessions: [{ rooms: ["a101"] }],
    });
    const refused = await post("/api/v1/maintenance", { reason: "r", scope: {}, rule: "FREQ=HOURLY", minutes: 60 });
    expect(refused.status).toBe(422);
    const { detail } = (await refused.json()) as { detail: string };
    expect(detail).toMatch(/scope: it is about nothing[\s\S]*rule: FREQ is "HOURLY"/);
    expect((await fetch(`${base}/api/v1/maintenance`, { method: "POST", body: "{}" })).status).toBe(401);
  });

  it("is changed: what is left out stays, and it is said who did it", async () => {
    const changed = await post("/api/v1/maintenance/01/change", { reason: "TREM 1234 5678", note: "the part came late" });
    expect(await changed.json()).toMatchObject({
      ...{ id: "01", reason: "TREM 1234 5678", changed: [{ by: "ops" }], replaces: "m0" },
      warnings: [expect.stringContaining("health insurance number")],
    });
    expect((await post("/api/v1/maintenance/02/change", { minutes: 60 })).status).toBe(409);
    expect((await post("/api/v1/maintenance/01/change", { reson: "x" })).status).toBe(422);
  });

  it.each([
    ["fr", "Maintenance et silences", "jusqu'au 2026-03-09 11:05", "Muet"],
    ["en", "Maintenance and silences", "until 2026-03-09 11:05", "Quiet"],
  ])("has a page, and says so on that of its incident (%s)", async (language, title, until, quiet) => {
    const page = await (await get(`/maintenance?lang=${language}`)).text();
    expect(page).toContain(title);
    expect(page).toContain("new firmware");
    expect(page).toContain(until);
    const of = await (await get(`/incidents/VIG-2026-77?lang=${language}`)).text();
    expect(of).toContain(`<a href="/maintenance#01">${quiet}</a>`);
  });
});
