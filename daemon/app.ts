/**
 * The composition root: configuration -> adapters -> roles. Start, reload, stop. Tests start this too.
 *
 * Only this file and its parts (looking.ts, hearing.ts, proceeding.ts) name concrete adapters. What is started is stopped, in reverse order.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { ConfigInForce } from "./accepting.ts";
import type { Readiness, ReloadResult } from "./api/deps.ts";
import { Board } from "./board.ts";
import { type Booking, makeBooking } from "./booking.ts";
import { createLocalBus } from "./bus/local.ts";
import { systemClock } from "./clock.ts";
import { changedDevices, diffConfig } from "./config/diff.ts";
import { loadConfig } from "./config/load.ts";
import { formatProblem } from "./config/problems.ts";
import { ConfigRefused } from "./config/refused.ts";
import { auditReload, auditStart } from "./config-audit.ts";
import { makeDiagnoser } from "./diagnosing.ts";
import { createInfluxExport } from "./export/influx.ts";
import { type Hearing, startHearing } from "./hearing.ts";
import { makeEvaluator } from "./judging.ts";
import { correctedCredentials, createLooking, type Looking } from "./looking.ts";
import { MaintenanceBook } from "./maintenance-book.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { followMibNames } from "./mib-names.ts";
import type { Config } from "./model/config.ts";
import { News } from "./news.ts";
import type { Heartbeat } from "./notify/heartbeat.ts";
import { makeOnDuty } from "./on-duty.ts";
import { DutyBook } from "./oncall/book.ts";
import type { Bus, Clock, Log, Store } from "./ports.ts";
import { makeProceeding } from "./proceeding.ts";
import type { Evaluator } from "./roles/evaluator.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./roles/lease.ts";
import { LookKeeper } from "./roles/look-keeper.ts";
import { Recorder } from "./roles/recorder.ts";
import { loop, type Role, Supervisor } from "./roles/supervisor.ts";
import { type Serving, serve } from "./serving.ts";
import { SessionHearing } from "./session-hearing.ts";
import { holdState } from "./store/hold.ts";
import { openStore } from "./store/open.ts";
import { taskTokens } from "./task-token.ts";

export interface AppOptions {
  readonly file: string;
  readonly version: string;
  readonly log: Log;
  readonly demo?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

export interface App {
  /** Where the pages are. */
  readonly url: string;
  readonly config: () => Config;
  reload(yes: boolean, by: string): Promise<ReloadResult>;
  readiness(): Readiness;
  /** A planned stop tells the dead-man's ping. Idempotent. */
  stop(planned: boolean): Promise<void>;
}

const singletons = [
  "scheduler",
  "evaluator",
  "escalator",
  "auditor",
  "reporter",
  "calendars",
  "readiness",
  "on-call",
  "tasks",
  "work",
  "public-news",
  "tickets",
  "audit-export",
  "diagnoser",
];
const busCapacity = 50_000;
/** Observations that come one by one are judged at most ten times a second: a turn and its commit cost more than they do. */
const gatherMs = 100;
/** An upgrade or a restart may take this long before the dead-man wakes somebody. */
const plannedStopMs = 15 * 60_000;

/** Loads, opens, starts. Throws ConfigRefused, or what the store says; whatever was started by then is stopped. */
export async function startApp(options: AppOptions): Promise<App> {
  const loaded = await load(options);
  if (!loaded.ok) throw new ConfigRefused(loaded.problems);
  for (const warning of loaded.warnings) options.log.warn({ path: warning.path }, formatProblem(warning));
  const daemon = new Daemon(options, loaded.config);
  try {
    await daemon.start();
  } catch (error) {
    await daemon.stop(false);
    throw error;
  }
  return daemon;
}

function load({ file, env, demo }: AppOptions) {
  return loadConfig(file, { ...(env === undefined ? {} : { env }), demo: demo ?? false });
}

