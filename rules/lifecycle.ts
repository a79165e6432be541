/**
 * Alarm life cycle: inactive -> pending -> active -> inactive, one step at a time.
 *
 * Pure. While an alarm flaps neither problem nor recovery is told; never a recovery without its problem.
 */
import type { Alarm } from "../daemon/model/alarm.ts";
import type { Rule } from "../daemon/model/rule.ts";
import type { Instant } from "../daemon/model/time.ts";
import { isFlapping, pushFlap } from "./flap.ts";

/** A change that must be committed. `good-look`: one more of the K good looks after clearing. `settled`: flapping is over, the alarm's state is the present one. */
export interface Transition {
  readonly alarm: Alarm;
  readonly kind: "raised" | "cleared" | "good-look" | "flapping" | "settled" | "event";
  /** One sentence for the timeline. */
  readonly why: string;
}

/** When and where something was seen. */
export interface Look {
  readonly device: string;
  readonly at: Instant;
  readonly seq: number;
  readonly now: Instant;
  readonly restoreAfterLooks: number;
}

/** What a step did: the alarm if its record changed, and what of it must be told. */
export interface Step {
  readonly alarm?: Alarm;
  readonly transitions: readonly Transition[];
  readonly confirm?: boolean;
}

export const NO_MOVE: Step = { transitions: [] };

export interface Meeting {
  readonly alarm: Alarm | undefined;
  readonly rule: Rule;
  readonly part: string | undefined;
  readonly key: string;
  readonly detail: string | undefined;
  readonly look: Look;
}

/** Older than the last move, or the same again. A move that lies in the future was made by a clock that has jumped since. */
function isStale(alarm: Alarm, look: Look): boolean {
  if (alarm.movedAt > look.now) return false;
  return look.at < alarm.movedAt || (look.at === alarm.movedAt && look.seq <= alarm.movedSeq);
}

/** The record of an alarm that never moved. */
export function blank({ rule, part, key, look }: Meeting, by: "look" | "trap"): Alarm {
  return {
    key,
    device: look.device,
    symptom: rule.symptom,
    ...(part === undefined ? {} : { part }),
    rule: rule.id,
    state: "inactive",
    since: look.at,
    badLooks: 0,
    goodLooks: look.restoreAfterLooks,
    movedAt: look.at,
    movedSeq: look.seq,
    flapRing: 0,
    flapping: false,
    raisedBy: by,
  };
}

export type Optional = "firstBadAt" | "firstGoodAt" | "wakeAt" | "detail";

/** A copy without some fields: absent, not undefined, is what the store and the types want. */
export function without(alarm: Alarm, ...fields: readonly Optional[]): Alarm {
  const copy: { -readonly [K in keyof Alarm]: Alarm[K] } = { ...alarm };
  for (const field of fields) delete copy[field];
  return copy;
}

function quietly(alarm: Alarm): Step {
  return { alarm, transitions: [] };
}

/** A definite look, good or bad. */
export function moveByLook(meeting: Meeting & { readonly bad: boolean }): Step {
  const { rule, look, bad } = meeting;
  const before = meeting.alarm ?? blank(meeting, "look");
  if (meeting.alarm !== undefined && isStale(before, look)) return NO_MOVE;
  // Its own rule judges it until it is over; another may raise it then. What a trap raised, any rule of the symptom judges.
  if (before.rule !== rule.id && before.raisedBy === "look" && (before.state !== "inactive" || !bad)) return NO_MOVE;
  const due = before.wakeAt !== undefined && before.wakeAt < look.at ? fireTimer(before, rule, look.at) : NO_MOVE;
  const ready = due.alarm ?? before;
  const step = bad ? badLook(ready, meeting) : goodLook(ready, meeting);
  const alarm = step.alarm ?? due.alarm;
  return { ...(alarm === undefined ? {} : { alarm }), transitions: [...due.transitions, ...step.transitions] };
}

function badLook(before: Alarm, { rule, look, detail }: Meeting): Step {
  const moved = { ...before, movedAt: look.at, movedSeq: look.seq };
  if (before.state === "active") return stillActive(moved, before, rule, detail);
  const badLooks = before.state === "pending" ? before.badLooks + 1 : 1;
  // A first look that lies in the future was made before the clock was set back: how long ago that was the clock does not tell.
  const earlier = before.state === "pending" ? before : undefined;
  const firstBadAt = Math.min(earlier?.firstBadAt ?? look.at, look.at);
  const enough = badLooks >= rule.attempts;
  const dueAt = firstBadAt + rule.forMs;
  const words = detail === undefined ? {} : { detail };
  // A recovery that was not yet complete stays remembered: its good looks start over.
  const unfinished = before.firstGoodAt !== undefined && before.goodLooks < look.restoreAfterLooks;
  const open = unfinished ? moved : without(moved, "firstGoodAt");
  const base = { ...without(open, "wakeAt"), rule: rule.id, raisedBy: "look" as const, badLooks, goodLooks: 0, firstBadAt, ...words };
  if (enough && dueAt <= look.at) {
    return settle({ ...without(base, "firstGoodAt"), state: "active", since: look.at }, true, rule, whyRaised(base, rule));
  }
  const since = Math.min(earlier?.since ?? look.at, look.at);
  return settle({ ...base, state: "pending", since, ...(enough ? { wakeAt: dueAt } : {}) }, false, rule, "");
}

