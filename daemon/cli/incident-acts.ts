/**
 * What `vigie incident` does, by the same desks as the API: the same decisions, lines on the timeline and audit rows.
 */
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { type AttachmentType, mostBytes } from "../../rules/attachment.ts";
import type { Person } from "../../rules/handover.ts";
import { present } from "../api/shape.ts";
import { BookedSessions } from "../bookings.ts";
import type { Config } from "../model/config.ts";
import type { Disposition, Incident } from "../model/incident.ts";
import type { ActionKind } from "../model/work.ts";
import type { Clock, Store } from "../ports.ts";
import { ReportDesk } from "../reporting/desk.ts";
import { workDone } from "../reporting/work-done.ts";
import { ActionDesk } from "../roles/action-desk.ts";
import { AttachmentDesk } from "../roles/attachment-desk.ts";
import { Desk } from "../roles/desk.ts";
import { WorkDesk } from "../roles/work-desk.ts";

export const incidentActs = ["take", "note", "action", "attach", "hand-over", "ticket", "resolve", "close"] as const;
export type IncidentAct = (typeof incidentActs)[number];

export const kinds: readonly ActionKind[] = ["ip-change", "swap", "restart", "configuration", "firmware", "cabling", "other"];
export const dispositions: readonly Disposition[] = ["fixed", "healed", "false-alarm", "test", "duplicate", "not-ours"];

type Option =
  | ("note" | "kind" | "what" | "device" | "part" | "room" | "link" | "before" | "after" | "type" | "to" | "as" | "system")
  | ("serial-before" | "serial-after");

/** What each needs, and takes beside that. */
export const incidentNeeds: Readonly<Record<IncidentAct, { readonly needs: readonly Option[]; readonly takes: readonly Option[] }>> = {
  take: { needs: [], takes: ["note"] },
  note: { needs: ["note"], takes: [] },
  action: {
    needs: ["kind", "what"],
    takes: ["device", "part", "room", "link", "before", "after", "serial-before", "serial-after"],
  },
  attach: { needs: [], takes: ["type"] },
  "hand-over": { needs: ["to", "note"], takes: [] },
  ticket: { needs: ["system"], takes: ["note"] },
  resolve: { needs: ["note"], takes: [] },
  close: { needs: ["as", "note"], takes: [] },
};

export interface ActAsked {
  readonly what: IncidentAct;
  readonly number: string;
  /** To attach. */
  readonly file: string;
  readonly values: Readonly<Partial<Record<Option, string | undefined>>>;
  readonly person: Person;
}

export type ActOutcome =
  | { readonly ok: true; readonly incident: Incident; readonly made?: { readonly id: string }; readonly said: string }
  | { readonly ok: false; readonly problem: string };

type Deps = { readonly store: Store; readonly config: Config; readonly clock: Clock };

export async function actOnIncident(asked: ActAsked, deps: Deps): Promise<ActOutcome> {
  const { what, number, values, person } = asked;
  const { store, clock } = deps;
  const config = () => deps.config;
  const bookings = new BookedSessions({ store, clock, config });
  await bookings.refresh();
  const desk = { store, clock, config, bookings, changed() {} };
  const reports = new ReportDesk({ ...desk, work: workDone({ store, clock, config }) });
  const acts = new Desk({ ...desk, closeGate: (...of) => reports.gate(...of) });
  const note = values.note?.trim() ?? "";
  const said = async (result: Promise<Awaited<ReturnType<Desk["take"]>>>, done: string): Promise<ActOutcome> => {
    const outcome = await result;
    return outcome.ok ? { ...outcome, said: done } : outcome;
  };
  switch (what) {
    case "take":
      return said(acts.take(number, person.name, note === "" ? undefined : note), `${person.name} has it`);
    case "note":
      return said(new WorkDesk(desk).note(number, person, note), "noted");
    case "hand-over":
      return handOver(asked, note, new WorkDesk(desk), deps.config);
    case "ticket":
      return said(
        new WorkDesk(desk).ticket(number, person, { system: values.system ?? "", note: note === "" ? undefined : note }),
        `a ticket at ${values.system} is being opened`,
      );
    case "resolve":
      return said(acts.resolve(number, person.name, note), "resolved");
    case "close":
      return said(acts.close(number, person.name, values.as as Disposition, note), `closed as ${values.as}`);
    case "action":
      // The running daemon reads its silences again by itself.
      return write(asked, new ActionDesk({ ...desk, book: { refresh: async () => undefined } }));
    case "attach":
      return attach(asked, new AttachmentDesk(desk));
  }
}

/** A function, or else a person. */
async function handOver({ number, values, person }: ActAsked, note: string, desk: WorkDesk, config: Config): Promise<ActOutcome> {
  const { to = "" } = values;
  if (!config.functions.has(to) && !config.contacts.has(to)) {
    const functions = [...config.functions.keys()].join(", ");
    return { ok: false, problem: `--to: "${to}" is neither a function (${functions}) nor a contact; vigie on-call people lists those` };
  }
  const outcome = await desk.assign(number, person, config.functions.has(to) ? { function: to } : { person: to }, note);
  return outcome.ok ? { ...outcome, said: `offered to ${to}; it counts when they accept` } : outcome;
}

async function write({ number, values, person }: ActAsked, desk: ActionDesk): Promise<ActOutcome> {
  const { kind, what = "", device, part, room, link, before, after } = values;
  const serials = { serialBefore: values["serial-before"], serialAfter: values["serial-after"] };
  const said = { kind: kind as ActionKind, what: what.trim(), ...present({ device, part, room, link, before, after, ...serials }) };
  const outcome = await desk.write(number, person, said);
  if (!outcome.ok) return outcome;
  const { action, incident } = outcome;
  const waits = action.state === "waiting" ? `; ${action.device} is quiet until the configuration has ${action.after}, 24 h at most` : "";
  const serial = action.serialAfter === undefined ? "" : `, ${action.serialBefore ?? "?"} -> ${action.serialAfter}`;
  return { ok: true, incident, made: action, said: `${action.kind} written down${serial}${waits}` };
}

const types: Readonly<Record<string, AttachmentType>> = {
  ...{ ".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg" },
  ...{ ".txt": "text/plain", ".log": "text/plain", ".csv": "text/csv" },
};

async function attach({ number, file, values, person }: ActAsked, desk: AttachmentDesk): Promise<ActOutcome> {
  const type = (values.type as AttachmentType | undefined) ?? types[extname(file).toLowerCase()];
  if (type === undefined) return { ok: false, problem: `${file}: its name does not tell what it is; say it with --type` };
  // One byte more is enough to be refused for its size.
  const bytes = (await readFile(file)).subarray(0, mostBytes + 1);
  const outcome = await desk.attach(number, person, { name: basename(file), type, bytes });
  if (!outcome.ok) return outcome;
  const { attachment, incident } = outcome;
  return { ok: true, incident, made: attachment, said: `${attachment.name}, ${attachment.sizeBytes} bytes` };
}
