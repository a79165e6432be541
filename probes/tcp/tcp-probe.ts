/**
 * The TCP probe: connects to the family's signalling ports and closes at once; nothing is sent.
 *
 * A port that was never seen open is `unused`, not closed: an endpoint without SIP is not broken. What was seen open is kept, so that
 * a restart does not take a closed port for an unused one.
 */
import { connect } from "node:net";
import type { Family } from "../../daemon/model/family.ts";
import { bare, type Finding, type Reading } from "../../daemon/model/observation.ts";
import { whenAborted } from "../ending.ts";
import type { Probe, ProbeMemory, Target } from "../probe.ts";

export interface TcpProbeOptions {
  /** Ports seen open: `tcp-open:<device>`, as `1720,5060`. */
  readonly memory: ProbeMemory;
  readonly pace?: (site: string, packets: number, signal: AbortSignal) => Promise<void>;
}

type Port = NonNullable<Family["tcp"]>[number];
/** What became of one connection; `unable` is our own trouble. */
type Knock = "open" | "refused" | "silent" | "unable";

/** Packets of a handshake and its end. */
const PACKETS = 5;
const OURS: ReadonlySet<unknown> = new Set(["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "EACCES", "EPERM", "EINVAL"]);
const NO_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL"]);

export function createTcpProbe(options: TcpProbeOptions): Probe {
  return new TcpProbe(options);
}

class TcpProbe implements Probe {
  readonly kind = "tcp";
  readonly #options: TcpProbeOptions;
  readonly #stopping = new AbortController();
  /** What memory holds, read once a device. */
  readonly #seenOpen = new Map<string, ReadonlySet<number>>();

  constructor(options: TcpProbeOptions) {
    this.#options = options;
  }

  async look(target: Target, signal: AbortSignal, options?: { readonly trace?: boolean }): Promise<Finding> {
    const ports = target.family.tcp ?? [];
    if (ports.length === 0) return bare("unknown", "tcp.engine", `family ${target.family.id} names no TCP port`);
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), target.check.timeoutMs);
    const stoppers = [signal, this.#stopping.signal];
    const forgets = stoppers.map((stopper) => whenAborted(stopper, () => ending.abort()));
    try {
      await this.#options.pace?.(target.device.site, PACKETS * ports.length, ending.signal);
      const paced = !ending.signal.aborted;
      const knocks = await Promise.all(ports.map(({ port }) => knock(target.device.address, port, ending.signal)));
      if (!paced || stoppers.some(({ aborted }) => aborted)) return bare("unknown", "tcp.engine", "the look was stopped before it ended");
      return await this.#finding(target, ports, knocks, options?.trace === true);
    } finally {
      clearTimeout(timer);
      for (const forget of forgets) forget();
    }
  }

  forget(device: string): void {
    this.#seenOpen.delete(device);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return Promise.resolve();
  }

  async #finding(target: Target, ports: readonly Port[], knocks: readonly Knock[], wanted: boolean): Promise<Finding> {
    const { id, address } = target.device;
    const trace = ports.map(({ port, name }, at) => `${address}:${port} (${name}): ${knocks[at]}`);
    if (knocks.includes("unable"))
      return bare("unknown", "tcp.engine", `no connection can be made from here to ${address}; is its name known?`, trace);
    const open = ports.filter((_port, at) => knocks[at] === "open").map(({ port }) => port);
    const seen = await this.#remember(id, open);
    const readings = ports.map(({ port }, at): Reading => {
      const value = knocks[at] === "open" ? "open" : seen.has(port) ? "closed" : "unused";
      return { name: "signalling_port", value, part: `port ${port}` };
    });
    if (open.length > 0) return { status: "up", samples: [], readings, faults: [], ...(wanted ? { trace } : {}) };
    const refused = knocks.includes("refused");
    const names = ports.map(({ port }) => port).join(", ");
    const detail = `${address} ${refused ? "refuses" : "does not answer on"} every signalling port (${names})`;
    return { ...bare("down", refused ? "tcp.refused" : "tcp.timeout", detail, trace), readings };
  }

  /** The ports ever seen open, these included. A store that cannot be read costs the distinction, never the look. */
  async #remember(device: string, open: readonly number[]): Promise<ReadonlySet<number>> {
    const { memory } = this.#options;
    const key = `tcp-open:${device}`;
    try {
      const before = this.#seenOpen.get(device) ?? readPorts(await memory.get(key));
      const now = new Set([...before, ...open]);
      this.#seenOpen.set(device, now);
      if (now.size > before.size) await memory.set(key, [...now].sort((a, b) => a - b).join(","));
      return now;
    } catch {
      return this.#seenOpen.get(device) ?? new Set(open);
    }
  }
}

function readPorts(kept: string | undefined): ReadonlySet<number> {
  return new Set(
    (kept ?? "")
      .split(",")
      .map(Number)
      .filter((port) => Number.isInteger(port) && port > 0),
  );
}

function knock(host: string, port: number, signal: AbortSignal): Promise<Knock> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve("silent");
      return;
    }
    const socket = connect({ host, port });
    const end = (knocked: Knock): void => {
      signal.removeEventListener("abort", late);
      // A reset, not a goodbye: some endpoints keep a half-closed connection for minutes.
      if (knocked === "open") socket.resetAndDestroy();
      else socket.destroy();
      resolve(knocked);
    };
    const late = (): void => end("silent");
    signal.addEventListener("abort", late, { once: true });
    socket.on("connect", () => end("open"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => end(knockOf(code)));
  });
}

function knockOf(code: string | undefined): Knock {
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "refused";
  return OURS.has(code) || NO_NAME.has(code) ? "unable" : "silent";
}
