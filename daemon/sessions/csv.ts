/**
 * A spreadsheet of sessions: one a row. Columns that are not ours are not read, whatever stands in them; no error quotes a cell.
 */
import { DateTime } from "luxon";
import { readCsv } from "../cli/csv.ts";
import type { Config } from "../model/config.ts";
import { plainWords } from "../model/session.ts";
import { type NewSession, newSession } from "./desk.ts";

const columns = {
  key: ["key", "id", "identifiant"],
  rooms: ["rooms", "room", "salles", "salle"],
  from: ["from", "start", "debut"],
  to: ["to", "end", "fin"],
  kind: ["kind", "type", "genre"],
  priority: ["priority", "priorite"],
  specialty: ["specialty", "specialite"],
  bridge: ["bridge", "pont"],
} as const;
type Column = keyof typeof columns;

const words: Readonly<Record<string, string>> = {
  clinique: "clinical",
  formation: "training",
  administrative: "administrative",
  administratif: "administrative",
  urgente: "urgent",
  normale: "normal",
};

export interface CsvSessions {
  readonly sessions: readonly NewSession[];
  /** By row and column, without what stands there. */
  readonly errors: readonly string[];
}

export const mostRows = 20_000;

export function sessionsInCsv(text: string, config: Config): CsvSessions {
  const { rows, openQuoteInRow } = readCsv(text.replace(/^\uFEFF/, ""));
  const [header, ...lines] = rows;
  if (header === undefined || openQuoteInRow !== undefined) {
    const why = header === undefined ? "there is no header row" : `row ${openQuoteInRow}: a quote is opened and never closed`;
    return { sessions: [], errors: [why] };
  }
  const places = placesOf(header.cells);
  const missing = (["rooms", "from", "to"] as const).filter((column) => places[column] === undefined);
  if (missing.length > 0) return { sessions: [], errors: missing.map((each) => `row 1: there is no column ${columns[each].join(" or ")}`) };
  if (lines.length > mostRows) return { sessions: [], errors: [`there are ${lines.length} rows; import at most ${mostRows} at once`] };
  const sessions: NewSession[] = [];
  const errors: string[] = [];
  for (const { row, cells } of lines) {
    const cell = (column: Column): string | undefined => {
      const place = places[column];
      const value = place === undefined ? "" : (cells[place] ?? "");
      return value === "" ? undefined : value;
    };
    const made = newSession(rawOf(cell, config), config);
    if ("problems" in made) errors.push(...made.problems.map((problem) => `row ${row}: ${problem}`));
    else sessions.push(made);
  }
  return { sessions, errors };
}

function placesOf(header: readonly string[]): Readonly<Partial<Record<Column, number>>> {
  const plain = header.map(plainWords);
  const found = Object.entries(columns).map(([column, names]) => [
    column,
    plain.findIndex((each) => (names as readonly string[]).includes(each)),
  ]);
  return Object.fromEntries(found.filter(([, place]) => (place as number) >= 0)) as Partial<Record<Column, number>>;
}

function rawOf(cell: (column: Column) => string | undefined, config: Config): Readonly<Record<string, unknown>> {
  const word = (column: Column) => {
    const plain = plainWords(cell(column) ?? "");
    return plain === "" ? undefined : (words[plain] ?? plain);
  };
  const rooms = (cell("rooms") ?? "").split(/[\s,;|]+/).filter((room) => room !== "");
  const zone = config.network.sites.get(config.network.rooms.get(rooms[0] ?? "")?.site ?? "")?.timezone ?? config.instance.timezone;
  const at = (column: Column) => {
    const value = cell(column);
    if (value === undefined) return undefined;
    const read = DateTime.fromISO(value.replace(" ", "T"), { zone });
    return read.isValid ? read.toMillis() : Number.NaN;
  };
  return {
    key: cell("key"),
    rooms,
    from: at("from"),
    to: at("to"),
    kind: word("kind"),
    priority: word("priority"),
    specialty: cell("specialty"),
    bridge: cell("bridge"),
  };
}
