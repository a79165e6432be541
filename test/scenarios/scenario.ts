/**
 * A scenario: a small network, the real evaluator, escalator, dispatcher, auditor and store, in fake time.
 *
 *     const net = await scenario({ devices: "router-1 > codec-7, codec-8" });
 *     net.breaks("codec-7");
 *     await net.advance(5 * MINUTE);
 *     net.wants("desk", "00:02", "codec-7");
 *
 * Looks are answered from a table of what is broken; everything behind them is the code that runs in production. Time jumps
 * from one due thing to the next, so an hour costs milliseconds.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Board } from "../../daemon/board.ts";
import { BookedSessions } from "../../daemon/bookings.ts";
import { createLocalBus } from "../../daemon/bus/local.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { IntakeDesk } from "../../daemon/intake/desk.ts";
import { NewsDesk } from "../../daemon/intake/news-desk.ts";
import { NewsKeeper } from "../../daemon/intake/news-keeper.ts";
import { Maintaining, type Plan, type Planned } from "../../daemon/maintaining.ts";
import { MaintenanceBook } from "../../daemon/maintenance-book.ts";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Channel, Config } from "../../daemon/model/config.ts";
import type { Incident } from "../../daemon/model/incident.ts";
import type { Check } from "../../daemon/model/network.ts";
import { bare, type Fault, type Finding, type Observation } from "../../daemon/model/observation.ts";
import { nobodyYet, type OnCallBook } from "../../daemon/model/on-call.ts";
import { DAY, type Instant, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { Acknowledging } from "../../daemon/notify/acknowledging.ts";
import { createAsking } from "../../daemon/notify/asking.ts";
import { numberInAnswer } from "../../daemon/notify/ticket-numbers.ts";
import { DutyBook, withOnCall } from "../../daemon/oncall/book.ts";
import { OnCallDesk } from "../../daemon/oncall/desk.ts";
import { OnCallWatch } from "../../daemon/oncall/watch.ts";
import type { Fence, Log, Message, Notifier, SendResult, Store } from "../../daemon/ports.ts";
import { judgeNow, planNow, type Readying, type SessionPlan } from "../../daemon/readying.ts";
import { ReportDesk } from "../../daemon/reporting/desk.ts";
import { workDone } from "../../daemon/reporting/work-done.ts";
import { ActionDesk } from "../../daemon/roles/action-desk.ts";
import { AttachmentDesk } from "../../daemon/roles/attachment-desk.ts";
import { Auditor } from "../../daemon/roles/auditor.ts";
import { Desk } from "../../daemon/roles/desk.ts";
import { Dispatcher, type DispatcherDeps } from "../../daemon/roles/dispatcher.ts";
import { Escalator } from "../../daemon/roles/escalator.ts";
import { Evaluator } from "../../daemon/roles/evaluator.ts";
import { JoiningDesk } from "../../daemon/roles/joining-desk.ts";
import type { Leases } from "../../daemon/roles/lease.ts";
import { LookKeeper } from "../../daemon/roles/look-keeper.ts";
import { Readiness } from "../../daemon/roles/readiness.ts";
import { anchorOf } from "../../daemon/roles/scheduler.ts";
import { TaskDesk } from "../../daemon/roles/task-desk.ts";
import { TaskKeeper } from "../../daemon/roles/task-keeper.ts";
import { TicketKeeper } from "../../daemon/roles/ticket-keeper.ts";
import { WorkDesk } from "../../daemon/roles/work-desk.ts";
import { WorkKeeper } from "../../daemon/roles/work-keeper.ts";
import { taskOfRow } from "../../daemon/roles/work-rows.ts";
import { openStore } from "../../daemon/store/open.ts";
import { TaskTokens } from "../../daemon/task-token.ts";
import { renderRow, renderSeveral, renderTask } from "../../daemon/telling.ts";
import { spansOf } from "../../rules/maintenance.ts";
import { FakeClock } from "../fakes/clock.ts";
import { knowledge } from "../fakes/knowledge.ts";

export interface ScenarioOptions {
  /** Before the story begins; default: 40 s, in which everything is looked at. */
  readonly warmUpMs?: number;
  /** `router-1 > switch-1 > codec-7, codec-8; router-2 > codec-9`. A name's family is told by its first word. */
  readonly devices: string;
  /** More of vigie.yaml, merged at the top level as text. */
  readonly yaml?: string;
  /** Interval of every look. Default 30 s. */
  readonly interval?: string;
  /** Site of each device that is not at `mgh`. */
  readonly sites?: Readonly<Record<string, string>>;
  /** More keys of single devices, as YAML. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Devices that are looked at over SSH too. */
  readonly ssh?: readonly string[];
  /** Devices that are looked at over SNMP too. */
  readonly snmp?: readonly string[];
  /** All looks at the same moments: coarser, and much faster. */
  readonly together?: boolean;
  /** Start, default 2026-11-18T14:00:00Z: a Wednesday at 09:00 in Montréal. */
  readonly start?: Instant;
  /** `rooms:` of the file, when one room is not enough; a codec names its own in `extra`. */
  readonly rooms?: string;
  /** Functions that the file fills with nobody. */
  readonly unfilled?: readonly string[];
  /** `contacts:` and `functions:` (and `channels:`) of the file, when one sink for everybody is not enough. */
  readonly people?: string;
  /** `sites:` of the file, when every one having office hours is not enough. */
  readonly places?: string;
  /** Coordinators are told ahead of sessions that cannot be held. */
  readonly looksAhead?: boolean;
  /** More files of the configuration, by name: packs that `yaml` includes. */
  readonly files?: Readonly<Record<string, string>>;
  /** More channels, as YAML of entries of a map: `text: { sms: { … } }`. Secrets are `env: SCENARIO_SECRET`. */
  readonly channels?: string;
  /** How single functions' contacts are reached, as YAML of a list. Default: over the sink. */
  readonly reach?: Readonly<Record<string, string>>;
  /** Real notifiers, by kind; what is missing is the scenario's own. */
  readonly notifiers?: ReadonlyMap<Notifier["kind"], Notifier>;
}

