/**
 * Runs the test cases of a table of diagnoses.
 *
 * Pure. A case runs against the whole table: a row that another one beats is not the one that decides.
 */
import type { DiagnosisTable, DiagnosisVerdict } from "../daemon/model/diagnosis.ts";
import { diagnose } from "./diagnosis.ts";
import type { DiagnosisCase } from "./diagnosisschema.ts";

export interface DiagnosisMiss {
  readonly file: string;
  readonly line?: number;
  readonly row: string;
  readonly case: string;
  readonly wanted: string;
  readonly found: string;
}

/** Cases whose row does not decide, or decides otherwise. */
export function missesOf(table: DiagnosisTable, cases: readonly DiagnosisCase[]): readonly DiagnosisMiss[] {
  return cases.flatMap(({ row, name, facts, wants, file, line }): DiagnosisMiss[] => {
    const { judged } = diagnose(table, facts);
    if (judged.row === wants.row && (wants.verdict === undefined || wants.verdict === judged.verdict)) return [];
    const said = (id: string, verdict: DiagnosisVerdict | undefined) => (verdict === undefined ? id : `${id} (${verdict})`);
    const verdict = wants.verdict ?? table.rows.find(({ id }) => id === wants.row)?.verdict;
    const about = { file, row, case: name, wanted: said(wants.row, verdict), found: said(judged.row, judged.verdict) };
    return [line === undefined ? about : { ...about, line }];
  });
}

/** Rows that decide in no case: nobody knows whether anything reaches them. */
export function unreached(table: DiagnosisTable, cases: readonly DiagnosisCase[]): readonly string[] {
  const reached = new Set(cases.map(({ facts }) => diagnose(table, facts).judged.row));
  return table.rows.map(({ id }) => id).filter((id) => !reached.has(id));
}
