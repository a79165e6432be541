/**
 * Discovery: one ping to each address of the listed networks, then questions to those that answer. Never faster than its ceiling,
 * over everything it sends; ends at once when it is told to, with what was seen until then.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import { type Address, parseAddress } from "../icmp/address.ts";
import type { Echoes, Engine } from "../icmp/fping.ts";
import type { CeilingClock } from "../rate-ceiling.ts";
import type { SnmpCredential } from "../snmp/conversing.ts";
import { SharedSockets } from "../snmp/sockets.ts";
import { Turnstile } from "../turnstile.ts";
import type { Asking } from "./asking.ts";
import { createBudget, type Left, PingsLeave } from "./budget.ts";
import { hostsOf, type Range } from "./range.ts";
import type { Seen } from "./seen.ts";
import { ask, askConfigured, type Configured, defaultPorts } from "./stranger.ts";
import { Tries } from "./tries.ts";

export interface DiscoverOptions {
  readonly ranges: readonly Range[];
  /** Address -> the configured device that has it: not proposed again. */
  readonly configured: ReadonlyMap<string, Configured>;
  readonly credentials: readonly (SnmpCredential & { readonly id: string })[];
  readonly ssh?: Credential;
  readonly families: ReadonlyMap<string, Family>;
  readonly probesPerSecond: number;
  /** Who pings: one echo request an address. */
  readonly engine: Engine;
  readonly clock: CeilingClock;
  /** A ceiling above ours, such as the daemon's own. */
  readonly pace?: (probes: number, signal: AbortSignal) => Promise<void>;
  readonly snmpPort?: number;
  readonly sshPort?: number;
  readonly httpsPort?: number;
  readonly ports?: readonly number[];
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly addresses: number;
  readonly pinged: number;
  readonly answered: number;
  /** Of those that answered, how many were asked to the end. */
  readonly asked: number;
  /** Packets and connection attempts so far. */
  readonly probes: number;
}

export interface Discovery extends Progress {
  readonly seen: readonly Seen[];
  /** Addresses in the ranges that the configuration has already. */
  readonly skipped: readonly { readonly address: string; readonly device: string }[];
  /** False: ended early. */
  readonly complete: boolean;
  /** Credentials that were refused so often that they were not tried any more. */
  readonly resting: readonly string[];
  /** Why pings could not be sent, when they could not. */
  readonly blind?: string;
}

const pingMs = 1_000;
/** Devices asked at the same time: enough to keep the ceiling busy while the silent ones time out. */
const askedAtOnce = 64;

export async function discover(options: DiscoverOptions, signal: AbortSignal): Promise<Discovery> {
  const run = new Run(options, signal);
  return run.go();
}

class Run {
  readonly #options: DiscoverOptions;
  readonly #signal: AbortSignal;
  readonly #asking: Asking;
  readonly #sockets: SharedSockets;
  readonly #gate = new Turnstile(askedAtOnce);
  readonly #pingsLeave = new PingsLeave(pingMs);
  readonly #seen: Seen[] = [];
  readonly #counts = { addresses: 0, pinged: 0, answered: 0, asked: 0, probes: 0 };
  #blind: string | undefined;

  constructor(options: DiscoverOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { probesPerSecond, clock, pace } = options;
    const pay = createBudget({
      ...{ probesPerSecond, clock, signal },
      ...(pace === undefined ? {} : { pace }),
      paid: () => {
        this.#counts.probes += 1;
      },
    });
    this.#sockets = new SharedSockets(2, () => pay(1));
    this.#asking = {
      ...options,
      snmpPort: options.snmpPort ?? 161,
      sshPort: options.sshPort ?? 22,
      httpsPort: options.httpsPort ?? 443,
      ports: options.ports ?? defaultPorts,
      sockets: this.#sockets,
      tries: new Tries(),
      firstLogins: new Turnstile(1),
      signal,
      pay,
    };
  }

  async go(): Promise<Discovery> {
    const { configured } = this.#options;
    const hosts = hostsOf(this.#options.ranges);
    const skipped = hosts.flatMap((address) => {
      const device = configured.get(address)?.id;
      return device === undefined ? [] : [{ address, device }];
    });
    this.#counts.addresses = hosts.length;
    try {
      await this.#sweep(hosts);
    } finally {
      await this.#sockets.stop();
    }
    const complete = !this.#signal.aborted;
    const blind = this.#blind === undefined ? {} : { blind: this.#blind };
    return { ...this.#counts, seen: this.#seen, skipped, complete, resting: this.#asking.tries.resting(), ...blind };
  }

  /** Pings in order, one echo request each as the ceiling lets it go; whoever answers is asked while the sweep goes on. */
  async #sweep(hosts: readonly string[]): Promise<void> {
    const looks: Promise<void>[] = [];
    for (const host of hosts) {
      const address = parseAddress(host);
      if (this.#signal.aborted || address.kind !== "ip") break;
      const configured = this.#options.configured.get(host);
      if (configured !== undefined) {
        looks.push(this.#lookAround(address, configured));
        continue;
      }
      const left = await this.#asking.pay(1);
      if (left !== undefined) looks.push(this.#look(address, left));
    }
    await Promise.all(looks);
  }

  async #look(address: Address, left: Left): Promise<void> {
    const { clock } = this.#options;
    const asked = clock.monotonicMs();
    void clock.sleep(this.#pingsLeave.withinMs, this.#signal).then(left);
    const rttMs = await this.#ping(address);
    left();
    this.#pingsLeave.saw(clock.monotonicMs() - asked);
    this.#counts.pinged += 1;
    this.#tell();
    if (rttMs !== undefined) await this.#inTurn(() => ask(address, rttMs, this.#asking));
  }

  async #lookAround(address: Address, configured: Configured): Promise<void> {
    this.#counts.pinged += 1;
    if (configured.credential !== undefined) await this.#inTurn(() => askConfigured(address, configured, this.#asking));
  }

  async #inTurn(look: () => Promise<Seen>): Promise<void> {
    this.#counts.answered += 1;
    await this.#gate.enter();
    try {
      if (this.#signal.aborted) return;
      this.#seen.push(await look());
      this.#counts.asked += 1;
      this.#tell();
    } finally {
      this.#gate.leave();
    }
  }

  /** The round trip; undefined when nothing came back, or we could not ask. */
  async #ping(address: Address): Promise<number | undefined> {
    const request = { ip: address.ip, version: address.version, timeoutMs: pingMs };
    const echoes = await new Promise<Echoes>((told) => this.#options.engine.ask(request, { told, held: () => undefined }));
    if (echoes.kind === "trips") return echoes.trips.find((trip) => trip !== undefined);
    this.#blind = echoes.detail;
    return undefined;
  }

  #tell(): void {
    this.#options.progress?.({ ...this.#counts });
  }
}
