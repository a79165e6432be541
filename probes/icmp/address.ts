/**
 * Addresses as configured: an IP address or a host name, parsed before anything is done with them; names resolved with a small cache.
 *
 * A name that once resolved keeps its last address while the name servers are silent: their failure is not the device's.
 */
import { lookup } from "node:dns/promises";
import { isIP, SocketAddress } from "node:net";

/** An address ready to be used: canonical text, no name, no option, nothing a shell could read otherwise. */
export interface Address {
  readonly ip: string;
  readonly version: 4 | 6;
}

/** What a configured address is; `refused` is neither an IP address nor a host name. */
export type ParsedAddress =
  | ({ readonly kind: "ip" } & Address)
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "refused" };

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
/** The whole-address forms that inet_aton would take for numbers: `127.1`, `0x7f.1`. */
const numeric = /^(?:\d+|0x[0-9a-f]*)$/i;

/** Reads a configured address. IPv6 is brought to its canonical form, so that replies can be matched by text. */
export function parseAddress(text: string): ParsedAddress {
  const version = isIP(text);
  if (version === 4) return { kind: "ip", ip: text, version };
  if (version === 6) return { kind: "ip", ip: canonical6(text), version };
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name.length === 0 || name.length > 253) return { kind: "refused" };
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  if (numeric.test(last) || !labels.every((part) => label.test(part))) return { kind: "refused" };
  return { kind: "name", name: name.toLowerCase() };
}

function canonical6(text: string): string {
  const [address = text, zone] = text.split("%");
  const { address: short } = new SocketAddress({ address, family: "ipv6" });
  return zone === undefined ? short : `${short}%${zone}`;
}

/** Asks the name servers; rejects when there is no answer. */
export type Lookup = (name: string) => Promise<Address>;

export interface ResolverOptions {
  readonly lookup?: Lookup;
  /** Milliseconds that never jump. */
  readonly now?: () => number;
  readonly keepMs?: number;
  readonly keepFailureMs?: number;
  /** Names kept; the oldest goes first. */
  readonly limit?: number;
}

interface Known {
  address: Address | undefined;
  askAgainAt: number;
  asking: Promise<Address | undefined> | undefined;
}

/** Names to addresses, through a bounded cache. */
export class Resolver {
  readonly #known = new Map<string, Known>();
  readonly #options: Required<ResolverOptions>;

  constructor(options: ResolverOptions = {}) {
    this.#options = {
      lookup: async (name) => {
        const found = await lookup(name);
        return found.family === 6 ? { ip: canonical6(found.address), version: 6 } : { ip: found.address, version: 4 };
      },
      now: () => performance.now(),
      keepMs: 300_000,
      keepFailureMs: 15_000,
      limit: 20_000,
      ...options,
    };
  }

  /** The address at once when the text is one or the name is known; a promise when the name servers must be asked; undefined: no such name. */
  resolve(text: string): Address | "refused" | Promise<Address | undefined> | undefined {
    const parsed = parseAddress(text);
    if (parsed.kind === "refused") return "refused";
    if (parsed.kind === "ip") return parsed;
    const known = this.#known.get(parsed.name);
    if (known !== undefined && known.askAgainAt > this.#options.now()) return known.address;
    if (known?.asking !== undefined) return known.address ?? known.asking;
    const asking = this.#ask(parsed.name, known?.address);
    return known?.address ?? asking;
  }

  #ask(name: string, last: Address | undefined): Promise<Address | undefined> {
    const entry: Known = { address: last, askAgainAt: 0, asking: undefined };
    this.#known.delete(name);
    this.#known.set(name, entry);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > this.#options.limit && oldest !== undefined) this.#known.delete(oldest);
    entry.asking = this.#options.lookup(name).then(
      (found) => {
        entry.address = found;
        entry.askAgainAt = this.#options.now() + this.#options.keepMs;
        entry.asking = undefined;
        return found;
      },
      () => {
        // Why it did not resolve is not told apart: no such name and no name server both mean that we could not look.
        entry.askAgainAt = this.#options.now() + this.#options.keepFailureMs;
        entry.asking = undefined;
        return entry.address;
      },
    );
    return entry.asking;
  }
}
