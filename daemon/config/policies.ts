/**
 * Escalation policies: `default` is built in; one in the file starts from it (`base: default`) or says everything itself.
 */
import type { z } from "zod";
import type { Channel, Config, Contact, FunctionEntry } from "../model/config.ts";
import type { Severity } from "../model/incident.ts";
import type { LevelStep, Policy, Track } from "../model/policy.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_POLICY } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section, withIds } from "./reading.ts";
import { clockText } from "./scalars.ts";
import * as schema from "./schema.ts";

type RawPolicy = z.output<typeof schema.policy>;
type RawTrack = NonNullable<RawPolicy["minor"]>;

export interface People {
  readonly functions: Section<FunctionEntry>;
  readonly contacts: Section<Contact>;
  readonly channels: Section<Channel>;
}

export function readPolicies(
  loading: Loading,
  people: People,
): { readonly policies: ReadonlyMap<string, Policy>; readonly policy: string } {
  const { entries, ids } = loading.sections.section("policies", schema.policy);
  const policies = new Map([[DEFAULT_POLICY.id, DEFAULT_POLICY]]);
  for (const [id, raw] of entries) {
    const made = readPolicy(loading, id, raw);
    if (made === undefined) continue;
    policies.set(id, made);
    checkPolicy(loading, people, made, raw);
  }
  const policy = loading.sections.setting("policy", schema.policyInForce) ?? DEFAULT_POLICY.id;
  checkReference(loading.findings, ["policy"], "policy", policy, withIds(ids, policies.keys()));
  return { policies, policy };
}

function readPolicy({ findings }: Loading, id: string, raw: RawPolicy): Policy | undefined {
  const path: Path = ["policies", id];
  if (raw.base !== undefined && raw.base !== DEFAULT_POLICY.id) {
    findings.problem([...path, "base"], `"${raw.base}" cannot be a base; write base: default, or leave it out and say everything`);
    return undefined;
  }
  const base = raw.base === undefined ? undefined : DEFAULT_POLICY;
  if (base === undefined) {
    const missing = missingKeys(raw);
    for (const key of missing)
      findings.problem([...path, ...key], "is missing; write it, or start from the built-in one with base: default");
    if (missing.length > 0) return undefined;
  }
  const from = base ?? DEFAULT_POLICY;
  return {
    id,
    tracks: {
      minor: track(raw.minor, from.tracks.minor, base !== undefined),
      major: track(raw.major, from.tracks.major, base !== undefined),
    },
    groupWaitMs: { now: raw.group_wait?.now ?? from.groupWaitMs.now, other: raw.group_wait?.other ?? from.groupWaitMs.other },
    restoreAfterLooks: raw.restore_after_looks ?? from.restoreAfterLooks,
    reopenWithinMs: raw.reopen_within ?? from.reopenWithinMs,
    restoredWaitMs: raw.restored_wait ?? from.restoredWaitMs ?? 0,
    autoCloseAfterMs: raw.auto_close_after ?? from.autoCloseAfterMs,
  };
}

/** A policy without a base says every clock of both tracks and level 1; the rest has defaults that no table of a centre changes. */
function missingKeys(raw: RawPolicy): Path[] {
  const missing: Path[] = [];
  for (const severity of ["minor", "major"] as const) {
    const given = raw[severity];
    const want = (present: unknown, ...keys: string[]): void => {
      if (present === undefined) missing.push([severity, ...keys]);
    };
    want(given?.levels?.["1"]?.tell, "levels", "1", "tell");
    for (const level of ["1", "2", "3"] as const) {
      const step = given?.levels?.[level];
      if (step === undefined) continue;
      if (level !== "1") want(step.tell, "levels", level, "tell");
      want(step.taken_within, "levels", level, "taken_within");
    }
    want(given?.allocators, "allocators");
    want(given?.last_resort?.tell, "last_resort", "tell");
    want(given?.last_resort?.after, "last_resort", "after");
    want(given?.last_resort?.repeat, "last_resort", "repeat");
    want(given?.acknowledgement_expires, "acknowledgement_expires");
    want(given?.follow_up, "follow_up");
  }
  return missing;
}

