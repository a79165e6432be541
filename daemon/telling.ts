/**
 * From a decided message to its words, for whom the dispatcher sends it: looks up the names that the text needs.
 *
 * Part of the composition root (app.ts).
 */
import { randomUUID } from "node:crypto";
import { courtTime } from "../rules/task.ts";
import type { BoardView } from "./board.ts";
import { type BookedSessions, subjectOf } from "./bookings.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import type { Config } from "./model/config.ts";
import type { Judgement } from "./model/diagnosis.ts";
import { type Incident, type OutboxRow, sessionOfRow } from "./model/incident.ts";
import type { DeviceInventory } from "./model/inventory.ts";
import { circuitNames } from "./model/network.ts";
import { newsOfRow, type PublicNews } from "./model/public-news.ts";
import { DAY } from "./model/time.ts";
import type { PartnerTask, TaskNotice } from "./model/work.ts";
import type { News } from "./news.ts";
import { createAsking } from "./notify/asking.ts";
import { createNotifiers } from "./notify/notifiers.ts";
import type { createSink } from "./notify/sink.ts";
import type { Clock, Log, Store } from "./ports.ts";
import type { SessionPlan } from "./readying.ts";
import { Dispatcher, type OfTickets } from "./roles/dispatcher.ts";
import type { Named } from "./roles/preparing.ts";
import { coordinatorsOf } from "./roles/recipients.ts";
import { partnerHours } from "./roles/task-terms.ts";
import { taskOfRow } from "./roles/work-rows.ts";
import { supportOf } from "./support.ts";
import type { TaskTokens } from "./task-token.ts";
import { type NoticeInput, type NoticeText, renderNotice } from "./text/notice.ts";
import { newsText, renderNews } from "./text/public-news.ts";
import { type Instead, renderSessionNotice } from "./text/session-notice.ts";
import { renderStorm } from "./text/storm-notice.ts";
import { renderTaskNotice } from "./text/task-notice.ts";
import { configWhys, whyText } from "./text/why.ts";

function renderSession(row: OutboxRow, incident: Incident, config: Config, plan: SessionPlan) {
  const { network, instance, demo } = config;
  const { session, troubled, workarounds } = plan;
  const nameOf = (id: string) => roomName(network, id);
  // The hour on the clock of the reader's own room: the Îles-de-la-Madeleine are an hour ahead.
  const own =
    session.rooms.find((room) => coordinatorsOf(config, room, row.createdAt, row.createdAt - DAY).includes(row.recipient)) ??
    session.rooms[0] ??
    "";
  const site = network.sites.get(network.rooms.get(own)?.site ?? incident.site);
  return renderSessionNotice({
    kind: row.kind === "session-clear" ? "session-clear" : "session-at-risk",
    language: row.language,
    number: incident.number,
    from: session.from,
    timezone: site?.timezone ?? instance.timezone,
    cancelled: session.state === "cancelled",
    rooms: session.rooms.map(nameOf),
    troubled: troubled.map(nameOf),
    ...insteadOf(plan, config),
    telephones: workarounds.telephones.map((id) => ({ room: nameOf(id), phone: network.rooms.get(id)?.phone ?? "" })),
    demo,
  });
}

/** The booked sessions, as they are at the moment of sending; and where the fault lies, as far as it is known by then. */
export type SessionBook = Pick<BookedSessions, "sessionAhead" | "get"> & { now(): number; readonly judged?: Judgement };

