/**
 * The proposals as YAML to review: each device with what was seen of it, and how sure that is. Loads as it is where every site is known.
 *
 * Pure. Device text stands in comments, one line each: a comment cannot become configuration.
 */
import { stringify } from "yaml";
import type { Discovery } from "./discover.ts";
import type { Proposal, WebLook } from "./propose.ts";

export interface WriteUp {
  readonly at: string;
  readonly ranges: readonly string[];
  readonly discovery: Discovery;
  readonly proposals: readonly Proposal[];
}

const usualPort = 443;

/** Stands where no subnet told the site: check-config asks for it by name. */
export const siteToChoose = "to-choose";

export function writeUp({ at, ranges, discovery, proposals }: WriteUp): string {
  const head = [
    `Found by discovery in ${ranges.join(", ")}, ${at}. To review: nothing here is in force until vigie.yaml includes it.`,
    "Every device is in commissioning: looked at and shown, paging nobody, until its room's acceptance sheet is signed.",
    ...summary(discovery),
    ...gateways(proposals),
  ];
  const devices = proposals.map(entry).join("\n");
  return `${comment(head, "")}devices:${proposals.length === 0 ? " {}" : ""}\n${devices}`;
}

function summary({ addresses, pinged, answered, probes, complete, skipped, resting, blind }: Discovery): readonly string[] {
  return [
    `${pinged} of ${addresses} addresses were asked, ${answered} answered, ${probes} packets and connections.`,
    ...(complete ? [] : ["Stopped early: what is missing here may still be there."]),
    ...(blind === undefined ? [] : [`Pings could not all be sent: ${blind}`]),
    ...(skipped.length === 0
      ? []
      : [`In the configuration already: ${skipped.map(({ address, device }) => `${device} (${address})`).join(", ")}.`]),
    ...(resting.length === 0 ? [] : [`Refused by three devices and accepted by none, so tried no more: ${resting.join(", ")}.`]),
  ];
}

/** A gateway belongs to its site's entry, which is in another file. */
function gateways(proposals: readonly Proposal[]): readonly string[] {
  return proposals.flatMap(({ gateway, site, id }) =>
    gateway && site !== undefined ? [`For the site's own entry: ${site}: { gateway: ${id} }`] : [],
  );
}

function entry(proposal: Proposal): string {
  const { id, name, site, address, family, parents, snmp, ssh, https, without } = proposal;
  const fields = {
    name,
    site: site ?? siteToChoose,
    address,
    family,
    ...(parents.length === 0 ? {} : { parents }),
    ...(snmp === undefined ? {} : { snmp }),
    ...(ssh === undefined ? {} : { ssh }),
    // The family's looks that need a credential nobody named yet; without this line the file would be refused.
    ...(without.length === 0 ? {} : { checks: Object.fromEntries(without.map((kind) => [kind, false])) }),
    commissioning: true,
  };
  const yaml = stringify({ [id]: fields }, { lineWidth: 0, flowCollectionPadding: true })
    .trimEnd()
    .split("\n");
  const hint =
    without.length === 0
      ? []
      : [`to look over ${without.join(" and ")}: name a credential (${without.join(": …, ")}: …) and take the checks line out`];
  return `${comment([...proposal.remarks, ...hint], "  ")}${yaml.map((line) => `  ${line}`).join("\n")}\n${https === undefined ? "" : comment(toConfirm(https), "    ")}`;
}

/** Behind a `#`, so that a certificate that nobody has compared is never believed because a file was included as it is. */
function toConfirm({ port, credential, fingerprint, old }: WebLook): readonly string[] {
  return [
    fingerprint === undefined
      ? "Its web interface tells more. To look there too, take the # of these lines away:"
      : "Its web interface tells more. Compare the fingerprint with the certificate that the device itself shows, then take the # of these lines away:",
    `https: ${credential ?? "<a credential of kind https_password>"}`,
    ...(port === usualPort ? [] : [`https_port: ${port}`]),
    ...(fingerprint === undefined ? [] : [`tls_fingerprint: "${fingerprint}"`]),
    ...(old ? ["legacy: { tls: true }  # TLS 1.0 and 1.1: a weakness that is listed"] : []),
  ];
}

const lineAtMost = 300;

function comment(lines: readonly string[], indent: string): string {
  return lines.map((line) => `${indent}# ${oneLine(line)}\n`).join("");
}

/** No control character, no line or paragraph separator: whatever a device says stays behind its `#`. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, lineAtMost);
}
