/**
 * Every family, walked: recognised from its own recording, everything it reads decoded with its unit, every state accounted for, every
 * notification turned into the right symptom and its pair, both languages, and how sure each fact is.
 *
 * A new family is one file in probes/devices/ and one recording beside this test; nothing here names one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Family, ReadAs, SnmpColumn, TrapMeaning } from "../../../daemon/model/family.ts";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";
import type { Varbind } from "../../../probes/snmp/value.ts";
import { indexMeanings, meaning } from "../../../probes/trap/meaning.ts";
import type { TrapVarbind } from "../../../probes/trap/trap.ts";
import { parsePack } from "../../../rules/pack.ts";
import { type Decoded, decodeShell, decodeWalk, recordingOf, varbindsOf } from "./recorded.ts";

const shipped = loadFamilies([shippedFamilies()]).families;
const families = [...shipped.values()];
const asksSnmp = (family: Family): boolean => family.checks.some(({ kind }) => kind === "snmp");
const asksShell = (family: Family): boolean => family.shell !== undefined;
const shellValues = ({ shell }: Family) => [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])].flatMap((ask) => ask.values);
const allReads = (family: Family): readonly ReadAs[] => [...family.snmp.scalars, ...family.snmp.columns, ...shellValues(family)];

function recorded(family: Family) {
  const recording = recordingOf(family.id);
  if (recording === undefined) throw new Error(`${family.id} has no recording; add test/probes/families/recordings/${family.id}/`);
  return recording;
}

/** A raw value as a person reads it in the recording: another way than the decoder's. */
function rawText(value: unknown): string {
  if (!Buffer.isBuffer(value)) return String(value);
  return value.length === 8 && value[0] === 0
    ? BigInt(`0x${value.toString("hex")}`).toString()
    : value.toString("utf8").replace(/\n/g, " ");
}

/** What the data file says that a raw value is. */
function expected(read: ReadAs, raw: string): unknown {
  if (read.as === "text") return raw;
  if (read.as === "state") return read.states?.[raw] ?? raw.toLowerCase();
  return expect.closeTo(Number(read.states?.[raw] ?? raw) * (read.scale ?? 1), 9);
}

/** RFC 3433 writes 23.5 degrees as 235 with the scale 9 (units) and one decimal place, 12 V as 12000 with the scale 8 (thousandths). */
function written(read: SnmpColumn, index: string, raw: string, objects: ReadonlyMap<string, Varbind>): string {
  if (read.fixedPoint === undefined) return raw;
  const column = (oid: string) => Number(rawText(objects.get(`${oid}.${index}`)?.value));
  return `${raw}e${(column(read.fixedPoint.scale) - 9) * 3 - Math.max(0, column(read.fixedPoint.precision))}`;
}

function share(read: SnmpColumn, index: string, raw: string, objects: ReadonlyMap<string, Varbind>): unknown {
  const other = Number(rawText(objects.get(`${read.of ?? read.outOf}.${index}`)?.value));
  if (read.of !== undefined) return expect.closeTo(Number(raw) / (Number(raw) + other), 9);
  return read.outOf === undefined ? expected(read, raw) : expect.closeTo(Number(raw) / other, 9);
}

function counts({ where }: SnmpColumn, index: string, objects: ReadonlyMap<string, Varbind>): boolean {
  return (where ?? []).every((one) => one.in.includes(rawText(objects.get(`${one.oid}.${index}`)?.value)));
}

/** The varbinds that make this notification mean this. */
function varbindsFor({ when, part }: TrapMeaning): readonly TrapVarbind[] {
  const value = (oid: string, said: string): TrapVarbind => ({ oid: `${oid}.7`, value: said, type: "OctetString" });
  const condition = when === undefined ? [] : [value(when.oid, when.in[0] ?? "")];
  if (part === undefined || part.oid === when?.oid) return condition;
  return [value(part.oid, "seven"), ...condition];
}

function partFor({ part, partIs }: TrapMeaning): { readonly part?: string } {
  if (partIs !== undefined) return { part: partIs };
  return part === undefined ? {} : { part: `${part.prefix} ${part.from === "index" ? "7" : "seven"}` };
}

