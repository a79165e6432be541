/**
 * The OpenAPI 3.1 document, made from the list of operations and the schemas that check them.
 */
import { z } from "zod";
import { type ShapeName, shapes } from "./contract.ts";
import type { Operation } from "./operation.ts";

type Json = Record<string, unknown>;

/** A door of another system: it proves itself by its channel's secret, and is no operation of a token. */
export interface DoorSpec {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  /** Shape of the body by media type; a media type without one takes text. */
  readonly bodies: Readonly<Record<string, ShapeName | undefined>>;
  readonly answer: ShapeName;
  /** The header that proves it, where the channel's configuration names no other. */
  readonly header: string;
}

export function openApi(operations: readonly Operation[], doors: readonly DoorSpec[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const each of doors) paths[each.path] = { post: describeDoor(each) };
  for (const each of operations) {
    paths[each.path] = { ...paths[each.path], [each.method]: describe(each) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Vigie", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      schemas: Object.fromEntries(Object.keys(shapes).map((name) => [name, schemaOf(shapes[name as ShapeName])])),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        ...Object.fromEntries(doors.map(({ id, header }) => [id, { type: "apiKey", in: "header", name: header, description: doorProof }])),
      },
    },
  };
}

function describe(of: Operation): Json {
  const parameters = [...pathParameters(of.path), ...queryParameters(of.query), ...(of.keyed === true ? [idempotencyKey] : [])];
  const good = Object.fromEntries(
    [200, ...(of.alsoAnswers ?? [])].map((status) => [
      String(status),
      of.files === undefined ? content(of.answer, "application/json") : files(of.files),
    ]),
  );
  return {
    operationId: of.id,
    summary: of.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(of.body === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema: ref(of.body) } } } }),
    responses: { ...good, default: content("Problem", "application/problem+json") },
    ...(of.access === "anyone" ? {} : { security: [{ token: [] }] }),
  };
}

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same key again by the same caller answers with what was made the first time.",
  schema: { type: "string", minLength: 8, maxLength: 200 },
};
const doorProof =
  "`inbound.header` of the channel names the header. It holds `inbound.secret`, or with `inbound.signature` an HMAC-SHA256 made with it; see docs/notifications.md.";

function describeDoor({ id, path, summary, bodies, answer }: DoorSpec): Json {
  const taken = Object.entries(bodies).map(([type, shape]) => [type, { schema: shape === undefined ? { type: "string" } : ref(shape) }]);
  return {
    operationId: id,
    summary,
    parameters: pathParameters(path),
    requestBody: { required: true, content: Object.fromEntries(taken) },
    responses: { "200": content(answer, "application/json"), default: content("Problem", "application/problem+json") },
    security: [{ [id]: [] }],
  };
}

function ref(name: ShapeName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function content(name: ShapeName, type: string): Json {
  return { description: name, content: { [type]: { schema: ref(name) } } };
}

function files(types: readonly string[]): Json {
  return {
    description: "A file",
    content: Object.fromEntries(types.map((type) => [type, { schema: { type: "string", format: "binary" } }])),
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {} } = schemaOf(query) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: "query", required: false, schema },
    ...(schema.type === "array" ? { style: "form", explode: false } : {}),
  }));
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "output" });
  return json as Json;
}
