/**
 * The audit of what is done from the command line: in the store, where there is one, beside a running daemon too; before there is a store,
 * in a file beside its place.
 */
import { appendFile, mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import { openStore } from "../store/open.ts";
import { isStoreThere } from "./store-there.ts";

export interface AuditLine {
  readonly action: string;
  readonly target: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface AuditBeside {
  /** Resolves once it is written; rejects when it cannot be. */
  write(line: AuditLine): Promise<void>;
  close(): Promise<void>;
}

/** `file`: the name, in the state folder, of the file that stands in for a store that is not there yet; one JSON line an entry. */
export async function auditBeside({ storage, instance }: Pick<Config, "storage" | "instance">, file: string): Promise<AuditBeside> {
  const by = userInfo().username;
  const { stateDir } = instance;
  if (!isStoreThere(storage)) {
    return {
      write: async (line) => {
        await mkdir(stateDir, { recursive: true, mode: 0o750 });
        const entry = { at: new Date(systemClock.now()).toISOString(), by, ...line };
        await appendFile(join(stateDir, file), `${JSON.stringify(entry)}\n`, { mode: 0o640 });
      },
      close: async () => undefined,
    };
  }
  const store = await openStore({ storage, stateDir, clock: systemClock });
  await store.migrate();
  return {
    write: (line) => store.transaction(undefined, (tx) => tx.audit([{ at: systemClock.now(), by: `cli:${by}`, ...line }])),
    close: () => store.close(),
  };
}
