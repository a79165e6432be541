/**
 * Which rules could an observation move? Answered once a device kind and family, so that the hot path meets few rules.
 *
 * Pure; the index is filled as it is asked and holds one list per (kind, family, probe kind).
 */
import type { DeviceKind } from "../daemon/model/family.ts";
import type { Device } from "../daemon/model/network.ts";
import type { Observation, ProbeKind } from "../daemon/model/observation.ts";
import type { Condition, Rule } from "../daemon/model/rule.ts";

/** What is asked of a family; default is what the device says. */
export interface FamilyOf {
  readonly id: string;
  readonly kind: DeviceKind;
}

/** Without an observation: every rule of the device. With one: those that it could move. */
export type RuleIndex = (device: Device, family?: FamilyOf, observation?: Pick<Observation, "kind" | "finding">) => readonly Rule[];

interface Lists {
  readonly all: readonly Rule[];
  readonly icmp: readonly Rule[];
  readonly snmp: readonly Rule[];
  readonly ssh: readonly Rule[];
  readonly telnet: readonly Rule[];
  readonly https: readonly Rule[];
  readonly tcp: readonly Rule[];
}

function appliesTo(rule: Rule, kind: DeviceKind, family: string): boolean {
  const { kinds, families } = rule.applies;
  return (kinds === undefined || kinds.includes(kind)) && (families === undefined || families.includes(family));
}

/** Can a poll of this kind change the condition? Values of icmp have their own names; all others may come over SNMP or SSH. */
function isMovedBy(condition: Condition, kind: Exclude<ProbeKind, "trap">): boolean {
  switch (condition.on) {
    case "look":
    case "code":
      return condition.kind === kind;
    case "sample":
    case "reading":
      return condition.name.startsWith("icmp_") === (kind === "icmp");
    case "absent":
      if (condition.what === "look") return condition.name === kind;
      return condition.what !== "trap" && condition.name.startsWith("icmp_") === (kind === "icmp");
    case "fault":
      return false;
    case "all":
    case "any":
      return condition.of.some((one) => isMovedBy(one, kind));
  }
}

/** Can a poll of this kind end an alarm of the rule? What only the device itself says, any look is as good for as another. */
export function couldClear({ when }: Rule, kind: ProbeKind): boolean {
  const unasked = when.on === "fault" || (when.on === "absent" && when.what === "trap");
  return unasked || (kind !== "trap" && isMovedBy(when, kind));
}

function listsFor(rules: readonly Rule[], kind: DeviceKind, family: string): Lists {
  const all = rules.filter((rule) => appliesTo(rule, kind, family));
  // Waiting for what ought to come begins at the first look of whatever kind.
  const by = (probe: Exclude<ProbeKind, "trap">) => all.filter((rule) => rule.when.on === "absent" || isMovedBy(rule.when, probe));
  return { all, icmp: by("icmp"), snmp: by("snmp"), ssh: by("ssh"), telnet: by("telnet"), https: by("https"), tcp: by("tcp") };
}

/** The index over a fixed list of rules; a reload makes a new one. */
export function createRuleIndex(rules: readonly Rule[]): RuleIndex {
  const byKind = new Map<DeviceKind, Map<string, Lists>>();
  const listsOf = (kind: DeviceKind, family: string): Lists => {
    let families = byKind.get(kind);
    if (families === undefined) {
      families = new Map();
      byKind.set(kind, families);
    }
    let lists = families.get(family);
    if (lists === undefined) {
      lists = listsFor(rules, kind, family);
      families.set(family, lists);
    }
    return lists;
  };
  return (device, family, observation) => {
    const lists = listsOf(family?.kind ?? device.kind, family?.id ?? device.family);
    // A fault names its symptom: any rule of the device may be meant.
    if (observation === undefined || observation.kind === "trap" || observation.finding.faults.length > 0) return lists.all;
    return lists[observation.kind];
  };
}