/** What a row says, to its recipient, in their language. */
export function renderRow(
  row: OutboxRow,
  incident: Incident,
  config: Config,
  inventoryOf: (device: string) => DeviceInventory | undefined = () => undefined,
  planOf: (session: string) => SessionPlan | undefined = () => undefined,
  book: SessionBook | undefined = undefined,
): NoticeText {
  const session = sessionOfRow(row);
  const plan = session === undefined ? undefined : planOf(session);
  if (plan !== undefined) return renderSession(row, incident, config, plan);
  const { network, instance, rules } = config;
  if (newsOfRow(row) !== undefined && incident.news !== undefined) return renderedNews(row, incident, incident.news, config);
  const device = incident.device === undefined ? undefined : network.devices.get(incident.device);
  const room = incident.room === undefined ? undefined : network.rooms.get(incident.room);
  const site = network.sites.get(incident.site);
  const linkName = circuitNames(network, incident.rootCause);
  const rule = rules.find((each) => each.id === incident.rule);
  const nameOf = (id: string) =>
    network.devices.get(id)?.name ?? network.links.get(id)?.name ?? network.sites.get(id)?.name ?? network.rooms.get(id)?.name;
  const whys = configWhys(config);
  return renderNotice({
    incident,
    kind: row.kind,
    language: row.language,
    siteName: site?.name ?? incident.site,
    timezone: site?.timezone ?? instance.timezone,
    demo: config.demo,
    why: (text) => whyText(text, row.language, nameOf, whys),
    ...(device === undefined ? {} : { deviceName: device.name }),
    ...(linkName === undefined ? {} : { linkName }),
    ...(room === undefined ? {} : { roomName: room.name }),
    ...(room?.phone === undefined ? {} : { roomPhone: room.phone }),
    ...(rule === undefined ? {} : { rule }),
    ...(incident.reaches === undefined ? {} : { reaches: incident.reaches.map((id) => nameOf(id) ?? id) }),
    // Level 3 calls suppliers: these are what they ask first.
    ...(device === undefined || incident.level < 3 ? {} : { support: supportOf(device, config, inventoryOf(device.id), row.createdAt) }),
    ...(instance.publicUrl === undefined ? {} : { publicUrl: instance.publicUrl }),
    ...sessionOf(incident, config, book, planOf),
    ...(row.lateMs === undefined ? {} : { lateMs: row.lateMs }),
    ...ticketSystemOf(row, config),
    ...(incident.wakeAt === undefined || incident.wakeFor !== "escalate" ? {} : { deadlineAt: incident.wakeAt }),
  });
}

/** The key of such a message ends with the system's id. */
function ticketSystemOf({ kind, key }: OutboxRow, { tickets }: Config): Pick<NoticeInput, "ticketSystem"> {
  const id = key.slice(key.lastIndexOf("/") + 1);
  return kind === "ticket-given-up" ? { ticketSystem: tickets?.get(id)?.name ?? id } : {};
}

/** With since when and the next time, as each would say alone. */
function newsWords(incident: Incident, news: PublicNews, language: OutboxRow["language"], { network, instance }: Config): string {
  return newsText(news, language, network.sites.get(incident.site)?.timezone ?? instance.timezone).replaceAll("\n", " ");
}

function renderedNews({ kind, language }: OutboxRow, incident: Incident, news: PublicNews, config: Config): NoticeText {
  const { network, instance, demo } = config;
  const site = network.sites.get(incident.site);
  return renderNews({
    ...{ kind: kind === "news" ? "news" : "news-due", news, incident, language, demo },
    timezone: site?.timezone ?? instance.timezone,
    siteName: site?.name ?? incident.site,
    ...(instance.publicUrl === undefined ? {} : { publicUrl: instance.publicUrl }),
  });
}

/** The session that it hits, or hits next, and where that can be held instead. */
function sessionOf(
  incident: Incident,
  config: Config,
  book: SessionBook | undefined,
  planOf: (session: string) => SessionPlan | undefined,
): Pick<NoticeInput, "session" | "instead" | "judged"> {
  const judged = book?.judged === undefined ? {} : { judged: book.judged };
  const subject = subjectOf(incident);
  const at = book?.now();
  const ahead = subject === undefined || at === undefined ? undefined : book?.sessionAhead(subject, at);
  const session = ahead && book?.get(ahead.session);
  if (ahead === undefined || session === undefined) return judged;
  const rooms = session.rooms.map((room) => config.network.rooms.get(room)?.name ?? room);
  const plan = planOf(session.id);
  return {
    ...judged,
    session: { from: session.from, to: session.to, rooms, runs: ahead.withinMs <= 0 },
    ...(plan === undefined || plan.troubled.length === 0 ? {} : { instead: insteadOf(plan, config) }),
  };
}

function insteadOf({ workarounds }: SessionPlan, { network }: Config): Instead {
  return {
    otherRooms: workarounds.rooms.map((id) => roomName(network, id)),
    otherBridges: workarounds.bridges.map((id) => network.devices.get(id)?.name ?? id),
  };
}

function roomName({ rooms, sites }: Config["network"], id: string): string {
  const room = rooms.get(id);
  return room === undefined ? id : `${room.name}, ${sites.get(room.site)?.name ?? room.site}`;
}