class Daemon implements App {
  readonly #options: AppOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #board = new Board();
  readonly #supervisor: Supervisor;
  #store: Store | undefined;
  readonly #bus: Bus;
  readonly #news: News;
  readonly #stops: (() => Promise<void> | void)[] = [];
  readonly #inForce: ConfigInForce;
  #seq: number;
  #lastReload: ReloadResult | undefined;
  #looking: Looking | undefined;
  #hearing: Hearing | undefined;
  #evaluator: Evaluator | undefined;
  #heartbeat: Heartbeat | undefined;
  #stopped: Promise<void> | undefined;
  url = "";

  constructor(options: AppOptions, config: Config) {
    this.#options = options;
    this.#inForce = new ConfigInForce(config);
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log;
    this.#metrics = createMetrics({ version: options.version });
    this.#news = new News(this.#log, this.#metrics, this.#clock);
    this.#supervisor = new Supervisor(this.#clock, this.#log);
    this.#bus = createLocalBus({ capacity: busCapacity, gatherMs }, this.#clock);
    this.#seq = this.#clock.now() * 1_000;
  }

  readonly config = (): Config => this.#inForce.config;

  get #config(): Config {
    return this.#inForce.config;
  }

  readonly #nextSeq = (): number => {
    this.#seq += 1;
    return this.#seq;
  };

  async start(): Promise<void> {
    const { stateDir } = this.#config.instance;
    mkdirSync(stateDir, { recursive: true, mode: 0o750 });
    const alone = this.#config.storage.kind === "sqlite";
    if (alone) {
      const held = await holdState(stateDir);
      this.#stops.push(() => held.release());
    }
    const store = await openStore({ storage: this.#config.storage, stateDir, log: this.#log, clock: this.#clock });
    this.#store = store;
    this.#stops.push(() => store.close());
    await store.migrate();
    const leases = createLeaseKeeper({
      store,
      clock: this.#clock,
      log: this.#log,
      holder: alone ? "embedded" : randomUUID(),
      roles: singletons,
    });
    await leases.acquire();
    this.#stops.push(() => leases.release());
    await this.#inForce.readAccepted(store);
    const duty = new DutyBook({ store, clock: this.#clock, take: (book) => this.#inForce.takeOnCall(book) });
    await duty.refresh();
    this.#stops.push(() => this.#news.stop());
    await this.#news.refresh(store);
    await this.#startRoles(store, leases, duty);
    this.#loaded(this.#clock.now());
    const { hash, files } = this.#config;
    await auditStart(store, this.#log, { at: this.#clock.now(), hash, files: files.length });
    this.#log.info({ devices: this.#config.network.devices.size, url: this.url }, "vigie is up");
  }

  /** Idempotent: the second call waits for the first. */
  stop(planned: boolean): Promise<void> {
    this.#stopped ??= this.#stopAll(planned);
    return this.#stopped;
  }

  readiness(): Readiness {
    const roles = this.#supervisor.health();
    return { ready: roles.length > 0 && roles.every((role) => role.ok), roles };
  }

  async reload(yes: boolean, by: string): Promise<ReloadResult> {
    const result = await this.#tryReload(yes);
    this.#lastReload = result;
    this.#metrics.configReloadSuccess.set(result.ok ? 1 : 0);
    if (result.ok) {
      this.#loaded(result.at);
      this.#log.info({ by, changes: result.changes.length }, "configuration reloaded");
      const { needsRestart = [] } = result;
      if (needsRestart.length > 0) this.#log.warn({ by, settings: needsRestart }, "these settings hold from the next start only");
    } else {
      this.#log.error({ by, reason: result.reason, problems: result.problems }, "configuration refused; the old one stays in force");
    }
    this.#news.tell({ kind: "config", id: "config" });
    if (this.#store !== undefined) await auditReload(this.#store, this.#log, { by, yes, hash: this.#inForce.file.hash }, result);
    return result;
  }

  async #tryReload(yes: boolean): Promise<ReloadResult> {
    const at = this.#clock.now();
    const loaded = await load(this.#options);
    if (!loaded.ok) return { ok: false, at, reason: "invalid", problems: loaded.problems.map(formatProblem) };
    const before = this.#config;
    const diff = diffConfig(this.#inForce.file, loaded.config);
    if (diff.needsYes !== undefined && !yes) return { ok: false, at, reason: "guarded", problems: [diff.needsYes] };
    this.#inForce.take(loaded.config);
    const moved = changedDevices(before, this.#config);
    this.#looking?.reload(moved, correctedCredentials(diff.changed));
    for (const id of diff.removedDevices) this.#board.forget(id);
    await this.#hearing?.reload();
    return {
      ok: true,
      at,
      needsRestart: diff.needsRestart,
      changes: [
        ...diff.added.map((path) => `+ ${path}`),
        ...diff.removed.map((path) => `- ${path}`),
        ...diff.changed.map((path) => `~ ${path}`),
      ],
    };
  }

  #loaded(at: number): void {
    this.#metrics.configReloadSuccess.set(1);
    this.#metrics.configReloadAt.set(at / 1000);
  }

  async #stopAll(planned: boolean): Promise<void> {
    if (planned) await this.#heartbeat?.plannedStop(plannedStopMs);
    for (const stop of this.#stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#log.error({ error: error instanceof Error ? error.name : "unknown" }, "stopping failed; going on");
      }
    }
    this.#stops.length = 0;
  }

  async #startRoles(store: Store, leases: LeaseKeeper, duty: DutyBook): Promise<void> {
    const basics = { store, clock: this.#clock, log: this.#log, config: this.config };
    const told = new SessionHearing({ ...basics, nextSeq: this.#nextSeq, poke: () => this.#evaluator?.poke() });
    // After the sessions have ended: what they told last is kept.
    this.#stops.push(() => told.stop());
    const looking = await createLooking({
      ...basics,
      bus: this.#bus,
      metrics: this.#metrics,
      leases,
      nextSeq: this.#nextSeq,
      credential: (id, devices, failing, why) => this.#credential({ id, devices, failing, why }),
      heard: (device, finding) => told.hear(device, finding),
    });
    this.#looking = looking;
    this.#stops.push(() => looking.stop());
    const recorder = new Recorder(basics);
    const looks = this.#lookKeeper(store);
    const influx = this.#influxExport();
    const booking = await this.#makeBooking(store, leases, looking);
    const mutes = new MaintenanceBook(basics);
    await mutes.refresh();
    const diagnoser = makeDiagnoser({
      ...{ ...basics, leases, looking, metrics: this.#metrics, board: this.#board, evaluator: () => this.#evaluator, booking },
      changed: () => void this.#news.refresh(store),
    });
    const evaluator = makeEvaluator({
      ...basics,
      ...{ bookings: booking.bookings, mutes, bus: this.#bus, board: this.#board, metrics: this.#metrics, leases },
      ...{ looking, recorder, watch: looks, influx },
      changed: () => {
        diagnoser.poke();
        void this.#news.refresh(store);
      },
    });
    this.#evaluator = evaluator;
    const tokens = await taskTokens(store, this.#clock);
    const proceeding = makeProceeding({
      tokens,
      ...{ ...basics, leases, looks, booking, mutes, metrics: this.#metrics, board: this.#board, news: this.#news },
      health: () => this.#supervisor.health(),
      lost: () => this.#bus.displaced() + (this.#hearing?.lost() ?? 0),
    });
    const { sink } = proceeding;
    this.#heartbeat = proceeding.heartbeat;
    const ofLooking = [looking.guardKeeper, looking.prober];
    const roles: Role[] = [leases, recorder, looks, ...proceeding.roles, diagnoser, evaluator, ...booking.roles, ...ofLooking];
    const { watch, roles: onDuty } = makeOnDuty({ ...basics, leases, duty, evaluator });
    roles.push(...onDuty);
    if (influx !== undefined) roles.push(loop("influx", 120_000, (signal) => influx.run(signal), this.#clock));
    this.#stops.push(() => this.#supervisor.stop());
    for (const role of roles) this.#supervisor.start(role);
    looking.scheduler.load(this.#config.network);
    this.#supervisor.start(looking.scheduler);
    await this.#startHearing(store, looking, evaluator);
    await this.#listen({ diagnose: () => diagnoser.poke(), tokens, duty, watch, store, sink, evaluator, looking, leases, booking, mutes });
  }

  #influxExport() {
    const { influx } = this.#config;
    return influx && createInfluxExport({ influx, clock: this.#clock, log: this.#log, metrics: this.#metrics });
  }

  #lookKeeper(store: Store): LookKeeper {
    const metrics = this.#metrics;
    const stats = { kept: (count: number) => metrics.looksKept.inc(count), lost: (count: number) => metrics.looksLost.inc(count) };
    return new LookKeeper({ store, clock: this.#clock, log: this.#log, stats });
  }

  #makeBooking(store: Store, leases: LeaseKeeper, looking: Looking): Promise<Booking> {
    const basics = { store, clock: this.#clock, log: this.#log, config: this.config, leases, metrics: this.#metrics };
    return makeBooking({
      ...basics,
      board: this.#board,
      kick: (device) => looking.scheduler.kickDevice(device, 0),
      evaluator: () => this.#evaluator,
      changed: () => this.#news.tell({ kind: "session", id: "sessions" }),
    });
  }

  async #startHearing(store: Store, looking: Looking, evaluator: Evaluator): Promise<void> {
    const hearing = await startHearing({
      config: this.config,
      store,
      clock: this.#clock,
      log: this.#log,
      metrics: this.#metrics,
      nextSeq: this.#nextSeq,
      poke: () => evaluator.poke(),
      lookAgain: (devices) => {
        for (const id of devices ?? this.#config.network.devices.keys()) looking.scheduler.confirmDevice(id);
      },
      interfaces: (device) => looking.snmp.interfaces(device),
      heard: (device, trap) => looking.clearTraps.heard(device, trap),
    });
    this.#hearing = hearing;
    this.#stops.push(() => hearing.stop());
  }

  #credential(input: { id: string; devices: readonly string[]; failing: boolean; why: string }): void {
    const { id, devices, failing, why } = input;
    const wide = {
      holder: `credential:${id}`,
      symptom: "login-refused",
      failing,
      devices,
      at: this.#clock.now(),
      why,
    };
    this.#evaluator
      ?.wide(wide)
      .catch((error: unknown) => this.#log.error({ credential: id, error: String(error) }, "credential incident not written"));
  }

  async #listen(
    parts: Pick<
      Serving,
      "diagnose" | "tokens" | "store" | "sink" | "evaluator" | "looking" | "leases" | "booking" | "mutes" | "duty" | "watch"
    >,
  ): Promise<void> {
    const mibNames = followMibNames(this.#config.instance.stateDir, this.#log);
    this.#stops.push(() => mibNames.stop());
    const server = await serve({
      ...parts,
      mibNames,
      version: this.#options.version,
      config: this.config,
      file: () => this.#inForce.file,
      board: this.#board,
      bus: this.#bus,
      clock: this.#clock,
      log: this.#log,
      metrics: this.#metrics,
      singletons,
      open: () => this.#news.open,
      readiness: () => this.readiness(),
      reload: (yes, by) => this.reload(yes, by),
      lastReload: () => this.#lastReload,
      refresh: () => void this.#news.refresh(parts.store),
      accepted: async () => {
        await this.#inForce.readAccepted(parts.store);
        this.#news.tell({ kind: "config", id: "acceptance" });
      },
      listeners: this.#news.listeners,
    });
    this.url = server.url;
    this.#supervisor.start(server.learner);
    this.#stops.push(() => server.close());
  }
}
