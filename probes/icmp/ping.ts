/**
 * The portable engine: the `ping` package, a process a host, at most 16 at once. Where fping is missing; about a hundredth of its speed.
 *
 * It answers like the fping engine. A ping that printed no statistics could not look: that is unknown, never down.
 */
import { createRequire } from "node:module";
import type { Asker, Echoes, EchoRequest, Engine } from "./fping.ts";
import { blind } from "./fping.ts";

/** The part of the ping package that is used (its types ask for node-ping's whole world). */
interface PingPackage {
  readonly promise: {
    probe(
      address: string,
      config: { numeric: boolean; timeout: false; min_reply: number; v6: boolean; extra: string[] },
    ): Promise<PingAnswer>;
  };
}

/** What the ping package makes of one ping's output. */
export interface PingAnswer {
  readonly output: string;
  readonly times: readonly number[];
}

const ping: PingPackage = createRequire(import.meta.url)("ping");
const atOnce = 16;

/** Pings once; the default is the ping package. */
export type PingOnce = (request: EchoRequest, count: number) => Promise<PingAnswer>;

const byPackage: PingOnce = (request, count) => {
  // The package knows whole seconds only; ping takes fractions. It refuses ordinary users an interval below 0.2 s.
  const waitSeconds = Math.max(100, request.timeoutMs - (count - 1) * 200 - 150) / 1_000;
  const extra = ["-i", "0.2", "-W", waitSeconds.toFixed(2)];
  return ping.promise.probe(request.ip, { numeric: true, timeout: false, min_reply: count, v6: request.version === 6, extra });
};

export class PingEngine implements Engine {
  readonly name = "ping";
  readonly #count: number;
  readonly #pingOnce: PingOnce;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #runs = 0;
  #failures = 0;
  #stopped = false;

  constructor(count: number, pingOnce: PingOnce = byPackage) {
    this.#count = count;
    this.#pingOnce = pingOnce;
  }

  ask(request: EchoRequest, asker: Asker): void {
    void this.#ask(request).then((echoes) => asker.told(echoes));
  }

  async #ask(request: EchoRequest): Promise<Echoes> {
    if (this.#running >= atOnce) await new Promise<void>((go) => this.#queue.push(go));
    if (this.#stopped) return blind("icmp.engine", "the probe was stopped");
    this.#running += 1;
    this.#runs += 1;
    try {
      return this.#read(await this.#pingOnce(request, this.#count));
    } catch {
      // The package rejects only when the program could not be started, and says no more than that.
      this.#failures += 1;
      return blind("icmp.engine", "the ping program could not be started; install iputils-ping or fping");
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  #read(answer: PingAnswer): Echoes {
    const echoes = readPing(answer, this.#count);
    if (echoes.kind === "blind") this.#failures += 1;
    return echoes;
  }

  stats(): ReturnType<Engine["stats"]> {
    return { runs: this.#runs, hosts: this.#runs, failures: this.#failures, restarts: 0, processes: this.#running };
  }

  stop(): void {
    this.#stopped = true;
    for (const go of this.#queue.splice(0)) go();
  }
}

/** Pure: what one ping's output says. Which packet was lost is not known, so the lost ones come last. */
export function readPing(answer: PingAnswer, count: number): Echoes {
  if (!/packets transmitted/.test(answer.output)) {
    const said = answer.output.trim().split("\n")[0]?.slice(0, 200) ?? "";
    return /not permitted|permission|lacking privilege/i.test(answer.output)
      ? blind("icmp.no-permission", `ping may not ping: ${said}`)
      : blind("icmp.engine", `ping could not look: ${said}`);
  }
  const trips: (number | undefined)[] = answer.times.slice(0, count);
  while (trips.length < count) trips.push(undefined);
  return { kind: "trips", trips };
}
