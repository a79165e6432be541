/**
 * Comma-separated values as RFC 4180 has them, and as spreadsheets write them: `,` or `;`, a byte order mark, Windows-1252.
 *
 * Pure.
 */

export interface CsvRow {
  /** The row's number in the file, the header being 1; a quoted line end does not count as a row. */
  readonly row: number;
  readonly cells: readonly string[];
}

export interface Csv {
  readonly rows: readonly CsvRow[];
  /** A quote that never closes: the row where it opened. */
  readonly openQuoteInRow?: number;
}

/** UTF-8 (or UTF-16 with its mark), else Windows-1252: what spreadsheets in French save by default. */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly encoding: "utf-8" | "utf-16le" | "windows-1252" } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "utf-16le" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    // Not UTF-8: the decoder has no other way to say so.
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}

/** Splits a text into rows; empty lines are left out but counted. */
export function readCsv(text: string): Csv {
  const delimiter = delimiterOf(text);
  const rows: CsvRow[] = [];
  let row = 1;
  let cells: string[] = [];
  let at = 0;
  for (;;) {
    const cell = readCell(text, at, delimiter);
    if (cell === undefined) return { rows, openQuoteInRow: row };
    cells.push(cell.value.trim());
    at = cell.end;
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    if (cells.some((value) => value !== "")) rows.push({ row, cells });
    cells = [];
    row += 1;
    if (at >= text.length) return { rows };
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
  }
}

/** The one that the header has more of, outside quotes. */
function delimiterOf(text: string): "," | ";" {
  const header = (text.split(/\r?\n/, 1)[0] ?? "").replaceAll(/"[^"]*"/g, "");
  return header.split(";").length > header.split(",").length ? ";" : ",";
}

function readCell(text: string, from: number, delimiter: string): { readonly value: string; readonly end: number } | undefined {
  let value = "";
  let at = from;
  if (text[at] === '"') {
    for (;;) {
      const quote = text.indexOf('"', at + 1);
      if (quote < 0) return undefined;
      value += text.slice(at + 1, quote);
      at = quote + 1;
      if (text[at] !== '"') break;
      value += '"';
    }
  }
  const start = at;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at += 1;
  return { value: value + text.slice(start, at), end: at };
}
