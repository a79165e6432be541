/**
 * What each function may, walked: every operation of the document, with a token of every function.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_FUNCTIONS, DEFAULT_PERMISSIONS } from "../../daemon/config/defaults.ts";
import { mayDo, PERMISSIONS, type Permission } from "../../daemon/model/permission.ts";
import { projectRoot } from "../../probes/built.ts";
import { at, clock, device, fill, incident, secret, serve, session, type World, world } from "./fixture.ts";

/** What each operation needs, as this test wants it: a new operation is written down here too, by a person. */
const wanted: Readonly<Record<Permission | "anyone", string>> = {
  anyone: "healthy ready getMe takeHook",
  read: `getDeviceSamples listWeaknesses getIncident listRecurrences listTraps listSink listUnusedNumbers listInventory getDeviceInventory
    listDeviceEvents listFamilies getDeviceFamily listRules getRule listCommissioning getAcceptance listDiscoveries getDiscovery getTopology
    listParentProposals listMaintenance getMaintenance listProblems getProblem listFollowUps listPartners listTasks getTask listReferences
    listActions listAttachments attachmentFile listRequests getRequest listNews incidentReport incidentReportFile reports report listDiagnoses diagnosisFile`,
  "read-site": "followUps followUp followUpFile listDevices getDevice listAlarms listIncidents listSessions",
  "read-names": "getOnCall listRotations listOverrides listPeople listRoomLinks",
  handle: `acknowledgeIncident takeIncident releaseIncident restoreIncident resolveIncident closeIncident solveIncident setSeverity setUrgency
    mergeIncident splitIncident linkIncident unlinkIncident assignIncident acceptIncident declineIncident escalateIncident addNote
    setFollowUp openTask hearTask addReference removeReference openTicket saveIncidentReport makeFollowUp writeAction attachFile takeRequest reserveRequestNumber
    attachRequest endRequest placeRequest tellNews diagnoseIncident tickStep`,
  plan: `bookSession importSessions cancelSession addMaintenance changeMaintenance endMaintenance cancelMaintenance`,
  "outcome-site": "sayOutcome",
  arrange: "addRotation endRotation addOverride cancelOverride savePerson removePerson makeRoomLink revokeRoomLink",
  decide: "signReports signAcceptance withdrawAcceptance closeProblem",
  configure: `reload acceptHostKey acceptProposal backtestRule acceptParentProposal refuseParentProposal startDiscovery stopDiscovery`,
  audit: "listAudit auditFile",
  erase: "eraseText eraseAttachment eraseTask",
  scrape: "",
};
const neededBy = new Map(
  Object.entries(wanted).flatMap(([may, ids]) => (ids === "" ? [] : ids.split(/\s+/)).map((id) => [id, may as Permission | "anyone"])),
);

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let monotonic = 1_000;

const tokenOf = (of: string) => `vigie_test_token_of_${of}`;

beforeEach(async () => {
  const tokens = [...DEFAULT_PERMISSIONS.keys(), "cleaner"].map((of) => ({
    ...{ name: `${of}-1`, function: of, secret: secret(tokenOf(of)) },
    ...(of === "coordinators" ? { sites: ["gaspe"] } : {}),
  }));
  made = world({ devices: [device("codec-1"), device("codec-2", { site: "gaspe", room: "g1" })], config: { tokens } });
  Object.assign(made.deps, { clock: { ...clock, monotonicMs: () => monotonic } });
  fill(made);
  server = await serve(made);
});
afterEach(() => server.close());

function call(of: string, path: string, method = "GET") {
  const headers = { Authorization: `Bearer ${tokenOf(of)}`, "Content-Type": "application/json" };
  return fetch(`${server.url}${path}`, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) });
}

const detail = async (answer: Response) => ((await answer.json()) as { detail: string }).detail;

interface Spec {
  readonly operationId: string;
}

