/**
 * One operation of the API: address, who may, what comes in, what goes out. Routes and the OpenAPI document are made from the same list.
 */
import type { Express, Request, Response } from "express";
import { z } from "zod";
import type { Permission } from "../model/permission.ts";
import { type Caller, type TokenDesk, unauthorized } from "./access.ts";
import { type Allowing, anonymous } from "./allowing.ts";
import { type ShapeName, shapes } from "./contract.ts";
import type { ApiDeps } from "./deps.ts";
import { fileTaken } from "./files-taken.ts";
import { HttpProblem } from "./problem.ts";
import type { SignIns } from "./sign-ins.ts";
import { foundKind, foundText, wrongInput, wrongPath } from "./wrong-input.ts";

/** What goes out: JSON of the operation's shape, or a file. */
export interface Answer {
  readonly status?: number;
  readonly content?: unknown;
  /** That it was taken is put into the audit, except where the operation did so itself. */
  readonly file?: { readonly name: string; readonly type: string; readonly bytes: Buffer; readonly audited?: true };
}

/** What an operation is given: all of it checked. */
export interface Call<Q = unknown, B = unknown> {
  readonly deps: ApiDeps;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  /** The token's owner; `anonymous` where none is needed. */
  readonly caller: Caller;
  /** `Idempotency-Key`, where the operation takes one and the client sent it. */
  readonly key?: string;
}

export interface Operation {
  readonly id: string;
  readonly method: "get" | "post";
  /** OpenAPI form: `/api/v1/devices/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly access: "anyone" | "read" | "write";
  /** What the caller's function has to be allowed. `anyone`: nothing beyond `access`. One of `read-site` leaves out sites that are not the caller's. */
  readonly may: Permission | "anyone";
  readonly query?: z.ZodObject;
  readonly body?: ShapeName;
  readonly answer: ShapeName;
  /** Media types of a file that it answers with instead of `answer`; the client picks by what the operation offers (`format`). */
  readonly files?: readonly string[];
  /** Takes an `Idempotency-Key`: the same key again by the same caller answers with what was made the first time. */
  readonly keyed?: true;
  /** What is sent may name a patient: an answer does not repeat a text of it. */
  readonly discreet?: true;
  /** Other statuses that answer with the same shape. */
  readonly alsoAnswers?: readonly number[];
  run(call: Call): Promise<Answer>;
}

/** Ties an operation's query and body types to its schemas. */
export function operation<Q extends z.ZodObject = z.ZodObject, B extends ShapeName = ShapeName>(
  spec: Omit<Operation, "run" | "query" | "body"> & {
    readonly query?: Q;
    readonly body?: B;
    readonly run: (call: Call<z.infer<Q>, z.infer<(typeof shapes)[B]>>) => Promise<Answer>;
  },
): Operation {
  return spec as unknown as Operation;
}

/** What a request is asked past. */
export interface Gate {
  readonly desk: TokenDesk;
  readonly allowing: Allowing;
  /** Who is signed in to the pages reads by their cookie, as the links of a page do; they write by the pages' forms only. */
  readonly signIns: Pick<SignIns, "of">;
}

export function mount(app: Express, operations: readonly Operation[], deps: ApiDeps, gate: Gate): void {
  const taken = new Map<string, string>();
  for (const each of operations) {
    const address = `${each.method} ${each.path}`;
    const twin = taken.get(address);
    // The first would answer for both, under the permission of the first.
    if (twin !== undefined) throw new Error(`${each.id} and ${twin} are both ${address}; give one another path`);
    taken.set(address, each.id);
    const path = each.path.replace(/\{(\w+)\}/g, ":$1");
    app[each.method](path, async (request: Request, response: Response) => {
      const caller = await admit(each, request, deps, gate);
      const params = request.params as Record<string, string>;
      const query = checked(each.query ?? nothing, request.query, "query");
      const body = bodyOf(each, request);
      const answer = await each
        .run({ deps, caller, params, query, body, ...(each.keyed === true ? keyOf(request) : {}) })
        .catch((error: unknown) => {
          throw placed(error, params);
        });
      if (answer.file === undefined) return void response.status(answer.status ?? 200).json(answer.content);
      if (answer.file.audited !== true) await fileTaken(deps, caller, request.path, query as Readonly<Record<string, unknown>>);
      response.attachment(answer.file.name).type(answer.file.type).send(answer.file.bytes);
    });
  }
}