/** What `SCENARIO_SECRET` holds. */
export const scenarioSecret = "not a secret, only long";

/** A look of one's own making. */
export interface Arrival {
  readonly device: string;
  readonly at: Instant;
  readonly finding: Finding;
  /** Default: a ping. */
  readonly kind?: Check["kind"];
}

export interface Sent {
  readonly at: Instant;
  readonly to: string;
  readonly key: string;
  readonly subject: string;
  readonly text: string;
  readonly maybeDuplicate: boolean;
  /** The channel's name in the configuration. */
  readonly channel: string;
  /** `problem`, `escalation`, `session-at-risk`, …; the key has it too. */
  readonly kind: string;
  /** What a text message would say. */
  readonly sms: string | undefined;
}

const families: Readonly<Record<string, string>> = {
  router: "cisco-ios-router",
  core: "cisco-ios-router",
  switch: "cisco-ios-switch",
  codec: "cisco-ce",
  ups: "ups-rfc1628",
  gatekeeper: "gnugk",
  bridge: "codian-mcu",
};
const functions = ["desk", "event-coordinators", "it-technician", "chief-technician", "analyst", "coordinators"];
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export class Scenario {
  readonly clock: FakeClock;
  readonly folder: string;
  /** Requests that help buttons made. */
  pressed = 0;
  readonly sent: Sent[] = [];
  /** What the evaluator counted as opened. */
  readonly opened: string[] = [];
  /** What was counted of tickets. */
  readonly ticketed: string[] = [];
  readonly start: Instant;
  config: Config;
  /** What a message says. */
  render: (...of: Parameters<typeof renderRow>) => ReturnType<typeof renderRow> = renderRow;
  /** What a look finds, where it is no table; undefined: what the table says. */
  finding: (check: Check, at: Instant) => Finding | undefined = () => undefined;
  /** Called with each message that goes, before it is counted as sent. */
  onSend: (message: Message) => void = () => {};
  /** What a send answers; a test may make it fail, or hang. */
  sendResult: (message: Message, channel: string) => SendResult | Promise<SendResult> = () => ({ ok: true, state: "accepted" });
  /** Runs what one role does; a test may want to know whose work it is. */
  as: <T>(role: string, work: () => Promise<T>) => Promise<T> = (_role, work) => work();
  store: Store;
  desk: Desk;
  joining!: JoiningDesk;
  reports!: ReportDesk;
  leases!: Leases;
  work!: WorkDesk;
  tasks!: TaskDesk;
  files!: AttachmentDesk;
  #intake!: IntakeDesk;
  /** What people change, written down. */
  done!: ActionDesk;
  readonly tokens: TaskTokens;
  #keeper!: TaskKeeper;
  #workKeeper!: WorkKeeper;
  #news!: NewsDesk;
  /** Somebody has asked for help, or news may have been told: before, their keeper is not asked at each step. */
  #spoken = false;
  /** Tickets are kept from the first configuration with a system on. */
  #ticketed = false;
  #newsKeeper!: NewsKeeper;
  ticketKeeper!: TicketKeeper;
  /** Sends to other systems. */
  ticketing!: Dispatcher;
  auditor!: Auditor;
  /** What comes back: links, replies. They are asked for when `config.instance.publicUrl` is set. */
  acknowledging!: Acknowledging;
  board = new Board();
  mutes!: MaintenanceBook;
  /** Writes people, rotations and overrides. */
  onCall!: OnCallDesk;
  duty!: DutyBook;
  watch!: OnCallWatch;
  maintaining!: Maintaining;
  /** Keeps what was judged; `looks.stop()` writes it. */
  looks: LookKeeper;
  /** What is booked: nothing, until a test says so with `take`. */
  bookings: BookedSessions;
  #readiness: Readiness | undefined;
  readonly #looksAhead: boolean;
  #evaluator!: Evaluator;
  #escalator!: Escalator;
  #dispatcher!: Dispatcher;
  readonly #fences = new Map<string, Fence>();
  readonly #broken = new Map<string, Finding>();
  readonly #due = new Map<string, Instant>();
  readonly #kicks = new Map<string, Instant>();
  #batch: readonly Observation[] = [];
  #seq = 0;
  #auditAt = 0;
  /** Somebody wrote, or a test may have, since the roles that live on what is written were asked. */
  #stirred = true;
  /** What they wait for, as of then. */
  #waitedFor: readonly Instant[] = [];
  #outboxAt = 0;
  #readyAt = 0;

  readonly #together: boolean;
  readonly #notifiers: ReadonlyMap<Notifier["kind"], Notifier>;
  /** As the file says. */
  #contacts: Config["contacts"];

  constructor(parts: {
    clock: FakeClock;
    folder: string;
    config: Config;
    store: Store;
    together: boolean;
    looksAhead?: boolean | undefined;
    notifiers?: ReadonlyMap<Notifier["kind"], Notifier> | undefined;
  }) {
    this.#together = parts.together;
    this.#looksAhead = parts.looksAhead ?? false;
    this.#notifiers = parts.notifiers ?? new Map();
    this.clock = parts.clock;
    this.folder = parts.folder;
    this.config = parts.config;
    this.#contacts = parts.config.contacts;
    this.store = parts.store;
    this.start = parts.clock.now();
    this.bookings = new BookedSessions({ store: parts.store, clock: parts.clock, config: () => this.config });
    this.looks = new LookKeeper({ store: parts.store, clock: parts.clock, log: quiet });
    this.tokens = new TaskTokens(Buffer.from("not a secret"), parts.clock);
    this.desk = this.#wire();
  }

  /** Roles anew on the same store, as after a restart. */
  #wire(): Desk {
    const { clock, store } = this;
    const config = () => this.config;
    const changed = () => {
      this.#stirred = true;
    };
    const leases: Leases = {
      fence: (role) => {
        const fence = this.#fences.get(role);
        if (fence === undefined) throw new Error(`no lease for ${role}`);
        return fence;
      },
      held: () => true,
      wait: async () => undefined,
    };
    this.leases = leases;
    const basics = { store, clock, log: quiet, config, leases, bookings: this.bookings };
    this.mutes = new MaintenanceBook(basics);
    this.duty = new DutyBook({ store, clock, take: (book) => this.#takeOnCall(book) });
    this.onCall = new OnCallDesk({ ...basics, book: this.duty, changed });
    this.maintaining = new Maintaining({ ...basics, book: this.mutes, changed });
    this.#evaluator = new Evaluator({
      ...basics,
      gates: [this.mutes.keeper],
      began: (id, at) => this.mutes.began(id, at),
      bus: createLocalBus({ capacity: 10_000 }, clock),
      board: this.board,
      stats: {
        turn() {},
        alarms() {},
        pressed: (count) => {
          this.pressed += count;
          if (count > 0) changed();
        },
        opened: (severity) => this.opened.push(severity),
      },
      kick: ({ device, check, inMs }) => {
        const ids = check === undefined ? (this.config.network.devices.get(device ?? "")?.checks ?? []).map(({ id }) => id) : [check];
        for (const id of ids) this.#kicks.set(id, Math.min(this.#kicks.get(id) ?? Number.POSITIVE_INFINITY, clock.now() + inMs));
      },
      changed,
      seen() {},
      watch: this.looks,
    });
    this.watch = new OnCallWatch({
      ...basics,
      alarms: () => this.#evaluator.memory.live(),
      wide: (input) => this.#evaluator.wide(input),
    });
    this.#escalator = new Escalator({ ...basics, mutes: this.mutes, changed: (moved) => this.looks.told(moved, clock.now()) });
    const notifiers = (["sink", "mail", "sms"] as const).map((kind): [Channel["kind"], Notifier] => [
      kind,
      { kind, send: async (channel, message) => this.#send(message, channel.id), stop: async () => undefined },
    ]);
    const sending: DispatcherDeps = {
      ...basics,
      notifiers: new Map([...notifiers, ...this.#notifiers]),
      worker: "scenario",
      mutes: this.mutes,
      render: async (row, incident, config, named) => {
        if (named.length > 1) return renderSeveral(row, named, config);
        const task = await store.task(taskOfRow(row) ?? "");
        const book = {
          sessionAhead: (...of: Parameters<BookedSessions["sessionAhead"]>) => this.bookings.sessionAhead(...of),
          get: (id: string) => this.bookings.get(id),
          now: () => clock.now(),
        };
        if (task === undefined) return this.render(row, incident, config, undefined, (id) => this.planOf(id), book);
        return renderTask(row, incident, config, { task, tokens: this.tokens, at: clock.now() });
      },
      asking: createAsking(basics),
      stats: { delivered() {} },
    };
    this.#dispatcher = new Dispatcher(sending);
    this.ticketing = new Dispatcher({ ...sending, tickets: { numberIn: numberInAnswer } });
    this.ticketKeeper = new TicketKeeper({ ...basics, stats: { ticket: (...of) => void this.ticketed.push(of.join(" ")) } });
    this.auditor = new Auditor({ ...basics, stats: { repaired() {} } });
    const desk = { store, clock, config, bookings: this.bookings, changed };
    this.reports = new ReportDesk({ ...desk, work: workDone(basics) });
    this.joining = new JoiningDesk({ ...desk, poke() {} });
    this.work = new WorkDesk(desk);
    this.files = new AttachmentDesk(desk);
    this.done = new ActionDesk({ ...desk, book: this.mutes });
    this.tasks = new TaskDesk(desk);
    this.#keeper = new TaskKeeper(basics);
    this.#news = new NewsDesk({ ...desk, hits: this.bookings });
    this.#newsKeeper = new NewsKeeper(basics);
    this.#workKeeper = new WorkKeeper({ ...basics, book: this.mutes });
    const made = new Desk({ ...desk, closeGate: (...of) => this.reports.gate(...of) });
    this.#intake = new IntakeDesk({
      ...{ ...desk, joining: this.joining, actions: made },
      ...{ poke() {}, kick: (device: string) => this.#kick(device, 0) },
    });
    if (this.#looksAhead) this.#readiness = this.#makeReadiness(leases);
    const stats = { replied() {}, delivered() {} };
    this.acknowledging = new Acknowledging({
      ...{ ...basics, stats, acknowledge: (id, by, note) => made.acknowledge(id, by, note) },
      answerTask: (...of) => this.tasks.answeredByMail(...of),
      askForHelp: (...of) => this.intake.takeMail(...of),
      answerCaller: (...of) => this.intake.takeAnswer(...of),
    });
    return made;
  }

  async begin(): Promise<void> {
    for (const role of ["evaluator", "escalator", "auditor", "reporter", "tasks", "work", "readiness", "public-news", "tickets"]) {
      const fence = await this.store.acquireLease(role, "scenario", 30_000);
      if (fence !== undefined) this.#fences.set(role, fence);
    }
    await this.#evaluator.load();
    await this.#readiness?.load();
    await this.mutes.refresh();
    await this.duty.refresh();
    const now = this.clock.now();
    for (const check of this.#checks())
      this.#due.set(check.id, now + (this.#together ? 1_000 : anchorOf(check.id, check.intervalMs) % 5_000));
  }

  /** Its report is written and signed: a major incident may be closed. */
  async reported(number: string, by: string): Promise<void> {
    const texts = { cause: "a cable", organizational: "none", clinical: "none", remedial: { kind: "none", why: "worn out" } } as const;
    const saved = await this.reports.save(number, by, { version: 0, texts });
    const signed = saved.ok ? await this.reports.sign(saved.report.id, saved.report.version, { by, function: "analyst" }) : saved;
    if (!signed.ok) throw new Error(signed.problem);
  }

  /** The daemon is gone for so long, then comes back on the same store. */
  async restartAfter(ms: number, { looksAfter = {} }: { looksAfter?: Readonly<Record<string, number>> } = {}): Promise<void> {
    this.clock.pass(ms);
    this.#stirred = true;
    this.#outboxAt = 0;
    this.board = new Board();
    this.desk = this.#wire();
    await this.begin();
    for (const check of this.#checks()) {
      const after = looksAfter[check.device];
      if (after !== undefined) this.#due.set(check.id, this.clock.now() + after);
    }
  }

  /** As `restartAfter`, on the same database through another store: the process that had the old one is dead. */
  async restartOn(store: Store, ms: number): Promise<void> {
    this.store = store;
    this.bookings = new BookedSessions({ store, clock: this.clock, config: () => this.config });
    this.looks = new LookKeeper({ store, clock: this.clock, log: quiet });
    await this.restartAfter(ms);
  }

  /** The wall clock jumps; what is looked at goes on by the other one. */
  jump(ms: number): void {
    this.clock.jump(ms);
    for (const times of [this.#due, this.#kicks]) for (const [check, at] of times) times.set(check, at + ms);
    this.#auditAt += ms;
  }

  /** No answer to any look, until `heals`. `kinds`: only to these. */
  breaks(device: string, kinds: readonly string[] = ["icmp", "snmp", "ssh"]): void {
    const codes: Record<string, string> = { icmp: "icmp.no-answer", snmp: "snmp.timeout", ssh: "ssh.timeout" };
    for (const kind of kinds) this.#broken.set(`${device}/${kind}`, bare("down", codes[kind]));
  }

  /** A look of this kind finds this. */
  finds(device: string, kind: string, finding: Finding): void {
    this.#broken.set(`${device}/${kind}`, finding);
  }

  heals(device: string): void {
    for (const key of [...this.#broken.keys()]) if (key.startsWith(`${device}/`)) this.#broken.delete(key);
  }

  /** A clinical session in the codecs' room, which begins then. */
  async books(id: string, from: Instant, lastsMs = 60 * MINUTE): Promise<void> {
    const when = { from, to: from + lastsMs };
    const session = { id, source: "test", rooms: ["a101"], ...when, kind: "clinical", priority: "normal", state: "booked" } as const;
    await this.store.transaction(undefined, (tx) => tx.saveSessions([session]));
    await this.bookings.refresh();
  }

  /** Somebody plans work, or a silence. */
  plans(plan: Pick<Plan, "scope" | "when"> & Partial<Plan>): Promise<Planned> {
    const rest = { kind: "maintenance", zone: "America/Toronto", reason: "new firmware" } as const;
    return this.maintaining.add({ ...rest, ...plan }, { name: "ann", function: "desk" });
  }

  /** A trap, as the listener hands it over. */
  async hears(device: string, fault: Fault): Promise<void> {
    await this.#evaluator.take([
      this.#observe({ id: `${device}/trap`, device, kind: "trap", intervalMs: 0, timeoutMs: 0 }, { ...bare("up"), faults: [fault] }),
    ]);
  }

  /** Looks of one's own making, in the order in which they arrive; each batch is a turn. */
  async arrives(batch: readonly Arrival[]): Promise<void> {
    await this.#evaluator.take(
      batch.map(({ device, at, finding, kind = "icmp" }) => {
        const check: Check = { id: `${device}/${kind}`, device, kind, intervalMs: 30_000, timeoutMs: 1_000 };
        return { ...this.#observe(check, finding), at };
      }),
    );
  }

  /** The last looks, delivered once more. */
  async again(): Promise<void> {
    await this.#evaluator.take(this.#batch);
  }

  get evaluator(): Evaluator {
    return this.#evaluator;
  }

  /** Every alarm record, as the evaluator holds it. */
  alarms(): readonly Alarm[] {
    return [...this.#evaluator.memory.all()];
  }

  /** What the store says of people, over what the file says. */
  #takeOnCall(book: OnCallBook): void {
    this.config = withOnCall({ ...this.config, contacts: this.#contacts, onCall: nobodyYet }, book);
  }

  /** Another configuration in force, as after a reload. */
  async reload(options: ScenarioOptions): Promise<void> {
    const { onCall } = this.config;
    this.config = await configOf(this.folder, options);
    this.#contacts = this.config.contacts;
    this.#takeOnCall(onCall);
    for (const check of this.#checks()) if (!this.#due.has(check.id)) this.#due.set(check.id, this.clock.now());
  }

  get intake(): IntakeDesk {
    this.#spoken = true;
    return this.#intake;
  }

  get news(): NewsDesk {
    this.#spoken = true;
    return this.#news;
  }

  /** Moves time on, doing everything that comes due. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    this.#stirred = true;
    for (;;) {
      await this.#settle();
      const next = this.#nextAt();
      if (next > end) break;
      this.clock.pass(Math.max(1, next - this.clock.now()));
    }
    this.clock.pass(end - this.clock.now());
    this.#stirred = true;
    await this.#settle();
  }

  /** Moves time on until the next looks have been taken, doing everything that comes due meanwhile, once. */
  async toNextLook(): Promise<void> {
    const look = Math.min(...[...this.#due.values()].filter((at) => at > this.clock.now()));
    while (this.clock.now() < look) {
      this.#stirred = true;
      this.clock.pass(Math.max(1, this.#nextAt() - this.clock.now()));
      await this.#settle();
    }
  }

  /** All that goes on over a restart beside the store: two scenarios in one position on stores alike go on alike. */
  position(): string {
    const due = [this.#due, this.#kicks, this.#broken].map((map) => [...map]);
    return JSON.stringify([this.clock.now(), this.clock.monotonicMs(), ...due, this.#seq, this.#auditAt]);
  }

  /** Everything due now: looks, then what follows from what is written. */
  async #settle(): Promise<void> {
    const now = this.clock.now();
    const looks = this.#checks().filter(
      (check) => (this.#due.get(check.id) ?? 0) <= now || (this.#kicks.get(check.id) ?? Number.POSITIVE_INFINITY) <= now,
    );
    for (const check of looks) {
      if ((this.#due.get(check.id) ?? 0) <= now) this.#due.set(check.id, now + check.intervalMs);
      this.#kicks.delete(check.id);
    }
    const found = (check: Check) => this.finding(check, now) ?? this.#broken.get(check.id) ?? bare("up");
    const batch = looks.map((check) => this.#observe(check, found(check)));
    if (batch.length > 0) this.#batch = batch;
    await this.as("evaluator", () => this.#evaluator.drain().then(() => this.#evaluator.take(batch)));
    await this.looks.flush();
    // What is written is read twice a second by a daemon. Here: when it may have changed, and when the time has come for something.
    if (now >= this.#readyAt) await this.#readiness?.turn();
    if (this.#stirred || this.#waitedFor.some((at) => at <= now)) await this.#follow(now);
    else if (now >= this.#outboxAt) await this.#dispatch();
    this.#readyAt = this.#isNear(now) ? now + 5 * SECOND : Number.POSITIVE_INFINITY;
  }

  /** Timers, then messages, then the auditor. */
  async #follow(now: Instant): Promise<void> {
    this.#stirred = false;
    await this.watch.turn();
    await this.#readiness?.turn();
    while ((await this.as("escalator", () => this.#escalator.turn())) > 0);
    while ((await this.#keeper.turn()) > 0);
    await this.as("work", () => this.#workKeeper.turn());
    if (this.#spoken) await this.as("public-news", () => this.#newsKeeper.turn());
    this.#ticketed ||= (this.config.tickets?.size ?? 0) > 0;
    if (this.#ticketed) {
      await this.as("tickets", () => this.ticketKeeper.turn());
      await this.as("tickets", () => this.ticketing.turn(new AbortController().signal));
    }
    await this.#dispatch();
    if (now >= this.#auditAt) {
      await this.auditor.round();
      // Where looks are far apart, nothing happens between them that an auditor would find.
      this.#auditAt = now + Math.max(60 * SECOND, ...this.#checks().map(({ intervalMs }) => intervalMs));
    }
    this.#waitedFor = await this.#timers();
  }

  async #dispatch(): Promise<void> {
    while ((await this.as("dispatcher", () => this.#dispatcher.turn(new AbortController().signal))) > 0);
    const { pending } = await this.store.outboxDepth();
    this.#outboxAt = pending > 0 ? this.clock.now() + (this.#together ? 30 : 1) * SECOND : Number.POSITIVE_INFINITY;
  }

  /** From half an hour before it on, what is booked is looked ahead to again and again. */
  #isNear(now: Instant): boolean {
    return this.#readiness !== undefined && this.bookings.all().some((each) => each.from - now <= 31 * MINUTE && each.to > now);
  }

  #nextAt(): Instant {
    const all = [...this.#due.values(), ...this.#kicks.values(), ...this.#waitedFor, this.#outboxAt, this.#readyAt];
    return Math.min(...all.filter((at) => at > this.clock.now()));
  }

  async #timers(): Promise<readonly Instant[]> {
    const open = await this.store.openIncidents();
    const timers = open.flatMap((incident) => incident.wakeAt ?? []);
    const tasks = (await this.store.tasks({ open: true, limit: 100 })).flatMap(({ wakeAt }) => wakeAt ?? []);
    // What begins or ends is gone through at its time, as a daemon that turns twice a second does.
    const now = this.clock.now();
    const windows = this.mutes.all().flatMap((each) => spansOf(each, now, now + 2 * DAY).flatMap(({ from, to }) => [from, to]));
    return [...timers, ...tasks, ...windows, this.#auditAt].filter((at) => at > now);
  }

  #checks(): readonly Check[] {
    return [...this.config.network.devices.values()].flatMap((device) => device.checks);
  }

  #observe(check: Check, finding: Finding): Observation {
    this.#seq += 1;
    const at = this.clock.now();
    return {
      id: `${check.id}@${this.#seq}`,
      check: check.id,
      device: check.device,
      kind: check.kind,
      at,
      seq: this.#seq,
      durationMs: 1,
      finding,
    };
  }

  async #send(message: Message, channel: string): Promise<SendResult> {
    const result = await this.sendResult(message, channel);
    if (result.ok) this.onSend(message);
    const { to, key, subject, text, maybeDuplicate, data, sms } = message;
    const kind = String(data.kind);
    if (result.ok) this.sent.push({ at: this.clock.now(), to, key, subject, text, maybeDuplicate, channel, kind, sms });
    return result;
  }

  /** What can be done about a session, as the coordinators' messages say it. */
  planOf(id: string): SessionPlan | undefined {
    const session = this.bookings.get(id);
    if (session === undefined || this.#readiness === undefined) return undefined;
    return planNow(this.#readying(), session, this.clock.now(), this.#readiness.get(id));
  }

  #readying(): Readying {
    const alarmsOf = (holder: string) => this.#evaluator.memory.ofDevice(holder);
    return { board: this.board, bookings: this.bookings, config: () => this.config, alarmsOf };
  }

  #makeReadiness(leases: Leases): Readiness {
    const { store, clock, bookings } = this;
    return new Readiness({
      ...{ store, clock, log: quiet, leases, bookings, config: () => this.config, alarmsOf: this.#readying().alarmsOf },
      kick: (device) => this.#kick(device, 0),
      judge: (session, since) => judgeNow(this.#readying(), session, since),
      wide: async ({ session, failing, at, why }) =>
        void (await this.#evaluator.wide({
          holder: `session:${session.id}`,
          symptom: "session-at-risk",
          failing,
          devices: [],
          at,
          why,
        })),
      changed: () => {
        this.#stirred = true;
      },
    });
  }

  #kick(device: string, inMs: number): void {
    for (const { id } of this.config.network.devices.get(device)?.checks ?? [])
      this.#kicks.set(id, Math.min(this.#kicks.get(id) ?? Number.POSITIVE_INFINITY, this.clock.now() + Math.max(1, inMs)));
  }

  /** Incidents, oldest first. */
  async incidents(): Promise<readonly Incident[]> {
    return [...(await this.store.incidents({ limit: 1_000 }))].sort((a, b) => a.openedAt - b.openedAt || a.id.localeCompare(b.id));
  }

  async unfolded(): Promise<readonly Incident[]> {
    return (await this.incidents()).filter((incident) => incident.foldedInto === undefined);
  }

  async timeline(incident: Incident): Promise<readonly string[]> {
    return (await this.store.timeline(incident.id)).map((entry) => entry.event);
  }

  /** Minutes and seconds since the start, `MM:SS`. */
  sinceStart(at: Instant): string {
    const whole = Math.round((at - this.start) / 1000);
    return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
  }

  /** Somebody was told something at a time (± 2 s). */
  wants(who: string, at: string, containing: string): void {
    const told = this.sent.map((each) => `${each.to} ${this.sinceStart(each.at)} ${each.subject}`);
    const seconds = (text: string) => Number(text.slice(0, -3)) * 60 + Number(text.slice(-2));
    const found = this.sent.some(
      (each) =>
        each.to === who &&
        Math.abs(seconds(this.sinceStart(each.at)) - seconds(at)) <= 2 &&
        `${each.subject}\n${each.text}`.includes(containing),
    );
    expect(found, `${who} at ${at} hears "${containing}"; what was told:\n${told.join("\n")}`).toBe(true);
  }

  toldTo(who: string): readonly Sent[] {
    return this.sent.filter((each) => each.to === who);
  }

  async end(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Devices of the arrow notation, with their parents. */
function parseDevices(text: string): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const chain of text.split(";")) {
    let above: string[] = [];
    for (const level of chain.split(">")) {
      const names = level
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
      for (const name of names) parents.set(name, [...new Set([...(parents.get(name) ?? []), ...above])]);
      above = names;
    }
  }
  return parents;
}

function yamlOf({
  devices,
  yaml = "",
  interval = "30s",
  sites = {},
  extra = {},
  ssh = [],
  snmp = [],
  unfilled = [],
  channels,
  reach = {},
  people = everybody({ channels, reach, unfilled }),
  places,
  rooms = 'rooms: { a101: { site: mgh, name: "Room A-101" } }',
}: ScenarioOptions): string {
  const parents = parseDevices(devices);
  const lines = [...parents].map(([name, above], index) => {
    const family = families[name.split("-")[0] ?? ""] ?? "ping-only";
    const shell = ssh.includes(name) ? `ssh: { interval: ${interval} } }, ssh: login` : "ssh: false }";
    const agent = snmp.includes(name) ? `{ interval: ${interval} }` : "false";
    const community = snmp.includes(name) ? ", snmp: community" : "";
    const checks = `checks: { icmp: { interval: ${interval}, timeout: 1s }, snmp: ${agent}, ${shell}${community}`;
    const room = family === "cisco-ce" && sites[name] === undefined && extra[name]?.includes("room:") !== true ? ", room: a101" : "";
    return `  ${name}: { name: "${name}", site: ${sites[name] ?? "mgh"}, address: 127.99.${Math.floor(index / 250)}.${(index % 250) + 1}, family: ${family}, parents: [${above.join(", ")}]${room}${extra[name] === undefined ? "" : `, ${extra[name]}`}, ${checks} }`;
  });
  return [
    "instance: { name: scenario, language: en, timezone: America/Toronto, state_dir: state }",
    "storage: { sqlite: state/vigie.db }",
    places ??
      `sites: { ${[...new Set(["mgh", ...Object.values(sites)])].map((id) => `${id}: { name: ${id}, service_hours: office }`).join(", ")} }`,
    rooms,
    people,
    "credentials: { login: { ssh_password: { user: vigie, password: { env: SCENARIO_PASSWORD } } }, community: { snmp_community: { version: 2c, community: { env: SCENARIO_PASSWORD } } } }",
    `devices:\n${lines.join("\n")}`,
    yaml,
  ].join("\n");
}

interface Told {
  readonly channels: string | undefined;
  readonly reach: Readonly<Record<string, string>>;
  readonly unfilled: readonly string[];
}

/** Each function is one contact with one channel. */
function everybody({ channels, reach, unfilled }: Told): string {
  return [
    `channels: { sink: { sink: {} }${channels === undefined ? "" : `, ${channels}`} }`,
    `contacts:\n${functions.map((id) => `  ${id}: { name: ${id}, language: en, reach: ${reach[id] ?? `[{ sink: ${id} }]`} }`).join("\n")}`,
    `functions:\n${functions.map((id) => `  ${id}: { contacts: [${unfilled.includes(id) ? "" : id}] }`).join("\n")}`,
  ].join("\n");
}

export async function configOf(folder: string, options: ScenarioOptions): Promise<Config> {
  const file = join(folder, "vigie.yaml");
  writeFileSync(file, yamlOf(options));
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), text);
  const env = { SCENARIO_PASSWORD: "not a secret", SCENARIO_SECRET: scenarioSecret };
  const loaded = await loadConfig(file, { demo: true, env, sources: knowledge });
  if (!loaded.ok) throw new Error(loaded.problems.map((problem) => `${problem.path}: ${problem.message}`).join("\n"));
  return loaded.config;
}

/** Builds the network and takes the first look at everything. End it with `net.end()`. */
export async function scenario(options: ScenarioOptions): Promise<Scenario> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-scenario-"));
  const config = await configOf(folder, options);
  const clock = new FakeClock(options.start ?? Date.UTC(2026, 10, 18, 14));
  const store = await openStore({ storage: config.storage, stateDir: config.instance.stateDir, clock });
  await store.migrate();
  const { looksAhead, notifiers } = options;
  const net = new Scenario({ clock, folder, config, store, together: options.together ?? false, looksAhead, notifiers });
  await net.begin();
  await net.advance(options.warmUpMs ?? 40 * SECOND);
  Object.assign(net, { start: clock.now() });
  return net;
}
