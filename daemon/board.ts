/**
 * The latest look of every device, in memory: what /metrics, the pages and the exports show.
 *
 * The evaluator writes it after its commit; everybody else reads. It is a cache of what was seen, not a decision.
 */
import type { DeviceInventory } from "./model/inventory.ts";
import type { DeviceLights } from "./model/lights.ts";
import type { LookStatus, Observation, ProbeKind, Reading, Sample } from "./model/observation.ts";
import type { Instant } from "./model/time.ts";

/** The last look of one check, as of now: the next one may be written over it. */
export interface LastLook {
  readonly kind: ProbeKind;
  readonly at: Instant;
  readonly durationMs: number;
  readonly status: LookStatus;
  readonly code?: string;
  readonly detail?: string;
  readonly samples: readonly Sample[];
  readonly readings: readonly Reading[];
  /** When it was last up: this look, or an earlier one since the start. */
  readonly answeredAt?: Instant;
  /** Kept from the last look that failed. */
  readonly trace?: readonly string[];
}

export interface DeviceState {
  readonly device: string;
  /** 1 in service, 0 out of service, NaN while unknown. */
  up: 0 | 1 | number;
  upSince: Instant;
  readonly looks: Map<string, LastLook>;
  /** Keys of active alarms. */
  readonly alarms: Set<string>;
}

export interface BoardView {
  get(device: string): DeviceState | undefined;
  all(): Iterable<DeviceState>;
  /** Undefined until the device was first judged. Kept in the store: known from the start. */
  lights(device: string): DeviceLights | undefined;
  inventory(device: string): DeviceInventory | undefined;
  /** Raised whenever what a device says it is has changed. */
  readonly inventoryRevision: number;
}

export class Board implements BoardView {
  readonly #devices = new Map<string, DeviceState>();
  // Beside the states, not in them: a device that was not looked at since the start has lights and no state.
  readonly #lights = new Map<string, DeviceLights>();
  readonly #inventories = new Map<string, DeviceInventory>();

  #inventoryRevision = 0;

  get inventoryRevision(): number {
    return this.#inventoryRevision;
  }

  lights(device: string): DeviceLights | undefined {
    return this.#lights.get(device);
  }

  inventory(device: string): DeviceInventory | undefined {
    return this.#inventories.get(device);
  }

  show(lights: readonly DeviceLights[], inventories: readonly DeviceInventory[]): void {
    for (const each of lights) this.#lights.set(each.device, each);
    for (const each of inventories) this.#inventories.set(each.device, each);
    if (inventories.length > 0) this.#inventoryRevision += 1;
  }

  get(device: string): DeviceState | undefined {
    return this.#devices.get(device);
  }

  all(): Iterable<DeviceState> {
    return this.#devices.values();
  }

  /** The state of a device, made when it is first seen. */
  of(device: string, at: Instant): DeviceState {
    let state = this.#devices.get(device);
    if (state === undefined) {
      state = { device, up: Number.NaN, upSince: at, looks: new Map(), alarms: new Set() };
      this.#devices.set(device, state);
    }
    return state;
  }

  /** Records a look (what was heard unasked is no look); an older one than the present changes nothing, unless the present one lies in the future. */
  record(observation: Observation, now: Instant): void {
    if (observation.kind === "trap") return;
    const state = this.of(observation.device, observation.at);
    const last = state.looks.get(observation.check);
    if (last instanceof LookThatIsUp && last.rewrite(observation, now)) return;
    const look = lookAfter(last, observation, now);
    if (look !== undefined) state.looks.set(observation.check, isPlain(look) ? new LookThatIsUp(look) : look);
  }

  /** The wall clock has jumped by so much: the times of looks are compared with its. */
  shift(ms: number): void {
    for (const state of this.#devices.values()) {
      state.upSince += ms;
      for (const [check, look] of state.looks) {
        const { answeredAt } = look;
        state.looks.set(check, { ...look, at: look.at + ms, ...(answeredAt === undefined ? {} : { answeredAt: answeredAt + ms }) });
      }
    }
  }

  forget(device: string): void {
    this.#devices.delete(device);
    this.#lights.delete(device);
    this.#inventories.delete(device);
  }
}

type PlainLook = Pick<LastLook, "kind" | "at" | "durationMs" | "samples" | "readings"> & { readonly answeredAt: Instant };

/** Up, and nothing to say about it: as nearly all are. */
function isPlain(look: LastLook): look is LastLook & PlainLook {
  return (
    look.status === "up" &&
    look.answeredAt !== undefined &&
    look.trace === undefined &&
    look.code === undefined &&
    look.detail === undefined
  );
}

