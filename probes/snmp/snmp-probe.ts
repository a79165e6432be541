/**
 * SNMP: asks an agent for what its family's data name, and says what it means.
 *
 * A wrong v1 or v2c community cannot be told from silence: agents do not answer it, so such a device is `snmp.timeout`, down. SNMPv3 says
 * when it refuses: `snmp.auth-refused`, unknown. A refusal of ours (no key, no way out) is never the device's.
 */
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { type Address, Resolver } from "../icmp/address.ts";
import type { Probe, Target } from "../probe.ts";
import { Stalls } from "../stalls.ts";
import { Turnstile } from "../turnstile.ts";
import { looksBySignal } from "../under-way.ts";
import { AgentLook, type Means, type Pace } from "./agent-look.ts";
import { newBatch } from "./batch.ts";
import type { Session, SnmpCredential } from "./conversing.ts";
import { boundKeyCache } from "./library-session.ts";
import type { DeviceMemory } from "./look.ts";
import { openSession, whyUnsupported } from "./session.ts";
import { SharedSockets, type SocketStats } from "./sockets.ts";

export interface SnmpOptions {
  /** UDP sockets shared by all sessions, for each IP version. Default 4. */
  readonly sockets?: number;
  readonly pace?: Pace;
  /** Repeats of a request that stays unanswered. Default 1. */
  readonly retries?: number;
  /** Requests in flight to one device. Default 4. */
  readonly perDevice?: number;
  /** Rows read of a table. Default 2,000. */
  readonly rowsAtMost?: number;
  readonly resolver?: Resolver;
  /** Looks under way at once, over all devices. Default 2,000: what is sent in one round of the loop is answered in the next. */
  readonly looksAtOnce?: number;
  /** Devices remembered; of those not looked at lately the oldest goes first. Default 120,000: a session is 3.3 KB. */
  readonly devicesAtMost?: number;
  /** Milliseconds that never jump. */
  readonly now?: () => number;
}

export interface SnmpStats extends SocketStats {
  readonly looks: number;
  /** Devices remembered. */
  readonly devices: number;
}

/** The SNMP probe, with its figures. */
export type SnmpProbe = Probe & {
  stats(): SnmpStats;
  /** ifIndex → name of a device, as the last walk told it; empty before. */
  interfaces(device: string): ReadonlyMap<string, string>;
};

interface Known {
  readonly key: string;
  readonly peer: Address & { readonly port: number };
  readonly memory: DeviceMemory;
  readonly gate: Turnstile;
  session: Session | undefined;
  /** Looked at since somebody last had to make room. */
  lately: boolean;
}

/** Shared by all devices that have none. */
const noInterfaces: ReadonlyMap<string, string> = new Map();

/** Makes the SNMP probe. Opens no socket until the first look. */
export function createSnmpProbe(options: SnmpOptions = {}): SnmpProbe {
  const probe = new Agents(options);
  return {
    kind: "snmp",
    look: (target, signal, how) => probe.look(target, signal, how?.trace === true),
    forget: (device) => probe.forget(device),
    stats: () => probe.stats(),
    interfaces: (device) => probe.interfaces(device),
    stop: () => probe.stop(),
  };
}

/** The agents that are looked at: their sessions and what is remembered of them. */
class Agents {
  readonly #options: SnmpOptions;
  readonly #sockets: SharedSockets;
  readonly #resolver: Resolver;
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;
  readonly #turnstile: Turnstile;
  readonly #stalls: Stalls;
  readonly #underWay = looksBySignal();
  #looks = 0;
  #stopped = false;

  constructor(options: SnmpOptions) {
    this.#options = options;
    this.#sockets = new SharedSockets(options.sockets ?? 4);
    this.#resolver = options.resolver ?? new Resolver();
    this.#now = options.now ?? (() => performance.now());
    this.#turnstile = new Turnstile(options.looksAtOnce ?? 2_000);
    this.#stalls = new Stalls(this.#now);
  }