/** Of what looks raised. */
export function whyRaised({ badLooks, detail }: Pick<Alarm, "badLooks" | "detail">, rule: Pick<Rule, "forMs">): string {
  return sentence(badLooks === 1 ? "one bad look" : `${badLooks} bad looks in a row`, rule.forMs, detail);
}

function stillActive(moved: Alarm, before: Alarm, rule: Rule, detail: string | undefined): Step {
  const unconfirmed = before.raisedBy === "trap";
  if (before.flapRing === 0 && !unconfirmed) return NO_MOVE;
  const confirmed = unconfirmed ? { rule: rule.id, raisedBy: "look" as const, ...(detail === undefined ? {} : { detail }) } : {};
  return settle({ ...moved, ...confirmed }, false, rule, "");
}

function goodLook(before: Alarm, meeting: Meeting): Step {
  const { rule, look } = meeting;
  const moved = { ...before, movedAt: look.at, movedSeq: look.seq };
  switch (before.state) {
    case "active":
      return settle(ended(moved, look, 1), true, rule, "one good look");
    case "pending": {
      // Never active, and nothing left to restore: no good looks to count.
      const unfinished = before.firstGoodAt !== undefined;
      const calm = ended(moved, look, unfinished ? 1 : look.restoreAfterLooks);
      return settle(unfinished ? calm : without(calm, "firstGoodAt", "firstBadAt", "detail"), false, rule, "");
    }
    case "inactive":
      if (before.goodLooks >= look.restoreAfterLooks) {
        if (meeting.alarm === undefined) return quietly(moved);
        return before.flapRing === 0 ? NO_MOVE : settle(moved, false, rule, "");
      }
      return oneMoreGood({ ...moved, goodLooks: before.goodLooks + 1 }, rule, look);
  }
}

/**
 * A look at the whole device, for the active alarm of a part that no look reads. One good look may be older than the fault, since a device
 * sums up its state at its own pace; as many in a row as a restoration needs end it.
 */
export function moveByCover(alarm: Alarm, { rule, bad, word, look }: { rule: Rule; bad: boolean; word: string; look: Look }): Step {
  if (isStale(alarm, look) || (bad && alarm.goodLooks === 0)) return NO_MOVE;
  const goodLooks = bad ? 0 : alarm.goodLooks + 1;
  const moved = { ...alarm, movedAt: look.at, movedSeq: look.seq, goodLooks };
  if (goodLooks < look.restoreAfterLooks) return quietly(moved);
  const why = `the device as a whole is ${word}, ${goodLooks} looks in a row`;
  return settle(ended(moved, look, look.restoreAfterLooks), true, rule, why);
}

function oneMoreGood(next: Alarm, rule: Rule, look: Look): Step {
  const step = settle(next, false, rule, "");
  const alarm = step.alarm ?? next;
  if (alarm.flapping || step.transitions.length > 0 || rule.eventOnly) return step;
  return { alarm, transitions: [{ alarm, kind: "good-look", why: `good look ${alarm.goodLooks} of ${look.restoreAfterLooks}` }] };
}

function ended(moved: Alarm, look: Look, goodLooks: number): Alarm {
  return { ...without(moved, "wakeAt"), state: "inactive", since: look.at, badLooks: 0, goodLooks, firstGoodAt: look.at };
}

function sentence(why: string, forMs: number, detail: string | undefined): string {
  const held = forMs > 0 ? `${why}, for ${Math.round(forMs / 1000)} s` : why;
  return detail === undefined ? held : `${held}: ${detail}`;
}

/** Pushes one bit into the ring and decides what is told. `changed`: the alarm went active or inactive with this step. */
export function settle(next: Alarm, changed: boolean, rule: Rule, why: string): Step {
  const flapRing = pushFlap(next.flapRing, changed);
  const flapping = !rule.eventOnly && isFlapping(flapRing, next.flapping);
  const alarm = { ...next, flapRing, flapping };
  if (flapping && !next.flapping) return { alarm, transitions: [{ alarm, kind: "flapping", why: `changes too often; last: ${why}` }] };
  if (flapping) return quietly(alarm);
  if (next.flapping) return { alarm, transitions: [{ alarm, kind: "settled", why: `quiet again, and ${alarm.state}` }] };
  if (!changed) return quietly(alarm);
  const raised = alarm.state === "active";
  if (rule.eventOnly) return raised ? { alarm, transitions: [{ alarm, kind: "event", why }] } : quietly(alarm);
  return { alarm, transitions: [{ alarm, kind: raised ? "raised" : "cleared", why }] };
}