/**
 * A look that is up. The next one of the check nearly always tells the same names: its numbers are written over these. Hundreds come a
 * second, and what each would leave for the next minute the collector would have to go through.
 */
class LookThatIsUp implements LastLook {
  readonly status = "up";
  readonly kind: ProbeKind;
  at: Instant;
  durationMs: number;
  samples: readonly Sample[];
  readings: readonly Reading[];
  answeredAt: Instant;
  /** The same list as `samples`, once it is ours to write: the first one is the observation's. */
  #own: { -readonly [Field in keyof Sample]: Sample[Field] }[] | undefined;

  constructor({ kind, at, durationMs, samples, readings, answeredAt }: PlainLook) {
    this.kind = kind;
    this.at = at;
    this.durationMs = durationMs;
    this.samples = samples;
    this.readings = readings;
    this.answeredAt = answeredAt;
  }

  /** False, and nothing is changed: the look says something else, or is only a piece of one. */
  rewrite({ id, at, durationMs, finding }: Observation, now: Instant): boolean {
    const { status, code, detail, samples, readings } = finding;
    if (status !== "up" || code !== undefined || detail !== undefined || id.startsWith("inbox:")) return false;
    if (!areAlike(this.samples, samples)) return false;
    // Older than the present one.
    if (this.at > at && this.at <= now) return true;
    this.#own ??= samples.map(copyOf);
    this.samples = this.#own;
    for (let index = 0; index < samples.length; index += 1) {
      const [own, sample] = [this.#own[index], samples[index]];
      if (own !== undefined && sample !== undefined) own.value = sample.value;
    }
    if (!areAlike(this.readings, readings) || !readings.every(({ value }, index) => value === this.readings[index]?.value))
      this.readings = readings;
    this.at = at;
    this.durationMs = durationMs;
    this.answeredAt = at;
    return true;
  }
}

/** Field by field: a spread leaves room to grow, and there are 150,000 of them for 10,000 devices. */
function copyOf({ name, value, part }: Sample): { -readonly [Field in keyof Sample]: Sample[Field] } {
  return part === undefined ? { name, value } : { name, value, part };
}

type Named = Pick<Sample, "name" | "part">;

/** The same names of the same parts, in the same order. */
function areAlike(some: readonly Named[], others: readonly Named[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) {
    const [one, other] = [some[index], others[index]];
    if (one?.name !== other?.name || one?.part !== other?.part) return false;
  }
  return true;
}

/** The last look once this observation is in; undefined when it is older than the one there. */
export function lookAfter(last: LastLook | undefined, observation: Observation, now: Instant): LastLook | undefined {
  if (last !== undefined && last.at > observation.at && last.at <= now) return undefined;
  const { finding } = observation;
  const trace = finding.status === "up" ? last?.trace : finding.trace;
  const answeredAt = finding.status === "up" ? observation.at : last?.answeredAt;
  const { kind, at, durationMs } = observation;
  // A look that failed keeps the last good values out: what was not seen is not shown as seen.
  const { samples, readings } = valuesAfter(last, observation);
  // As nearly all are, hundreds a second; each is kept until the next one, and a spread leaves room to grow.
  if (finding.status === "up" && trace === undefined && finding.code === undefined && finding.detail === undefined)
    return { kind, at, durationMs, status: "up", samples, readings, answeredAt: at };
  return {
    kind,
    at,
    durationMs,
    status: finding.status,
    ...(finding.code === undefined ? {} : { code: finding.code }),
    ...(finding.detail === undefined ? {} : { detail: finding.detail }),
    samples,
    readings,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(trace === undefined ? {} : { trace }),
  };
}

/** What a session tells between two looks is a piece of a look: the rest of the last one still stands. */
function valuesAfter(last: LastLook | undefined, { id, finding }: Observation): Pick<LastLook, "samples" | "readings"> {
  const { samples, readings, whole = [] } = finding;
  if (last === undefined || last.status !== "up" || finding.status !== "up" || !id.startsWith("inbox:")) return finding;
  const told = new Set([...samples, ...readings].map(({ name, part }) => `${name}|${part ?? ""}`));
  const stands = ({ name, part }: Sample | Reading) => !told.has(`${name}|${part ?? ""}`) && !whole.includes(name);
  return { samples: [...last.samples.filter(stands), ...samples], readings: [...last.readings.filter(stands), ...readings] };
}
