/**
 * From false alarms to the change of a rule, of a room's presence, or of the hours that are watched, that would have avoided them.
 *
 * Pure. The smallest change of each kind that avoids as many false alarms as it can and misses nothing that was real; one that would miss
 * something real is not proposed. Nothing is changed here: a person writes it into the file.
 */
import type { Rule } from "../daemon/model/rule.ts";
import { type Instant, MINUTE, SECOND } from "../daemon/model/time.ts";
import { comesAgain, isCovered, type RecurringWindow, type Spell, windowsOf } from "./proposal-window.ts";

/** One time that the rule opened an incident. */
export interface Episode extends Spell {
  /** Request number. */
  readonly incident: string;
  readonly isFalse: boolean;
  /** First bad look. */
  readonly at: Instant;
  /** From the first bad look to the first good one; undefined: not over yet. */
  readonly lastedMs?: number;
  /** How many bad looks there were in that time, as far as the intervals of its device tell; undefined: not known, or not over yet. */
  readonly badLooks?: number;
  /** The value that raised it. */
  readonly value?: number;
  /** The room whose presence could have kept it from opening; undefined: none could. */
  readonly room?: string;
  /** Somebody was due in the room by its schedule. */
  readonly inService: boolean;
  /** A session of the room was on, or the room was prepared for one or left (presence.ts). */
  readonly nearSession: boolean;
}

export type Change =
  | { readonly kind: "threshold"; readonly side: "above" | "below"; readonly from: number; readonly to: number }
  | { readonly kind: "for"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "attempts"; readonly from: number; readonly to: number }
  /** These hours of these devices are kept quiet: a recurring maintenance of the rule's symptom. */
  | { readonly kind: "window"; readonly window: RecurringWindow }
  /** The rooms are watched in their service hours alone, or only around sessions. */
  | { readonly kind: "presence"; readonly rooms: readonly string[]; readonly to: "scheduled" | "sessions" };

/** What a change would have done to the incidents that there were. */
export interface Effect {
  /** Real ones that would not have been opened. */
  readonly missed: number;
  /** False ones, as a change: −14. */
  readonly false: number;
}

export interface Proposal {
  readonly change: Change;
  readonly effect: Effect;
  /** False alarms that it was made from. */
  readonly of: number;
  readonly why: string;
}

/** Longer than this, a wait would hide a failure from those who are to handle it. Ours. */
export const LONGEST_FOR_MS = 30 * MINUTE;
/** More bad looks in a row would hide a failure likewise. Ours. */
export const MOST_ATTEMPTS = 10;
const STEPS_MS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800].map((seconds) => seconds * SECOND);

/** Would it be opened under the change? */
function wouldOpen(change: Change, episode: Episode): boolean {
  switch (change.kind) {
    case "threshold":
      if (episode.value === undefined) return true;
      return change.side === "above" ? episode.value > change.to : episode.value < change.to;
    case "for":
      // A timer that is due when the good look comes fires before it.
      return episode.lastedMs === undefined || episode.lastedMs >= change.toMs;
    case "attempts":
      return episode.badLooks === undefined || episode.badLooks >= change.to;
    case "window":
      return !isCovered(change.window, episode);
    case "presence":
      if (episode.room === undefined || !change.rooms.includes(episode.room)) return true;
      return change.to === "scheduled" ? episode.inService : episode.nearSession;
  }
}

export function effectOf(change: Change, episodes: readonly Episode[]): Effect {
  const gone = episodes.filter((episode) => !wouldOpen(change, episode));
  const noise = gone.filter(({ isFalse }) => isFalse).length;
  // Never −0.
  return { missed: gone.length - noise, false: noise === 0 ? 0 : -noise };
}

/** A value a person would write, at or beyond the bound: two significant digits, rounded away from the old limit. */
function rounded(bound: number, up: boolean): number {
  if (bound === 0) return 0;
  const size = 10 ** (Math.floor(Math.log10(Math.abs(bound))) - 1);
  const steps = Number((bound / size).toPrecision(12));
  return Number(((up ? Math.ceil(steps) : Math.floor(steps)) * size).toPrecision(2));
}

function thresholds({ when }: Rule, episodes: readonly Episode[]): readonly Change[] {
  if (when.on !== "sample") return [];
  const { above, below } = when;
  const side = above === undefined ? "below" : "above";
  const from = above ?? below;
  if (from === undefined) return [];
  // Any false alarm's value is a bound to try: beyond it that one, and every milder one, is avoided.
  const values = episodes.flatMap(({ isFalse, value }) => (isFalse && value !== undefined ? [rounded(value, side === "above")] : []));
  const beyond = values.filter((value) => (side === "above" ? value > from : value < from));
  return [...new Set(beyond)]
    .sort((a, b) => (side === "above" ? a - b : b - a))
    .map((to): Change => ({ kind: "threshold", side, from, to }));
}

/** What only a fault raises, and what an absence raises at its own time, waits for nothing and is not counted. */
function isLookedAt({ when }: Rule): boolean {
  return when.on !== "fault" && when.on !== "absent";
}

function attempts(rule: Rule): readonly Change[] {
  if (!isLookedAt(rule)) return [];
  const more = Array.from({ length: Math.max(0, MOST_ATTEMPTS - rule.attempts) }, (_, index) => rule.attempts + 1 + index);
  return more.map((to) => ({ kind: "attempts", from: rule.attempts, to }));
}

