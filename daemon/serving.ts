/**
 * What the outside sees: the API and the pages on their socket, and the metrics that mirror values kept elsewhere.
 *
 * Part of the composition root (app.ts).
 */
import { Accepting } from "./accepting.ts";
import { createApi } from "./api/api.ts";
import type { Change, Readiness, ReloadResult } from "./api/deps.ts";
import type { Board } from "./board.ts";
import type { Booking } from "./booking.ts";
import { Discoveries } from "./discoveries.ts";
import type { IncidentSummary } from "./export/incident-metrics.ts";
import { createExposition } from "./exposition.ts";
import { intakeStats, mirrorRequests } from "./intake/counting.ts";
import { IntakeDesk } from "./intake/desk.ts";
import { NewsDesk } from "./intake/news-desk.ts";
import { makeLearned } from "./learned.ts";
import type { Looking } from "./looking.ts";
import { Maintaining } from "./maintaining.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import type { Metrics } from "./metrics.ts";
import type { MibNames } from "./mib-names.ts";
import type { Config } from "./model/config.ts";
import { MINUTE } from "./model/time.ts";
import { Acknowledging } from "./notify/acknowledging.ts";
import type { createSink } from "./notify/sink.ts";
import type { DutyBook } from "./oncall/book.ts";
import { OnCallDesk } from "./oncall/desk.ts";
import { type ReachOf, reachFrom, reachKey, type WayKept, waysToProve } from "./oncall/reach.ts";
import { toldAt } from "./oncall/roster.ts";
import type { OnCallWatch } from "./oncall/watch.ts";
import type { Bus, Clock, Log, Store } from "./ports.ts";
import { ProposalTests } from "./proposal-tests.ts";
import { ReportDesk } from "./reporting/desk.ts";
import { makeFollowUp } from "./reporting/follow-up.ts";
import { workDone } from "./reporting/work-done.ts";
import { ActionDesk } from "./roles/action-desk.ts";
import { AttachmentDesk } from "./roles/attachment-desk.ts";
import { Desk } from "./roles/desk.ts";
import { DiagnosisDesk } from "./roles/diagnosis-desk.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import { JoiningDesk } from "./roles/joining-desk.ts";
import type { Leases } from "./roles/lease.ts";
import type { Role } from "./roles/supervisor.ts";
import { TaskDesk } from "./roles/task-desk.ts";
import { WorkDesk } from "./roles/work-desk.ts";
import { holdDiscovery } from "./store/hold.ts";
import type { TaskTokens } from "./task-token.ts";

export interface Serving {
  readonly version: string;
  readonly config: () => Config;
  readonly store: Store;
  readonly board: Board;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly singletons: readonly string[];
  readonly sink: ReturnType<typeof createSink>;
  readonly evaluator: Evaluator;
  readonly looking: Looking;
  readonly leases: Leases;
  readonly booking: Booking;
  readonly tokens: TaskTokens;
  readonly mutes: MaintenanceBook;
  readonly duty: DutyBook;
  readonly watch: OnCallWatch;
  /** Somebody asks for a diagnosis. */
  readonly diagnose: () => void;
  readonly open: () => readonly IncidentSummary[];
  readonly readiness: () => Readiness;
  readonly reload: (yes: boolean, by: string) => Promise<ReloadResult>;
  readonly lastReload: () => ReloadResult | undefined;
  /** An incident moved by hand. */
  readonly refresh: () => void;
  /** The signed sheets changed. */
  readonly accepted: () => Promise<void>;
  /** The configuration as the file says it. */
  readonly file: () => Config;
  readonly listeners: Set<(change: Change) => void>;
  readonly mibNames: MibNames;
}

/** Fingerprints that the metrics show; the page has them all. */
const mostRecurrences = 200;
const mostProblems = 10_000;

