/**
 * What a death leaves, as whoever comes after finds it: every row of every table, and the file of the highest numbers.
 *
 * Of SQLite its files are copied as they lie and opened anew, as after `kill -9`: what was not committed is not there.
 * PostgreSQL shows a second connection exactly what it keeps of the first when that one is gone.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import { oneConnection } from "../../daemon/store/connect.ts";
import { marksFile } from "../../daemon/store/numbers.ts";

/** Of `leases` on PostgreSQL the end is by the database's own clock: the only thing that differs from story to story. */
const byDatabaseTime = new Set(["leases"]);

export function marksOf(stateDir: string): string {
  const file = marksFile(stateDir);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Reads images of databases that all have the tables of `template`. */
export async function sqliteImages(template: string): Promise<(file: string) => Promise<string>> {
  const raw = oneConnection(template);
  const tables = (await raw("sqlite_master").where({ type: "table" }).orderBy("name").pluck("name")) as string[];
  const parts: string[] = [];
  for (const table of tables) {
    const columns = (await raw.raw(`select name from pragma_table_info('${table}')`)) as { name: string }[];
    const values = columns.map(({ name }) => `quote("${name}")`).join(", ");
    parts.push(`select '${table}' as name, json_group_array(json_array(${values})) as content from "${table}"`);
  }
  await raw.destroy();
  const everything = parts.join(" union all ");
  let last: { readonly files: Buffer; readonly image: string } | undefined;
  return async (file) => {
    const files = Buffer.concat(["", "-wal"].map((end) => (existsSync(`${file}${end}`) ? readFileSync(`${file}${end}`) : Buffer.of())));
    if (last?.files.equals(files)) return last.image;
    const folder = `${file}.image`;
    mkdirSync(folder, { recursive: true });
    const copy = join(folder, "vigie.db");
    for (const end of ["", "-wal"]) if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${copy}${end}`);
    const opened = oneConnection(copy);
    try {
      last = { files, image: JSON.stringify(await opened.raw(everything)) };
      return last.image;
    } finally {
      await opened.destroy();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

export async function sequencesOf(raw: Knex): Promise<readonly string[]> {
  const { rows } = (await raw.raw("select sequencename as name from pg_sequences where schemaname = 'public' order by 1")) as {
    rows: { name: string }[];
  };
  return rows.map(({ name }) => name);
}

export function postgresImages(raw: Knex, tables: readonly string[], sequences: readonly string[]): () => Promise<string> {
  const everything = [
    ...tables.map((table) => {
      const row = byDatabaseTime.has(table) ? "concat_ws('|', t.role, t.holder, t.epoch)" : "t::text";
      return `select '${table}' as name, string_agg(${row}, chr(10) order by ${row}) as content from ${table} t`;
    }),
    ...sequences.map((name) => `select '${name}', concat_ws('|', last_value, is_called) from ${name}`),
  ].join(" union all ");
  return async () => JSON.stringify(((await raw.raw(everything)) as { rows: unknown }).rows);
}
