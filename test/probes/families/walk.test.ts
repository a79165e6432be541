/**
 * Every family, walked against tables that were written by hand (expected/): recognised from its own recording, every value that it reads
 * decoded with its unit and at its rate, every word of every state judged by the rules, every notification turned into its symptom, part and
 * pair, both languages.
 *
 * A new family is one file in probes/devices/, one recording beside this test, and its lines in the tables. What no table expects fails here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Family, ReadAs, TrapMeaning } from "../../../daemon/model/family.ts";
import type { Observation } from "../../../daemon/model/observation.ts";
import type { Rule } from "../../../daemon/model/rule.ts";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";
import type { Value } from "../../../probes/simulator/ber.ts";
import type { Recording } from "../../../probes/simulator/recording.ts";
import { createTcpProbe } from "../../../probes/tcp/tcp-probe.ts";
import { indexMeanings, meaning } from "../../../probes/trap/meaning.ts";
import type { TrapVarbind } from "../../../probes/trap/trap.ts";
import { evaluateCondition } from "../../../rules/condition.ts";
import { parsePack } from "../../../rules/pack.ts";
import { aimAt } from "../shell/player.ts";
import { memory } from "../ssh/peer.ts";
import { LATER_OBJECTS, LATER_WORDS } from "./expected/later.ts";
import { NOTIFICATIONS } from "./expected/notifications.ts";
import { NOTHING_TO_RECORD, PORT_VALUES, SHELL_VALUES, SNMP_VALUES, WEB_VALUES, WHOLE } from "./expected/values.ts";
import { WORDS } from "./expected/words.ts";
import { type Decoded, decodeShell, decodeWalk, recordingOf, varbindsOf } from "./recorded.ts";
import { lookAtRecordedWeb } from "./recorded-web.ts";

const shipped = loadFamilies([shippedFamilies()]).families;
const families = [...shipped.values()];
const asksSnmp = ({ snmp }: Family): boolean => snmp.scalars.length + snmp.columns.length > 0;
const shellValues = ({ shell }: Family) => [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])].flatMap((ask) => ask.values);
const webValues = ({ https }: Family) => (https?.asks ?? []).flatMap((ask) => ask.values);
const allReads = (family: Family): readonly (ReadAs & { readonly part?: string })[] => [
  ...family.snmp.scalars,
  ...family.snmp.columns,
  ...shellValues(family),
  ...webValues(family),
];
const linesOf = (table: string | undefined): readonly string[] => (table ?? "").split("\n").filter((line) => line !== "");

function recorded(family: Family): Recording {
  const recording = recordingOf(family.id);
  if (recording === undefined) throw new Error(`${family.id} has no recording; add test/probes/families/recordings/${family.id}/`);
  return recording;
}

/** The same ten seconds later: what expected/later.ts names has moved. */
function later(recording: Recording): Recording {
  const words = LATER_WORDS[recording.family] ?? [];
  const all = (recording.shell ?? []).map(({ answer }) => answer).join("\n");
  for (const [from] of words) expect(all, `${recording.family}: expected/later.ts moves what is not there`).toContain(from);
  return {
    ...recording,
    walk: recording.walk?.map(([oid, value]) => {
      const moved = LATER_OBJECTS[oid];
      return [oid, moved === undefined ? value : ({ ...value, value: moved } as Value)] as const;
    }),
    shell: recording.shell?.map(({ ask, answer }) => ({ ask, answer: words.reduce((text, [from, to]) => text.replace(from, to), answer) })),
  };
}

/** `name [part] = value unit`, in order. */
function told({ samples, readings }: Pick<Decoded, "samples" | "readings">, reads: readonly ReadAs[]): readonly string[] {
  const unit = new Map(reads.map((read) => [read.name, read.unit]));
  const line = (name: string, part: string | undefined, value: string) => `${name}${part === undefined ? "" : ` [${part}]`} = ${value}`;
  return [
    ...samples.map(({ name, part, value }) => line(name, part, `${Number(value.toPrecision(12))} ${unit.get(name)}`)),
    ...readings.map(({ name, part, value }) => line(name, part, value)),
  ].sort();
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});
function listen(host: string, port: number): Promise<void> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  servers.push(server);
  return new Promise((resolve, reject) => server.on("error", reject).listen(port, host, resolve));
}