/** What an operation takes that takes nothing. */
const nothing = z.strictObject({});

/** There is no such thing: which part of the address was looked for goes before. */
function placed(error: unknown, params: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof HttpProblem) || error.status !== 404) return error;
  const where = wrongPath(params);
  return where === "" ? error : new HttpProblem(404, error.code, `${where}; ${error.message}`, error.headers);
}

/** What the client calls what it sends, so that it may send it again. */
function keyOf(request: Request): { readonly key?: string } {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return {};
  if (typeof key === "string" && /^[\x21-\x7e]{8,200}$/.test(key)) return { key };
  throw new HttpProblem(
    400,
    "idempotency-key",
    `Idempotency-Key: found ${foundText(key)}; write 8 to 200 printable ASCII characters without spaces, such as a UUID.`,
  );
}

/** Who calls, or the reason they may not. */
async function admit(of: Operation, request: Request, deps: ApiDeps, gate: Gate): Promise<Caller> {
  const caller = await callerOf(of, request, deps, gate);
  if (of.may !== "anyone") await gate.allowing.require(caller, of.may, of.id);
  return caller;
}

async function callerOf({ access }: Operation, request: Request, deps: ApiDeps, gate: Gate): Promise<Caller> {
  switch (access) {
    case "anyone":
      return anonymous;
    case "read": {
      const caller = await readerOf(request, gate);
      if (caller !== undefined) return caller;
      if (deps.config().http.openReads) return anonymous;
      throw unauthorized("Send `Authorization: Bearer <token>`; make one with `vigie token`.");
    }
    case "write": {
      const caller = gate.desk.caller(request, "bearer");
      if (caller !== undefined) return caller;
      throw unauthorized("Writing needs a token: send `Authorization: Bearer <token>`; make one with `vigie token`.");
    }
  }
}

/** Who reads: by a token, else by the cookie of the pages; undefined: by neither. */
export async function readerOf(request: Request, { desk, signIns }: Gate): Promise<Caller | undefined> {
  return desk.caller(request, "bearer-or-basic") ?? (await signIns.of(request))?.caller;
}

/** An operation as a form of a page does it: the same permission, the same checks, the same work. */
export async function perform(of: Operation, call: Pick<Call, "deps" | "params" | "caller" | "body">, allowing: Allowing): Promise<Answer> {
  if (of.may !== "anyone") await allowing.require(call.caller, of.may, of.id);
  const body = of.body === undefined ? undefined : shapes[of.body].safeParse(call.body);
  if (body?.success === false) throw new BodyProblem(body.error.issues, call.body);
  return of.run({ ...call, query: checked(of.query ?? nothing, {}, "query"), body: body?.data });
}

/** What is wrong with which field. */
export class BodyProblem extends HttpProblem {
  readonly issues: readonly z.core.$ZodIssue[];
  constructor(issues: readonly z.core.$ZodIssue[], sent: unknown) {
    super(422, "invalid-body", wrongInput("body", issues, sent));
    this.issues = issues;
  }
}

function bodyOf(of: Operation, request: Request): unknown {
  if (of.method !== "post") return undefined;
  const empty = request.headers["transfer-encoding"] === undefined && Number(request.headers["content-length"] ?? 0) === 0;
  if (of.body === undefined && empty) return undefined;
  if (request.is("application/json") !== "application/json") {
    throw new HttpProblem(
      415,
      "content-type",
      `Content-Type: found ${foundText(request.headers["content-type"])}; send \`application/json\` and a JSON body, \`{}\` where nothing is to be said.`,
    );
  }
  return checked(of.body === undefined ? nothing : shapes[of.body], request.body ?? {}, "body", of.discreet);
}

function checked(schema: z.ZodType, value: unknown, where: "query" | "body", discreet?: true): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(
    where === "query" ? 400 : 422,
    `invalid-${where}`,
    wrongInput(where, parsed.error.issues, value, discreet ? foundKind : foundText),
  );
}

export function operationOf(all: readonly Operation[], id: string): Operation {
  const found = all.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no operation ${id}`);
  return found;
}
