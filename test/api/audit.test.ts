/**
 * The audit over the wire: filtered, as a file that no spreadsheet runs, and itself in the audit; who read people's names.
 */
import { afterEach, beforeEach, expect, it } from "vitest";
import { auditReload } from "../../daemon/config-audit.ts";
import type { AuditQuery } from "../../daemon/ports-audit.ts";
import { at, fill, incident, quiet, serve, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };

beforeEach(async () => {
  made = world();
  server = await serve(made);
});
afterEach(() => server.close());

const get = (path: string) => fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${tokenText}` } });

it("hands the filter on, times as instants", async () => {
  const asked: (AuditQuery | undefined)[] = [];
  made.deps.store.auditLog = async (_limit, of) => {
    asked.push(of);
    return [];
  };
  const since = new Date(at).toISOString();
  expect((await get(`/api/v1/audit?by=ann&action=person.&target=bob&since=${since}&limit=3`)).status).toBe(200);
  expect(asked).toEqual([{ by: "ann", action: "person.", target: "bob", since: at }]);
  expect((await get("/api/v1/audit?since=yesterday")).status).toBe(400);
});

it("is a file in which no cell is a formula; who took it stands in the audit", async () => {
  made.audited.push({ at, by: "=cmd()", action: "person.saved", target: "bob", data: { name: 'a "b"' } });
  const answer = await get("/api/v1/audit/file?by=x");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await answer.arrayBuffer());
  expect(text).toBe(`\uFEFFat,by,action,target,data\r\n2026-03-09T14:05:00.000Z,'=cmd(),person.saved,bob,"{""name"":""a \\""b\\""""}"\r\n`);
  expect(made.audited.at(-1)).toEqual({ at, by: "ops", action: "audit.exported", target: "audit", data: { by: "x", rows: 1 } });
});

it("holds who read people's names and on what page, once a minute of each", async () => {
  for (const path of ["/api/v1/people", "/api/v1/people", "/on-call", "/api/v1/devices"]) expect((await get(path)).status).toBe(200);
  expect(made.audited.map(({ by, action, target }) => [by, action, target])).toEqual([
    ["ops", "names.read", "listPeople"],
    ["ops", "names.read", "/on-call"],
  ]);
});

it("holds who took which file, in which form; what was not given is not there", async () => {
  fill(made);
  made.incidents.set("01", incident("01", { severity: "major" }));
  const of01 = "/api/v1/incidents/VIG-2026-01";
  const paths = [
    `${of01}/report/file?format=csv&language=fr`,
    "/api/v1/follow-up-reports/fu-none/file?format=csv",
    `${of01}/diagnoses/none/file`,
    "/inventory.csv?search=codec",
  ];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await get(path)).status);
  expect(statuses).toEqual([200, 404, 404, 200]);
  expect(made.audited.map(({ by, action, target, data }) => [by, action, target, data])).toEqual([
    ["ops", "file.taken", `${of01}/report/file`, { function: "it-technician", format: "csv", language: "fr" }],
    ["ops", "file.taken", "/inventory.csv", { function: "it-technician" }],
  ]);
  made.deps.store.transaction = async () => {
    throw new Error("disk full");
  };
  expect((await get("/inventory.csv")).status, "a disk that is full keeps nobody from it").toBe(200);
});

it("holds every load of the configuration: by whom, the paths that changed, or that it was refused; and never stops one", async () => {
  const load = { by: "SIGHUP", yes: false, hash: "abc" };
  const changes = Array.from({ length: 60 }, (_, n) => `~ devices.d${n}.address`);
  await auditReload(made.deps.store, quiet, load, { ok: true, at, changes });
  await auditReload(made.deps.store, quiet, load, { ok: false, at, reason: "invalid", problems: ["tokens.a.secret: 5ecret", "b"] });
  const target = "configuration";
  expect(made.audited).toEqual([
    {
      at,
      by: "SIGHUP",
      action: "configuration.reloaded",
      target,
      data: { yes: false, changes: changes.slice(0, 50), count: 60, hash: "abc" },
    },
    { at, by: "SIGHUP", action: "configuration.refused", target, data: { reason: "invalid", problems: 2 } },
  ]);
  made.deps.store.transaction = async () => {
    throw new Error("disk full");
  };
  await auditReload(made.deps.store, quiet, load, { ok: true, at, changes: [] });
});

it("is a page too: filtered by days of the instance's calendar, text as text, with the file of the same filter", async () => {
  const asked: [number, AuditQuery | undefined][] = [];
  made.deps.store.auditLog = async (limit, of) => {
    asked.push([limit, of]);
    return Array.from({ length: limit }, () => ({ at, by: "<b>eve</b>", action: "person.saved", target: "bob", data: { n: 2 } }));
  };
  const page = await (await get("/audit?by=+ann+&action=person.&from=2026-03-08&to=2026-03-08&lang=en")).text();
  // In Montréal that day has 23 hours.
  const of = { by: "ann", action: "person.", since: Date.parse("2026-03-08T05:00:00Z"), until: Date.parse("2026-03-09T04:00:00Z") };
  expect(asked).toEqual([[201, of]]);
  expect(page).toContain("The newest 200 are shown");
  expect(page.match(/&lt;b>eve&lt;\/b>|&lt;b&gt;eve/g)).toHaveLength(200);
  const file = /href="(\/api\/v1\/audit\/file[^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect((await get(file)).status).toBe(200);
  expect(asked.at(-1)?.[1]).toEqual(of);
  const bad = await (await get("/audit?from=hier&lang=fr")).text();
  expect([bad.includes("Cette date n'est pas lisible") || bad.includes("Cette date n&#39;est pas lisible"), asked.length]).toEqual([
    true,
    2,
  ]);
});

it("is shown to whose function may read it, and named to nobody else", async () => {
  made.config = { ...made.config, permissions: new Map([["it-technician", ["read"]]]) };
  expect((await get("/audit")).status).toBe(403);
});