/** Listens on the configured address. Rejects when it is taken. */
export async function serve(parts: Serving): Promise<{ readonly url: string; readonly learner: Role; close(): Promise<void> }> {
  const { store, config, board, clock, log, metrics, evaluator, looking, listeners, sink } = parts;
  mirror(parts);
  const discoveries = new Discoveries({
    ...{ config, store, clock, log, resting: looking.resting },
    pace: (probes, signal) => looking.pace("discovery", probes, signal),
    hold: () => holdDiscovery(config().instance.stateDir),
  });
  const facts = { store, clock, config, bookings: parts.booking.bookings, work: workDone(parts) };
  const reports = new ReportDesk({ ...facts, changed: parts.refresh });
  const { confirming, learner } = makeLearned({ ...parts, changed: parts.accepted });
  const proposalTests = new ProposalTests({ store, config, clock, log });
  const api = createApi({
    ...{ version: parts.version, config, store, board, clock, log, metrics, sink },
    mibNames: parts.mibNames,
    exposition: createExposition({
      muted: () => parts.mutes.quietDevices(clock.now()),
      ...{ board, network: () => config().network, families: () => config().families },
      incidents: parts.open,
      recurrences: counted(parts, () => store.recurrences(clock.now(), mostRecurrences)),
      ruleTallies: counted(parts, () => store.ruleTallies(clock.now())),
    }),
    readiness: parts.readiness,
    ...desksOf(parts, reports),
    reload: parts.reload,
    lastReload: parts.lastReload,
    alarms: () => evaluator.memory.live(),
    discoveries,
    proposalTests,
    confirming,
    sessions: parts.booking.desk,
    bookings: parts.booking.bookings,
    maintaining: new Maintaining({ config, store, clock, book: parts.mutes, bookings: parts.booking.bookings, changed: parts.refresh }),
    onCall: new OnCallDesk({ config, store, clock, book: parts.duty, changed: parts.refresh }),
    reach: () => reachNow(parts),
    planOf: parts.booking.planOf,
    workarounds: parts.booking.workarounds,
    reports,
    makeFollowUp: (of) => makeFollowUp(facts, of),
    accepting: new Accepting({ config, store, board, clock, alarms: () => evaluator.memory.live(), changed: parts.accepted }),
    clearTraps: () => looking.clearTraps.devices(),
    acceptHostKey: (device) => looking.ssh.acceptSeenHostKey(device),
    changes: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  const { host, port } = config().http;
  const server = await api.listen(host, port);
  return {
    url: server.url,
    learner,
    async close() {
      await discoveries.stop();
      await server.close();
      await proposalTests.stop();
    },
  };
}

/** Where people act upon incidents. */
function desksOf(parts: Serving, reports: ReportDesk) {
  const { store, clock, config, booking, refresh, evaluator, tokens, looking } = parts;
  const desk = { store, clock, config, bookings: booking.bookings, changed: refresh };
  const actions = new Desk({ ...desk, closeGate: (...of) => reports.gate(...of) });
  const tasks = new TaskDesk(desk);
  const poke = () => evaluator.poke();
  const joining = new JoiningDesk({ ...desk, poke });
  const kick = (device: string) => looking.scheduler.kickDevice(device, 0);
  const intake = new IntakeDesk({ ...desk, bookings: booking.bookings, joining, actions, poke, kick, stats: intakeStats(parts.metrics) });
  return {
    actions,
    acknowledging: makeAcknowledging(parts, actions, tasks, intake),
    joining,
    publicNews: new NewsDesk({ ...desk, hits: booking.bookings }),
    intake,
    work: new WorkDesk(desk),
    done: new ActionDesk({ ...desk, book: parts.mutes, poke }),
    tasks,
    files: new AttachmentDesk(desk),
    tokens,
    diagnosing: new DiagnosisDesk({ ...desk, poke: parts.diagnose }),
  };
}

function makeAcknowledging(
  { store, clock, log, config, metrics }: Serving,
  actions: Desk,
  tasks: TaskDesk,
  intake: IntakeDesk,
): Acknowledging {
  return new Acknowledging({
    ...{ store, clock, log, config },
    acknowledge: (incident, by, note) => actions.acknowledge(incident, by, note),
    answerTask: (...of) => tasks.answeredByMail(...of),
    askForHelp: (...of) => intake.takeMail(...of),
    answerCaller: (...of) => intake.takeAnswer(...of),
    stats: {
      replied: (channel, result) => metrics.replies.inc({ channel, result }),
      delivered: (channel, state) => metrics.deliveries.inc({ channel, state }),
    },
  });
}

/** Read again when a scrape comes and the last reading is a minute old: ninety days of incidents are not counted for nobody. */
function counted<T>({ metrics, clock }: Serving, read: () => Promise<readonly T[]>): () => readonly T[] {
  let known: readonly T[] = [];
  let readMs = Number.NEGATIVE_INFINITY;
  metrics.onScrape(async () => {
    if (clock.monotonicMs() - readMs < MINUTE) return;
    known = await read();
    readMs = clock.monotonicMs();
  });
  return () => known;
}

/** Whom which channel was proven to reach, as it is kept: any process may answer. */
async function reachNow({ store, clock }: Serving): Promise<ReachOf> {
  return reachFrom((await store.kept<readonly WayKept[]>(reachKey)) ?? [], clock.now());
}

async function mirrorReach(parts: Serving): Promise<void> {
  const reach = await reachNow(parts);
  const states = waysToProve(parts.config()).map(([contact, way]) => reach(contact.id, way).state);
  for (const state of ["answered", "asked", "silent", "never-asked"] as const)
    parts.metrics.onCallChannels.set({ state }, states.filter((each) => each === state).length);
}

function mirrorOnCall({ metrics, watch, config, clock }: Serving): void {
  metrics.onCallPeople.reset();
  metrics.onCallGapSeconds.reset();
  for (const [of, gaps] of watch.gaps()) {
    metrics.onCallPeople.set({ function: of }, toldAt(config(), of, clock.now()).duty.people.length);
    metrics.onCallGapSeconds.set({ function: of }, gaps.reduce((sum, { from, to }) => sum + to - from, 0) / 1000);
  }
}

function mirror(parts: Serving): void {
  const { metrics, bus, leases, store, clock, singletons, mutes, evaluator } = parts;
  metrics.onScrape(async () => {
    const inForce = mutes.inForce(clock.now());
    for (const kind of ["maintenance", "silence"] as const)
      metrics.maintenanceActive.set({ kind }, inForce.filter(({ maintenance }) => maintenance.kind === kind).length);
    for (const [by, count] of evaluator.memory.gatedCounts()) metrics.alarmsMuted.set({ by }, count);
    mirrorOnCall(parts);
    await mirrorRequests(metrics, store);
    await mirrorReach(parts);
    metrics.busDepth.set(bus.depth());
    metrics.busDisplaced(bus.displaced());
    for (const role of singletons) metrics.leaseHeld.set({ role }, leases.held(role) ? 1 : 0);
    const problems = await store.problems({ state: "open", limit: mostProblems });
    for (const standing of ["suggested", "candidate"] as const)
      metrics.problemsOpen.set({ standing }, problems.filter((each) => each.standing === standing).length);
    const { pending, oldestAt } = await store.outboxDepth();
    metrics.outboxPending.set(pending);
    metrics.outboxOldestSeconds.set(oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt) / 1000);
  });
}