function track(raw: RawTrack | undefined, base: Track, inherits: boolean): Track {
  const steps: LevelStep[] = [];
  for (const number of [1, 2, 3] as const) {
    const usual = inherits ? base.steps.find((step) => step.level === number) : undefined;
    const own = raw?.levels?.[`${number}`];
    const takenWithin = own?.taken_within ?? usual?.takenWithin;
    if (takenWithin === undefined) continue;
    const escalateAfter = own?.escalate_after ?? usual?.escalateAfter;
    steps.push({ level: number, tell: own?.tell ?? usual?.tell ?? [], takenWithin, ...given({ escalateAfter }) });
  }
  return {
    steps,
    allocators: raw?.allocators ?? base.allocators,
    lastResort: {
      tell: raw?.last_resort?.tell ?? base.lastResort.tell,
      after: raw?.last_resort?.after ?? base.lastResort.after,
      repeat: raw?.last_resort?.repeat ?? base.lastResort.repeat,
    },
    acknowledgementExpires: raw?.acknowledgement_expires ?? base.acknowledgementExpires,
    followUp: raw?.follow_up ?? base.followUp,
    ...given({ followUpWaiting: raw?.follow_up_waiting ?? (inherits ? base.followUpWaiting : undefined) }),
  };
}

function checkPolicy(loading: Loading, people: People, policy: Policy, raw: RawPolicy): void {
  for (const severity of ["minor", "major"] as const) {
    checkTrack(loading, people, ["policies", policy.id, severity], policy.tracks[severity], raw[severity]);
  }
  checkPace(loading, policy);
}

function checkTrack({ findings }: Loading, { functions }: People, path: Path, track: Track, raw: RawTrack | undefined): void {
  const told = (keys: Path, ids: readonly string[] | undefined, empty: string): void => {
    if (ids?.length === 0) findings.problem([...path, ...keys], `${empty}; name a function`);
    for (const [index, id] of (ids ?? []).entries()) checkReference(findings, [...path, ...keys, index], "function", id, functions.ids);
  };
  for (const level of ["1", "2", "3"] as const)
    told(["levels", level, "tell"], raw?.levels?.[level]?.tell, "is empty, so nobody would be told");
  told(["allocators"], raw?.allocators, "is empty, so nobody would allocate");
  told(["last_resort", "tell"], raw?.last_resort?.tell, "is empty, so an incident could end in silence");
  for (const [index, step] of track.steps.entries()) {
    const at: Path = [...path, "levels", String(step.level)];
    const last = index === track.steps.length - 1;
    if (step.level !== index + 1) findings.problem(at, `comes after level ${index}; the levels are 1, 2, 3 without a gap`);
    if (!last && step.escalateAfter === undefined) {
      findings.problem([...at, "escalate_after"], `is missing, so level ${step.level + 1} would never hear; write when`);
    }
    if (last && step.escalateAfter !== undefined) {
      findings.problem([...at, "escalate_after"], "stands on the highest level; the last resort follows it by last_resort.after");
    }
    const { takenWithin, escalateAfter } = step;
    if (escalateAfter !== undefined && takenWithin.in === escalateAfter.in && takenWithin.ms > escalateAfter.ms) {
      const both = `${clockText(takenWithin)} is longer than the ${clockText(escalateAfter)} to the next level`;
      findings.problem([...at, "taken_within"], `${both}; make it shorter`);
    }
  }
}

/** A major incident that is slower than a minor one is a slip of the pen. */
function checkPace({ findings }: Loading, policy: Policy): void {
  for (const [index, major] of policy.tracks.major.steps.entries()) {
    const minor = policy.tracks.minor.steps[index];
    if (minor === undefined || major.takenWithin.in !== minor.takenWithin.in || major.takenWithin.ms <= minor.takenWithin.ms) continue;
    const path = ["policies", policy.id, "major", "levels", String(major.level), "taken_within"];
    findings.warn(path, `${clockText(major.takenWithin)} is slower than the minor track's ${clockText(minor.takenWithin)}; swap them?`);
  }
}

/** Ways of a contact that the daemon itself sends to; the sink shows messages on a page, which reaches somebody only in the demo. */
function direct(people: People, contact: Contact, demo: boolean): boolean {
  return contact.channels.some(({ channel }) => {
    const kind = people.channels.entries.get(channel)?.kind;
    // A channel with a problem of its own is reported there.
    return kind === undefined || kind !== "sink" || demo;
  });
}

