/**
 * When does what comes back deserve a problem of its own? Enough incidents of one cause within a window suggest one; more than others of
 * its kind have, and than chance brings, make it a candidate.
 *
 * Pure. Poisson tail against the rate of the same model, Benjamini–Hochberg over everything that could have failed so: a fleet of healthy
 * devices has its unlucky ones every month, and they are no candidates. It never raises a severity (procedure, *Minor or major*).
 */
import type { Incident } from "../daemon/model/incident.ts";
import type { Problem, ProblemStanding } from "../daemon/model/problem.ts";
import { DAY, type Instant } from "../daemon/model/time.ts";
import { isUntold } from "./gathering.ts";
import { wasNoFailure } from "./recurrence.ts";

/** Incidents of one cause within the window; reopenings are collapsed in them. */
export interface Occurred {
  readonly fingerprint: string;
  readonly device?: string;
  readonly symptom: string;
  readonly count: number;
}

/** Devices of the same model, as far as it is known. */
export interface Fleet {
  /** Undefined: it is no device, or is not in the configuration any more. */
  modelOf(device: string): string | undefined;
  sizeOf(model: string): number;
}

export interface ProblemTerms {
  /** So many incidents suggest a problem. */
  readonly suggestAt: number;
  readonly withinMs: number;
}

export interface FoundProblem {
  readonly fingerprint: string;
  readonly standing: ProblemStanding;
  readonly why: string;
}

/** Share of false discoveries among the candidates. Ours. */
const Q = 0.1;
/** Once is no recurrence, whatever the rate. */
const LEAST = 2;

/** P(X ≥ count) of a Poisson variable of this mean. */
export function poissonTail(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean <= 0) return 0;
  // Summed from `count` upwards: 1 − P(X < count) would be 0 where it is small.
  let term = Math.exp(-mean + count * Math.log(mean) - logFactorial(count));
  let sum = 0;
  for (let k = count + 1; term > sum * 1e-16; k += 1) {
    sum += term;
    term *= mean / k;
  }
  return Math.min(1, sum);
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k += 1) sum += Math.log(k);
  return sum;
}

/** Which of these are discoveries when `tests` were made; the smallest p first (Benjamini–Hochberg). */
export function discoveries(ps: readonly number[], tests: number, q: number): ReadonlySet<number> {
  const order = [...ps.keys()].sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1));
  let last = -1;
  for (const [rank, index] of order.entries()) if ((ps[index] ?? 1) <= (q * (rank + 1)) / tests) last = rank;
  return new Set(order.slice(0, last + 1));
}

interface Compared {
  readonly p: number;
  readonly rate: number;
  readonly model: string;
}

/** What deserves a problem, in the order given. */
export function findProblems(occurred: readonly Occurred[], fleet: Fleet, { suggestAt, withinMs }: ProblemTerms): readonly FoundProblem[] {
  const totals = new Map<string, { total: number; size: number }>();
  const groupOf = ({ device, symptom }: Occurred) => {
    const model = device === undefined ? undefined : fleet.modelOf(device);
    return model === undefined ? undefined : { model, key: `${model}|${symptom}` };
  };
  for (const each of occurred) {
    const group = groupOf(each);
    if (group === undefined) continue;
    const { total, size } = totals.get(group.key) ?? { total: 0, size: fleet.sizeOf(group.model) };
    totals.set(group.key, { total: total + each.count, size });
  }
  const compared = occurred.map((each): Compared | undefined => {
    const group = groupOf(each);
    const known = group === undefined ? undefined : totals.get(group.key);
    if (group === undefined || known === undefined || known.size < 2) return undefined;
    const rate = known.total / known.size;
    return { p: poissonTail(each.count, rate), rate, model: group.model };
  });
  // Who had none was looked at too.
  const tests = [...totals.values()].reduce((sum, { size }) => sum + (size < 2 ? 0 : size), 0);
  const outliers = discoveries(
    compared.map((each) => each?.p ?? 1),
    tests,
    Q,
  );
  return occurred.flatMap((each, index) => {
    const against = compared[index];
    const candidate = against !== undefined && each.count >= LEAST && outliers.has(index);
    if (!candidate && each.count < suggestAt) return [];
    const standing: ProblemStanding = candidate ? "candidate" : "suggested";
    return [{ fingerprint: each.fingerprint, standing, why: whyOf(each.count, withinMs, against, candidate) }];
  });
}

function whyOf(count: number, withinMs: number, against: Compared | undefined, candidate: boolean): string {
  const counted = `${count} incidents of one cause within ${Math.round(withinMs / DAY)} days`;
  if (against === undefined) return `${counted}; there is nothing of its kind to compare with`;
  const { model, rate, p } = against;
  const usual = `${model} has ${rate.toPrecision(2)} on average`;
  return candidate
    ? `${counted}, and ${usual}: more than chance brings (p ${said(p)})`
    : `${counted}; ${usual}: chance may bring that (p ${said(p)})`;
}

const said = (p: number): string => (p < 0.0001 ? "< 0.0001" : `= ${p.toPrecision(2)}`);

/** Does an incident count as an occurrence? What may still be folded into another, and what was no failure, does not. */
export function countsAsOccurrence(incident: Incident, since: Instant): boolean {
  return incident.openedAt > since && incident.foldedInto === undefined && !isUntold(incident) && !wasNoFailure(incident.disposition);
}

export interface ProblemInput {
  /** The open one of this fingerprint. */
  readonly open: Problem | undefined;
  /** Undefined: counting says nothing; what is open gathers all the same. */
  readonly found: FoundProblem | undefined;
  /** Of this fingerprint, those that count, the oldest first. */
  readonly incidents: readonly Incident[];
  /** The last one that a person closed. */
  readonly closedAt: Instant | undefined;
  readonly suggestAt: number;
  readonly at: Instant;
}

/** The problem as it is now, and the incidents that are new in it. Undefined: nothing changes. */
export function gatherProblem(input: ProblemInput): { readonly problem: Problem; readonly joined: readonly Incident[] } | undefined {
  const { open, found, incidents, closedAt, suggestAt, at } = input;
  if (open !== undefined) {
    const joined = incidents.filter(({ id }) => !open.incidents.includes(id));
    const risen = found?.standing === "candidate" && open.standing === "suggested";
    if (joined.length === 0 && !risen) return undefined;
    const rise = risen ? { standing: found.standing, why: found.why } : {};
    return { problem: { ...open, ...rise, incidents: [...open.incidents, ...joined.map(({ id }) => id)] }, joined };
  }
  // After a person has closed one it has to come back as often again: what was counted before is dealt with.
  const since = incidents.filter(({ openedAt }) => closedAt === undefined || openedAt > closedAt);
  const least = found?.standing === "candidate" && closedAt === undefined ? LEAST : suggestAt;
  const last = since.at(-1);
  if (found === undefined || last === undefined || since.length < least) return undefined;
  const { fingerprint, site, device, symptom, part, number } = last;
  const about = { fingerprint, site, symptom, ...(device === undefined ? {} : { device }), ...(part === undefined ? {} : { part }) };
  const { standing, why } = found;
  return { problem: { id: `P-${number}`, ...about, standing, why, openedAt: at, incidents: since.map(({ id }) => id) }, joined: since };
}
