/**
 * Where discovery may look, with which credentials, and which subnet is which site.
 */
import { parseRange } from "../../probes/discover/range.ts";
import type { Config, Credential } from "../model/config.ts";
import { given, type Loading } from "./context.ts";
import { tradeOf } from "./credentials.ts";
import { DEFAULT_DISCOVERY, MOST_DISCOVERY_CREDENTIALS } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section } from "./reading.ts";
import { UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";

export function readDiscovery(loading: Loading, credentials: Section<Credential>, sites: ReadonlySet<string>): Config["discovery"] {
  const { sections, findings } = loading;
  const raw = sections.setting("discovery", schema.discovery);
  if (raw === undefined) return undefined;
  for (const [index, range] of raw.ranges.entries()) {
    const parsed = range === UNREAD ? { text: range } : parseRange(range);
    if ("refused" in parsed) findings.problem(["discovery", "ranges", index], parsed.refused);
  }
  const asked = raw.credentials ?? [];
  for (const [index, id] of asked.entries()) checkCredential(loading, credentials, ["discovery", "credentials", index], id, "snmp");
  if (asked.length > MOST_DISCOVERY_CREDENTIALS) {
    findings.problem(
      ["discovery", "credentials"],
      `has ${asked.length} credentials, and every stranger would be asked with each; write at most ${MOST_DISCOVERY_CREDENTIALS}`,
    );
  }
  if (raw.ssh !== undefined) checkCredential(loading, credentials, ["discovery", "ssh"], raw.ssh, "ssh");
  if (raw.https !== undefined) checkCredential(loading, credentials, ["discovery", "https"], raw.https, "https");
  checkSites(loading, raw.sites ?? {}, sites);
  return {
    ranges: raw.ranges,
    sites: raw.sites ?? {},
    credentials: asked,
    probesPerSecond: raw.probes_per_second ?? DEFAULT_DISCOVERY.probesPerSecond,
    ...given({ ssh: raw.ssh, https: raw.https }),
  };
}

function checkCredential({ findings }: Loading, known: Section<Credential>, path: Path, id: string, trade: "snmp" | "ssh" | "https"): void {
  if (!checkReference(findings, path, "credential", id, known.ids)) return;
  const credential = known.entries.get(id);
  if (credential === undefined || tradeOf(credential.kind) === trade) return;
  findings.problem(path, `credential "${id}" is for ${tradeOf(credential.kind)}; name one for ${trade}`);
}

function checkSites({ findings }: Loading, subnets: Readonly<Record<string, readonly string[]>>, sites: ReadonlySet<string>): void {
  const first = new Map<string, string>();
  for (const [site, list] of Object.entries(subnets)) {
    if (!checkReference(findings, ["discovery", "sites", site], "site", site, sites)) continue;
    for (const [index, subnet] of list.entries()) {
      const other = first.get(subnet);
      if (other === undefined || subnet === UNREAD) first.set(subnet, site);
      else findings.problem(["discovery", "sites", site, index], `"${subnet}" is also a subnet of "${other}"; give it to one site`);
    }
  }
}