  async look(target: Target, signal: AbortSignal, trace: boolean): Promise<Finding> {
    this.#looks += 1;
    if (this.#looks % 10_000 === 0) boundKeyCache();
    const { credential, device } = target;
    if (this.#stopped || signal.aborted) return bare("unknown", "probe.crash", "the look was called off");
    if (credential === undefined || (credential.kind !== "snmp-community" && credential.kind !== "snmp-v3"))
      return bare("unknown", "snmp.unsupported", "the device has no SNMP credential; give it one, or switch its snmp check off");
    const unsupported = whyUnsupported(credential);
    if (unsupported !== undefined) return bare("unknown", "snmp.unsupported", unsupported);
    const asked = this.#resolver.resolve(device.address);
    const address = asked instanceof Promise ? await firstOf(asked, target.check.timeoutMs, signal) : asked;
    if (address === "refused" || address === undefined)
      return bare("unknown", "icmp.name", `the name ${device.address.slice(0, 100)} does not resolve`);
    this.#stalls.start();
    const wait = this.#turnstile.enter();
    if (wait !== undefined) await wait;
    try {
      if (this.#stopped || signal.aborted) return bare("unknown", "probe.crash", "the look was called off");
      return await this.#ask(target, credential, address, signal, trace);
    } finally {
      this.#turnstile.leave();
    }
  }

  #ask(target: Target, credential: SnmpCredential, address: Address, signal: AbortSignal, trace: boolean): Promise<Finding> {
    const known = this.#knownOf(target, credential, address);
    // What a session without an answer learnt of the engine is not carried over: the next look finds out anew whether it is there.
    if (known.session?.onlyDiscovered === true && known.gate.idle) this.#sessionOf(known, credential, true);
    const all = this.#underWay(signal);
    const { pace, retries = 1, rowsAtMost = 2_000 } = this.#options;
    const means: Means = { pace, retries, rowsAtMost, stalls: this.#stalls, now: this.#now };
    const session = (fresh: boolean) => this.#sessionOf(known, credential, fresh);
    const { gate, memory, peer } = known;
    return new Promise((resolve) =>
      new AgentLook({ means, all, target, credential, ip: peer.ip, gate, memory, session, trace, resolve }).begin(),
    );
  }

  #knownOf(target: Target, credential: SnmpCredential, address: Address): Known {
    const { device } = target;
    const key = `${credential.id} ${address.ip} ${device.snmpPort}`;
    let known = this.#known.get(device.id);
    if (known !== undefined && known.key !== key) {
      this.forget(device.id);
      known = undefined;
    }
    if (known === undefined) {
      const nothing = { absent: undefined, counters: undefined, uptime: undefined, interfaces: noInterfaces };
      const memory: DeviceMemory = { batch: newBatch(), ...nothing };
      known = {
        key,
        peer: { ip: address.ip, version: address.version, port: device.snmpPort },
        memory,
        gate: new Turnstile(this.#options.perDevice ?? 4),
        session: undefined,
        lately: true,
      };
      this.#makeRoom();
      this.#known.set(device.id, known);
    }
    known.lately = true;
    return known;
  }

  /** Whoever was looked at lately has one more round: a map kept in the order of looks would be made anew every few thousand of them. */
  #makeRoom(): void {
    const { devicesAtMost = 120_000 } = this.#options;
    while (this.#known.size >= devicesAtMost) {
      for (const [device, known] of this.#known) {
        if (!known.lately) {
          this.forget(device);
          break;
        }
        known.lately = false;
        this.#known.delete(device);
        this.#known.set(device, known);
      }
    }
  }

  #sessionOf(known: Known, credential: SnmpCredential, fresh: boolean): Session {
    if (fresh && known.session !== undefined) {
      known.session.close();
      known.session = undefined;
    }
    known.session ??= openSession(this.#sockets, known.peer, credential);
    return known.session;
  }

  forget(device: string): void {
    this.#known.get(device)?.session?.close();
    this.#known.delete(device);
  }

  interfaces(device: string): ReadonlyMap<string, string> {
    return this.#known.get(device)?.memory.interfaces ?? new Map();
  }

  stats(): SnmpStats {
    return { looks: this.#looks, devices: this.#known.size, ...this.#sockets.stats() };
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stalls.stop();
    for (const device of [...this.#known.keys()]) this.forget(device);
    await this.#sockets.stop();
  }
}

/** The name servers' answer, or undefined at the deadline. */
function firstOf<T>(asked: Promise<T | undefined>, timeoutMs: number, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve) => {
    const end = (found: T | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", none);
      resolve(found);
    };
    const none = () => end(undefined);
    const timer = setTimeout(none, timeoutMs);
    signal.addEventListener("abort", none, { once: true });
    asked.then(end, none);
  });
}