function contactsOf(people: People, functionId: string): readonly (Contact | undefined)[] {
  return (people.functions.entries.get(functionId)?.contacts ?? []).map((id) => people.contacts.entries.get(id));
}

/** A contact that could not be read counts as reachable: its problem is told once, where it stands. */
function reaches({ findings, demo }: Loading, people: People, functionId: string): boolean {
  if (!people.functions.entries.has(functionId)) return people.functions.ids.has(functionId);
  if (findings.touch(["functions", functionId])) return true;
  const reached = (contact: Contact): boolean => findings.touch(["contacts", contact.id]) || direct(people, contact, demo);
  return contactsOf(people, functionId).some((contact) => contact === undefined || reached(contact));
}

/** Who pages on-call staff, and that everybody can be reached by exactly one path. */
export function readPaging(loading: Loading, people: People, policy: Policy | undefined): Pick<Config, "paging" | "pagedFunctions"> {
  const { findings, sections } = loading;
  const raw = sections.setting("paging", schema.paging);
  const paging = raw?.by ?? "direct";
  const pagedFunctions = raw?.functions ?? [];
  for (const [index, id] of pagedFunctions.entries())
    checkReference(findings, ["paging", "functions", index], "function", id, people.functions.ids);
  if (paging === "prometheus") {
    if (pagedFunctions.length === 0)
      findings.problem(["paging", "functions"], "is empty, so Prometheus would page nobody; name the on-call functions");
    for (const [index, id] of pagedFunctions.entries()) onePath(loading, people, index, id);
  }
  const byPrometheus = new Set(paging === "prometheus" ? pagedFunctions : []);
  for (const { id, contacts } of people.functions.entries.values()) {
    if (contacts.length === 0 || byPrometheus.has(id) || reaches(loading, people, id)) continue;
    findings.problem(
      ["functions", id, "contacts"],
      "has contacts, and none of them can be reached; give one a reach over mail or a webhook",
    );
  }
  if (policy !== undefined && !loading.source.incomplete) checkReach(loading, people, policy, byPrometheus);
  return { paging, pagedFunctions };
}

function onePath({ findings }: Loading, people: People, index: number, id: string): void {
  for (const contact of contactsOf(people, id)) {
    if (contact === undefined || contact.channels.length === 0) continue;
    const channels = contact.channels.map(({ channel }) => channel).join(", ");
    findings.problem(
      ["paging", "functions", index],
      `one path pages one person: "${id}" is paged by Prometheus, and its contact "${contact.id}" is reached directly too (${channels}); ` +
        "take the reach out (what the direct path lacks: Alertmanager's silences, grouping and on-call rota), " +
        "or write paging.by: direct (what Prometheus lacks: the ladder's levels, acknowledging from the message, the request's texts)",
    );
  }
}

/** Levels without a person are a warning; a last resort that reaches nobody is a problem. */
function checkReach(loading: Loading, people: People, policy: Policy, byPrometheus: ReadonlySet<string>): void {
  const { findings } = loading;
  const severities: readonly Severity[] = ["minor", "major"];
  const empty = new Map<string, string>();
  const deaf = new Set<string>();
  for (const severity of severities) {
    const track = policy.tracks[severity];
    for (const step of track.steps) {
      if (step.tell.some((id) => byPrometheus.has(id) || reaches(loading, people, id))) continue;
      empty.set(
        step.tell.join(", "),
        `level ${step.level} (${step.tell.join(", ")}) has no contact, so nobody hears there; add contacts to the function`,
      );
    }
    // An empty list is reported where it stands.
    if (track.lastResort.tell.length > 0 && !track.lastResort.tell.some((id) => !byPrometheus.has(id) && reaches(loading, people, id)))
      deaf.add(track.lastResort.tell.join(", "));
  }
  for (const [, message] of empty) findings.warn(["functions"], message);
  for (const told of deaf) {
    findings.problem(
      ["functions"],
      `the last resort of policy "${policy.id}" (${told}) reaches nobody directly; give one of these functions a contact with a mail or webhook reach`,
    );
  }
}
