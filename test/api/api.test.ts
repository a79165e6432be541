/**
 * The API over the wire: every operation against its own document, and every door that must stay shut.
 */
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { bodies } from "./bodies.ts";
import { at, fill, incident, secret, serve, stand, tokenText, type World, world } from "./fixture.ts";
import { ruled } from "./ruled.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };

beforeEach(async () => {
  made = world();
  fill(made);
  stand(made);
  for (const id of ["01", "02", "03"]) made.incidents.set(id, incident(id, { openedAt: at - Number(id) * 1_000 }));
  server = await serve(made);
});
afterEach(() => server.close());

const doorSecret = "hook-secret-of-the-mail-system";
const bearer = { Authorization: `Bearer ${tokenText}` };

function get(path: string, headers: Record<string, string> = bearer) {
  return fetch(`${server.url}${path}`, { headers });
}

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { ...bearer, "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** With a Host header of our own, which fetch does not allow. */
function raw(path: string, headers: Record<string, string>, method = "GET"): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers }, (answer) => {
      let body = "";
      answer.on("data", (chunk) => (body += chunk));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.once("error", reject);
    sent.end();
  });
}

interface Spec {
  operationId: string;
  security?: unknown;
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { content: Record<string, { schema: { $ref: string } }> }>;
}

describe("the OpenAPI document", () => {
  it("describes every answer that every operation gives", async () => {
    const document = (await (await get("/api/v1/openapi.json", {})).json()) as {
      openapi: string;
      paths: Record<string, Record<string, Spec>>;
      components: { schemas: Record<string, object> };
    };
    expect(document.openapi).toBe("3.1.0");
    const acts = "acknowledge take assign escalate merge split diagnose actions follow-ups tasks report resolve close".split(" ");
    const lists = "requests on-call sessions maintenance partners reports audit".split(" ");
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([...acts.map((act) => `/api/v1/incidents/{id}/${act}`), ...lists.map((list) => `/api/v1/${list}`)]),
    );
    const check = (ref: string, value: unknown) => {
      const name = ref.replace("#/components/schemas/", "");
      const schema = z.fromJSONSchema(document.components.schemas[name] as never);
      const parsed = schema.safeParse(value);
      expect(parsed.success ? [] : parsed.error.issues, name).toEqual([]);
    };
    const mail = { id: "mail", kind: "mail", host: "127.0.0.1", port: 25, secure: false, from: "vigie@example.org" } as const;
    const door = { secret: secret(doorSecret), header: "x-vigie-secret" };
    made.config = { ...made.config, channels: new Map([["mail", { ...mail, inbound: door }]]) };
    ruled(made);
    // Looks are kept for the back-test, and none for a proposal, whose figures then come from past incidents.
    Object.assign(made.deps, { store: { ...made.deps.store, looksKept: async () => ({ from: at - 3_600_000, to: at }) } });
    let driven = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, spec] of Object.entries(methods)) {
        const place = path.includes("/rooms/")
          ? "a101"
          : path.includes("/rules/")
            ? "interface-down"
            : path.includes("/problems/")
              ? "P-VIG-2026-000003-30"
              : "01";
        const id = path.includes("/devices/") ? "codec-1" : path.endsWith("/room-link") || path.includes("/room-link/") ? "anne" : place;
        const address = path
          .replace("{id}", id)
          .replace("{seq}", "2")
          .replace("{diagnosis}", "VIG-2026-01-D1")
          .replace("{file}", "VIG-2026-000001-10-F1")
          .replace("{kind}", "for")
          .replace("{channel}", "mail");
        const body = spec.requestBody?.content["application/json"]?.schema.$ref.replace("#/components/schemas/", "");
        if (body !== undefined) check(`#/components/schemas/${body}`, bodies[body]);
        const answer =
          method === "get"
            ? await get(address)
            : await post(address, body === undefined ? {} : bodies[body], { "X-Vigie-Secret": doorSecret });
        expect([spec.operationId, answer.status]).toEqual([spec.operationId, 200]);
        const said = spec.responses["200"]!.content;
        if (said["application/json"] === undefined) expect(Object.keys(said)).toContain(answer.headers.get("content-type")?.split(";")[0]);
        else check(said["application/json"].schema.$ref, await answer.json());
        if (spec.security !== undefined) {
          const refused = method === "get" ? await get(address, {}) : await post(address, {}, { Authorization: "" });
          expect([spec.operationId, refused.status, refused.headers.get("content-type")?.split(";")[0]]).toEqual([
            spec.operationId,
            401,
            "application/problem+json",
          ]);
          check(spec.responses.default!.content["application/problem+json"]!.schema.$ref, await refused.json());
        }
        driven += 1;
      }
    }
    expect(driven).toBeGreaterThanOrEqual(19);
  });
});

