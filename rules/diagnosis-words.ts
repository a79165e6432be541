/**
 * What was seen, in the words of a diagnosis: one look, the way of a packet, who else has the symptom.
 *
 * Pure.
 */
import type { Category, Family } from "../daemon/model/family.ts";
import type { Finding } from "../daemon/model/observation.ts";

type Looked = Pick<Finding, "status"> & Partial<Pick<Finding, "code" | "samples">>;

export function pingWord({ status, samples = [] }: Looked): "answers" | "lossy" | "silent" | "unknown" {
  if (status !== "up") return status === "down" ? "silent" : "unknown";
  const loss = samples.find(({ name }) => name === "icmp_loss_ratio")?.value ?? 0;
  return loss > 0 ? "lossy" : "answers";
}

const refusals: ReadonlySet<string> = new Set(["snmp.auth-refused", "ssh.auth-refused", "telnet.auth-refused", "https.auth-refused"]);
const closed: ReadonlySet<string> = new Set(["ssh.refused", "telnet.refused", "https.refused", "tcp.refused"]);

/** Was our account turned away? Then nobody tries it again for a diagnosis. */
export function isRefused({ code = "" }: Partial<Pick<Finding, "code">>): boolean {
  return refusals.has(code);
}

export function snmpWord(look: Looked): "answers" | "silent" | "refused" | "unknown" {
  if (isRefused(look)) return "refused";
  return look.status === "up" ? "answers" : look.status === "down" ? "silent" : "unknown";
}

export function shellWord(look: Looked): "answers" | "silent" | "closed" | "refused" | "unknown" {
  if (look.status !== "up" && closed.has(look.code ?? "")) return "closed";
  return snmpWord(look);
}

export function portsWord({ status }: Looked): "open" | "closed" | "unknown" {
  return status === "up" ? "open" : status === "down" ? "closed" : "unknown";
}

/** Where such a symptom lies, as the family says; several where it says so of several parts. */
export function categoriesOf(family: Family | undefined, symptom: string): readonly Category[] {
  const meant = (family?.meanings ?? []).filter((each) => each.symptom === symptom).map(({ category }) => category);
  const told = (family?.traps ?? []).filter((each) => each.symptom === symptom).flatMap(({ category }) => category ?? []);
  return [...new Set([...meant, ...told])];
}

/** What the device says is wrong just now, by where it lies, with the readings that say so. */
export function reportsOf(
  family: Family | undefined,
  readings: Finding["readings"],
): readonly { readonly category: Category; readonly detail: string }[] {
  const found = new Map<Category, string[]>();
  for (const { name, value, part } of readings)
    for (const meaning of family?.meanings ?? []) {
      if (meaning.reading !== name || !meaning.values.includes(value)) continue;
      if (meaning.part !== undefined && part?.split(" ")[0] !== meaning.part) continue;
      const said = `${name}${part === undefined ? "" : ` (${part})`} = ${value}`;
      found.set(meaning.category, [...(found.get(meaning.category) ?? []), said]);
    }
  return [...found].map(([category, said]) => ({ category, detail: [...new Set(said)].slice(0, 8).join(", ") }));
}

/** How many of the others have it. Nobody else there: none has. */
export function shareWord(others: number, having: number): "none" | "some" | "all" {
  if (having === 0) return "none";
  return having === others ? "all" : "some";
}

/** Where a way ends: at whose place the last hop that spoke stands. */
export function pathWord(way: {
  readonly reached: boolean;
  /** Site of each hop that spoke and is ours; `undefined` of one that is not ours. Nearest first. */
  readonly hops: readonly (string | undefined)[];
  readonly site: string;
  readonly home: string | undefined;
}): "reached" | "ends-in-core" | "ends-before-site" | "ends-at-site" | "unknown" {
  if (way.reached) return "reached";
  if (way.hops.includes(way.site) && way.site !== way.home) return "ends-at-site";
  const last = way.hops.at(-1);
  if (way.hops.length === 0) return "unknown";
  if (way.site === way.home) return "ends-at-site";
  return last !== undefined && last === way.home ? "ends-in-core" : "ends-before-site";
}
