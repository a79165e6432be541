/**
 * `vigie import devices x.csv`: a spreadsheet becomes the `devices:` of a file to include. All errors at once, by row and column.
 *
 * New devices are in commissioning: looked at and shown, paging nobody until somebody accepts them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import type { z } from "zod";
import { shippedKnowledge } from "../config/knowledge.ts";
import { nearest } from "../config/problems.ts";
import * as scalars from "../config/scalars.ts";
import type { CommandOutput } from "./check-config.ts";
import { type CsvRow, decodeText, readCsv } from "./csv.ts";

const HELP = `Usage: vigie import devices FILE.csv [--out FILE.yaml] [--json]

Turns a spreadsheet (CSV; comma or semicolon; UTF-8 or Windows-1252) into devices: for a file to include.
The first row names the columns, in English or in French:

  id (identifiant)         optional: made from the name
  name (nom)
  site, room (salle)       ids of your file
  address (adresse)        required: IP address or host name
  family (famille)         required: a device family, such as cisco-ce
  parents                  ids, separated by spaces
  snmp, ssh                ids of credentials
  supplier (fournisseur), warranty (garantie: 2027-01-31), service_hours (heures_service)

New devices are in commissioning: they page nobody until their room's acceptance sheet is signed.

  --out FILE   write there instead of to the standard output; never overwrites
  --json       print one JSON object instead: devices, errors, warnings
  --help       this text

Exit code: 0 written, 1 errors (nothing is written), 2 wrong use.`;

const COLUMNS = {
  id: ["id", "identifiant", "device", "appareil"],
  name: ["name", "nom"],
  site: ["site", "etablissement", "installation"],
  room: ["room", "salle"],
  address: ["address", "adresse", "adresse ip", "ip address", "ip"],
  family: ["family", "famille"],
  parents: ["parents", "parent"],
  snmp: ["snmp"],
  ssh: ["ssh"],
  supplier: ["supplier", "fournisseur"],
  warranty_until: ["warranty_until", "warranty", "garantie", "fin de garantie"],
  service_hours: ["service_hours", "service hours", "heures_service", "heures de service"],
} as const;
type Column = keyof typeof COLUMNS;

const REQUIRED: readonly Column[] = ["site", "address", "family"];

type Imported = Record<string, string | readonly string[] | boolean>;

interface Import {
  readonly devices: Readonly<Record<string, Imported>>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Runs the command; `argv` starts with the file. Resolves to the exit code. */
export async function importDevices(argv: readonly string[], io: CommandOutput): Promise<number> {
  const asked = readArguments(argv);
  if (typeof asked === "string") {
    io.err(`import devices: ${asked}; see vigie import devices --help`);
    return 2;
  }
  if (asked.help) {
    io.out(HELP);
    return 0;
  }
  const bytes = await readFile(asked.file).catch((error: NodeJS.ErrnoException) => error.code ?? "unknown");
  if (typeof bytes === "string") {
    io.err(`${asked.file} cannot be read (${bytes}); check the path`);
    return 1;
  }
  const { text, encoding } = decodeText(bytes);
  const families = shippedKnowledge();
  const result = devicesFromCsv(text.replace(/^\uFEFF/, ""), new Set(families.loadFamilies(families.familyFolders).families.keys()));
  if (encoding === "windows-1252") io.err(`warning: ${asked.file} is not UTF-8 and was read as Windows-1252; check the accents`);
  if (asked.json) {
    io.out(JSON.stringify(result));
    return result.errors.length > 0 ? 1 : 0;
  }
  for (const warning of result.warnings) io.err(`warning: ${warning}`);
  for (const error of result.errors) io.err(error);
  if (result.errors.length > 0) {
    io.err(`${asked.file}: ${result.errors.length} errors, nothing written`);
    return 1;
  }
  return write(asked.out, result.devices, io);
}

async function write(out: string | undefined, devices: Import["devices"], io: CommandOutput): Promise<number> {
  const yaml = stringify({ devices }, { lineWidth: 0 }).trimEnd();
  if (out === undefined) {
    io.out(yaml);
    return 0;
  }
  const failed = await writeFile(out, `${yaml}\n`, { flag: "wx" }).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? "unknown",
  );
  if (failed === undefined) io.err(`${Object.keys(devices).length} devices written to ${out}`);
  else io.err(failed === "EEXIST" ? `${out} is there already; name another file` : `${out} cannot be written (${failed}); check the path`);
  return failed === undefined ? 0 : 1;
}

