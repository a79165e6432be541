/**
 * Who took a file out (a report, a diagnosis, an attachment, the inventory) stands in the audit: each of them, as each may be passed on.
 */
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";

/** `target`: the file's address. A store that cannot take the entry keeps nobody from a file that a partner is waiting for. */
export async function fileTaken(
  deps: Pick<ApiDeps, "store" | "clock" | "log">,
  { name, function: of }: Caller,
  target: string,
  how: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const entry = { at: deps.clock.now(), by: name, action: "file.taken", target, data: { function: of, ...how } };
  const missing = () => deps.log.warn({ by: name, target }, "a file that was taken is not in the audit");
  await deps.store.transaction(undefined, (tx) => tx.audit([entry])).catch(missing);
}
