/**
 * From a decided message to its words, for whom the dispatcher sends it: looks up the names that the text needs.
 *
 * Part of the composition root (app.ts).
 */
import { randomUUID } from "node:crypto";
import type { BoardView } from "./board.ts";
import type { MaintenanceBook } from "./maintenance-book.ts";
import type { Config } from "./model/config.ts";
import type { Incident, OutboxRow } from "./model/incident.ts";
import type { DeviceInventory } from "./model/inventory.ts";
import { circuitNames } from "./model/network.ts";
import type { News } from "./news.ts";
import { createNotifiers } from "./notify/notifiers.ts";
import type { createSink } from "./notify/sink.ts";
import type { Clock, Log, Store } from "./ports.ts";
import { Dispatcher } from "./roles/dispatcher.ts";
import { supportOf } from "./support.ts";
import { renderNotice } from "./text/notice.ts";
import { tableWhys, whyText } from "./text/why.ts";

/** What a row says, to its recipient, in their language. */
export function renderRow(
  row: OutboxRow,
  incident: Incident,
  config: Config,
  inventoryOf: (device: string) => DeviceInventory | undefined = () => undefined,
): { readonly subject: string; readonly text: string } {
  const { network, instance, rules, severity } = config;
  const device = incident.device === undefined ? undefined : network.devices.get(incident.device);
  const room = incident.room === undefined ? undefined : network.rooms.get(incident.room);
  const site = network.sites.get(incident.site);
  const linkName = circuitNames(network, incident.rootCause);
  const rule = rules.find((each) => each.id === incident.rule);
  const nameOf = (id: string) => network.devices.get(id)?.name ?? network.links.get(id)?.name ?? network.sites.get(id)?.name;
  const whys = tableWhys(severity);
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
    // Level 3 calls suppliers: these are what they ask first.
    ...(device === undefined || incident.level < 3 ? {} : { support: supportOf(device, config, inventoryOf(device.id), row.createdAt) }),
    ...(instance.publicUrl === undefined ? {} : { publicUrl: instance.publicUrl }),
    ...(row.lateMs === undefined ? {} : { lateMs: row.lateMs }),
    ...(incident.wakeAt === undefined || incident.wakeFor !== "escalate" ? {} : { deadlineAt: incident.wakeAt }),
  });
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
}): Dispatcher {
  const { board, news, sink, ...deps } = parts;
  return new Dispatcher({
    ...deps,
    notifiers: createNotifiers({ now: () => deps.clock.now(), sink }),
    worker: randomUUID(),
    render: (row, incident, config) => renderRow(row, incident, config, (device) => board.inventory(device)),
    stats: { delivered: (channel, state) => news.delivered(channel, state) },
  });
}