/** Only over devices that had nothing real in these hours, while that still comes again and again. */
function windows(episodes: readonly Episode[]): readonly Change[] {
  const noise = episodes.filter(({ isFalse }) => isFalse);
  return windowsOf(noise).flatMap((whole): readonly Change[] => {
    const of = (devices: readonly string[]): Change => ({ kind: "window", window: { ...whole, devices } });
    const devices = whole.devices.filter((device) => effectOf(of([device]), episodes).missed === 0);
    return comesAgain({ ...whole, devices }, noise) ? [of(devices)] : [];
  });
}

function waits(rule: Rule): readonly Change[] {
  if (!isLookedAt(rule)) return [];
  return STEPS_MS.filter((toMs) => toMs > rule.forMs && toMs <= LONGEST_FOR_MS).map((toMs) => ({ kind: "for", fromMs: rule.forMs, toMs }));
}

/** For each presence the rooms of the false alarms in which nothing real would be missed. */
function presences(episodes: readonly Episode[]): readonly Change[] {
  const rooms = [...new Set(episodes.flatMap(({ isFalse, room }) => (isFalse && room !== undefined ? [room] : [])))].sort();
  return (["scheduled", "sessions"] as const).flatMap((to): readonly Change[] => {
    const good = rooms.filter((room) => {
      const effect = effectOf({ kind: "presence", rooms: [room], to }, episodes);
      return effect.missed === 0 && effect.false < 0;
    });
    return good.length === 0 ? [] : [{ kind: "presence", rooms: good, to }];
  });
}

/** Among changes from the smallest on: the first that avoids most, of those that miss nothing. */
function best(changes: readonly Change[], episodes: readonly Episode[]): { change: Change; effect: Effect } | undefined {
  let found: { change: Change; effect: Effect } | undefined;
  for (const change of changes) {
    const effect = effectOf(change, episodes);
    if (effect.missed === 0 && effect.false < (found?.effect.false ?? 0)) found = { change, effect };
  }
  return found;
}

function reason(change: Change, effect: Effect, of: number): string {
  const avoided = `${-effect.false} of ${of} false alarms`;
  switch (change.kind) {
    case "threshold":
      return `${avoided} stayed within ${change.to}, and nothing real did`;
    case "for":
      return `${avoided} were over within ${change.toMs / SECOND} s, and nothing real was; what is real is told ${(change.toMs - change.fromMs) / SECOND} s later`;
    case "attempts":
      return `${avoided} were over before bad look ${change.to}, and nothing real was; what is real is told ${change.to - change.from} looks later`;
    case "window":
      return `${avoided} came between ${hourOf(change.window.fromMinute)} and ${hourOf(change.window.fromMinute + change.window.minutes)} and were over by then, and nothing real was`;
    case "presence":
      return change.to === "scheduled"
        ? `${avoided} came outside service hours in ${change.rooms.join(", ")}, where nothing real did`
        : `${avoided} came while no session was near in ${change.rooms.join(", ")}, where nothing real did`;
  }
}

/** `02:15`, also past midnight. */
export function hourOf(minute: number): string {
  const ofDay = minute % (24 * 60);
  return `${String(Math.floor(ofDay / 60)).padStart(2, "0")}:${String(ofDay % 60).padStart(2, "0")}`;
}

/** The one that avoids most first; presence, which leaves the rule as it is, before a later or a blinder rule; hours in which nobody is told last. */
export function propose(rule: Rule, episodes: readonly Episode[]): readonly Proposal[] {
  const of = episodes.filter(({ isFalse }) => isFalse).length;
  if (of === 0) return [];
  const places = presences(episodes).map((one) => [one]);
  const kinds = [...places, attempts(rule), waits(rule), thresholds(rule, episodes), windows(episodes)];
  return kinds
    .flatMap((changes) => best(changes, episodes) ?? [])
    .map(({ change, effect }) => ({ change, effect, of, why: reason(change, effect, of) }))
    .sort((a, b) => a.effect.false - b.effect.false);
}

/** The rule with the change in it; undefined where the change is one of rooms or hours. */
export function changed(rule: Rule, change: Change): Rule | undefined {
  if (change.kind === "presence" || change.kind === "window") return undefined;
  if (change.kind === "attempts") return { ...rule, attempts: change.to };
  if (change.kind === "for") return { ...rule, forMs: change.toMs };
  const { when } = rule;
  if (when.on !== "sample") return undefined;
  // The hysteresis keeps its distance, and never lies beyond the limit.
  const { clear } = when;
  const kept = clear === undefined ? {} : { clear: Number((clear + change.to - change.from).toPrecision(6)) };
  return { ...rule, when: { ...when, [change.side]: change.to, ...kept } };
}

/** The value that raised an alarm, as its reason tells it: `…: icmp_loss_ratio 0.05, limit 0.01`. */
export function valueIn(why: string, sample: string): number | undefined {
  const at = why.indexOf(`${sample} `);
  const [, text] = /^(-?\d+(?:\.\d+)?(?:e-?\d+)?), limit /.exec(why.slice(at + sample.length + 1)) ?? [];
  return at < 0 || text === undefined ? undefined : Number(text);
}
