/**
 * The page of one task, for a partner without an account: `/task/<token>`. The link shows it; to answer takes the digits in the message.
 */
import express, { type Express, type Request, type Response } from "express";
import { DateTime } from "luxon";
import { pages } from "../../dashboards/web/pages.tsx";
import type { TaskPageProps } from "../../dashboards/web/task-page.tsx";
import type { Language } from "../model/time.ts";
import type { PartnerTask } from "../model/work.ts";
import { sayTime } from "../text/catalogue.ts";
import type { ApiDeps } from "./deps.ts";

const bodyLimitBytes = 16 * 1024;

export function mountTaskPage(app: Express, deps: ApiDeps): void {
  const form = express.urlencoded({ extended: false, limit: bodyLimitBytes, parameterLimit: 10 });
  app.get("/task/:token", async (request, response) => {
    const task = await taskOf(deps, request);
    await show(deps, { request, response, task, ...(task === undefined ? { status: 404 } : {}) });
  });
  app.post("/task/:token", form, async (request, response) => {
    const task = await taskOf(deps, request);
    if (task === undefined) return show(deps, { request, response, task, status: 404 });
    const { said, status } = await answered(deps, task, (request.body ?? {}) as Readonly<Record<string, unknown>>);
    return show(deps, { request, response, task: (await deps.store.task(task.id)) ?? task, said, status });
  });
}

async function taskOf({ tokens, store }: ApiDeps, request: Request): Promise<PartnerTask | undefined> {
  const { token } = request.params;
  const id = typeof token === "string" && token.length <= 200 ? tokens.taskOf(token) : undefined;
  return id === undefined ? undefined : store.task(id);
}

interface Answered {
  readonly said: NonNullable<TaskPageProps["said"]>;
  readonly status: number;
}

async function answered(deps: ApiDeps, task: PartnerTask, body: Readonly<Record<string, unknown>>): Promise<Answered> {
  const text = (name: string, most: number) => (typeof body[name] === "string" ? (body[name] as string).trim().slice(0, most) : "");
  const checked = deps.tokens.check(task.id, text("digits", 10));
  if (checked !== "right") return { said: checked, status: checked === "wait" ? 429 : 403 };
  const state = text("state", 20) === "answered" ? "answered" : "waiting";
  const promised = promisedOf(deps, task, text("promised", 40));
  const note = text("note", 2_000);
  const ticket = text("ticket", 100);
  if (promised === "bad" || (note === "" && promised === undefined && ticket === "")) return { said: "missing", status: 422 };
  const word = { how: "page", state, note, ticket: ticket === "" ? undefined : ticket, promisedBy: promised } as const;
  const result = await deps.tasks.say(task.id, word);
  if (result.ok) return { said: "thanks", status: 200 };
  return result.status === 422 ? { said: "missing", status: 422 } : { said: "over", status: 409 };
}

/** On the clock of the partner's wall. */
function promisedOf(deps: ApiDeps, task: PartnerTask, text: string): number | "bad" | undefined {
  if (text === "") return undefined;
  const read = DateTime.fromISO(text, { zone: zoneOf(deps, task) });
  return read.isValid ? read.toMillis() : "bad";
}

function zoneOf({ config }: ApiDeps, { partner }: PartnerTask): string {
  return config().partners.get(partner)?.timezone ?? config().instance.timezone;
}

interface Shown {
  readonly request: Request;
  readonly response: Response;
  readonly task: PartnerTask | undefined;
  readonly said?: TaskPageProps["said"];
  readonly status?: number;
}

async function show(deps: ApiDeps, { request, response, task, said, status = 200 }: Shown): Promise<void> {
  const { partners, instance, network } = deps.config();
  const asked = request.query.lang;
  const own = partners.get(task?.partner ?? "")?.language ?? instance.language;
  const language: Language = asked === "fr" || asked === "en" ? asked : own;
  const incident = task === undefined ? undefined : await deps.store.incident(task.incident);
  const where = network.sites.get(incident?.site ?? "")?.name ?? incident?.site ?? "";
  // The token is in the address: it must not travel on with a link, nor lie in a cache.
  response.set({ "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" });
  response.status(status).send(
    pages.task({
      language,
      instanceName: instance.name,
      ...(said === undefined ? {} : { said }),
      ...(task === undefined ? {} : { task: shownTask(deps, task, where) }),
    }),
  );
}

function shownTask(deps: ApiDeps, task: PartnerTask, where: string): NonNullable<TaskPageProps["task"]> {
  const zone = zoneOf(deps, task);
  const { id, asked, state, ticket, promisedBy } = task;
  return {
    ...{ id, asked, where, state, zone },
    ...(ticket === undefined ? {} : { ticket }),
    ...(promisedBy === undefined ? {} : { promisedBy: sayTime(promisedBy, zone) }),
  };
}
