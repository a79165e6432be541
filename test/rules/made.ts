/** Rules, looks and networks for the tests of rules/. */
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Device, Link, Network, Site } from "../../daemon/model/network.ts";
import type { Finding, Observation, ProbeKind } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { type JudgeInput, type Judgement, judgeObservation, type Transition, wakeAlarm } from "../../rules/alarm.ts";
import type { Mark } from "../../rules/slope.ts";

const text = { title: "t", clinic: "c", steps: ["s"] };

export function rule(over: Partial<Rule> = {}): Rule {
  return {
    id: "unreachable",
    symptom: "unreachable",
    applies: {},
    when: { on: "look", kind: "icmp" },
    forMs: 0,
    attempts: 1,
    clearedBy: "look",
    reach: "device",
    outOfService: true,
    eventOnly: false,
    opensRequest: false,
    suppressible: true,
    text: { fr: text, en: text },
    source: "test",
    ...over,
  };
}

export function seen(at: number, finding: Partial<Finding> = {}, over: Partial<Observation> = {}): Observation {
  const kind: ProbeKind = over.kind ?? "icmp";
  return {
    id: `d/${kind}@${at}`,
    check: `d/${kind}`,
    device: "d",
    kind,
    at,
    seq: at,
    durationMs: 1,
    finding: { status: "up", samples: [], readings: [], faults: [], ...finding },
    ...over,
  };
}

export const good = (at: number, over: Partial<Observation> = {}) => seen(at, {}, over);
export const bad = (at: number, over: Partial<Observation> = {}) => seen(at, { status: "down", code: "icmp.no-answer" }, over);
export const unsure = (at: number, over: Partial<Observation> = {}) => seen(at, { status: "unknown", code: "icmp.engine" }, over);
export const trap = (at: number, effect: "raise" | "clear" | "event", symptom = "unreachable", part?: string) =>
  seen(at, { faults: [{ symptom, effect, ...(part === undefined ? {} : { part }) }] }, { kind: "trap", id: `inbox:${at}` });

/** An evaluator's memory and nothing else: judges, keeps, remembers what was told. */
export class Memory {
  readonly alarms = new Map<string, Alarm>();
  readonly told: Transition[] = [];
  readonly marks = new Map<string, Mark>();
  readonly rules: readonly Rule[];
  constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }
  see(observation: Observation, over: Partial<JudgeInput> = {}): Judgement {
    return this.#keep(
      judgeObservation({
        observation,
        rules: this.rules,
        alarms: (key) => this.alarms.get(key),
        ofDevice: () => this.alarms.values(),
        marks: (key) => this.marks.get(key),
        now: observation.at,
        ...over,
      }),
    );
  }
  wake(at: number): void {
    const marks = (key: string) => this.marks.get(key);
    for (const alarm of [...this.alarms.values()])
      this.#keep(wakeAlarm(alarm, this.rules.find((one) => one.id === alarm.rule)!, at, marks));
  }
  one(): Alarm | undefined {
    return [...this.alarms.values()][0];
  }
  kinds(): readonly string[] {
    return this.told.map((transition) => transition.kind);
  }
  #keep(judged: Judgement): Judgement {
    for (const alarm of judged.alarms) this.alarms.set(alarm.key, alarm);
    for (const [key, mark] of judged.marks ?? []) this.marks.set(key, mark);
    this.told.push(...judged.transitions);
    return judged;
  }
}

export function device(id: string, over: Partial<Device> = {}): Device {
  return {
    id,
    name: id,
    site: "site",
    address: "127.0.0.1",
    family: "cisco-ce",
    kind: "codec",
    parents: [],
    checks: [{ id: `${id}/icmp`, device: id, kind: "icmp", intervalMs: 30_000, timeoutMs: 1_000 }],
    credentials: {},
    snmpPort: 161,
    sshPort: 22,
    serviceHours: "office",
    labels: {},
    commissioning: false,
    alwaysUrgent: false,
    legacy: { sshAlgorithms: false },
    ...over,
  };
}

export function network(
  devices: readonly Device[],
  gateways: Readonly<Record<string, string>> = {},
  links: readonly Link[] = [],
  canary?: string,
): Network {
  const sites = [...new Set(devices.map((one) => one.site))].map((id): Site => {
    const gateway = gateways[id];
    return { id, name: id, timezone: "America/Toronto", serviceHours: "office", labels: {}, ...(gateway === undefined ? {} : { gateway }) };
  });
  return {
    sites: new Map(sites.map((site) => [site.id, site])),
    rooms: new Map(),
    devices: new Map(devices.map((one) => [one.id, one])),
    links: new Map(links.map((link) => [link.id, link])),
    ...(canary === undefined ? {} : { canary }),
  };
}
