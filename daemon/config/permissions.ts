/**
 * What each function may do over the API: the shipped table, and the file's own lines in place of it.
 */
import type { Config, FunctionEntry } from "../model/config.ts";
import type { Network } from "../model/network.ts";
import { PERMISSIONS, type Permission } from "../model/permission.ts";
import type { Loading } from "./context.ts";
import { DEFAULT_PERMISSIONS } from "./defaults.ts";
import { readTokens } from "./people.ts";
import { checkReference, type Section } from "./reading.ts";
import { permissions as schema } from "./schema.ts";

/** Who has a token, and what each function may. */
export async function readAccess(
  loading: Loading,
  functions: Section<FunctionEntry>,
  { sites }: Pick<Network, "sites">,
): Promise<Pick<Config, "tokens" | "permissions">> {
  const tokens = await readTokens(loading, functions, loading.sections.ids(sites.keys()));
  const permissions = readPermissions(loading, functions);
  checkTokens(loading, tokens, permissions);
  return { tokens, permissions };
}

/** A line of the file replaces the shipped line of that function; a function without a line may nothing. */
function readPermissions({ sections, findings }: Loading, functions: Section<FunctionEntry>): Config["permissions"] {
  const raw = sections.setting("permissions", schema) ?? {};
  const table = new Map<string, readonly Permission[]>(DEFAULT_PERMISSIONS);
  for (const [id, has] of Object.entries(raw)) {
    if (checkReference(findings, ["permissions", id], "function", id, functions.ids)) table.set(id, [...new Set(has)]);
  }
  return table;
}

/** Tokens that could do nothing, or more than their line says: told, and in force as they stand. */
function checkTokens({ findings }: Loading, tokens: Config["tokens"], table: Config["permissions"]): void {
  for (const { name, function: of, sites } of tokens) {
    const has = table.get(of) ?? [];
    if (has.length === 0)
      findings.warn(["tokens", name, "function"], `"${of}" may nothing; add permissions.${of}, of ${PERMISSIONS.join(", ")}`);
    else if (has.includes("read-site") && !has.includes("read") && sites === undefined)
      findings.warn(["tokens", name], `"${of}" reads its own sites only, and none is named; add sites: [<site>]`);
    else if (sites !== undefined && (!has.includes("read-site") || has.includes("read")))
      findings.warn(
        ["tokens", name, "sites"],
        `has no effect: "${of}" does not read by site; leave it out, or write permissions.${of}: [read-site]`,
      );
  }
}
