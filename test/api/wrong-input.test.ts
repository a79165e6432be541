/**
 * Wrong input, to every operation of the document that the daemon itself serves: each is answered by a problem+json with the right
 * status, whose detail names where it is wrong, what was found there and what to do.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type App, startApp } from "../../daemon/app.ts";
import { bodies } from "./bodies.ts";
import { quiet } from "./fixture.ts";

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}
interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: Schema;
}
interface Spec {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> };
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly shape: string | undefined;
  readonly isDoor: boolean;
}
/** One wrong request, and what its answer has to say. */
interface Wrong {
  readonly of: string;
  readonly what: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Where, as the detail names it. */
  readonly where: string;
  /** As the detail shows it. */
  readonly found: string;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

const token = "a-token-for-wrong-input-of-the-api";
const hook = "a-secret-for-wrong-input-of-a-hook";
const folder = mkdtempSync(join(tmpdir(), "vigie-wrong-"));
let app: App;
let incident: string;
let help: string;
let schemas: Readonly<Record<string, Schema>>;
let operations: readonly Operation[];

beforeAll(async () => {
  const file = join(folder, "vigie.yaml");
  writeFileSync(
    file,
    `
instance: { name: wrong, language: en, timezone: America/Toronto, state_dir: state, service_hours: always }
http: { listen: "127.0.0.1:0" }
storage: { sqlite: state/vigie.db }
sites: { mgh: { name: MGH } }
rooms: { a101: { site: mgh, name: "Room A-101" } }
devices: { codec-1: { name: "Codec", site: mgh, room: a101, address: 127.0.0.1, family: cisco-ce, commissioning: true, checks: { icmp: { interval: 1h }, snmp: false, ssh: false } } }
channels: { sink: { sink: {} }, mail: { mail: { host: 127.0.0.1, port: 25, secure: false, from: v@example.org, inbound: { secret: { env: H } } } } }
contacts: { anne: { name: anne, language: en, reach: [{ sink: anne }] } }
functions: { desk: { contacts: [anne] }, analyst: { contacts: [anne] }, it-technician: { contacts: [anne] }, chief-technician: { contacts: [anne] } }
partners: { sogique: { name: SOGIQUE, contacts: [anne] } }
tickets: { itsm: { channel: mail, to: itsm@example.org, on_demand: true, texts: { opened: { subject: x, text: x } } } }
tokens: { ops: { function: it-technician, secret: { env: T } } }
`,
    { mode: 0o600 },
  );
  app = await startApp({ file, version: "0", log: quiet, demo: true, env: { T: token, H: hook } });
  const asked = await send({ path: "/api/v1/requests", body: JSON.stringify(bodies.RequestBody) });
  help = (JSON.parse(asked.text) as { number: string }).number;
  let found: string | undefined;
  while (found === undefined)
    found = (JSON.parse((await send({ path: `/api/v1/requests/${help}` })).text) as { incident?: string }).incident;
  incident = found;
  const document = JSON.parse((await send({ path: "/api/v1/openapi.json" })).text) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Spec>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  schemas = document.components.schemas;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spec]) => ({
      ...{ id: spec.operationId, method, path, parameters: spec.parameters ?? [] },
      shape: spec.requestBody?.content["application/json"]?.schema.$ref.split("/").at(-1),
      isDoor: spec.security?.some((way) => !("token" in way)) ?? false,
    })),
  );
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await app?.stop(false);
  rmSync(folder, { recursive: true, force: true });
});

const agent = new Agent({ keepAlive: true });

/** Over kept connections: fetch costs three times as much, and there are over a thousand. */
function send({ path, body, headers = {} }: Pick<Wrong, "path" | "body" | "headers">): Promise<Answer> {
  const usual = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "X-Vigie-Secret": hook };
  return new Promise((resolve, reject) => {
    const options = { agent, method: body === undefined ? "GET" : "POST", headers: { ...usual, ...headers } };
    const sent = request(`${app.url}${path}`, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, type: answer.headers["content-type"]?.split(";")[0], text }));
    });
    // A kept connection may be closed just as it is used again: what was never read is sent over another one (RFC 9112, section 9.3.1).
    sent.once("error", (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && error.code === "ECONNRESET")
        send({ path, headers, ...(body === undefined ? {} : { body }) }).then(resolve, reject);
      else reject(error);
    });
    sent.end(body);
  });
}