describe.each(families)("$id", (family) => {
  it("has a recording of everything that it asks, or a reason why there is nothing to record", () => {
    const recording = recordingOf(family.id);
    if (recording === undefined) {
      expect(NOTHING_TO_RECORD[family.id], `${family.id} has neither a recording nor a reason (NOTHING_TO_RECORD)`).toBeDefined();
      expect(asksSnmp(family) || family.shell !== undefined || family.https !== undefined, `${family.id} asks more than ports`).toBe(false);
      return;
    }
    expect(NOTHING_TO_RECORD[family.id]).toBeUndefined();
    expect(recording.family).toBe(family.id);
    expect(recording.walk !== undefined, "walk.snmprec").toBe(asksSnmp(family));
    expect(recording.shell !== undefined, "shell.yaml").toBe(family.shell !== undefined);
    expect(recording.web !== undefined, "web.yaml").toBe(family.https !== undefined);
  });

  it("is recognised from its recording, where anything tells it from others", () => {
    const { sysObjectId, sysDescr, banner } = family.recognise;
    const recording = recordingOf(family.id);
    const objects: ReadonlyMap<string, { readonly value: unknown }> = recording === undefined ? new Map() : varbindsOf(recording);
    // Device text comes as octets.
    const text = (oid: string) => objects.get(oid)?.value?.toString();
    const bySnmp = sysObjectId.length + sysDescr.length > 0;
    const greeting = recording?.shell?.find(({ ask }) => ask === "")?.answer;
    // A family that is known by its banner alone runs on a host whose agent says something else.
    const said = {
      ...(bySnmp ? { sysObjectId: text("1.3.6.1.2.1.1.2.0") ?? "", sysDescr: text("1.3.6.1.2.1.1.1.0") ?? "" } : {}),
      ...(greeting === undefined ? {} : { banner: greeting }),
    };
    const told = [...sysObjectId, ...sysDescr, ...banner].length > 0;
    const found = recognise(shipped, said)?.id;
    if (told) expect(found).toBe(family.id);
    else expect(found, "said to be never guessed, and still guessed").not.toBe(family.id);
  });

  it("has every value that it reads over SNMP decoded, in its unit and at its rate", () => {
    const wanted = linesOf(SNMP_VALUES[family.id]);
    expect(wanted.length > 0, "expected/values.ts").toBe(asksSnmp(family));
    if (!asksSnmp(family)) return;
    const recording = recorded(family);
    const decoded = decodeWalk(family, recording, later(recording));
    expect(told(decoded, [...family.snmp.scalars, ...family.snmp.columns])).toEqual([...wanted].sort());
    for (const { name } of [...family.snmp.scalars, ...family.snmp.columns])
      expect(
        wanted.some((line) => line.startsWith(`${name} `)),
        `nothing in the recording gives ${name}`,
      ).toBe(true);
    if (family.shell === undefined) expect([...(decoded.whole ?? [])].sort()).toEqual(WHOLE[family.id] ?? []);
  });

  it("has every value that it asks its command line for decoded, in its unit and at its rate", async () => {
    const wanted = linesOf(SHELL_VALUES[family.id]);
    expect(wanted.length > 0, "expected/values.ts").toBe(family.shell !== undefined);
    if (family.shell === undefined) return;
    const recording = recorded(family);
    const decoded = await decodeShell(family, recording, later(recording));
    expect(told(decoded, shellValues(family))).toEqual([...wanted].sort());
    for (const { name, path } of shellValues(family))
      expect(
        wanted.some((line) => line.startsWith(`${name} `)),
        `nothing in the recording gives ${path}`,
      ).toBe(true);
    expect([...(decoded.whole ?? [])].sort()).toEqual(WHOLE[family.id] ?? []);
  });

  it("has every value that it asks its web interface for decoded, in its unit", async () => {
    const wanted = linesOf(WEB_VALUES[family.id]);
    expect(wanted.length > 0, "expected/values.ts").toBe(family.https !== undefined);
    if (family.https === undefined) return;
    const finding = await lookAtRecordedWeb(family);
    expect(finding.status, `${finding.detail} ${finding.trace?.join("\n")}`).toBe("up");
    expect(told(finding, webValues(family))).toEqual([...wanted].sort());
    for (const { name, path } of webValues(family))
      expect(
        wanted.some((line) => line.startsWith(`${name} `)),
        `nothing in the recording gives ${path}`,
      ).toBe(true);
  });

  it("tries its signalling ports, and tells each", async () => {
    const wanted = linesOf(PORT_VALUES[family.id]);
    const ports = (family.tcp ?? []).map(({ port }) => port);
    expect(wanted.length).toBe(ports.length);
    if (ports.length === 0) return;
    const address = "127.77.0.1";
    for (const port of ports.slice(0, -1)) await listen(address, port);
    const aim = aimAt({ kind: "telnet", port: 23, dialect: "poly", asks: [], timeoutMs: 2_000, address });
    const target = { ...aim, check: { ...aim.check, kind: "tcp" as const }, family };
    const finding = await createTcpProbe({ memory: memory() }).look(target, new AbortController().signal);
    expect(finding.status).toBe("up");
    expect(told(finding, [])).toEqual([...wanted].sort());
  });
});

