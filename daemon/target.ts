/**
 * Where what the configuration names (a webhook, a calendar) may be connected to. Link-local and cloud metadata addresses never;
 * private and loopback only when allowed.
 *
 * Judged on the address really connected to, so that a name cannot resolve to one thing when checked and another when used.
 */
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const never = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["192.0.0.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  never.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  never.addSubnet(net, bits, "ipv6");
}
// Metadata services outside link-local: Alibaba Cloud, Azure, AWS over IPv6.
never.addAddress("100.100.100.200", "ipv4");
never.addAddress("168.63.129.16", "ipv4");
never.addSubnet("fd00:ec2::", 64, "ipv6");
never.addAddress("::", "ipv6");

const inner = new BlockList();
for (const [net, bits] of [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
] as const) {
  inner.addSubnet(net, bits, "ipv4");
}
inner.addSubnet("fc00::", 7, "ipv6");
inner.addAddress("::1", "ipv6");

/** Why this address is refused; undefined when it may be used. */
export function refusal(address: string, allowPrivate: boolean): string | undefined {
  const kind = isIP(address);
  if (kind === 0) return "not an address";
  const within = kind === 6 ? embedded(address) : undefined;
  if (within !== undefined) return refusal(within, allowPrivate);
  const family = kind === 4 ? "ipv4" : "ipv6";
  if (never.check(address, family)) return "a link-local, metadata or multicast address, which is always refused";
  if (!allowPrivate && inner.check(address, family)) return "a private or loopback address; set allow_private if that is meant";
  return undefined;
}

/** The IPv4 address inside an IPv6 one: mapped (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96), 6to4 (2002::/16). */
function embedded(address: string): string | undefined {
  const words = expand(address);
  if (words === undefined) return undefined;
  const [a = 0, b = 0, c = 0] = words;
  const upper = words.slice(0, 5).every((word) => word === 0);
  const low = [words[6] ?? 0, words[7] ?? 0] as const;
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x64 && b === 0xff9b) return dotted(...low);
  if (upper && words[5] === 0xffff) return dotted(...low);
  if (upper && words[5] === 0 && low[0] !== 0) return dotted(...low);
  return undefined;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function expand(address: string): number[] | undefined {
  const bare = address.split("%")[0] ?? "";
  const last = bare.slice(bare.lastIndexOf(":") + 1);
  const quad = isIP(last) === 4 ? last.split(".").map(Number) : undefined;
  const text = quad === undefined ? bare : `${bare.slice(0, -last.length)}${pair(quad, 0)}:${pair(quad, 2)}`;
  const [head = "", tail] = text.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const all = [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return all.length === 8 ? all : undefined;
}

function pair(quad: readonly number[], from: number): string {
  return (((quad[from] ?? 0) << 8) | (quad[from + 1] ?? 0)).toString(16);
}

/** A refusal on the way to connecting. Not worth another try: the configuration has to change. */
export class TargetRefused extends Error {
  override readonly name = "TargetRefused";
}

/** A `lookup` for node:http that hands on only addresses that may be used; the connection is made to exactly these. */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, "", 0);
      const usable = addresses.filter(({ address }) => refusal(address, allowPrivate) === undefined);
      const [first] = usable;
      if (first === undefined) {
        const why = addresses.map(({ address }) => `${address}: ${refusal(address, allowPrivate)}`).join("; ");
        return done(new TargetRefused(`${hostname} resolves to ${why}`), "", 0);
      }
      if (options.all === true) return done(null, usable);
      return done(null, first.address, first.family);
    });
  };
}
