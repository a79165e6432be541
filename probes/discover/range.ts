/**
 * Networks to look at: IPv4, small enough to be swept, and the question whether one lies within those that the configuration lists.
 *
 * Pure. Addresses are numbers here; text only at the edges.
 */
import { isIPv4 } from "node:net";

/** The first address as a number, and how many there are (a power of two). */
export interface Range {
  readonly text: string;
  readonly first: number;
  readonly count: number;
}

/** The largest network that is swept: 65,536 addresses, 28 minutes at 39 pings a second (ours). */
export const widestBits = 16;

/** `10.0.0.0/24`, or one address. What cannot be swept says why, and what to write. */
export function parseRange(text: string): Range | { readonly refused: string } {
  const [host = "", bitsText = "32", ...rest] = text.split("/");
  const bits = /^\d{1,2}$/.test(bitsText) ? Number(bitsText) : 33;
  if (host.includes(":")) return { refused: `"${text}" is IPv6, which cannot be swept; write such devices into the file by hand` };
  if (!isIPv4(host) || bits > 32 || rest.length > 0) return { refused: `"${text}" is not a network; write one such as 10.0.0.0/24` };
  const first = addressNumber(host);
  const count = 2 ** (32 - bits);
  if (first % count !== 0)
    return { refused: `"${text}" has bits set beyond its length; write ${addressText(first - (first % count))}/${bits}` };
  if (bits < widestBits)
    return { refused: `"${text}" has ${count.toLocaleString("en-CA")} addresses; write parts of at most 65,536 (/${widestBits})` };
  return { text: `${host}/${bits}`, first, count };
}

export function addressNumber(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** Does the outer network hold all of the inner one? */
export function holds(outer: Range, inner: Range): boolean {
  return inner.first >= outer.first && inner.first + inner.count <= outer.first + outer.count;
}

/** The hosts of the networks, each once, in order. The first and last address of a network (its own name, and everybody) are nobody's. */
export function hostsOf(ranges: readonly Range[]): readonly string[] {
  const hosts = new Set<number>();
  for (const { first, count } of ranges) {
    const edge = count > 2 ? 1 : 0;
    for (let host = first + edge; host < first + count - edge; host += 1) hosts.add(host);
  }
  return [...hosts].sort((a, b) => a - b).map(addressText);
}

/** The site whose subnet holds the address; the smallest subnet wins. */
export function siteOf(
  address: string,
  sites: Readonly<Record<string, readonly string[]>>,
): { readonly site: string; readonly subnet: string } | undefined {
  let best: { readonly site: string; readonly range: Range } | undefined;
  const host = parseRange(address);
  if ("refused" in host) return undefined;
  for (const [site, subnets] of Object.entries(sites)) {
    for (const subnet of subnets) {
      const range = parseSubnet(subnet);
      if (range !== undefined && holds(range, host) && (best === undefined || range.count < best.range.count)) best = { site, range };
    }
  }
  return best === undefined ? undefined : { site: best.site, subnet: best.range.text };
}

/** A subnet may be wider than what is swept. */
function parseSubnet(text: string): Range | undefined {
  const [host = "", bits = "32"] = text.split("/");
  return isIPv4(host) ? { text, first: addressNumber(host), count: 2 ** (32 - Number(bits)) } : undefined;
}