/** One message about several incidents: a storm. */
export function renderSeveral(row: OutboxRow, named: readonly Named[], config: Config): NoticeText {
  const { network, instance, demo, rules } = config;
  const ruleOf = (incident: Incident) => {
    const rule = rules.find(({ id }) => id === incident.rule);
    return rule === undefined ? {} : { rule };
  };
  return renderStorm({
    language: row.language,
    demo,
    ...(instance.publicUrl === undefined ? {} : { publicUrl: instance.publicUrl }),
    incidents: named.map(({ row: { kind }, incident }) => ({
      ...{ kind, number: incident.number, severity: incident.severity, urgency: incident.urgency, symptom: incident.symptom },
      siteName: network.sites.get(incident.site)?.name ?? incident.site,
      ...ruleOf(incident),
      ...(kind === "news" && incident.news !== undefined ? { words: newsWords(incident, incident.news, row.language, config) } : {}),
      deviceName: network.devices.get(incident.device ?? "")?.name ?? circuitNames(network, incident.rootCause) ?? incident.device,
      roomName: network.rooms.get(incident.room ?? "")?.name,
    })),
  });
}

/** What a row about a task of a partner says; undefined when there is no such task. */
export function renderTask(
  row: OutboxRow,
  incident: Incident,
  config: Config,
  { task, tokens, at }: { readonly task: PartnerTask; readonly tokens: TaskTokens; readonly at: number },
): { readonly subject: string; readonly text: string } {
  const { network, instance, demo, partners, contacts } = config;
  const site = network.sites.get(incident.site);
  const link = network.links.get(/^link:([^|]+)/.exec(incident.fingerprint)?.[1] ?? "");
  const circuit = link === undefined ? undefined : [link.name, link.circuit].filter((each) => each !== undefined).join(", ");
  const base = instance.publicUrl?.replace(/\/+$/, "");
  return renderTaskNotice({
    kind: row.kind as TaskNotice,
    language: row.language,
    task,
    number: incident.number,
    instanceName: instance.name,
    partnerName: partners.get(task.partner)?.name ?? task.partner,
    siteName: site?.name ?? incident.site,
    since: incident.firstBadAt,
    timezone: site?.timezone ?? instance.timezone,
    digits: tokens.digitsOf(task.id),
    court: courtTime(task, partnerHours(config, task.partner), at),
    asked: task.ladder.slice(0, task.rung + 1).map((id) => contacts.get(id)?.name ?? id),
    demo,
    ...(circuit === undefined ? {} : { circuit }),
    ...(base === undefined
      ? {}
      : { page: `${base}/task/${tokens.tokenOf(task.id)}`, incidentPage: `${base}/incidents/${incident.number}` }),
  });
}

/** Where the fault lies, by the last diagnosis that says anything; a message never waits for one. */
export async function judgedOf(store: Pick<Store, "diagnoses">, incident: string): Promise<{ readonly judged?: Judgement }> {
  const judged = (await store.diagnoses(incident)).find((each) => each.judged !== undefined)?.judged;
  return judged === undefined ? {} : { judged };
}

/** Sends what the outbox holds, over the channels of the configuration. */
export function makeDispatcher(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: () => Config;
  readonly mutes: MaintenanceBook;
  readonly board: BoardView;
  readonly news: News;
  readonly sink: ReturnType<typeof createSink>;
  readonly planOf: (session: string) => SessionPlan | undefined;
  readonly bookings: BookedSessions;
  readonly tokens: TaskTokens;
  /** Of messages to other systems. */
  readonly tickets?: OfTickets;
}): Dispatcher {
  const { board, news, sink, planOf, tokens, bookings, ...deps } = parts;
  const book: SessionBook = {
    sessionAhead: (subject, at) => bookings.sessionAhead(subject, at),
    get: (id) => bookings.get(id),
    now: () => deps.clock.now(),
  };
  return new Dispatcher({
    ...deps,
    notifiers: createNotifiers({ now: () => deps.clock.now(), sink }),
    worker: randomUUID(),
    asking: createAsking(deps),
    render: async (row, incident, config, named) => {
      if (named.length > 1) return renderSeveral(row, named, config);
      const about = taskOfRow(row);
      const task = about === undefined ? undefined : await deps.store.task(about);
      if (task !== undefined) return renderTask(row, incident, config, { task, tokens, at: deps.clock.now() });
      const judged = await judgedOf(deps.store, incident.id);
      return renderRow(row, incident, config, (device) => board.inventory(device), planOf, { ...book, ...judged });
    },
    stats: { delivered: (channel, state) => news.delivered(channel, state) },
  });
}
