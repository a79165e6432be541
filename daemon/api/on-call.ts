/**
 * Who is on call over REST: now, next and when nobody is; rotations, overrides and people, written and audited.
 */
import { turnAt } from "../../rules/rotation.ts";
import { given } from "../config/context.ts";
import { timeOf } from "../maintenance-plan.ts";
import type { Config } from "../model/config.ts";
import type { Duty, Override, Rotation } from "../model/on-call.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { OnCallOutcome } from "../oncall/desk.ts";
import { roomPrefix } from "../oncall/roster.ts";
import { namedBy, standingFunctions, standingOf } from "../oncall/standing.ts";
import { OnCallQueryShape, type OnCallShape, type OverrideShape, type PersonShape, type RotationShape } from "./contract-on-call.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

/** What is over stays listed so long. */
const shownPastMs = 40 * DAY;

function dutyView({ people, by, why }: Duty, { contacts }: Config): OnCallShape["functions"][number]["now"] {
  return { people: people.map((id) => ({ id, name: contacts.get(id)?.name ?? id })), by, why };
}

export function functionName({ functions, network }: Config, id: string): { readonly fr: string; readonly en: string } {
  const named = functions.get(id)?.name;
  if (named !== undefined) return named;
  const room = id.startsWith(roomPrefix) ? network.rooms.get(id.slice(roomPrefix.length))?.name : undefined;
  return room === undefined ? { fr: id, en: id } : { fr: `Coordination, ${room}`, en: `Coordinator, ${room}` };
}

/** `function` undefined: all that the configuration or the store names. */
export function onCallView(config: Config, at: Instant, of?: string): OnCallShape {
  const { horizonMs } = config.duty;
  const functions = (of === undefined ? standingFunctions(config) : [of]).map((id) => {
    const { now, told, passedOver, until, next, gaps, kept } = standingOf(config, id, at, horizonMs);
    return {
      ...{
        function: id,
        name: functionName(config, id),
        now: dutyView(now, config),
        told: [...told],
        withoutChannel: [...passedOver],
        kept,
      },
      gaps: gaps.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
      ...present({ until: until === undefined ? undefined : iso(until), next: next === undefined ? undefined : dutyView(next, config) }),
    };
  });
  return { at: iso(at), horizonDays: horizonMs / DAY, functions };
}

const clockText = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

function rotationView(rotation: Rotation, now: Instant): RotationShape {
  const { id, function: of, people, zone, handover, weeks, covers, calendar, from, to, by, createdAt } = rotation;
  const turn = turnAt(rotation, now);
  return {
    ...{ id, function: of, people: [...people], zone, weeks, covers, from: iso(from), by, createdAt: iso(createdAt) },
    handover: { weekday: handover.weekday, time: clockText(handover.minute) },
    ...present({
      calendar,
      to: to === undefined ? undefined : iso(to),
      turn: turn === undefined ? undefined : { person: turn.person, from: iso(turn.from), to: iso(Math.min(turn.to, 8.64e15)) },
    }),
  };
}

function overrideView({ id, function: of, people, from, to, reason, by, createdAt, cancelledAt }: Override): OverrideShape {
  const cancelled = cancelledAt === undefined ? {} : { cancelledAt: iso(cancelledAt) };
  return { id, function: of, people: [...people], from: iso(from), to: iso(to), reason, by, createdAt: iso(createdAt), ...cancelled };
}

/** Enough to recognise it; the API tells no address of a person. */
function shortened(address: string): string {
  const at = address.lastIndexOf("@");
  return at > 0 ? `${address.slice(0, 1)}…${address.slice(at)}` : `…${address.slice(-3)}`;
}

export function rotationViews(config: Config, now: Instant): readonly RotationShape[] {
  const shown = config.onCall.rotations.filter(({ to }) => to === undefined || to > now - shownPastMs);
  return shown.map((each) => rotationView(each, now));
}

export function overrideViews(config: Config, now: Instant): readonly OverrideShape[] {
  return config.onCall.overrides.filter(({ to }) => to > now - shownPastMs).map(overrideView);
}

export async function personViews(deps: ApiDeps): Promise<readonly PersonShape[]> {
  const reach = await deps.reach();
  const config = deps.config();
  const kept = new Set(config.onCall.people.filter(({ removedAt }) => removedAt === undefined).map(({ id }) => id));
  const functions = standingFunctions(config).map((id) => [id, namedBy(config, id)] as const);
  return [...config.contacts.values()].map(({ id, name, language, channels }) => ({
    ...{ id, name, language, source: kept.has(id) ? ("store" as const) : ("file" as const) },
    channels: channels.map((way) => {
      const { state, askedAt, answeredAt } = reach(id, way);
      const times = {
        askedAt: askedAt === undefined ? undefined : iso(askedAt),
        answeredAt: answeredAt === undefined ? undefined : iso(answeredAt),
      };
      return { channel: way.channel, address: shortened(way.address), reachable: state, ...present(times) };
    }),
    functions: functions.flatMap(([of, people]) => (people.has(id) ? [of] : [])),
  }));
}

function answer<T>(outcome: OnCallOutcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new HttpProblem(outcome.status, `on-call-${outcome.status}`, outcome.problems.join("\n"));
}

/** A time as people write it; every one that is wrong is told at once. */
function times(zone: string, written: Readonly<Record<string, string | undefined>>): Readonly<Record<string, Instant>> {
  const problems: string[] = [];
  const read = Object.entries(written).map(([name, text]) => [name, timeOf(name, text, zone, problems)] as const);
  if (problems.length > 0) throw new HttpProblem(422, "invalid-time", problems.join("\n"));
  return Object.fromEntries(read.filter((each): each is [string, Instant] => each[1] !== undefined));
}