/** What was decoded under this name, and under this part where there is one. */
function told(decoded: Decoded, read: ReadAs, part?: string): string | number | undefined {
  const here = (each: { readonly name: string; readonly part?: string }) => each.name === read.name && each.part === part;
  return decoded.samples.find(here)?.value ?? decoded.readings.find(here)?.value;
}

describe.each(families.filter((family) => asksSnmp(family) || asksShell(family)))("$id", (family) => {
  it("has a recording of everything that it asks", () => {
    const recording = recorded(family);
    expect(recording.family).toBe(family.id);
    if (asksSnmp(family)) expect(recording.walk, "walk.snmprec").toBeDefined();
    if (asksShell(family)) expect(recording.shell, "shell.yaml").toBeDefined();
  });

  it("is recognised from its recording", () => {
    const { sysObjectId, sysDescr, banner } = family.recognise;
    // Said to be never guessed: nothing tells it from the host or the switch that it is.
    if (sysObjectId.length + sysDescr.length + banner.length === 0) return;
    const recording = recorded(family);
    const objects = varbindsOf(recording);
    const text = (oid: string): string | undefined => {
      const bind = objects.get(oid);
      return bind === undefined ? undefined : rawText(bind.value);
    };
    // A family that is known by its banner alone runs on a host whose agent says something else.
    const bySnmp = sysObjectId.length + sysDescr.length > 0;
    const object = bySnmp ? text("1.3.6.1.2.1.1.2.0") : undefined;
    const described = bySnmp ? text("1.3.6.1.2.1.1.1.0") : undefined;
    const greeting = recording.shell?.find(({ ask }) => ask === "")?.answer;
    const said = {
      ...(object === undefined ? {} : { sysObjectId: object }),
      ...(described === undefined ? {} : { sysDescr: described }),
      ...(greeting === undefined ? {} : { banner: greeting }),
    };
    expect(recognise(shipped, said)?.id).toBe(family.id);
  });

  if (asksSnmp(family))
    it("has every object that it reads over SNMP decoded, in its unit", () => {
      const recording = recorded(family);
      const objects = varbindsOf(recording);
      const decoded = decodeWalk(family, recording);
      for (const read of family.snmp.scalars) {
        const bind = objects.get(read.oid);
        expect(bind, `${read.oid} (${read.name}) is not in walk.snmprec`).toBeDefined();
        if (bind !== undefined) expect(told(decoded, read), read.name).toEqual(expected(read, rawText(bind.value)));
      }
      for (const read of family.snmp.columns) {
        const rows = [...objects].filter(([oid]) => oid.startsWith(`${read.oid}.`));
        const counted = rows.filter(([oid]) => counts(read, oid.slice(read.oid.length + 1), objects));
        expect(counted.length, `${read.oid} (${read.name}) has no row in walk.snmprec`).toBeGreaterThan(0);
        for (const [oid, bind] of counted) {
          const index = oid.slice(read.oid.length + 1);
          const label = read.labelOid === undefined ? index : rawText(objects.get(`${read.labelOid}.${index}`)?.value);
          const value = told(decoded, read, `${read.part} ${label}`);
          if (read.as === "counter") expect(value, `${read.name} ${label}`).toBe(0);
          else
            expect(value, `${read.name} ${label}`).toEqual(share(read, index, written(read, index, rawText(bind.value), objects), objects));
        }
      }
      // The recordings hold 25 % and 41 degrees: a factor that is wrong shows.
      for (const { name, value } of decoded.samples) {
        if (name.endsWith("_ratio")) expect(value, name).toBeLessThanOrEqual(1);
        if (name === "temperature_celsius") expect(value, name).toBe(41);
      }
      const whole = new Set(family.snmp.columns.filter((read) => read.whole === true).map((read) => read.name));
      expect(decoded.whole).toEqual([...whole]);
    });

  if (asksShell(family))
    it("has every value that it asks its shell for decoded", async () => {
      const decoded = await decodeShell(family, recorded(family));
      const names = new Set([...decoded.samples, ...decoded.readings].map(({ name }) => name));
      for (const read of shellValues(family)) expect([...names], `${read.path} gives no ${read.name}`).toContain(read.name);
      for (const { name, value } of decoded.samples) expect(Number.isFinite(value), name).toBe(true);
    });
});

