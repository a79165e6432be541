/**
 * What carries an incident through the procedure: timers, messages, the auditor, calendar jobs, and the outgoing heartbeat.
 *
 * Part of the composition root (app.ts).
 */
import type { Board } from "./board.ts";
import type { Booking } from "./booking.ts";
import { AuditSyslog } from "./export/audit-syslog.ts";
import { following } from "./following.ts";
import { NewsKeeper } from "./intake/news-keeper.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import type { Metrics } from "./metrics.ts";
import type { Channel, Config } from "./model/config.ts";
import type { Incident } from "./model/incident.ts";
import type { News } from "./news.ts";
import { createHeartbeat, type Heartbeat } from "./notify/heartbeat.ts";
import { createNotifiers } from "./notify/notifiers.ts";
import { createSink } from "./notify/sink.ts";
import { numberInAnswer } from "./notify/ticket-numbers.ts";
import type { Clock, Log, Message, SendResult, Store } from "./ports.ts";
import { ProblemFinder } from "./problems.ts";
import { ReportMaker } from "./reporting/maker.ts";
import { workDone } from "./reporting/work-done.ts";
import { Auditor } from "./roles/auditor.ts";
import { Escalator, type EscalatorDeps } from "./roles/escalator.ts";
import type { LeaseKeeper } from "./roles/lease.ts";
import type { LookKeeper } from "./roles/look-keeper.ts";
import { Reporter } from "./roles/reporter.ts";
import { loop, type Role, type RoleHealth } from "./roles/supervisor.ts";
import { TaskKeeper } from "./roles/task-keeper.ts";
import { TicketKeeper } from "./roles/ticket-keeper.ts";
import { WorkKeeper } from "./roles/work-keeper.ts";
import type { TaskTokens } from "./task-token.ts";
import { makeDispatcher } from "./telling.ts";
import { createWellness } from "./wellness.ts";

export interface ProceedingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly leases: LeaseKeeper;
  readonly metrics: Metrics;
  readonly board: Board;
  readonly news: News;
  readonly looks: LookKeeper;
  readonly booking: Booking;
  readonly tokens: TaskTokens;
  readonly mutes: MaintenanceBook;
  readonly health: () => readonly RoleHealth[];
  /** Observations and datagrams that were lost since start. */
  readonly lost: () => number;
}

export interface Proceeding {
  /** What was sent to a sink, for the pages of the demo. */
  readonly sink: ReturnType<typeof createSink>;
  readonly heartbeat: Heartbeat | undefined;
  /** To be started in this order. */
  readonly roles: readonly Role[];
}

export function makeProceeding(parts: ProceedingParts): Proceeding {
  const { store, clock, log, config, leases, metrics, board, news, booking, mutes } = parts;
  const basics = { store, clock, log, config };
  const sink = createSink(() => clock.now());
  const auditor = new Auditor({ ...basics, leases, stats: { repaired: () => metrics.auditorRepairs.inc() } });
  const heartbeat = makeHeartbeat(parts, auditor);
  showWellness(parts, auditor);
  const stats = { job: (job: string, result: "done" | "failed") => metrics.jobs.inc({ job, result }) };
  const sending = { ...basics, tokens: parts.tokens, sink, mutes, board, news, planOf: booking.planOf, bookings: booking.bookings };
  const roles: Role[] = [
    makeDispatcher(sending),
    makeDispatcher({ ...sending, tickets: { numberIn: numberInAnswer } }),
    new TicketKeeper({ ...basics, leases, stats: { ticket: (system, result) => metrics.tickets.inc({ system, result }) } }),
    new Escalator({ ...basics, leases, bookings: booking.bookings, mutes, ...ofEscalation(parts) }),
    new TaskKeeper({ ...basics, leases }),
    new WorkKeeper({ ...basics, leases, book: mutes }),
    new NewsKeeper({ ...basics, leases }),
    loop("maintenance", 300_000, (signal) => following({ store, clock, book: mutes, of: "maintenance" }, signal), clock),
    auditor,
    new Reporter({ ...basics, leases, stats, problems: new ProblemFinder({ ...basics, board }) }),
    new ReportMaker({ ...basics, leases, stats, send: sender(clock, sink), bookings: booking.bookings, work: workDone(parts) }),
  ];
  roles.push(new AuditSyslog({ ...basics, leases, metrics }));
  if (heartbeat !== undefined) roles.push(loop("heartbeat", 120_000, (signal) => heartbeat.run(signal), clock));
  return { sink, heartbeat, roles };
}

/** What is no message about an incident goes straight to its channel. */
function sender(clock: Clock, sink: ReturnType<typeof createSink>) {
  const notifiers = createNotifiers({ now: () => clock.now(), sink });
  return async (channel: Channel, message: Message, signal: AbortSignal): Promise<SendResult> =>
    (await notifiers.get(channel.kind)?.send(channel, message, signal)) ?? {
      ok: false,
      retry: false,
      error: `no notifier for ${channel.kind}`,
    };
}

/** Whose timer was due, and whose class or clock moved when it was judged again. */
function ofEscalation({ store, looks, clock, news, metrics }: ProceedingParts): Pick<EscalatorDeps, "changed" | "judged" | "late"> {
  const then = (tell: (moved: readonly Incident[]) => void) => (moved: readonly Incident[]) => {
    looks.told(moved, clock.now());
    tell(moved);
  };
  return {
    late: (ms) => metrics.escalationLateSeconds.observe(Math.max(0, ms) / 1000),
    changed: then((moved) => news.escalated(store, moved)),
    judged: then((moved) => news.judged(store, moved)),
  };
}

/** Both heartbeats, the one that is sent and the one that is scraped, stop for the same reasons. */
function showWellness({ metrics, clock, health, lost }: ProceedingParts, auditor: Auditor): void {
  const well = createWellness({ roles: health, escalation: () => auditor.verdict(), lost });
  metrics.onScrape(() => {
    metrics.escalationHealthy.set(auditor.verdict().ok ? 1 : 0);
    if (well().ok) metrics.escalationHeartbeat.beat(clock.now());
    else metrics.escalationHeartbeat.stop();
    for (const { name, ok, silentMs } of health()) {
      metrics.roleOk.set({ role: name }, ok ? 1 : 0);
      metrics.roleSilentSeconds.set({ role: name }, silentMs / 1000);
    }
  });
}

function makeHeartbeat({ config, clock, log, metrics, health, lost }: ProceedingParts, auditor: Auditor): Heartbeat | undefined {
  const { heartbeat } = config();
  if (heartbeat === undefined) return undefined;
  const healthy = createWellness({ roles: health, escalation: () => auditor.verdict(), lost });
  return createHeartbeat({ ...heartbeat, clock, log, healthy, fetch, metrics });
}