/** The rules shipped. */
const packs = join(import.meta.dirname, "../../../rules/packs");
const rules = readdirSync(packs).flatMap((name) => parsePack(name, readFileSync(join(packs, name), "utf8")).rules);
const rulesOf = (family: Family): readonly Rule[] =>
  rules.filter(({ applies }) => (applies.kinds?.includes(family.kind) ?? true) && (applies.families?.includes(family.id) ?? true));

/** The symptoms that rules raise of this word; `was:` those that need it to have been good before. */
function raised(family: Family, reading: string, part: string | undefined, value: string): readonly string[] {
  const observation: Observation = {
    ...{ id: "x", check: "d/ssh", device: "d", kind: family.shell === undefined ? "snmp" : "ssh", at: 1, seq: 1, durationMs: 1 },
    finding: { status: "up", samples: [], readings: [{ name: reading, value, ...(part === undefined ? {} : { part }) }], faults: [] },
  };
  const holding = rulesOf(family).filter(({ when }) => evaluateCondition(when, observation, part, false).value === true);
  const unsure = ({ afterGood }: Rule) => afterGood === true || afterGood?.includes(value) === true;
  return [...new Set(holding.map((rule) => (unsure(rule) ? `was:${rule.symptom}` : rule.symptom)))];
}

const wordsOf = (family: Family) =>
  linesOf(WORDS[family.id]).flatMap((line) => {
    const [about = "", rest = ""] = line.split(": ");
    const [reading = "", prefix] = about.split("/");
    return rest.split(" | ").flatMap((group) => {
      const [words = "", means = ""] = group.split(" > ");
      return words.split(" ").map((word) => ({ reading, prefix, word, means }));
    });
  });

