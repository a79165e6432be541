/** The pure parts of the SNMP probe: values, rates, uptime, batching, table rows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterRequest, type BatchMemory, newBatch } from "../../../probes/snmp/batch.ts";
import { addMeaning, type Gathered } from "../../../probes/snmp/meaning.ts";
import { compareOids, indexIn } from "../../../probes/snmp/oid.ts";
import { rateOf } from "../../../probes/snmp/rate.ts";
import { rowsOf } from "../../../probes/snmp/table.ts";
import { judgeUptime, uptimeSeconds } from "../../../probes/snmp/uptime.ts";
import { numberOf, textOf, wholeOf } from "../../../probes/snmp/value.ts";

const bind = (type: number, value: unknown, oid = "1.3.6.1") => ({ oid, type, value });
const hex = (text: string) => Buffer.from(text, "hex");

describe("values", () => {
  it.each([
    [bind(2, -5), -5, "-5"],
    [bind(65, 4_294_967_295), 4_294_967_295, "4294967295"],
    [bind(70, hex("0102")), 258, "258"],
    [bind(70, hex("00ffffffffffffffff")), 2 ** 64, "18446744073709551615"],
    [bind(70, hex("")), undefined, undefined],
    [bind(70, hex("01020304050607080910")), undefined, undefined],
    [bind(4, Buffer.from("0.42")), 0.42, "0.42"],
    [bind(4, Buffer.from("Cisco IOS\r\nTAC")), undefined, "Cisco IOS  TAC"],
    [bind(4, Buffer.from("Salle caf\u00e9")), undefined, "Salle caf\u00e9"],
    [bind(4, Buffer.from("caf\u00e9", "latin1")), undefined, "caf\u00e9"],
    [bind(4, hex("001b54000102")), undefined, "00:1b:54:00:01:02"],
    [bind(4, hex("")), undefined, ""],
    [bind(6, "1.3.6.1.4.1.9"), undefined, "1.3.6.1.4.1.9"],
    [bind(68, hex("9f780441c80000")), 25, expect.anything()],
    [bind(68, hex("9f780441c8")), undefined, expect.anything()],
    [bind(129, null), undefined, undefined],
  ])("%j", (varbind, number, text) => {
    expect(numberOf(varbind)).toEqual(number);
    expect(textOf(varbind)).toEqual(text);
  });

  it("text is never over 4 KiB and never holds a control character, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6_000 }), (octets) => {
        const text = textOf(bind(4, Buffer.from(octets))) ?? "";
        expect(text.length).toBeLessThanOrEqual(4_096);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it("a 64-bit counter is exact", () => {
    expect(wholeOf(bind(70, hex("7fffffffffffffff")))).toBe(2n ** 63n - 1n);
  });
});

describe("rates", () => {
  it.each([
    ["the first look gives none", undefined, 5n, 60_000, 32, false, undefined, "first"],
    ["a step is a rate", 100n, 700n, 60_000, 32, false, 10, "counted"],
    ["a 32-bit counter wraps", 4_294_967_000n, 304n, 60_000, 32, false, 10, "wrapped"],
    ["a counter that was cleared gives none", 3_000_000_000n, 10n, 60_000, 32, false, 1_294_967_306 / 60, "wrapped"],
    ["a small counter that was cleared gives none", 1_000_000n, 10n, 60_000, 32, false, undefined, "set-back"],
    ["a 64-bit counter never wraps", 2n ** 64n - 1n, 10n, 60_000, 64, false, undefined, "set-back"],
    ["a restart gives none", 100n, 700n, 60_000, 32, true, undefined, "restarted"],
    ["a long gap gives none at 32 bits", 100n, 700n, 3_600_000, 32, false, undefined, "gap"],
    ["a long gap counts at 64 bits", 0n, 3_600n, 3_600_000, 64, false, 1, "counted"],
    ["no time between gives none", 100n, 700n, 0, 64, false, undefined, "gap"],
  ] as const)("%s", (_, before, now, gapMs, bits, restarted, perSecond, why) => {
    const rate = rateOf(before === undefined ? undefined : { value: before, atMs: 0 }, { value: now, atMs: gapMs }, { bits, restarted });
    expect(rate).toEqual({ perSecond, why });
  });

  it("is never negative, and a wrapped counter gives the same rate as one that did not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 31n }), (from, step) => {
        const now = { value: (from + step) % 2n ** 32n, atMs: 10_000 };
        expect(rateOf({ value: from, atMs: 0 }, now, { bits: 32, restarted: false }).perSecond).toBe(Number(step) / 10);
      }),
    );
  });
});

describe("uptime", () => {
  const minute = 60_000;
  it.each([
    ["runs on", { ticks: 100 }, { ticks: 6_100 }, "runs"],
    ["restarted", { ticks: 600_000 }, { ticks: 500 }, "went-back"],
    ["wrapped, without an engine, when the gap explains it", { ticks: 4_294_964_000 }, { ticks: 2_700 }, "wrapped"],
    ["restarted just before the wrap, far from the gap", { ticks: 4_200_000_000 }, { ticks: 2_700 }, "went-back"],
    [
      "wrapped, says the engine",
      { ticks: 4_200_000_000, engineBoots: 3, engineTime: 42_000_000 },
      { ticks: 5_000_000, engineBoots: 3, engineTime: 43_000_000 },
      "wrapped",
    ],
    [
      "booted at the wrap, says the engine",
      { ticks: 4_294_964_000, engineBoots: 3, engineTime: 42_949_640 },
      { ticks: 2_700, engineBoots: 4, engineTime: 27 },
      "booted",
    ],
    [
      "restarted while nobody looked, and up for longer than before",
      { ticks: 100, engineBoots: 3, engineTime: 1 },
      { ticks: 9_000, engineBoots: 4, engineTime: 90 },
      "booted",
    ],
    [
      "an engine that keeps no boots went back",
      { ticks: 4_294_964_000, engineBoots: 0, engineTime: 42_949_640 },
      { ticks: 2_700, engineBoots: 0, engineTime: 27 },
      "went-back",
    ],
  ] as const)("%s", (_, before, now, why) => {
    const verdict = judgeUptime({ ...before, atMs: 0 }, { ...now, atMs: minute });
    expect(verdict).toEqual({ restarted: why === "went-back" || why === "booted", why });
  });

  it("the first look is no restart", () => {
    expect(judgeUptime(undefined, { ticks: 1, atMs: 0 }).restarted).toBe(false);
  });

  it("seconds count the wraps that the engine knows of, and only those", () => {
    expect(uptimeSeconds({ ticks: 16_554_935, atMs: 0, engineTime: 165_549 })).toBeCloseTo(165_549.35);
    expect(uptimeSeconds({ ticks: 100, atMs: 0, engineTime: 42_949_674 })).toBeCloseTo(42_949_673.96, 1);
    expect(uptimeSeconds({ ticks: 100, atMs: 0, engineTime: 20_000_000 })).toBe(1);
  });
});

describe("batching", () => {
  it("halves down to one name on a device that bears only one, and grows back when it bears more", () => {
    let memory = newBatch();
    while (memory.size > 1) memory = afterRequest(memory, { kind: "too-big", names: memory.size });
    expect(memory.size).toBe(1);
    for (let i = 0; i < 250; i += 1) memory = afterRequest(memory, { kind: "answered", names: memory.size });
    expect(memory.size).toBeGreaterThan(1);
  });

  it("settles on the most a device bears, for every device", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (bears) => {
        let memory = newBatch();
        let failures = 0;
        for (let i = 0; i < 60; i += 1) {
          const names = memory.size;
          if (names > bears) failures += 1;
          memory = afterRequest(memory, { kind: names > bears ? "too-big" : "answered", names });
        }
        expect(memory.mostWorked).toBeLessThanOrEqual(bears);
        expect(memory.size).toBeGreaterThanOrEqual(Math.min(bears, 128) / 2);
        expect(failures).toBeLessThanOrEqual(8);
      }),
    );
  });

  it("never leaves 1 to 128 names, whatever happens", () => {
    const outcome = fc.oneof(
      fc.record({ kind: fc.constantFrom("answered", "too-big", "silent" as const), names: fc.integer({ min: 1, max: 128 }) }),
      fc.constant({ kind: "no-bulk" as const }),
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 300 }), (outcomes) => {
        let memory: BatchMemory = newBatch();
        for (const one of outcomes) {
          memory = afterRequest(memory, one as Parameters<typeof afterRequest>[1]);
          expect(memory.size).toBeGreaterThanOrEqual(1);
          expect(memory.size).toBeLessThanOrEqual(128);
        }
      }),
    );
  });
});

describe("names", () => {
  it("are ordered by number, not by text", () => {
    expect(["1.3.10", "1.3.9", "1.3", "0.0.8.341"].sort(compareOids)).toEqual(["0.0.8.341", "1.3", "1.3.9", "1.3.10"]);
    expect(indexIn("1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.10")).toBeUndefined();
    expect(indexIn("1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.1.7")).toBe("7");
  });
});

describe("rows", () => {
  const column = (values: Record<string, unknown>, complete = true) => ({
    values: new Map(
      Object.entries(values).map(([index, value]) => [
        index,
        typeof value === "number" ? bind(2, value) : bind(4, Buffer.from(String(value))),
      ]),
    ),
    complete,
    cut: false,
    circular: false,
  });
  const up = {
    oid: "1.8",
    name: "interface_up",
    as: "gauge",
    part: "interface",
    labelOid: "1.2",
    where: [{ oid: "1.7", in: ["1"] }],
    states: { 1: "1", 2: "0" },
  } as const;

  it("only rows that meet the condition count, named by their label, twins told apart", () => {
    const walked = new Map([
      ["1.8", column({ 1: 1, 2: 2, 3: 1, 10: 2 })],
      ["1.2", column({ 1: "Gi1", 2: "Gi2", 3: "", 10: "Gi1" })],
      ["1.7", column({ 1: 1, 2: 2, 3: 1, 10: 1 })],
    ]);
    expect(rowsOf(up, walked).map((row) => row.part)).toEqual(["interface Gi1", "interface 3", "interface Gi1 #10"]);
  });

  it("a row whose label was not reached is left out, not renamed", () => {
    const walked = new Map([
      ["1.8", column({ 1: 1, 2: 1 })],
      ["1.2", column({ 1: "Gi1" }, false)],
      ["1.7", column({ 1: 1, 2: 1 })],
    ]);
    expect(rowsOf(up, walked).map((row) => row.part)).toEqual(["interface Gi1"]);
  });

  const sensor = { oid: "9.4", name: "volts", as: "gauge", part: "sensor", fixedPoint: { scale: "9.2", precision: "9.3" } } as const;
  it.each([
    ["235 units with one decimal place are 23.5", 235, 9, 1, 23.5],
    ["12050 thousandths are 12.05", 12_050, 8, 0, 12.05],
    ["-7 thousands are -7000", -7, 10, 0, -7_000],
    ["a negative precision only says how many digits are right", 1_850, 8, -2, 1.85],
    ["beyond its range is no value", 1_000_000_000, 9, 0, undefined],
    ["a scale that RFC 3433 does not have is no value", 5, 18, 0, undefined],
    ["a scale that was not read is no value", 5, undefined, 0, undefined],
  ] as const)("a sensor: %s", (_name, value, scale, precision, said) => {
    const walked = new Map([
      ["9.4", column({ 1: value })],
      ["9.2", column(scale === undefined ? {} : { 1: scale })],
      ["9.3", column({ 1: precision })],
    ]);
    const [row] = rowsOf(sensor, walked);
    const into: Gathered = { samples: [], readings: [] };
    if (row !== undefined) addMeaning({ ...row, read: sensor }, row.value, { counters: new Map(), restarted: false, atMs: 0 }, into);
    expect(into.samples[0]?.value).toEqual(said === undefined ? undefined : expect.closeTo(said, 9));
  });
});

describe("meaning", () => {
  const before = { counters: new Map(), restarted: false, atMs: 0 };
  const add = (read: Parameters<typeof addMeaning>[0]["read"], varbind: ReturnType<typeof bind>) => {
    const into: Gathered = { samples: [], readings: [] };
    addMeaning({ read }, varbind, before, into);
    return [...into.samples, ...into.readings][0]?.value;
  };
  it.each([
    ["a state is its word", { name: "s", as: "state", states: { 3: "battery" } }, bind(2, 3), "battery"],
    ["a state without a word passes, lower-case", { name: "s", as: "state" }, bind(4, Buffer.from("Registered")), "registered"],
    ["a gauge is scaled", { name: "g", as: "gauge", scale: 0.01 }, bind(66, 98), 0.98],
    ["a gauge with states is the number of its state", { name: "g", as: "gauge", states: { 2: "0" } }, bind(2, 2), 0],
    ["a gauge in a state that is not listed is missing", { name: "g", as: "gauge", states: { 2: "0" } }, bind(2, 4), undefined],
    ["a gauge that is no number is missing, not zero", { name: "g", as: "gauge" }, bind(4, Buffer.from("n/a")), undefined],
    ["an empty text is no reading", { name: "t", as: "text" }, bind(4, Buffer.alloc(0)), undefined],
    ["a first counter is no rate", { name: "c", as: "counter" }, bind(65, 7), undefined],
  ] as const)("%s", (_, read, varbind, wanted) => {
    expect(add(read, varbind)).toBe(wanted);
  });

  const told = (oid: string, text: string) => ({ oid, type: 4, value: Buffer.from(text) });
  const contact = "1.3.6.1.2.1.1.4.0";
  it.each([
    ["sysContact is told to nobody, whoever asks", { name: "t", as: "text" }, told(contact, "Quillon"), undefined],
    ["nor as a state", { name: "t", as: "state" }, told(contact, "Quillon"), undefined],
    ["but the family's own word for it is", { name: "t", as: "state", states: { Quillon: "ours" } }, told(contact, "Quillon"), "ours"],
    ["a mail address in a text goes", { name: "t", as: "text" }, told("1.3.6.1.2.1.1.1.0", "ask q@x.example"), "ask [removed]"],
    ["a serial number of digits stays", { name: "serial", as: "text" }, told("1.2.3.0", "20391847"), "20391847"],
  ] as const)("%s", (_, read, varbind, wanted) => {
    expect(add(read, varbind)).toBe(wanted);
  });

  it("a part is never called by free text about people: its index stands for it", () => {
    const alias = "1.3.6.1.2.1.31.1.1.1.18";
    const read = { oid: "1.8", name: "s", as: "state", part: "interface", labelOid: alias, certainty: "manual" } as const;
    const column = (value: Buffer | number) => ({ values: new Map([["7", { oid: "", type: 4, value }]]), complete: true });
    const walked = new Map([
      ["1.8", column(1)],
      [alias, column(Buffer.from("to Quillon"))],
    ]) as unknown as Parameters<typeof rowsOf>[1];
    expect(rowsOf(read, walked).map(({ part }) => part)).toEqual(["interface 7"]);
  });
});
