/**
 * What a caller's function may do. A refusal says who may, is counted, and is in the audit; so is who read people's
 * names. Once a minute of each token and operation: who asks in a loop does not fill it.
 */
import { functionsThatMay, mayDo, PERMISSIONS, type Permission } from "../model/permission.ts";
import type { Caller } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";

/** Where reads are open (the demo, on loopback) and no token came along. It never passes a write: that asks for a token. */
export const anonymous: Caller = { name: "anonymous", function: "" };

export interface Allowing {
  /** 403 when the caller's function may not. `what`: the operation's id or the page's address. */
  require(caller: Caller, needs: Permission, what: string): Promise<void>;
}

const oncePerMs = 60_000;
const mostRemembered = 1_000;

export function createAllowing(deps: Pick<ApiDeps, "config" | "store" | "clock" | "metrics" | "log">): Allowing {
  const audited = new Map<string, number>();

  const audit = async ({ name, function: of }: Caller, needs: Permission, what: string, action: "access.refused" | "names.read") => {
    const key = `${action} ${name} ${what}`;
    const now = deps.clock.monotonicMs();
    const last = audited.get(key);
    if (last !== undefined && now - last < oncePerMs) return;
    audited.delete(key);
    audited.set(key, now);
    const oldest = audited.keys().next().value;
    if (audited.size > mostRemembered && oldest !== undefined) audited.delete(oldest);
    const entry = { at: deps.clock.now(), by: name, action, target: what, data: { function: of, needs } };
    // It is refused, or shown, all the same when the store cannot take the entry: tonight's on-call is asked for when much is broken.
    const missing = () => deps.log.warn({ by: name, what, action }, "an access is not in the audit");
    await deps.store.transaction(undefined, (tx) => tx.audit([entry])).catch(missing);
  };

  return {
    async require(caller, needs, what) {
      if (caller === anonymous) return;
      const { permissions } = deps.config();
      const has = permissions.get(caller.function) ?? [];
      if (mayDo(has, needs)) return needs === "read-names" ? audit(caller, needs, what, "names.read") : undefined;
      deps.metrics.accessRefused.inc({ function: caller.function, needs });
      await audit(caller, needs, what, "access.refused");
      throw refusal(caller, needs, { what, has, may: functionsThatMay(permissions, needs) });
    },
  };
}

interface Refused {
  readonly what: string;
  readonly has: readonly Permission[];
  readonly may: readonly string[];
}

function refusal({ function: of }: Caller, needs: Permission, { what, has, may }: Refused): HttpProblem {
  const mine = has.length === 0 ? "nothing" : PERMISSIONS.filter((each) => has.includes(each)).join(", ");
  const who =
    may.length === 0 ? "No function may; add one" : `These functions may: ${may.join(", ")}. Ask one of them, or have yours added`;
  return new HttpProblem(
    403,
    "not-permitted",
    `${what} needs \`${needs}\`; ${of} may ${mine}. ${who} under permissions in the configuration.`,
  );
}

/** Whether a caller sees what belongs to a site. */
export function sees({ sites }: Caller, site: string | undefined): boolean {
  return sites === undefined || (site !== undefined && sites.includes(site));
}