describe.each(families)("$id", (family) => {
  it("accounts for every word of every state: a symptom, or nothing wrong", () => {
    for (const read of allReads(family).filter((each) => each.as === "state")) {
      const wrong = (family.meanings ?? []).filter((each) => each.reading === read.name).flatMap((each) => each.values);
      const fine = family.fine?.[read.name] ?? [];
      const open = Object.values(read.states ?? {}).filter((word) => !wrong.includes(word) && !fine.includes(word));
      expect(open, `${read.name}: words with no meaning; add them to meanings or to fine`).toEqual([]);
      expect(
        wrong.filter((word) => fine.includes(word)),
        `${read.name}: fine and wrong at once`,
      ).toEqual([]);
    }
  });

  it("turns every notification into its symptom, its part and its effect", () => {
    const index = indexMeanings(family.traps);
    for (const trap of family.traps) {
      const { name, faults } = meaning({ oid: trap.oid, varbinds: varbindsFor(trap) }, index, new Map());
      expect(name, trap.oid).toBe(trap.name);
      if (trap.symptom === undefined) {
        expect(faults, trap.name).toEqual([]);
        continue;
      }
      expect(faults, `${trap.name} ${trap.when?.in.join()}`).toContainEqual(
        expect.objectContaining({ symptom: trap.symptom, effect: trap.effect, ...partFor(trap) }),
      );
    }
  });

  it("has a raise for every clear, of the same symptom and part", () => {
    const key = (trap: TrapMeaning) => `${trap.symptom} ${trap.partIs ?? trap.part?.prefix ?? ""}`;
    const raised = new Set(family.traps.filter(({ effect }) => effect === "raise").map(key));
    const lonely = family.traps.filter((trap) => trap.effect === "clear" && !raised.has(key(trap)));
    expect(lonely.map(({ name }) => name)).toEqual([]);
  });

  it("says in both languages what it is, what its notifications and parts are, what is odd and what is not known", () => {
    const texts = [
      ["name", family.name],
      ...family.traps.map((trap) => [trap.name, trap.text] as const),
      ...(family.parts ?? []).map((part) => [part.prefix, part.name] as const),
      ...(family.quirks ?? []).map((quirk, at) => [`quirk ${at}`, quirk.text] as const),
      ["limits", family.limits],
    ] as const;
    for (const [what, text] of texts) {
      expect(text, `${family.id}: ${what} has no text`).toBeDefined();
      expect(text?.fr.trim(), what).not.toBe("");
      expect(text?.en.trim(), what).not.toBe("");
    }
    for (const trap of family.traps) expect(trap.category, trap.name).toBeDefined();
  });

  it("has a name in both languages for every prefix of its parts", () => {
    const named = new Set((family.parts ?? []).map(({ prefix }) => prefix));
    const traps = family.traps.flatMap(({ part, partIs }) => [part?.prefix, partIs?.split(" ")[0]]);
    const used = [...family.snmp.columns.map(({ part }) => part), ...shellValues(family).map(({ part }) => part), ...traps];
    expect([...new Set(used)].filter((prefix) => prefix !== undefined && !named.has(prefix))).toEqual([]);
  });
});

describe("the symptoms", () => {
  it("that any notification or meaning names have a rule", () => {
    const folder = join(import.meta.dirname, "../../../rules/packs");
    const rules = readdirSync(folder).flatMap((name) => parsePack(name, readFileSync(join(folder, name), "utf8")).rules);
    const ruled = new Set<string | undefined>(rules.map(({ symptom }) => symptom));
    const named = families.flatMap((family) => [...family.traps, ...(family.meanings ?? [])].map(({ symptom }) => symptom));
    expect([...new Set(named)].filter((symptom) => symptom !== undefined && !ruled.has(symptom)).sort()).toEqual([]);
  });
});
