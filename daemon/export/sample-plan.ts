/**
 * Where the samples of a device stand in its looks, family by family: worked out once, and shared by all devices that answer alike.
 */
import type { LastLook } from "../board.ts";
import type { Sample } from "../model/observation.ts";
import { escapeLabel } from "./text-format.ts";

/** One series: the device's `value`th, counted over all its looks; `tail` ends its labels. */
export interface Place {
  readonly value: number;
  readonly tail: Uint8Array;
}

export interface Plan {
  /** What each look told when the plan was made. */
  readonly looks: readonly (readonly Pick<Sample, "name" | "part">[])[];
  /** By the metric's whole name. */
  readonly families: ReadonlyMap<string, readonly Place[]>;
}

/** The plan of a device that was never looked at. */
export const noPlan: Plan = { looks: [], families: new Map() };
/** Plans kept for other devices to share; beyond it the memory starts over. */
const plansAtMost = 2_000;

export class Plans {
  readonly #taken: ReadonlySet<string>;
  readonly #made = new Map<string, Plan>();

  /** `taken`: names of metrics that are no sample's. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  /** The plan for these looks; the device's last one when they answered with the same samples. */
  of(looks: readonly LastLook[], last: Plan): Plan {
    if (fits(last, looks)) return last;
    const key = looks.map(({ samples }) => samples.map(({ name, part }) => `${name}\0${part ?? ""}`).join("\n")).join("\n\n");
    let plan = this.#made.get(key);
    if (plan === undefined || !fits(plan, looks)) {
      plan = planOf(looks, this.#taken);
      if (this.#made.size >= plansAtMost) this.#made.clear();
      this.#made.set(key, plan);
    }
    return plan;
  }
}

function fits(plan: Plan, looks: readonly LastLook[]): boolean {
  if (plan.looks.length !== looks.length) return false;
  for (let at = 0; at < looks.length; at += 1) {
    const told = plan.looks[at] ?? [];
    const { samples } = looks[at] ?? { samples: [] };
    if (told.length !== samples.length) return false;
    for (let index = 0; index < samples.length; index += 1) {
      if (told[index]?.name !== samples[index]?.name || told[index]?.part !== samples[index]?.part) return false;
    }
  }
  return true;
}

/**
 * Two looks may tell the same series (uptime over SNMP and over SSH), and the same series twice makes Prometheus refuse the whole scrape:
 * the first one counts. A name that is no metric name is left out.
 */
function planOf(looks: readonly LastLook[], taken: ReadonlySet<string>): Plan {
  const families = new Map<string, Place[]>();
  const seen = new Set<string>();
  let values = 0;
  for (const { samples } of looks) {
    for (const { name, part } of samples) {
      const value = values;
      values += 1;
      const family = `vigie_${name}`;
      const tail = part === undefined ? "} " : `,part="${escapeLabel(part)}"} `;
      const series = family + tail;
      if (seen.has(series) || taken.has(family) || !/^[a-z][a-z0-9_]*$/.test(name)) continue;
      seen.add(series);
      const places = families.get(family);
      const place = { value, tail: Buffer.from(tail) };
      if (places === undefined) families.set(family, [place]);
      else places.push(place);
    }
  }
  return {
    looks: looks.map(({ samples }) => samples.map(({ name, part }) => ({ name, ...(part === undefined ? {} : { part }) }))),
    families,
  };
}
