/**
 * What we know of a family, and of one device of it: how many facts and how sure, its oddities, what is not known, what the device says it is.
 *
 * Pure. The configuration's word on the family stands whatever the device says; that it says otherwise is shown, and is no alarm.
 */
import { recognise } from "../../probes/recognise.ts";
import { safePattern } from "../../probes/safe-pattern.ts";
import type { Certainty, Family, Quirk } from "../model/family.ts";
import type { DeviceFamilyShape, FactCountShape, FamilyShape } from "./contract.ts";

interface Fact {
  readonly certainty?: Certainty;
}

export function familyView(family: Family): FamilyShape {
  const { id, kind, name, certainty, snmp, shell, https, traps, meanings, tcp, quirks, capabilities, limits } = family;
  const values = [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])].flatMap((ask) => ask.values);
  const counted: readonly (readonly [FactCountShape["of"], readonly Fact[]])[] = [
    ["snmp", [...snmp.scalars, ...snmp.columns]],
    ["shell", values],
    ["web", (https?.asks ?? []).flatMap((ask) => ask.values)],
    ["ports", tcp ?? []],
    ["notifications", traps],
    ["meanings", meanings ?? []],
    ["quirks", quirks ?? []],
  ];
  const facts = counted.filter(([, all]) => all.length > 0).map(([of, all]) => countOf(of, all, certainty));
  return {
    ...{ id, kind, name, certainty, facts, capabilities: [...(capabilities ?? [])] },
    ...(limits === undefined ? {} : { limits }),
  };
}

function countOf(of: FactCountShape["of"], facts: readonly Fact[], ofFamily: Certainty): FactCountShape {
  const count = { recording: 0, manual: 0, memory: 0 };
  for (const { certainty } of facts) count[certainty ?? ofFamily] += 1;
  return { of, all: facts.length, ...count };
}

/** The last value of a reading of a device, by name. */
export type Said = (reading: string) => string | undefined;

/** `family` undefined: it has left the configuration. */
export function deviceFamily(families: ReadonlyMap<string, Family>, id: string, said: Said): DeviceFamilyShape | undefined {
  const family = families.get(id);
  if (family === undefined) return undefined;
  const looksLike = otherwise(families, family, said);
  return {
    family: familyView(family),
    quirks: (family.quirks ?? []).filter((quirk) => fits(quirk, said)).map(({ text, certainty }) => ({ text, certainty })),
    ...(looksLike === undefined ? {} : { looksLike: { id: looksLike.id, name: looksLike.name } }),
  };
}

/** An oddity of a model fits only a device that tells its model. */
function fits(quirk: Quirk, said: Said): boolean {
  const matches = (source: string | undefined, text: string | undefined): boolean => {
    if (source === undefined) return true;
    const pattern = safePattern(source);
    return text !== undefined && "matches" in pattern && pattern.matches(text);
  };
  return matches(quirk.model, said("model")) && matches(quirk.firmware, said("software_version"));
}

/** The family that the device's own words fit, when it is another one. A family that nothing tells from others is never doubted. */
function otherwise(families: ReadonlyMap<string, Family>, family: Family, said: Said): Family | undefined {
  const { sysObjectId, sysDescr } = family.recognise;
  const object = said("system_object_id");
  const description = said("system_description");
  if (sysObjectId.length + sysDescr.length === 0 || object === undefined) return undefined;
  const fitting = recognise(families, { sysObjectId: object, ...(description === undefined ? {} : { sysDescr: description }) });
  return fitting?.id === family.id ? undefined : fitting;
}
