/**
 * Who may send traps: CIDRs and addresses, asked before a datagram is read.
 */
import { BlockList, isIP } from "node:net";

/** `::ffff:10.0.0.1` as `10.0.0.1`: one peer has one name, whatever the socket's family. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** True when the entry is an IP address or a CIDR. */
export function isAllowEntry(entry: string): boolean {
  const [address = "", bits, rest] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || rest !== undefined) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** A check over the entries. Throws, naming each, when some are no address and no CIDR. */
export function allowList(entries: readonly string[]): (address: string) => boolean {
  const bad = entries.filter((entry) => !isAllowEntry(entry));
  if (bad.length > 0) throw new Error(`traps.allow: ${bad.map((entry) => `"${entry}"`).join(", ")}: not an IP address or CIDR`);
  const single = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    if (bits === undefined) single.add(plainAddress(address));
    else ranges.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return (address) => single.has(address) || ranges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
