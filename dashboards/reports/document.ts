/**
 * A report as blocks of text and tables, in one language. The PDF, the DOCX, the CSV and the plain text are made from it.
 */
import type { Language } from "../../daemon/model/time.ts";
import { say } from "../../daemon/text/catalogue.ts";
import type { TextKey } from "../../daemon/text/en.ts";

export interface ReportDocument {
  readonly language: Language;
  readonly title: string;
  /** Number, place, period: what tells this one from the others. */
  readonly subtitle: string;
  /** Whose report it is, above the title. */
  readonly issuer: string;
  /** In every page's foot: version, when it was made. */
  readonly foot: string;
  /** Across every page in grey, for what does not count: `DÉMO`. */
  readonly watermark?: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string; readonly tone?: "plain" | "small" | "missing" }
  | { readonly kind: "facts"; readonly rows: readonly (readonly [label: string, value: string])[] }
  | ReportTable
  | { readonly kind: "figures"; readonly items: readonly { readonly label: string; readonly value: string; readonly note?: string }[] }
  | { readonly kind: "signature"; readonly name: string; readonly role: string; readonly at: string };

export interface ReportTable {
  readonly kind: "table";
  /** Names the table in a CSV with several of them. */
  readonly name: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Stands there when it has no rows. */
  readonly empty: string;
}

export interface ReportColumn {
  readonly label: string;
  /** Share of the width, against the other columns; 1 where not given. */
  readonly width?: number;
  readonly align?: "left" | "right";
}

/** A heading with its table beneath; heads and words by their keys in the catalogue. */
export function tableUnder(
  language: Language,
  title: TextKey,
  empty: TextKey,
  columns: readonly (readonly [head: TextKey, width?: number, align?: "right"])[],
  rows: readonly (readonly string[])[],
): Block[] {
  const name = say(language, title);
  const heads = columns.map(([head, width, align]) => ({
    label: say(language, head),
    ...(width === undefined ? {} : { width }),
    ...(align === undefined ? {} : { align }),
  }));
  return [
    { kind: "heading", text: name },
    { kind: "table", name, empty: say(language, empty), columns: heads, rows },
  ];
}
