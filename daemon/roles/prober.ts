/**
 * Looks: takes a due check to its probe under a deadline and puts what was found on the bus.
 *
 * A crash in a probe is `unknown`. A refused login rests (login guard); a look while its credential rests is `unknown` and sends nothing.
 */
import { setMaxListeners } from "node:events";
import type { Credential } from "../model/config.ts";
import type { Family } from "../model/family.ts";
import { type Check, credentialFor, type Device } from "../model/network.ts";
import { bare, type Finding, type Observation, type ProbeKind } from "../model/observation.ts";
import type { Instant } from "../model/time.ts";
import type { Bus, Clock, Log } from "../ports.ts";
import { Nap } from "./nap.ts";
import type { Role } from "./supervisor.ts";

/** What the prober needs of a probe (probes/probe.ts has the full interface). */
export interface Looker {
  look(
    target: { check: Check; device: Device; family: Family; credential?: Credential },
    signal: AbortSignal,
    options?: { readonly trace?: boolean },
  ): Promise<Finding>;
}

/** Which credential to use now, and what came of it (probes/login-guard.ts). */
export interface Logins {
  choose(device: string, credential: string, at: Instant): { readonly use: string } | { readonly rest: Instant; readonly why: string };
  refused(device: string, credential: string, at: Instant): void;
  accepted(device: string, credential: string): void;
}

export interface ProberStats {
  looked(kind: ProbeKind, finding: Finding, durationMs: number): void;
}

export interface Prober extends Role {
  /** Starts a look; its observation travels over the bus. */
  look(check: Check, slotAt: Instant): void;
  /** Looks once and gives the finding, for `vigie probe` and confirming looks by hand. `asked`: what is read, where it is more than usual. */
  lookOnce(check: Check, signal: AbortSignal, trace: boolean, asked?: (family: Family) => Family): Promise<Finding>;
  inFlight(): number;
}

interface World {
  device(id: string): Device | undefined;
  family(id: string): Family | undefined;
  credential(id: string): Credential | undefined;
}

/** From the first finding of a batch until it is put on the bus. */
const flushMs = 50;
const beatMs = 1_000;
const flushAt = 250;
const refusedCodes = new Set(["snmp.auth-refused", "ssh.auth-refused", "telnet.auth-refused", "https.auth-refused"]);

export interface ProberDeps {
  readonly probes: ReadonlyMap<ProbeKind, Looker>;
  readonly logins: Logins;
  readonly world: World;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly stats: ProberStats;
  /** Called when a look ends, so that the scheduler may start the next. */
  readonly ended: (check: string) => void;
  readonly nextSeq: () => number;
}

export class CheckProber implements Prober {
  readonly name = "prober";
  readonly beatWithinMs = 10_000;
  readonly #deps: ProberDeps;
  readonly #abort = new AbortController();
  readonly #nap: Nap;
  #pending: Observation[] = [];
  #flying = 0;

  constructor(deps: ProberDeps) {
    this.#deps = deps;
    this.#nap = new Nap(deps.clock);
    // Every look under way listens to it.
    setMaxListeners(0, this.#abort.signal);
  }

  look(check: Check, slotAt: Instant): void {
    this.#run(check, slotAt).catch((error: unknown) => this.#deps.log.error({ check: check.id, error: String(error) }, "look lost"));
  }

  inFlight(): number {
    return this.#flying;
  }

  async lookOnce(check: Check, signal: AbortSignal, trace: boolean, asked: (family: Family) => Family = (own) => own): Promise<Finding> {
    const { probes, logins, world, clock, log } = this.#deps;
    const device = world.device(check.device);
    const own = device === undefined ? undefined : world.family(device.family);
    const family = own === undefined ? undefined : asked(own);
    const probe = probes.get(check.kind);
    if (device === undefined || family === undefined || probe === undefined)
      return bare("unknown", "probe.gone", "the device or its family left the configuration");
    const wanted = credentialFor(device, check.kind);
    const choice = wanted === undefined ? undefined : logins.choose(device.id, wanted, clock.now());
    if (choice !== undefined && "rest" in choice) return bare("unknown", "probe.resting", choice.why);
    const credential = choice === undefined ? undefined : world.credential(choice.use);
    try {
      const target = credential === undefined ? { check, device, family } : { check, device, family, credential };
      const finding = await probe.look(target, signal, trace ? { trace } : undefined);
      if (choice !== undefined) this.#judgeLogin(finding, device.id, choice.use);
      return finding;
    } catch (error) {
      const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log.error({ check: check.id, error: said }, "probe crashed");
      return bare("unknown", "probe.crash", `the probe itself failed: ${said.slice(0, 200)}`);
    }
  }

  async run(signal: AbortSignal, beat: () => void): Promise<void> {
    while (!signal.aborted) {
      beat();
      if (await this.#nap.take(beatMs, signal)) await this.#deps.clock.sleep(flushMs, signal);
      await this.#flush();
    }
    this.#abort.abort();
  }

  #judgeLogin(finding: Finding, device: string, credential: string): void {
    const { logins, clock } = this.#deps;
    if (finding.code !== undefined && refusedCodes.has(finding.code)) logins.refused(device, credential, clock.now());
    else if (finding.status === "up") logins.accepted(device, credential);
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    await this.#deps.bus.publish(batch);
  }

  async #run(check: Check, slotAt: Instant): Promise<void> {
    const { clock, stats, ended, nextSeq } = this.#deps;
    this.#flying += 1;
    const beganMs = clock.monotonicMs();
    const finding = await this.lookOnce(check, this.#abort.signal, false);
    this.#flying -= 1;
    ended(check.id);
    if (this.#abort.signal.aborted) return;
    const durationMs = Math.round(clock.monotonicMs() - beganMs);
    stats.looked(check.kind, finding, durationMs);
    const { id, device, kind } = check;
    this.#pending.push({ id: `${id}@${slotAt}`, check: id, device, kind, at: clock.now(), seq: nextSeq(), durationMs, finding });
    if (this.#pending.length === 1) this.#nap.wake();
    if (this.#pending.length >= flushAt) await this.#flush();
  }
}