describe("what a function may", () => {
  it("is asked of every operation: none is left out, and only who may comes past 403", async () => {
    const document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, Spec>> };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ id: operationId, method: method.toUpperCase(), path })),
    );
    expect(operations.map(({ id }) => id).sort()).toEqual([...neededBy.keys()].sort());
    const wrong: string[] = [];
    for (const [of, has] of [...DEFAULT_PERMISSIONS, ["cleaner", []] as const]) {
      for (const { id, method, path } of operations) {
        const answer = await call(of, path.replaceAll(/\{\w+\}/g, "none"), method);
        await answer.arrayBuffer();
        const needs = neededBy.get(id) as Permission | "anyone";
        const may = needs === "anyone" || mayDo(has, needs);
        if ((answer.status === 403) === may) wrong.push(`${of} ${id} ${answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("is, as shipped, said of every function of the procedure, and some function may each thing", () => {
    expect([...DEFAULT_PERMISSIONS.keys()].sort()).toEqual(DEFAULT_FUNCTIONS.map(({ id }) => id).sort());
    expect(DEFAULT_PERMISSIONS.get("it-technician")).toEqual(PERMISSIONS);
  });

  it("stands in the documentation as it is shipped", () => {
    const text = readFileSync(join(projectRoot(), "docs", "permissions.md"), "utf8");
    const line = (cells: readonly string[]) => `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
    for (const [of, has] of DEFAULT_PERMISSIONS)
      expect(text).toContain(line([of, ...PERMISSIONS.map((each) => (has.includes(each) ? "yes" : ""))]));
    expect(text).toContain(line(["function", ...PERMISSIONS]));
  });

  it("is refused with who may, counted, and in the audit once a minute", async () => {
    const refused = await call("desk", "/-/reload", "POST");
    expect([refused.status, refused.headers.get("content-type")?.split(";")[0]]).toEqual([403, "application/problem+json"]);
    expect(await detail(refused)).toBe(
      "reload needs `configure`; desk may read, read-names, handle, plan. These functions may: it-technician, chief-technician. " +
        "Ask one of them, or have yours added under permissions in the configuration.",
    );
    await call("desk", "/-/reload", "POST");
    const entry = { at, by: "desk-1", action: "access.refused", target: "reload", data: { function: "desk", needs: "configure" } };
    expect(made.audited).toEqual([entry]);
    expect(await made.deps.metrics.text()).toContain('vigie_access_refused_total{function="desk",needs="configure"} 2');
    monotonic += 60_000;
    await call("desk", "/-/reload", "POST");
    expect(made.audited).toEqual([entry, entry]);
  });

  it("is refused although the audit cannot be written", async () => {
    made.deps.store.transaction = async () => {
      throw new Error("disk full");
    };
    expect((await call("desk", "/-/reload", "POST")).status).toBe(403);
  });

  it("is a line of the configuration: it replaces the shipped one", async () => {
    made.config = { ...made.config, permissions: new Map([["cleaner", ["read"]]]) };
    expect((await call("cleaner", "/api/v1/traps")).status).toBe(200);
    const refused = await call("it-technician", "/api/v1/traps");
    expect([refused.status, await detail(refused)]).toEqual([403, expect.stringContaining("it-technician may nothing")]);
  });

  it("is asked of pages, events and /metrics too", async () => {
    made.config = { ...made.config, http: { ...made.config.http, metricsAllow: [] } };
    for (const path of ["/", "/incidents/01", "/inventory.csv", "/on-call", "/api/v1/events", "/metrics"])
      expect([path, (await call("coordinators", path)).status]).toEqual([path, 403]);
    expect((await call("analyst", "/on-call")).status).toBe(200);
    expect([(await call("analyst", "/metrics")).status, (await call("it-technician", "/metrics")).status]).toEqual([403, 200]);
  });

  it("is told by /api/v1/me, with whom to ask", async () => {
    const me = (await (await call("coordinators", "/api/v1/me")).json()) as Record<string, unknown>;
    expect(me).toMatchObject({ name: "coordinators-1", function: "coordinators", may: ["read-site", "outcome-site"], sites: ["gaspe"] });
    expect(me.operations).toEqual(expect.arrayContaining(["getMe", "listIncidents", "listSessions"]));
    expect(me.operations).not.toContain("getIncident");
    expect(me.functions).toContainEqual(expect.objectContaining({ id: "analyst", may: expect.arrayContaining(["decide"]) }));
  });
});

describe("a coordinator", () => {
  it("reads what belongs to their own site, and of the others not even that it is there", async () => {
    for (const [id, site] of [
      ["01", "mgh"],
      ["02", "gaspe"],
      ["03", "gaspe"],
    ] as const)
      made.incidents.set(id, incident(id, { site, openedAt: at - Number(id) * 1_000 }));
    const ids = async (path: string) =>
      ((await (await call("coordinators", path)).json()) as { items: { id: string }[] }).items.map(({ id }) => id);
    expect(await ids("/api/v1/devices")).toEqual(["codec-2"]);
    expect(await ids("/api/v1/devices?site=mgh")).toEqual([]);
    expect([
      (await call("coordinators", "/api/v1/devices/codec-2")).status,
      (await call("coordinators", "/api/v1/devices/codec-1")).status,
    ]).toEqual([200, 404]);
    expect((await ids("/api/v1/incidents")).sort()).toEqual(["02", "03"]);
    expect(await ids("/api/v1/incidents?site=mgh")).toEqual([]);
    expect(await ids("/api/v1/alarms")).toEqual([]);
    // It is booked in mgh's room only.
    made.deps.store.sessions = async () => [session];
    expect(await ids("/api/v1/sessions")).toEqual([]);
    made.config = { ...made.config, tokens: made.config.tokens.map((token) => ({ ...token, sites: ["mgh"] })) };
    expect(await ids("/api/v1/sessions")).toEqual([session.id]);
  });

  it("says what became of a session in a room of their own site, and of one elsewhere not even that it is there", async () => {
    const said: string[] = [];
    made.deps.sessions.outcome = async (id) => {
      said.push(id);
      return { ok: true, session };
    };
    const say = async (of: string) => {
      const headers = { Authorization: `Bearer ${tokenOf(of)}`, "Content-Type": "application/json" };
      const body = JSON.stringify({ outcome: "lost" });
      return (await fetch(`${server.url}/api/v1/sessions/api:1/outcome`, { method: "POST", headers, body })).status;
    };
    // It is booked in a room of mgh's, and the token is gaspe's.
    expect([await say("coordinators"), said]).toEqual([404, []]);
    made.config = { ...made.config, tokens: made.config.tokens.map((token) => ({ ...token, sites: ["mgh"] })) };
    expect([await say("coordinators"), await say("desk"), said.length]).toEqual([200, 200, 2]);
    // Of their other writes none comes with it.
    expect((await call("coordinators", "/api/v1/sessions/api:1/cancel", "POST")).status).toBe(403);
  });
});