it("is answered by where, what was found and what to do, whatever is wrong with whichever operation", async () => {
  const problem = z.fromJSONSchema(schemas.Problem as never);
  const failed: string[] = [];
  const tried = new Map<string, number>();
  for (const wrong of [...operations.flatMap((of) => [...wrongs(of)]), ...unknownNames.map(asWrong)]) {
    tried.set(wrong.of, (tried.get(wrong.of) ?? 0) + 1);
    const answer = await send(wrong);
    const lacking = lacks(wrong, answer, problem);
    if (lacking.length > 0) failed.push(`${wrong.of}, ${wrong.what}: ${lacking.join(", ")}: ${answer.status} ${answer.text.slice(0, 400)}`);
  }
  expect(failed).toEqual([]);
  // Who takes nothing in can be sent nothing wrong; everything else was.
  expect(operations.filter(({ id }) => (tried.get(id) ?? 0) === 0)).toEqual([]);
  expect([...tried.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1_000);
});

/** What a reader is told to do. */
const todo = /\b(write|send|give|name|leave it out|see|lists|prints|reserves|say one of)\b/i;

function lacks(wrong: Wrong, { status: given, type, text }: Answer, problem: z.ZodType): string[] {
  if (type !== "application/problem+json") return [`it is ${type}`];
  const parsed = problem.safeParse(JSON.parse(text));
  if (!parsed.success) return ["it is no Problem of the document"];
  const { status, detail } = parsed.data as { readonly status: number; readonly detail: string };
  return [
    ...(given === wrong.status && status === wrong.status ? [] : [`not ${wrong.status}`]),
    ...(detail.includes(wrong.where) ? [] : [`does not name ${wrong.where}`]),
    ...(detail.includes(wrong.found) ? [] : [`does not say that it found ${wrong.found}`]),
    ...(todo.test(detail.replace(wrong.found, "")) ? [] : ["does not say what to do"]),
    ...(/node_modules|\.ts:|at .*\(.*:\d/.test(text) ? ["shows a stack"] : []),
  ];
}

/** Well formed, and names what there is not: of each operation the fields that name a thing. */
const unknownNames: readonly (readonly [of: string, field: string, value: unknown, found: string, more?: object])[] = [
  ["takeRequest", "room", "none", "none"],
  ["takeRequest", "symptom", "a-strange-one", "a-strange-one"],
  ["takeRequest", "number", "VIG-2026-000099-99", "VIG-2026-000099-99"],
  ["mergeIncident", "into", "none", "none"],
  ["splitIncident", "alarms", ["none"], "none"],
  ["linkIncident", "to", "none", "none"],
  ["unlinkIncident", "to", "none", "none"],
  ["assignIncident", "function", "none", "none"],
  ["assignIncident", "person", "none", "none", { function: undefined }],
  ["setFollowUp", "at", "2020-01-01T00:00:00Z", "it is past"],
  ["openTask", "partner", "none", "none"],
  ["openTicket", "system", "none", "none"],
  ["diagnoseIncident", "to", "none", "none", { level: 2 }],
  ["addMaintenance", "from", "yesterday", "yesterday"],
  ["addMaintenance", "zone", "Mars/Olympus", "Mars/Olympus"],
  ["addMaintenance", "rule", "FREQ=NEVER", "NEVER"],
  ["addRotation", "function", "none", "none"],
  ["addRotation", "people", ["none"], "none"],
  ["addRotation", "zone", "Mars/Olympus", "Mars/Olympus"],
  ["addRotation", "from", "yesterday", "yesterday"],
  ["addRotation", "replaces", "none", "none"],
  ["addOverride", "function", "none", "none"],
  ["addOverride", "people", ["none"], "none"],
  ["addOverride", "to", "yesterday", "yesterday"],
  ["savePerson", "channels", [{ channel: "none", address: "x" }], "none"],
  ["makeRoomLink", "sites", ["none"], "none"],
  ["bookSession", "rooms", ["none"], "1 of 1"],
  ["bookSession", "to", "2020-01-01T00:00:00Z", "not after from"],
  ["bookSession", "specialty", "astrology", "not among"],
  ["makeFollowUp", "site", "none", "none"],
  ["saveIncidentReport", "incidents", ["none"], "none", { version: 0 }],
  ["startDiscovery", "ranges", ["somewhere"], "somewhere"],
  ["attachRequest", "incident", "none", "none"],
  ["placeRequest", "room", "none", "none"],
];

function asWrong([id, field, value, found, more = {}]: (typeof unknownNames)[number]): Wrong {
  const of = operations.find((each) => each.id === id);
  if (of?.shape === undefined) throw new Error(`there is no operation ${id} with a body`);
  const body = JSON.stringify({ ...(bodies[of.shape] as object), ...more, [field]: value });
  return { of: id, what: `${field} unknown`, path: addressOf(of), body, status: 422, where: field, found };
}

const valid: Readonly<Record<string, string>> = { seq: "1", kind: "for", channel: "mail" };

function addressOf(of: Operation, more: Readonly<Record<string, string>> = {}): string {
  const things = { incidents: incident, requests: help, rooms: "a101", devices: "codec-1", people: "anne", rules: "interface-down" };
  const [, kind = ""] = /\/(\w+)\/\{id\}/.exec(of.path) ?? [];
  const id = (things as Readonly<Record<string, string>>)[kind] ?? "none";
  return of.path.replace(/\{(\w+)\}/g, (_, name: string) => more[name] ?? valid[name] ?? (name === "id" ? id : "none"));
}

function* wrongs(of: Operation): Generator<Wrong> {
  const good = of.method === "post" ? { body: JSON.stringify(of.shape === undefined ? {} : bodies[of.shape]) } : {};
  const base = { of: of.id, path: addressOf(of), ...good };
  for (const { name, in: place, schema } of of.parameters) {
    if (place === "path" && name !== "channel") {
      yield {
        ...base,
        what: `path ${name} none`,
        path: addressOf(of, { [name]: "none" }),
        status: 404,
        where: `path.${name}`,
        found: '"none"',
      };
      yield { ...base, what: `path ${name} broken`, path: addressOf(of, { [name]: "%E0%A4%A" }), status: 400, where: "path", found: "%" };
    }
    if (place !== "query") continue;
    const bad =
      schema.type === "integer" || schema.type === "number"
        ? "many"
        : schema.enum !== undefined || schema.format !== undefined || schema.type === "array"
          ? "nonsense"
          : "x".repeat(5_000);
    yield {
      ...base,
      what: `query ${name}`,
      path: `${base.path}?${name}=${bad}`,
      status: 400,
      where: `query.${name}`,
      found: bad.slice(0, 8),
    };
    if (schema.type === "array") continue;
    yield {
      ...base,
      what: `query ${name} twice`,
      path: `${base.path}?${name}=1&${name}=2`,
      status: 400,
      where: `query.${name}`,
      found: "list of 2",
    };
  }
  if (!of.isDoor)
    yield { ...base, what: "query unknown", path: `${base.path}?colour=red`, status: 400, where: "query.colour", found: "nothing has" };
  if (of.method !== "post") return;
  yield { ...base, what: "body malformed", body: "{", status: 400, where: "body", found: "no JSON" };
  if (of.isDoor) return;
  yield {
    ...base,
    what: "body type",
    body: "x=1",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    status: 415,
    where: "Content-Type",
    found: "application/x-www-form-urlencoded",
  };
  yield { ...base, what: "body list", body: "[]", status: 422, where: "body", found: "list" };
  yield {
    ...base,
    what: "body big",
    body: JSON.stringify({ note: "x".repeat(of.id === "attachFile" ? 30_000_000 : 70_000) }),
    status: 413,
    where: "body",
    found: "bytes",
  };
  const schema = of.shape === undefined ? { type: "object", properties: {}, additionalProperties: false } : (schemas[of.shape] as Schema);
  const example = of.shape === undefined ? {} : bodies[of.shape];
  // Whatever a booking holds may name a patient; how long it is may be said.
  const isDiscreet = of.id === "bookSession" || of.id === "importSessions";
  for (const each of wrongFields(schema, example, []))
    yield {
      ...base,
      ...each,
      found: isDiscreet && /^["(]/.test(each.found) ? "a text (" : each.found,
      body: JSON.stringify(each.body),
      status: 422,
      where: ["body", ...each.at].join("."),
    };
}

interface WrongField {
  readonly what: string;
  readonly at: readonly string[];
  readonly body: unknown;
  readonly found: string;
}

function* wrongFields(schema: Schema, example: unknown, at: readonly string[]): Generator<WrongField> {
  const put = (body: unknown, what: string, found: string, where = at): WrongField => ({
    what: `${what} ${where.join(".")}`,
    at: where,
    body,
    found,
  });
  if (schema.properties !== undefined || schema.type === "object") {
    const fields = (typeof example === "object" && example !== null ? example : {}) as Record<string, unknown>;
    if (schema.additionalProperties === false) yield put({ ...fields, colour: "red" }, "unknown", "nothing has", [...at, "colour"]);
    if (at.length > 0) yield put("text", "no object", '"text"');
    for (const name of schema.required ?? []) {
      const { [name]: _, ...rest } = fields;
      if (schema.properties?.[name]?.default !== undefined) continue;
      yield put(rest, "missing", "nothing", [...at, name]);
    }
    for (const [name, of] of Object.entries(schema.properties ?? {}))
      for (const each of wrongFields(of, fields[name], [...at, name])) yield { ...each, body: { ...fields, [name]: each.body } };
    return;
  }
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) yield put("gone", "none of its forms", '"gone"');
  if (schema.enum !== undefined || schema.const !== undefined) yield put("gone", "enum", '"gone"');
  else if (schema.format !== undefined) yield put("yesterday", "format", '"yesterday"');
  if (schema.type === "string") yield put(5, "no text", "5");
  if (schema.type === "integer" || schema.type === "number") yield put("many", "no number", '"many"');
  if (schema.type === "boolean") yield put("perhaps", "no boolean", '"perhaps"');
  if (schema.type === "array") yield put("text", "no list", '"text"');
  if (schema.maxLength !== undefined && schema.maxLength < 60_000)
    yield put("x".repeat(schema.maxLength + 1), "too long", schema.maxLength < 60 ? "xxxx" : `(${schema.maxLength + 1} characters)`);
  if ((schema.minLength ?? 0) > 0) yield put("", "empty", '""');
}