interface Asked {
  readonly file: string;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

function readArguments(argv: readonly string[]): Asked | string {
  try {
    const options = { out: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    const [file] = positionals;
    const { out, json } = values;
    if (values.help === true) return { file: "", out, json, help: true };
    if (json && out !== undefined) return "--json prints, and --out writes; take one";
    return file === undefined || positionals.length > 1 ? "name one CSV file" : { file, out, json, help: false };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the option that it does not know.
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : "cannot read the arguments";
  }
}

/** Devices of a CSV text. `families`: the ids known; another one is a warning, since a site may have its own. */
export function devicesFromCsv(text: string, families: ReadonlySet<string>): Import {
  const csv = readCsv(text);
  const errors: string[] = [];
  const warnings: string[] = [];
  if (csv.openQuoteInRow !== undefined) errors.push(`row ${csv.openQuoteInRow}: a quote opens and never closes; close it, or double it`);
  const [header, ...rows] = csv.rows;
  if (header === undefined)
    return { devices: {}, errors: [...errors, "row 1: the file is empty; the first row names the columns"], warnings };
  const columns = readHeader(header, errors, warnings);
  const devices: Record<string, Imported> = Object.create(null);
  const rowOfId = new Map<string, number>();
  const rowOfAddress = new Map<string, number>();
  for (const row of errors.length > 0 ? [] : rows) {
    const { id, device } = readRow(row, columns, errors);
    unique(rowOfId, row.row, "id", id, errors);
    unique(rowOfAddress, row.row, "address", device.address, errors);
    const family = String(device.family ?? "");
    if (family !== "" && !families.has(family)) {
      const near = nearest(family, families);
      warnings.push(
        `row ${row.row}, column family: there is no shipped family "${family}"; ${near === undefined ? "add your own" : `did you mean "${near}"?`}`,
      );
    }
    devices[id] = device;
  }
  if (errors.length === 0 && rows.length === 0) errors.push("row 2: there is no device below the header");
  return { devices, errors, warnings };
}

function unique(seen: Map<string, number>, row: number, column: string, value: unknown, errors: string[]): void {
  if (typeof value !== "string" || value === "") return;
  const first = seen.get(value);
  if (first === undefined) seen.set(value, row);
  else errors.push(`row ${row}, column ${column}: "${value}" is already in row ${first}; give each device its own`);
}

/** Column by position. */
function readHeader(header: CsvRow, errors: string[], warnings: string[]): ReadonlyMap<number, Column> {
  const columns = new Map<number, Column>();
  for (const [index, cell] of header.cells.entries()) {
    const word = plain(cell).replaceAll(/\s+/g, " ");
    if (word === "") continue;
    const column = (Object.keys(COLUMNS) as Column[]).find((name) => (COLUMNS[name] as readonly string[]).includes(word));
    if (column === undefined) warnings.push(`row 1: column "${cell}" is not known and is left out; see --help for those that are`);
    else if ([...columns.values()].includes(column)) errors.push(`row 1: column "${cell}" stands there twice (${column}); keep one`);
    else columns.set(index, column);
  }
  for (const column of REQUIRED) {
    if (![...columns.values()].includes(column)) errors.push(`row 1: there is no column ${column} (${COLUMNS[column].join(", ")}); add it`);
  }
  if (![...columns.values()].some((column) => column === "id" || column === "name"))
    errors.push("row 1: there is no column id or name; add one");
  return columns;
}

function readRow(row: CsvRow, columns: ReadonlyMap<number, Column>, errors: string[]): { readonly id: string; readonly device: Imported } {
  const cells = new Map<Column, string>();
  for (const [index, column] of columns) cells.set(column, row.cells[index] ?? "");
  const fail = (column: Column, message: string): void => {
    errors.push(`row ${row.row}, column ${column}: ${message}`);
  };
  const written = cells.get("id") ?? "";
  const id = written === "" ? slug(cells.get("name") ?? "") : written;
  const badId = scalars.badId(id);
  if (badId !== undefined) fail("id", id === "" ? "is missing, and so is the name it could be made from; write one" : `"${id}" ${badId}`);
  const device: Imported = {};
  for (const [column, cell] of cells) {
    if (column === "id") continue;
    if (cell === "" && !REQUIRED.includes(column)) continue;
    const value = readValue(column, cell);
    if (value instanceof scalars.Refused) fail(column, value.message);
    else device[column] = value;
  }
  device.commissioning = true;
  return { id, device };
}

function readValue(column: Column, cell: string): string | readonly string[] | scalars.Refused {
  switch (column) {
    case "address":
      return checked(scalars.address, cell);
    case "warranty_until":
      return checked(scalars.isoDate, cell);
    case "name":
    case "supplier":
      return checked(scalars.line(), cell);
    case "parents":
      return cell.split(/[\s,;|]+/).filter(Boolean);
    case "id":
    case "site":
    case "room":
    case "family":
    case "snmp":
    case "ssh":
    case "service_hours": {
      const bad = cell === "" ? `is missing; write the id of a ${column}` : scalars.badId(cell);
      return bad === undefined ? cell : new scalars.Refused(cell === "" ? bad : `"${cell}" ${bad}`);
    }
  }
}

function checked(schema: z.ZodType<string, unknown>, cell: string): string | scalars.Refused {
  const result = schema.safeParse(cell === "" ? undefined : cell);
  return result.success ? result.data : new scalars.Refused(result.error.issues[0]?.message ?? "cannot be read");
}

function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().trim();
}

/** `Codec Pédiatrie 2` → `codec-pediatrie-2`. */
function slug(name: string): string {
  return plain(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
}