type Heard = Meeting & { readonly byTrap: boolean };

/** What a device says by itself: a raise is believed at once and looked at; UDP is forgeable, so that only a look clears, unless the rule trusts the trap. */
export function moveByFault(heard: Heard & { readonly raise: boolean }): Step {
  const { alarm, look, byTrap } = heard;
  const ask = byTrap && isQuestion(heard);
  if (alarm !== undefined && isStale(alarm, look)) return { ...NO_MOVE, confirm: ask };
  const step = heard.raise ? raiseByFault(heard) : clearByFault(heard);
  return { ...step, confirm: ask };
}

/** Is there anything that a look could settle? What was confirmed already, and the end of what never began, need none. */
function isQuestion({ alarm, rule, raise, look }: Heard & { readonly raise: boolean }): boolean {
  if (raise) return alarm?.state !== "active" || (alarm.raisedBy === "trap" && rule.when.on !== "fault");
  if (rule.clearedBy !== "look" || alarm === undefined) return false;
  return alarm.state !== "inactive" || alarm.goodLooks < look.restoreAfterLooks;
}

function raiseByFault(heard: Heard): Step {
  const { look, rule, detail, byTrap } = heard;
  const before = heard.alarm ?? blank(heard, "look");
  // A repeated raise says nothing new, and nothing about how steady it is; but good looks at the whole device begin again.
  if (before.state === "active") return before.goodLooks === 0 ? NO_MOVE : quietly({ ...before, goodLooks: 0 });
  const firstBadAt = before.state === "pending" ? (before.firstBadAt ?? look.at) : look.at;
  const next: Alarm = {
    ...without(before, "wakeAt", "firstGoodAt", "detail"),
    rule: rule.id,
    state: "active",
    since: look.at,
    firstBadAt,
    badLooks: before.badLooks + 1,
    goodLooks: 0,
    movedAt: look.at,
    movedSeq: look.seq,
    raisedBy: byTrap ? "trap" : "look",
    ...(detail === undefined ? {} : { detail }),
  };
  return settle(next, true, rule, sentence(byTrap ? "a trap says so" : "the device says so", 0, detail));
}

function clearByFault(heard: Heard): Step {
  const { alarm, look, rule, byTrap, detail } = heard;
  if (alarm === undefined || alarm.state === "inactive") return NO_MOVE;
  if (byTrap && rule.clearedBy !== "trap") return NO_MOVE;
  const moved = { ...alarm, movedAt: look.at, movedSeq: look.seq };
  const told = alarm.state === "active";
  // Where nothing can look there will be no further good looks: what the device says is all there is.
  const goodLooks = rule.when.on === "fault" || !told ? look.restoreAfterLooks : 1;
  return settle(
    ended(moved, look, goodLooks),
    told,
    rule,
    sentence(byTrap ? "a trap says it is over" : "the device says it is over", 0, detail),
  );
}

/** Something happened; nothing is wrong. Told once, changes no state. */
export function moveByEvent(heard: Heard): Step {
  const { look, detail, byTrap } = heard;
  if (heard.alarm !== undefined && isStale(heard.alarm, look)) return NO_MOVE;
  const before = heard.alarm ?? blank(heard, byTrap ? "trap" : "look");
  const alarm: Alarm = {
    ...before,
    ...(before.state === "inactive" ? { since: look.at } : {}),
    movedAt: look.at,
    movedSeq: look.seq,
    ...(detail === undefined ? {} : { detail }),
  };
  return { alarm, transitions: [{ alarm, kind: "event", why: detail ?? "the device says so" }] };
}

/** A pending alarm whose time is up. */
export function fireTimer(alarm: Alarm, rule: Rule, at: Instant): Step {
  const dueAt = alarm.wakeAt;
  if (alarm.state !== "pending" || dueAt === undefined || dueAt > at || alarm.rule !== rule.id) return NO_MOVE;
  const next: Alarm = {
    ...without(alarm, "wakeAt", "firstGoodAt"),
    state: "active",
    since: dueAt,
    movedAt: Math.max(alarm.movedAt, dueAt),
  };
  return settle(next, true, rule, sentence(`${alarm.badLooks} bad look${alarm.badLooks === 1 ? "" : "s"}`, rule.forMs, alarm.detail));
}
