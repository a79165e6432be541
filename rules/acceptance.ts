/**
 * The acceptance sheet of a room: what of its new equipment can be seen to be right, what a person has to look at, and whether it may be signed.
 *
 * Pure.
 */
import type { Sheet, SheetItem, SheetLine, SheetState } from "../daemon/model/acceptance.ts";
import type { DeviceKind } from "../daemon/model/family.ts";
import type { DeviceInventory } from "../daemon/model/inventory.ts";
import { type DeviceLights, type LightState, lightNames } from "../daemon/model/lights.ts";

export interface SheetDevice {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly lights?: DeviceLights;
  readonly inventory?: DeviceInventory;
  /** Active alarms of the device. */
  readonly alarms: readonly { readonly symptom: string; readonly part?: string }[];
}

/** What people call with: it has peripherals, and a test call proves it. */
const calls: ReadonlySet<DeviceKind> = new Set(["codec", "endpoint"]);
const unplugged = /^(?:camera|microphone|touchpanel|display)-disconnected$/;

export function sheetOf(place: string, devices: readonly SheetDevice[]): Sheet {
  const lines = devices.flatMap((device) => [...lightLines(device), firmwareLine(device), ...peripheralLines(device)]);
  const testCall: readonly SheetLine[] = devices.some(({ kind }) => calls.has(kind))
    ? [{ id: "test-call", item: "test-call", state: "open" }]
    : [];
  return { place, devices: devices.map(({ id }) => id), lines: [...lines, ...testCall] };
}

function line(device: string, item: SheetItem, state: SheetState, value?: string): SheetLine {
  return { id: `${device}/${item}`, item, device, state, ...(value === undefined ? {} : { value }) };
}

/** A warning is not wrong enough to refuse, and not right enough to pass unseen. */
const stateOfLight: Readonly<Record<LightState, SheetState>> = {
  good: "good",
  "not-applicable": "good",
  warning: "open",
  unknown: "open",
  bad: "bad",
};

function lightLines({ id, lights }: SheetDevice): readonly SheetLine[] {
  return lightNames.map((name) => {
    const light = lights?.lights[name];
    return light === undefined ? line(id, name, "open") : line(id, name, stateOfLight[light.state], light.code);
  });
}

function firmwareLine({ id, inventory }: SheetDevice): SheetLine {
  const found = inventory?.facts.find(({ name, part }) => name === "software_version" && part === undefined)?.value;
  return line(id, "firmware", found === undefined ? "open" : "good", found);
}

function peripheralLines({ id, kind, inventory, alarms }: SheetDevice): readonly SheetLine[] {
  if (!calls.has(kind)) return [];
  const gone = alarms.filter(({ symptom }) => unplugged.test(symptom)).map(({ symptom, part }) => part ?? symptom);
  const missing = (inventory?.facts ?? [])
    .filter(({ name, value }) => name === "presence" && value === "missing")
    .map(({ part }) => part ?? "");
  const bad = [...new Set([...gone, ...missing])];
  if (bad.length > 0) return [line(id, "peripherals", "bad", bad.join(", "))];
  const seen = [...new Set((inventory?.facts ?? []).flatMap(({ part }) => (part === undefined ? [] : [part])))];
  return [seen.length === 0 ? line(id, "peripherals", "open") : line(id, "peripherals", "good", seen.join(", "))];
}

export interface Signing {
  /** A person's word on open lines, by the line's id. */
  readonly notes: ReadonlyMap<string, string>;
  readonly reason?: string;
}

export type Signed = { readonly ok: true; readonly lines: readonly SheetLine[] } | { readonly ok: false; readonly why: string };

/** May it be signed? Every open line needs a person's word; a bad one a reason for signing all the same. */
export function sign(sheet: Sheet, { notes, reason }: Signing): Signed {
  if (sheet.devices.length === 0) return refused("nothing here is in commissioning; there is nothing to sign");
  const known = new Set(sheet.lines.filter(({ state }) => state === "open").map(({ id }) => id));
  const strange = [...notes.keys()].filter((id) => !known.has(id));
  if (strange.length > 0) return refused(`not open on this sheet, so no note belongs to it: ${strange.join(", ")}`);
  const unsaid = [...known].filter((id) => (notes.get(id) ?? "").trim() === "");
  if (unsaid.length > 0) return refused(`cannot be seen from here, so a person must say what they saw: ${unsaid.join(", ")}`);
  const bad = sheet.lines.filter(({ state }) => state === "bad").map(({ id }) => id);
  if (bad.length > 0 && (reason ?? "").trim() === "")
    return refused(`wrong just now: ${bad.join(", ")}; put it right, or give the reason for signing`);
  return { ok: true, lines: sheet.lines.map((each) => withNote(each, notes.get(each.id))) };
}

function withNote(each: SheetLine, note: string | undefined): SheetLine {
  return note === undefined ? each : { ...each, note: note.trim() };
}

function refused(why: string): Signed {
  return { ok: false, why };
}