describe.each(families)("$id", (family) => {
  const states = allReads(family).filter((read) => read.as === "state");

  it("gives every word of every state its meaning, and the rules judge it so", () => {
    const table = wordsOf(family);
    for (const { reading, prefix, word, means } of table) {
      const read = states.find((each) => each.name === reading && (prefix === undefined || each.part === prefix));
      expect(read, `${reading}${prefix === undefined ? "" : `/${prefix}`}: no such state`).toBeDefined();
      // Messages of a codec have their type for a part.
      const part = reading === "diagnostic" ? "fanstatus" : read?.part === undefined ? undefined : `${read.part} 1`;
      const wanted = means === "fine" || means.startsWith("~") ? [] : [means];
      expect(raised(family, reading, part, word), `${reading} ${part ?? ""} is ${word}`).toEqual(wanted);
      const said = (family.meanings ?? []).filter(
        (each) => each.reading === reading && each.values.includes(word) && (each.part === undefined || each.part === read?.part),
      );
      const symptom = means.replace(/^(?:~|was:)/, "");
      for (const each of said) expect(each.symptom, `${reading} is ${word}: what the light says`).toBe(symptom);
      if (means.startsWith("~")) expect(said.length, `${reading} is ${word}: nobody is told, and no light shows it`).toBeGreaterThan(0);
    }
    for (const { name, part, states: words } of states)
      for (const word of Object.values(words ?? {}))
        expect(
          table.some((each) => each.reading === name && each.word === word && (each.prefix ?? part) === part),
          `${name} ${part ?? ""}: ${word} has no meaning in expected/words.ts`,
        ).toBe(true);
  });

  it("accounts in its own data for every word of every state: a symptom, or nothing wrong", () => {
    for (const read of states) {
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
});

/** `OID name: effect symptom [part] <- OID=value, OID=value` */
function notification(line: string) {
  const [said = "", carried = ""] = line.split(" <- ");
  const found = /^([0-9.]+) (\w+): (raise|clear|event)(?: ([a-z0-9-]+))?(?: \[(.+)\])?$/.exec(said.trim());
  if (found === null) throw new Error(`expected/notifications.ts: ${line}`);
  const [, oid = "", name = "", effect = "", symptom, part] = found;
  const varbinds = carried
    .split(", ")
    .filter((each) => each !== "")
    .map((each): TrapVarbind => ({ oid: each.slice(0, each.indexOf("=")), value: each.slice(each.indexOf("=") + 1), type: "OctetString" }));
  return { line, oid, name, effect, symptom, part, varbinds };
}

describe.each(families)("$id", (family) => {
  const table = (NOTIFICATIONS[family.id] ?? []).map(notification);

  it("turns every notification into its symptom, its part and its effect, and nothing else", () => {
    const index = indexMeanings(family.traps);
    for (const { line, oid, name, effect, symptom, part, varbinds } of table) {
      const found = meaning({ oid, varbinds }, index, new Map());
      expect(found.name, line).toBe(name);
      const faults = found.faults.map((fault) => ({ symptom: fault.symptom, effect: fault.effect, part: fault.part }));
      expect(faults, line).toEqual(symptom === undefined ? [] : [{ symptom, effect, part }]);
    }
    const expected = new Set(table.map(({ oid }) => oid));
    const known = new Set(family.traps.map(({ oid }) => oid));
    expect(
      [...known].filter((oid) => !expected.has(oid)),
      "sent, and not in expected/notifications.ts",
    ).toEqual([]);
    expect(
      [...expected].filter((oid) => !known.has(oid)),
      "in expected/notifications.ts, and not known",
    ).toEqual([]);
    for (const trap of family.traps.filter(({ when }) => when !== undefined))
      expect(
        table.some(({ oid, varbinds }) => oid === trap.oid && carries(trap, varbinds)),
        `${trap.name} ${trap.when?.in}`,
      ).toBe(true);
  });

  it("has a raise for every clear, of the same symptom and part", () => {
    const key = ({ symptom, part }: (typeof table)[number]) => `${symptom} ${part ?? ""}`;
    const begun = new Set(table.filter(({ effect }) => effect === "raise").map(key));
    expect(table.filter((each) => each.effect === "clear" && !begun.has(key(each))).map(({ line }) => line)).toEqual([]);
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
    const used = [
      ...family.snmp.columns.map(({ part }) => part),
      ...shellValues(family).map(({ part }) => part),
      ...webValues(family).map(({ part }) => part),
      ...traps,
    ];
    expect([...new Set(used)].filter((prefix) => prefix !== undefined && !named.has(prefix))).toEqual([]);
  });
});

/** Is it one of the values that make this notification mean this? */
function carries({ when }: TrapMeaning, varbinds: readonly TrapVarbind[]): boolean {
  return varbinds.some(({ oid, value }) => when !== undefined && oid.startsWith(`${when.oid}.`) && when.in.includes(String(value)));
}

describe("the tables", () => {
  it("name families that there are, and no others", () => {
    const known = new Set(families.map(({ id }) => id));
    const named = [SNMP_VALUES, SHELL_VALUES, WEB_VALUES, PORT_VALUES, NOTHING_TO_RECORD, WHOLE, WORDS, NOTIFICATIONS, LATER_WORDS].flatMap(
      Object.keys,
    );
    expect(named.filter((id) => !known.has(id))).toEqual([]);
    expect(Object.keys(NOTIFICATIONS).sort()).toEqual([...known].sort());
  });

  it("have a rule for every symptom that a notification or a state names", () => {
    const ruled = new Set<string>(rules.map(({ symptom }) => symptom));
    const sent = families.flatMap(({ id }) => (NOTIFICATIONS[id] ?? []).map((line) => notification(line).symptom));
    const read = families.flatMap((family) => (family.meanings ?? []).map(({ symptom }) => symptom));
    expect([...new Set([...sent, ...read])].filter((symptom) => symptom !== undefined && !ruled.has(symptom)).sort()).toEqual([]);
  });
});
