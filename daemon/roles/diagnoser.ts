/**
 * Diagnoses new incidents, and those somebody asks about: a few at once, the most urgent first, each in bounded time. It delays nothing: it
 * reads what others have written, and writes only its own rows and one line on the timeline.
 *
 * In two steps, so that there is a verdict by the time of the first notice: what is known and what a ping tells, then the rest. A diagnosis is
 * kept from its beginning: one whose daemon died is begun once more, then closed as unfinished.
 */
import { comesFirst, interrupted, judge, type Waiting } from "../../rules/diagnosis.ts";
import { line } from "../../rules/incident.ts";
import type { Config } from "../model/config.ts";
import type { Diagnosis, DiagnosisFact, DiagnosisFigure, DiagnosisMoment, DiagnosisPath } from "../model/diagnosis.ts";
import { type Incident, isFailing } from "../model/incident.ts";
import { MINUTE } from "../model/time.ts";
import { type Clock, LeaseLost, type Log, RaceLost, type Store, type Tx } from "../ports.ts";
import { type Leases, leasedTurns } from "./lease.ts";
import { Nap } from "./nap.ts";
import type { Role } from "./supervisor.ts";

/** What one check found. */
export interface Gathered {
  readonly facts: readonly DiagnosisFact[];
  readonly paths?: readonly DiagnosisPath[];
  readonly moments?: readonly DiagnosisMoment[];
  readonly figures?: readonly DiagnosisFigure[];
}

/** One question of a diagnosis. */
export interface DiagnosisCheck {
  readonly id: string;
  /** Facts that read `unknown` where it does not answer in its time. */
  readonly tells: readonly string[];
  run(signal: AbortSignal): Promise<Gathered>;
}

/** What is asked of whom (daemon/diagnosing.ts). */
export interface Questions {
  /** Quick ones: what is known, what a ping tells. */
  first(incident: Incident, diagnosis: Diagnosis): readonly DiagnosisCheck[];
  /** The rest, once the first have answered. `busy`: many wait, only what is needed is asked. */
  rest(incident: Incident, diagnosis: Diagnosis, busy: boolean): readonly DiagnosisCheck[];
}

export interface DiagnoserStats {
  ended(diagnosis: Diagnosis, seconds: number): void;
  late(check: string): void;
  waiting(count: number): void;
}

export interface DiagnoserDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: Leases;
  readonly config: () => Config;
  readonly questions: Questions;
  readonly stats: DiagnoserStats;
  readonly changed: () => void;
}

const everyMs = 2_000;
/** What was opened longer ago and never reached is no longer diagnosed by itself: level 1's first call is over. */
const youngMs = 30 * MINUTE;
const mostWaiting = 500;
/** So many waiting are a storm. */
const busyFrom = 20;
/** A level 2 diagnosis may take so many times as long. */
const detailFactor = 4;
/** A ping and what is known: in time for the first notice. */
const firstWithinMs = 3_000;

interface Candidate extends Waiting {
  readonly incident: string;
  /** Undefined: none is written yet. */
  readonly diagnosis?: Diagnosis;
}

export class Diagnoser implements Role {
  readonly name = "diagnoser";
  readonly beatWithinMs = MINUTE;
  readonly #deps: DiagnoserDeps;
  readonly #nap: Nap;
  /** By incident. */
  readonly #running = new Map<string, Promise<void>>();
  #ours = new AbortController();
  /** Begun since then. */
  readonly #begun = new Set<string>();
  /** What nobody has asked about, as last read in a storm: five hundred incidents are not read again for each that is done. */
  #storm: { readonly candidates: readonly Candidate[]; readonly readMs: number } | undefined;

  constructor(deps: DiagnoserDeps) {
    this.#deps = deps;
    this.#nap = new Nap(deps.clock);
  }

  /** An incident opened, or somebody asks. */
  poke(): void {
    this.#nap.wake();
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    const { leases, clock } = this.#deps;
    const load = () => this.#begin();
    const rest = () => this.#nap.take(everyMs, signal);
    try {
      await leasedTurns({ role: this.name, everyMs, leases, clock, load, turn: () => this.turn(), rest }, signal, beat);
    } finally {
      await this.#end();
    }
  }

