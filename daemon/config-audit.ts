/**
 * Every load of the configuration in the audit: who asked for it, what changed, or that it was refused. Paths only: no value of the file, so
 * no secret either.
 */
import type { ReloadResult } from "./api/deps.ts";
import type { Log, Store } from "./ports.ts";

/** As many changed paths as one entry names; the count tells of the others. */
const namedChanges = 50;

export interface Load {
  /** The token's name, `SIGHUP`, `watch`. */
  readonly by: string;
  readonly yes: boolean;
  /** Of the configuration in force after it. */
  readonly hash: string;
}

/** What the audit says of a reload. */
function reloadEntry({ by, yes, hash }: Load, result: ReloadResult) {
  const target = "configuration";
  if (!result.ok) {
    const data = { reason: result.reason, problems: result.problems.length };
    return { at: result.at, by, action: "configuration.refused", target, data };
  }
  const changes = result.changes.slice(0, namedChanges);
  return { at: result.at, by, action: "configuration.reloaded", target, data: { yes, changes, count: result.changes.length, hash } };
}

/** What is in force stays in force when the store cannot take the entry; the log says that it is missing. */
export async function auditReload(store: Store, log: Log, load: Load, result: ReloadResult): Promise<void> {
  await store
    .transaction(undefined, (tx) => tx.audit([reloadEntry(load, result)]))
    .catch(() => log.error({ by: load.by }, "a load of the configuration is not in the audit"));
}

/** The hash tells whether the files were changed while the daemon was down. */
export async function auditStart(
  store: Store,
  log: Log,
  load: { readonly at: number; readonly hash: string; readonly files: number },
): Promise<void> {
  const { at, hash, files } = load;
  const entry = { at, by: "system", action: "configuration.loaded", target: "configuration", data: { hash, files } };
  await store.transaction(undefined, (tx) => tx.audit([entry])).catch(() => log.error({}, "the load at the start is not in the audit"));
}
