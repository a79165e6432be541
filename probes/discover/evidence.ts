/**
 * Which family a stranger is, by what it said, and how sure that is. The family's own data decides; nothing is known here.
 *
 * Pure.
 */
import type { Family } from "../../daemon/model/family.ts";
import { recognise } from "../families.ts";
import { safePattern } from "../safe-pattern.ts";
import type { Seen } from "./seen.ts";

/** `sure`: it names its product. `likely`: by words or by a greeting. `guess`: by an open port, or by nothing but its answering. */
export type Sureness = "sure" | "likely" | "guess";

export interface Recognised {
  readonly family: Family;
  readonly sureness: Sureness;
  /** English, for the comment: what it goes by. */
  readonly by: string;
}

/** 1.3.6.1.4.1.<enterprise>: from here on an object id names a maker. */
const arcsOfAMaker = 7;

export function recognised(
  families: ReadonlyMap<string, Family>,
  seen: Pick<Seen, "snmp" | "greeting" | "service" | "ports">,
): Recognised | undefined {
  const { snmp, greeting, service, ports } = seen;
  const served = byService(families, service);
  if (served !== undefined) return served;
  const said = {
    ...(snmp?.sysObjectId === undefined ? {} : { sysObjectId: snmp.sysObjectId }),
    ...(snmp?.sysDescr === undefined ? {} : { sysDescr: snmp.sysDescr }),
    ...(greeting === undefined ? {} : { banner: greeting }),
  };
  const family = recognise(families, said);
  if (family !== undefined) return { family, ...evidence(family, said) };
  return byPorts(families, ports);
}

/** Families that are a program on a host, known by what their own port says to whoever connects: over SNMP the host answers. */
export function services(families: ReadonlyMap<string, Family>): readonly { readonly family: Family; readonly port: number }[] {
  return [...families.values()].flatMap((family) => {
    const { sysObjectId, sysDescr, banner } = family.recognise;
    const port = family.shell?.telnetPort;
    return port === undefined || banner.length === 0 || sysObjectId.length + sysDescr.length > 0 ? [] : [{ family, port }];
  });
}

/** Is it what this family's own port says? */
export function isServiceOf(family: Family, said: string | undefined): boolean {
  return matching(family.recognise.banner, said) !== undefined;
}

function byService(families: ReadonlyMap<string, Family>, said: string | undefined): Recognised | undefined {
  const found = said === undefined ? undefined : services(families).find(({ family }) => isServiceOf(family, said));
  if (found === undefined) return undefined;
  const by = `"${matching(found.family.recognise.banner, said)}" in what its port ${found.port} says`;
  return { family: found.family, sureness: "sure", by };
}

function evidence(family: Family, said: { sysObjectId?: string; sysDescr?: string; banner?: string }): Omit<Recognised, "family"> {
  const byOid = family.recognise.sysObjectId.find((prefix) => startsWith(said.sysObjectId, prefix));
  const byWords = matching(family.recognise.sysDescr, said.sysDescr);
  if (byOid !== undefined && byOid.split(".").length >= arcsOfAMaker) {
    const unlike = family.recognise.sysDescr.length > 0 && byWords === undefined;
    return unlike
      ? { sureness: "likely", by: `sysObjectID under ${byOid}; the words of its sysDescr are others than expected` }
      : { sureness: "sure", by: `sysObjectID under ${byOid}${byWords === undefined ? "" : ` and "${byWords}" in its sysDescr`}` };
  }
  if (byWords !== undefined) return { sureness: "likely", by: `"${byWords}" in its sysDescr` };
  const byGreeting = matching(family.recognise.banner, said.banner);
  if (byGreeting !== undefined) return { sureness: "sure", by: `"${byGreeting}" in what its shell says` };
  return { sureness: "guess", by: "it answers SNMP, and nothing tells its make" };
}

function startsWith(oid: string | undefined, prefix: string): boolean {
  const plain = oid?.replace(/^\./, "");
  return plain === prefix || plain?.startsWith(`${prefix}.`) === true;
}

function matching(sources: readonly string[], text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return sources.find((source) => {
    const pattern = safePattern(source);
    return "matches" in pattern && pattern.matches(text);
  });
}

/** A family that knows itself by its ports and by nothing else: the one that has most of those that are open. */
function byPorts(families: ReadonlyMap<string, Family>, open: readonly number[]): Recognised | undefined {
  let best: { readonly family: Family; readonly ports: readonly number[] } | undefined;
  for (const family of families.values()) {
    const { sysObjectId, sysDescr, banner } = family.recognise;
    const ports = (family.tcp ?? []).map(({ port }) => port).filter((port) => open.includes(port));
    if (sysObjectId.length + sysDescr.length + banner.length > 0 || ports.length <= (best?.ports.length ?? 0)) continue;
    best = { family, ports };
  }
  return best === undefined ? undefined : { family: best.family, sureness: "guess", by: `TCP ${best.ports.join(" and ")} accept` };
}

const bridgeOrRouter = 2 | 4;

/** Does it join cables: by its family, or by sysServices where the family is not known? */
export function isInfrastructure(family: Recognised | undefined, seen: Pick<Seen, "snmp">): boolean {
  if (family !== undefined && family.sureness !== "guess") return family.family.kind === "switch" || family.family.kind === "router";
  return ((seen.snmp?.sysServices ?? 0) & bridgeOrRouter) !== 0;
}