const zoneOf = (deps: ApiDeps): string => deps.config().instance.timezone;

export const onCallOperations: readonly Operation[] = [
  operation({
    id: "getOnCall",
    method: "get",
    path: "/api/v1/on-call",
    summary: "Who fills each function now or at a time, until when, who is next, and when nobody is within the horizon.",
    access: "read",
    may: "read-names",
    query: OnCallQueryShape,
    answer: "OnCall",
    run: async ({ deps, query }) => {
      const { at = deps.clock.now() } = times(zoneOf(deps), { at: query.at });
      return { content: onCallView(deps.config(), at, query.function) };
    },
  }),
  operation({
    id: "listRotations",
    method: "get",
    path: "/api/v1/on-call/rotations",
    summary: "The weekly rotations, those that ended lately too.",
    access: "read",
    may: "read-names",
    answer: "RotationList",
    run: async ({ deps }) => ({ content: { items: rotationViews(deps.config(), deps.clock.now()) } }),
  }),
  operation({
    id: "addRotation",
    method: "post",
    path: "/api/v1/on-call/rotations",
    summary: "A new weekly rotation; with `replaces`, the old one ends when it begins. In force when this answers. Audited.",
    access: "write",
    may: "arrange",
    body: "RotationBody",
    answer: "Rotation",
    run: async ({ deps, body, caller }) => {
      const { handover, replaces, calendar, from: _f, to: _t, zone = zoneOf(deps), ...rest } = body;
      const { from, to } = times(zone, { from: body.from, to: body.to });
      const [hour = 0, minute = 0] = handover.time.split(":").map(Number);
      const when = { weekday: handover.weekday, minute: hour * 60 + minute };
      const plan = { ...rest, zone, handover: when, ...given({ calendar, replaces, from, to }) };
      return { content: rotationView(answer(await deps.onCall.addRotation(plan, caller.name)), deps.clock.now()) };
    },
  }),
  operation({
    id: "endRotation",
    method: "post",
    path: "/api/v1/on-call/rotations/{id}/end",
    summary: "Ends a rotation now or later. Audited.",
    access: "write",
    may: "arrange",
    body: "RotationEndBody",
    answer: "Rotation",
    run: async ({ deps, params, body, caller }) => {
      const { at } = times(zoneOf(deps), { at: body.at });
      return { content: rotationView(answer(await deps.onCall.endRotation(params.id ?? "", caller.name, at)), deps.clock.now()) };
    },
  }),
  operation({
    id: "listOverrides",
    method: "get",
    path: "/api/v1/on-call/overrides",
    summary: "Swaps and leaves, those that are lately over too.",
    access: "read",
    may: "read-names",
    answer: "OverrideList",
    run: async ({ deps }) => ({ content: { items: overrideViews(deps.config(), deps.clock.now()) } }),
  }),
  operation({
    id: "addOverride",
    method: "post",
    path: "/api/v1/on-call/overrides",
    summary: "Somebody else fills a function for a time; it beats every rotation. In force when this answers. Audited.",
    access: "write",
    may: "arrange",
    body: "OverrideBody",
    answer: "Override",
    run: async ({ deps, body, caller }) => {
      const { from = deps.clock.now(), to = 0 } = times(zoneOf(deps), { from: body.from, to: body.to });
      return { content: overrideView(answer(await deps.onCall.addOverride({ ...body, from, to }, caller.name))) };
    },
  }),
  operation({
    id: "cancelOverride",
    method: "post",
    path: "/api/v1/on-call/overrides/{id}/cancel",
    summary: "Calls an override off from now on. Audited.",
    access: "write",
    may: "arrange",
    answer: "Override",
    run: async ({ deps, params, caller }) => ({
      content: overrideView(answer(await deps.onCall.cancelOverride(params.id ?? "", caller.name))),
    }),
  }),
  operation({
    id: "listPeople",
    method: "get",
    path: "/api/v1/people",
    summary: "Who can be told, over which channels in which order, and whether each was proven to reach them.",
    access: "read",
    may: "read-names",
    answer: "PersonList",
    run: async ({ deps }) => ({ content: { items: await personViews(deps) } }),
  }),
  operation({
    id: "savePerson",
    method: "post",
    path: "/api/v1/people",
    summary: "A new person, or what is known of one anew; the id of a contact of the configuration replaces that contact. Audited.",
    access: "write",
    may: "arrange",
    body: "PersonBody",
    answer: "Person",
    run: async ({ deps, body, caller }) => {
      const language = body.language ?? deps.config().instance.language;
      const { id } = answer(await deps.onCall.savePerson({ ...body, language }, caller.name));
      return { content: await personView(deps, id) };
    },
  }),
  operation({
    id: "removePerson",
    method: "post",
    path: "/api/v1/people/{id}/remove",
    summary: "Takes a person out; refused while a rotation or an override names them. Audited.",
    access: "write",
    may: "arrange",
    answer: "PersonList",
    run: async ({ deps, params, caller }) => {
      answer(await deps.onCall.removePerson(params.id ?? "", caller.name));
      return { content: { items: await personViews(deps) } };
    },
  }),
];

async function personView(deps: ApiDeps, id: string): Promise<PersonShape> {
  const found = (await personViews(deps)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`${id} was saved and is not in force`);
  return found;
}