  /** What is under way ends now, and is begun once more by whoever comes next. */
  async #end(): Promise<void> {
    this.#ours.abort();
    await Promise.all(this.#running.values());
  }

  async #begin(): Promise<void> {
    await this.#end();
    this.#ours = new AbortController();
    await this.load();
  }

  /** What another left under way. */
  async load(): Promise<void> {
    const { store, clock } = this.#deps;
    for (const { id } of await store.diagnosesIn(["running"], mostWaiting)) {
      const next = await this.#write(id, (diagnosis) => (diagnosis.state === "running" ? interrupted(diagnosis, clock.now()) : undefined));
      if (next?.state === "unfinished") this.#deps.stats.ended(next, 0);
    }
  }

  /** Begins what there is room for; resolves when it is begun. */
  async turn(): Promise<void> {
    const { config, stats } = this.#deps;
    const free = config().diagnosis.atOnce - this.#running.size;
    // The first that ends wakes us.
    if (free <= 0) return;
    const waiting = await this.#waiting();
    stats.waiting(Math.max(0, waiting.length - free));
    for (const each of waiting.slice(0, free)) {
      const work = this.#diagnose(each, waiting.length >= busyFrom)
        .catch((error: unknown) => this.#failed(each.incident, error))
        .finally(() => {
          this.#running.delete(each.incident);
          this.#nap.wake();
        });
      this.#begun.add(each.incident);
      this.#running.set(each.incident, work);
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #undiagnosed(): Promise<readonly Candidate[]> {
    const { store, clock } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (this.#storm !== undefined && nowMs - this.#storm.readMs < everyMs)
      return this.#storm.candidates.filter((each) => !this.#begun.has(each.incident));
    const candidates = (await store.undiagnosed(clock.now() - youngMs, mostWaiting)).map((incident) => candidateOf(incident));
    this.#begun.clear();
    this.#storm = candidates.length < busyFrom ? undefined : { candidates, readMs: nowMs };
    return candidates;
  }

  async #waiting(): Promise<readonly Candidate[]> {
    const { store, config } = this.#deps;
    const found: Candidate[] = [];
    for (const diagnosis of await store.diagnosesIn(["queued"], mostWaiting)) {
      const incident = await store.incident(diagnosis.incident);
      if (incident !== undefined)
        found.push({ ...candidateOf(incident), asked: diagnosis.by !== "system", since: diagnosis.askedAt, diagnosis });
    }
    if (config().diagnosis.automatic) found.push(...(await this.#undiagnosed()));
    return found.filter(({ incident }) => !this.#running.has(incident)).sort(comesFirst);
  }

  async #diagnose({ incident: id, diagnosis: queued }: Candidate, busy: boolean): Promise<void> {
    const { clock, stats, questions, config } = this.#deps;
    const incident = await this.#deps.store.incident(id);
    if (incident === undefined) return;
    const begun = queued === undefined ? await this.#create(incident) : await this.#beginQueued(queued, incident);
    if (begun === undefined) return;
    const startedMs = clock.monotonicMs();
    const factor = begun.level === 2 ? detailFactor : 1;
    const whole = { leftMs: () => config().diagnosis.withinMs * factor - (clock.monotonicMs() - startedMs), factor };
    const quick = await this.#ask(questions.first(incident, begun), { leftMs: () => Math.min(whole.leftMs(), firstWithinMs), factor });
    if (quick === undefined) return;
    const first = await this.#keep(begun.id, (diagnosis) => this.#with(diagnosis, quick));
    if (first === undefined || (await this.#isMoot(first))) return;
    const rest = await this.#ask(questions.rest(incident, first, busy), whole);
    if (rest === undefined) return;
    const seconds = (clock.monotonicMs() - startedMs) / 1_000;
    const done = await this.#keep(begun.id, (diagnosis) => ({
      ...this.#with(diagnosis, rest),
      state: "done" as const,
      endedAt: clock.now(),
    }));
    if (done !== undefined) stats.ended(done, seconds);
  }

  /** It went into another meanwhile: what is asked there is enough. */
  async #isMoot({ id, incident: of }: Diagnosis): Promise<boolean> {
    const incident = await this.#deps.store.incident(of);
    if (incident?.foldedInto === undefined) return false;
    await this.#giveUp(id, "it became part of another incident");
    return true;
  }

  async #giveUp(id: string, why: string): Promise<void> {
    const { clock, stats } = this.#deps;
    const given = await this.#keep(id, (diagnosis) => ({ ...diagnosis, state: "unfinished" as const, endedAt: clock.now(), why }));
    if (given !== undefined) stats.ended(given, given.startedAt === undefined ? 0 : (clock.now() - given.startedAt) / 1_000);
  }

  /** A defect of ours, or the store is away: the incident goes on without. */
  async #failed(incident: string, error: unknown): Promise<void> {
    const name = error instanceof Error ? error.name : "unknown";
    this.#deps.log.error({ incident, error: name }, "diagnosis failed");
    if (error instanceof LeaseLost) return;
    try {
      for (const { id, state } of await this.#deps.store.diagnoses(incident))
        if (state === "running") await this.#giveUp(id, "the check of the network itself failed");
    } catch {
      // The store is away: it is under way for whoever loads next, and is begun once more.
    }
  }

  #with(diagnosis: Diagnosis, { gathered, late }: Answers): Diagnosis {
    const facts = [...diagnosis.facts, ...gathered.flatMap((each) => each.facts)];
    const paths = [...(diagnosis.paths ?? []), ...gathered.flatMap((each) => each.paths ?? [])];
    const moments = gathered.flatMap((each) => each.moments ?? []);
    const figures = [...(diagnosis.figures ?? []), ...gathered.flatMap((each) => each.figures ?? [])];
    return judge(this.#deps.config().diagnosis.table, {
      ...diagnosis,
      facts,
      timedOut: [...diagnosis.timedOut, ...late],
      ...(paths.length === 0 ? {} : { paths }),
      ...(moments.length === 0 ? {} : { moments: [...(diagnosis.moments ?? []), ...moments].sort((a, b) => a.at - b.at) }),
      ...(figures.length === 0 ? {} : { figures }),
    });
  }

  /** All of them at once, each in its time. Undefined: we were stopped. */
  async #ask(
    checks: readonly DiagnosisCheck[],
    { leftMs, factor }: { leftMs: () => number; factor: number },
  ): Promise<Answers | undefined> {
    const { config, stats } = this.#deps;
    const ours = this.#ours.signal;
    const withinMs = Math.max(0, Math.min(config().diagnosis.checkWithinMs * factor, leftMs()));
    const late: string[] = [];
    const gathered = await Promise.all(
      checks.map(async (check) => {
        const found = await this.#within(withinMs, check);
        if (found !== undefined) return found;
        late.push(check.id);
        if (!ours.aborted) stats.late(check.id);
        return this.#untold(check, `no answer within ${Math.round(withinMs / 1_000)} s`);
      }),
    );
    return ours.aborted ? undefined : { gathered, late };
  }

  #untold({ tells }: DiagnosisCheck, detail: string): Gathered {
    const at = this.#deps.clock.now();
    return { facts: tells.map((name) => ({ name, value: "unknown", at, from: "look" as const, detail })) };
  }

  /** Undefined: it did not answer in its time, or we were stopped. A check that breaks has told nothing. */
  async #within(ms: number, check: DiagnosisCheck): Promise<Gathered | undefined> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#ours.signal]);
    const asked = check.run(signal).catch((error: unknown) => {
      this.#deps.log.error({ check: check.id, error: error instanceof Error ? error.name : "unknown" }, "a check of a diagnosis broke");
      return this.#untold(check, "the check itself failed");
    });
    const found = await Promise.race([asked, this.#deps.clock.sleep(ms, signal).then(() => undefined)]);
    over.abort();
    return found;
  }

  /** The first of an incident; undefined when there is one already, or nothing is to be found out any more. */
  #create({ id, number }: Incident): Promise<Diagnosis | undefined> {
    return this.#transaction(async (tx) => {
      const incident = await tx.incident(id);
      if (incident === undefined || !isFailing(incident) || incident.foldedInto !== undefined) return undefined;
      if ((await tx.diagnosesOf(id)).length > 0) return undefined;
      const at = this.#deps.clock.now();
      const first: Diagnosis = {
        ...{ id: `${number}-D1`, incident: id, level: 1, by: "system", state: "running", askedAt: at, startedAt: at, attempts: 1 },
        ...{ facts: [], also: [], answers: [], timedOut: [], version: 1 },
      };
      await tx.saveDiagnosis(first);
      return first;
    });
  }

  async #beginQueued(queued: Diagnosis, incident: Incident): Promise<Diagnosis | undefined> {
    const own = queued.by === "system" && !isFailing(incident);
    if (own || incident.state === "closed" || incident.foldedInto !== undefined) {
      await this.#giveUp(queued.id, "the incident was over before its turn came");
      return undefined;
    }
    const at = this.#deps.clock.now();
    return this.#write(queued.id, (diagnosis) =>
      diagnosis.state !== "queued"
        ? undefined
        : {
            ...withoutFindings(diagnosis),
            state: "running",
            startedAt: at,
            attempts: diagnosis.attempts + 1,
            version: diagnosis.version + 1,
          },
    );
  }

  /** The next version of one that is under way. */
  #keep(id: string, change: (diagnosis: Diagnosis) => Diagnosis): Promise<Diagnosis | undefined> {
    return this.#write(id, (diagnosis) =>
      diagnosis.state === "running" || diagnosis.state === "queued" ? { ...change(diagnosis), version: diagnosis.version + 1 } : undefined,
    );
  }

  /** `change` gives the next version, or undefined: nothing is written. What ends is told on the timeline. */
  async #write(id: string, change: (diagnosis: Diagnosis) => Diagnosis | undefined): Promise<Diagnosis | undefined> {
    const written = await this.#transaction(async (tx) => {
      const before = await tx.diagnosis(id);
      const next = before === undefined ? undefined : change(before);
      if (next === undefined) return undefined;
      await tx.saveDiagnosis(next);
      const incident = await tx.incident(next.incident);
      if (incident !== undefined && (next.state === "done" || next.state === "unfinished"))
        await tx.appendTimeline([endLine(incident, next)]);
      return next;
    });
    if (written !== undefined) this.#deps.changed();
    return written;
  }

  async #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
    const { store, leases } = this.#deps;
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        return await store.transaction(leases.fence(this.name), work);
      } catch (error) {
        if (!(error instanceof RaceLost)) throw error;
      }
    }
    return undefined;
  }
}

interface Answers {
  readonly gathered: readonly Gathered[];
  readonly late: readonly string[];
}

function candidateOf({ id, urgency, severity, general, openedAt }: Incident): Candidate {
  return { asked: false, urgency, severity, general, since: openedAt, id, incident: id };
}

/** What a run before it found was found by a daemon that died: it is found out anew. A person's answers stay. */
function withoutFindings(diagnosis: Diagnosis): Diagnosis {
  const { judged: _j, paths: _p, moments: _m, figures: _f, ...rest } = diagnosis;
  return { ...rest, facts: [], also: [], timedOut: [] };
}

function endLine(incident: Incident, { id, state, level, judged, endedAt = 0, why = "" }: Diagnosis) {
  const found = judged === undefined ? {} : { found: judged.verdict, confidence: judged.confidence };
  const data = { diagnosis: id, level: String(level), ...found };
  return state === "done"
    ? line(incident, endedAt, "system", "diagnosed", judged?.why ?? "", data)
    : line(incident, endedAt, "system", "diagnosis-unfinished", why, data);
}