describe("who may come in", () => {
  it("refuses a Host that is not listed, so that a rebound name reads nothing", async () => {
    expect((await raw("/api/v1/devices", { ...bearer, Host: "evil.example.com" })).status).toBe(421);
    expect((await raw("/metrics", { Host: "evil.example.com:80" })).status).toBe(421);
    expect((await raw("/", { Host: "evil.example.com@127.0.0.1" })).status).toBe(421);
    expect((await raw("/api/v1/devices", { ...bearer, Host: "vigie.example.org:8080" })).status).toBe(200);
    expect((await raw("/api/v1/devices", { ...bearer, Host: "[::1]:8080" })).status).toBe(200);
  });

  it("reads nothing without a token unless reads are open", async () => {
    for (const path of ["/api/v1/devices", "/api/v1/incidents", "/api/v1/events", "/"]) {
      expect([path, (await get(path, {})).status]).toEqual([path, 401]);
    }
    made.config = { ...made.config, http: { ...made.config.http, openReads: true } };
    expect((await get("/api/v1/devices", {})).status).toBe(200);
    expect((await get("/", {})).status).toBe(200);
    expect((await post("/api/v1/incidents/01/take", {}, { Authorization: "" })).status).toBe(401);
  });

  it("takes a token as Basic password for reading, never for writing", async () => {
    const basic = { Authorization: `Basic ${Buffer.from(`me:${tokenText}`).toString("base64")}` };
    expect((await get("/", basic)).status).toBe(200);
    expect((await post("/api/v1/incidents/01/take", {}, basic)).status).toBe(401);
    expect(made.incidents.get("01")?.state).toBe("open");
  });

  it("answers 429 after ten wrong tokens, even to the right one", async () => {
    for (let n = 0; n < 10; n += 1) expect((await get("/api/v1/devices", { Authorization: `Bearer wrong${n}` })).status).toBe(401);
    const answer = await get("/api/v1/devices");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("gives /metrics to listed addresses only, or for a token", async () => {
    expect((await get("/metrics", {})).status).toBe(200);
    made.config = { ...made.config, http: { ...made.config.http, metricsAllow: ["10.0.0.0/8"] } };
    expect((await get("/metrics", {})).status).toBe(401);
    expect((await get("/metrics")).status).toBe(200);
  });
});

describe("what goes wrong", () => {
  it("is told as problem+json with what to do, without a stack", async () => {
    const cases: [Response, number][] = [
      [await get("/api/v1/devices/none"), 404],
      [await get("/api/v1/incidents/none"), 404],
      [await get("/api/v1/incidents?limit=0"), 400],
      [await get("/api/v1/incidents?nonsense=1"), 400],
      [await get("/api/v1/incidents?before=!!"), 400],
      [await get("/api/v1/devices/%E0%A4%A"), 400],
      [await get("/nothing"), 404],
      [await fetch(`${server.url}/api/v1/devices`, { method: "DELETE", headers: bearer }), 405],
      [await post("/api/v1/incidents/01/resolve", {}), 422],
      [await post("/api/v1/incidents/01/close", { disposition: "gone", note: "x" }), 422],
      [await post("/api/v1/incidents/01/take", "{"), 400],
      [await post("/api/v1/incidents/01/take", "note=x", { "Content-Type": "application/x-www-form-urlencoded" }), 415],
      [await post("/api/v1/incidents/01/take", { note: "x".repeat(70_000) }), 413],
      [await post("/api/v1/devices/codec-2/host-key", { accept: true }), 409],
    ];
    for (const [answer, status] of cases) {
      const text = await answer.text();
      expect([answer.url, answer.status]).toEqual([answer.url, status]);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect((JSON.parse(text) as { detail: string }).detail.length).toBeGreaterThan(10);
      expect(text).not.toMatch(/node_modules|\.ts:|at .*\(/);
    }
  });

  it("keeps what a database error holds to itself", async () => {
    made.deps.store.incident = async () => {
      throw new Error("insert into people values ('Anne Tremblay')");
    };
    const answer = await get("/api/v1/incidents/01");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("Tremblay");
  });

  it("names the role that hangs in a 503 of /-/ready", async () => {
    made.readiness = { ready: false, roles: [{ name: "dispatcher", ok: false, since: at, why: "no turn for 90 s" }] };
    const answer = await get("/-/ready", {});
    expect(answer.status).toBe(503);
    expect(((await answer.json()) as { roles: { name: string }[] }).roles[0]?.name).toBe("dispatcher");
  });

  it("names the settings that a reload took in and that hold from the next start only", async () => {
    made.reload = { ok: true, at, changes: ["~ http.port"], needsRestart: ["http.port"] };
    const answer = await fetch(`${server.url}/-/reload`, { method: "POST", headers: bearer });
    expect([answer.status, await answer.json()]).toMatchObject([200, { changes: ["~ http.port"], needsRestart: ["http.port"] }]);
  });

  it("asks for an explicit yes when the reload is guarded", async () => {
    made.reload = { ok: false, at, reason: "guarded", problems: ["site gaspe would go"] };
    const answer = await fetch(`${server.url}/-/reload`, { method: "POST", headers: bearer });
    expect(answer.status).toBe(409);
    expect(((await answer.json()) as { detail: string }).detail).toContain("yes=true");
  });
});

describe("acts", () => {
  it("are done in the name of the token, and by the request number too", async () => {
    const answer = await post("/api/v1/incidents/VIG-2026-02/acknowledge", { note: "on it" });
    expect(((await answer.json()) as { acknowledgedBy: string }).acknowledgedBy).toBe("ops");
  });

  it("audit an accepted host key", async () => {
    await post("/api/v1/devices/codec-1/host-key", { accept: true });
    expect(made.audited).toMatchObject([{ by: "ops", action: "host-key.accepted", target: "codec-1" }]);
  });

  it("erase one line of a timeline, by number too, audited; a line that is not there is a conflict, no yes is no act", async () => {
    const erase = (line: string, body: object = { erase: true }) => post(`/api/v1/incidents/VIG-2026-02/timeline/${line}/erase`, body);
    expect((await erase("2")).status).toBe(200);
    expect([(await erase("9")).status, (await erase("x")).status, (await erase("2", {})).status]).toEqual([409, 404, 422]);
    expect((await post("/api/v1/incidents/none/timeline/2/erase", { erase: true })).status).toBe(404);
    expect((await post("/api/v1/incidents/02/timeline/2/erase", { erase: true }, { Authorization: "" })).status).toBe(401);
    const audit = (await (await get("/api/v1/audit")).json()) as { items: object[] };
    expect(audit.items).toMatchObject([{ by: "ops", action: "timeline.redact", target: "02#2" }]);
  });
});

describe("lists", () => {
  it("page through all incidents once, newest first", async () => {
    const seen: string[] = [];
    let next = "";
    do {
      const answer = await get(`/api/v1/incidents?limit=2${next === "" ? "" : `&before=${next}`}`);
      const page = (await answer.json()) as { items: { id: string }[]; next?: string };
      seen.push(...page.items.map(({ id }) => id));
      next = page.next ?? "";
    } while (next !== "");
    expect(seen).toEqual(["01", "02", "03"]);
  });

  it("name the request numbers that nobody will ever see, check digits and all", async () => {
    const { items } = (await (await get("/api/v1/numbers/unused")).json()) as { items: { number: string; sequence: number }[] };
    expect(items).toMatchObject([{ number: expect.stringMatching(/^VIG-2026-000007-\d\d$/), sequence: 7 }]);
    expect((await get("/api/v1/audit", {})).status).toBe(401);
  });

  it("tell no address of a person", async () => {
    expect(await (await get("/api/v1/incidents/01")).text()).not.toContain("anne@example.org");
  });
});

describe("pages and events", () => {
  it("speak the reader's language: asked, kept, accepted, then the instance's", async () => {
    const lang = async (path: string, headers: Record<string, string>) =>
      /<html lang="(\w+)-CA">/.exec(await (await get(path, { ...bearer, ...headers })).text())?.[1];
    expect(await lang("/", { "Accept-Language": "de" })).toBe("fr");
    expect(await lang("/", { "Accept-Language": "en-US,en;q=0.9" })).toBe("en");
    expect(await lang("/", { "Accept-Language": "en", Cookie: "a=b; lang=fr" })).toBe("fr");
    expect(await lang("/?lang=en", { Cookie: "lang=fr" })).toBe("en");
  });

  it("show whether the severity is provisional or settled, how, and the table's reasons in both languages", async () => {
    const row = {
      id: "own",
      when: {},
      severity: "major",
      urgency: "now",
      why: { fr: "la dialyse en dépend", en: "dialysis depends on it" },
    } as const;
    made.config = { ...made.config, severity: [row] };
    const major = { severity: "major", severityWhy: row.why.en, urgency: "now", urgencyWhy: row.why.en } as const;
    made.incidents.set("11", incident("11", major));
    made.incidents.set("12", incident("12", { ...major, severitySettled: { at, by: "marie", how: "person" } }));
    const page = async (id: string, language: string) => (await get(`/incidents/VIG-2026-${id}?lang=${language}`)).text();
    for (const text of ["Majeur, provisoire", "provisoire, jusqu&#39;à la fin du premier appel", "la dialyse en dépend"])
      expect((await page("11", "fr")).replaceAll("'", "&#39;")).toContain(text);
    expect(await page("11", "en")).toContain("Major: dialysis depends on it");
    const settled = await page("12", "en");
    expect(settled).toContain("by a person (marie)");
    expect(settled).not.toContain("provisional");
    expect(await (await get("/api/v1/incidents/12")).json()).toMatchObject({ severitySettled: { by: "marie", how: "person" } });
  });

  it("show device text as text, never as markup", async () => {
    made.incidents.set("09", incident("09", { severityWhy: '<script>alert("x")</script>' }));
    expect(await (await get("/")).text()).not.toContain("<script>alert");
  });

  it("let no inline script run", async () => {
    const answer = await get("/");
    expect(answer.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|style="/);
  });

  it("tell a change within a second, gathered", async () => {
    const answer = await get("/api/v1/events");
    const reader = answer.body!.getReader();
    const decoder = new TextDecoder();
    let text = decoder.decode((await reader.read()).value);
    made.poke({ kind: "incident", id: "01" });
    made.poke({ kind: "incident", id: "01" });
    while (!text.includes("event: change")) text += decoder.decode((await reader.read()).value);
    expect(text).toContain('data: [{"kind":"incident","id":"01"}]');
    await reader.cancel();
  });
});
