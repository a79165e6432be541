/**
 * A recording holds nothing of anybody, whatever field the name came through, and still is the device that was recorded.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import type { Family } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";
import { asksOf } from "../../../probes/record/answers.ts";
import { saidIn } from "../../../probes/record/listen.ts";
import type { ShellAnswer } from "../../../probes/record/listen-shell.ts";
import { Pseudonyms } from "../../../probes/record/pseudonyms.ts";
import { anonymise, type Heard, leaks } from "../../../probes/record/recording.ts";
import { type Recording, readRecording } from "../../../probes/simulator/recording.ts";
import type { Varbind } from "../../../probes/snmp/value.ts";
import { NOTHING_TO_RECORD } from "../families/expected/values.ts";
import { decodeShell, decodeWalk, recordingOf, varbindsOf } from "../families/recorded.ts";

const { families } = loadFamilies([shippedFamilies()]);
const options = () => ({ key: randomBytes(32), date: "2026-11-25", versions: { vigie: "0" } });
const nobody = { names: [], addresses: [] };

function heardOf(family: Family): Heard {
  const recording = recordingOf(family.id);
  if (recording === undefined) throw new Error(`${family.id} has no recording`);
  const answers = recording.shell?.filter(({ ask }) => ask !== "").map(({ ask, answer }) => heardAnswer(family, ask, answer));
  return {
    family,
    ...(recording.walk === undefined ? {} : { walk: [...varbindsOf(recording).values()] }),
    ...(answers === undefined ? {} : { answers, greeting: recording.shell?.find(({ ask }) => ask === "")?.answer ?? "" }),
  };
}

/** As `vigie record` hears it: a tree where the dialect has one, else the lines that were printed. */
function heardAnswer(family: Family, command: string, answer: string): ShellAnswer {
  if (family.shell?.dialect === "xapi") {
    const said = JSON.parse(answer) as { Status?: unknown; Configuration?: unknown };
    return { command, answer: { form: "json", status: said.Status ?? said.Configuration } };
  }
  const text: ShellAnswer["answer"] = { form: "text", text: answer };
  return family.shell?.dialect === "terminal" ? { command, answer: text } : { command, answer: text, lines: answer.split("\n") };
}

function replayed(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "vigie-record-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readRecording(folder);
}

/** Everything but free text: what rules and lights work with. What a registrar lists is told of our own addresses only, and those are replaced. */
function read(family: Family, { samples, readings }: Pick<Finding, "samples" | "readings">): readonly string[] {
  const texts = new Set(
    [...family.snmp.scalars, ...family.snmp.columns, ...asksOf(family).flatMap(({ values }) => values)]
      .filter(({ as }) => as === "text")
      .map(({ name }) => name),
  );
  const told = [...samples, ...readings].filter(({ name }) => !texts.has(name) && name !== "registration_listed");
  // A part that the device names (a disk, a sensor) is somebody's word; one with a number or of plain words is not.
  const part = (named: string | undefined) => (named === undefined || !/^[a-z -]+(?: \d+)?$/.test(named) ? "" : named);
  return told.map((each) => `${each.name} [${part(each.part)}] = ${each.value}`).sort();
}

describe("what survives", () => {
  const recorded = [...families.values()].filter(({ id }) => recordingOf(id) !== undefined);

  it("is tried of every family that has anything to record", () => {
    expect(recorded.map(({ id }) => id).sort()).toEqual([...families.keys()].filter((id) => NOTHING_TO_RECORD[id] === undefined).sort());
  });

  it.each(recorded.map((family) => [family.id, family] as const))(
    "%s is still recognised, and every state and every number reads as before",
    async (_id, family) => {
      const before = recordingOf(family.id);
      if (before === undefined) throw new Error("gone");
      const heard = heardOf(family);
      const made = anonymise(heard, nobody, options());
      if (!made.ok) throw new Error(made.found.join("\n"));
      const again = replayed(made.files);
      expect(again.family).toBe(family.id);
      expect([again.walk !== undefined, again.shell !== undefined]).toEqual([before.walk !== undefined, before.shell !== undefined]);
      const banner = (recording: Recording) => ({ banner: recording.shell?.find(({ ask }) => ask === "")?.answer ?? "" });
      expect(recognise(families, banner(again))?.id).toBe(recognise(families, banner(before))?.id);
      if (before.walk !== undefined) {
        expect(recognise(families, saidIn([...varbindsOf(again).values()]))?.id).toBe(recognise(families, saidIn(heard.walk ?? []))?.id);
        expect(read(family, decodeWalk(family, again))).toEqual(read(family, decodeWalk(family, before)));
      }
      if (before.shell !== undefined)
        expect(read(family, await decodeShell(family, again))).toEqual(read(family, await decodeShell(family, before)));
    },
  );
});

describe("what is found nowhere", () => {
  const names = ["Zuleika Brzezinska", "salle-kropotkine", "FOC1742Q0ZK", "zx-kommunity-9", "hopital-wladyslaw", "kropotkine@example.org"];
  const address = "10.77.31.203";
  const mac = Buffer.from("001b54aa77ee", "hex");
  const text = (oid: string, value: string): Varbind => ({ oid, type: 4, value: Buffer.from(value) });
  const ascii = (word: string) => [...word].map((letter) => letter.charCodeAt(0)).join(".");
  const fields = [
    "1.3.6.1.2.1.1.4.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.6.0",
    "1.3.6.1.2.1.31.1.1.1.18.1",
    "1.3.6.1.2.1.47.1.1.1.1.11.1",
    "1.3.6.1.4.1.2684.9.9.9.0",
    "1.0.8802.1.1.2.1.4.1.1.9.0.1.1",
    "1.3.6.1.4.1.9.9.23.1.2.1.1.6.1.1",
  ];

  function everyDoor(family: Family): Heard {
    const heard = heardOf(family);
    const walk: Varbind[] = [
      ...(heard.walk ?? []),
      ...fields.flatMap((oid, at) => text(oid, names[at % names.length] ?? "")),
      text("1.3.6.1.2.1.2.2.1.2.77", `Port of salle-kropotkine, S/N FOC1742Q0ZK, ${address}, 00:1b:54:aa:77:ee, 001b.54aa.77ee`),
      { oid: `1.3.6.1.2.1.4.20.1.1.${address}`, type: 64, value: address },
      { oid: `1.0.8802.1.1.2.1.4.2.1.3.0.1.1.1.4.${address}`, type: 2, value: 2 },
      { oid: "1.3.6.1.2.1.2.2.1.6.77", type: 4, value: mac },
      { oid: "1.3.6.1.4.1.9.9.23.1.2.1.1.4.1.1", type: 4, value: Buffer.from(address.split(".").map(Number)) },
      { oid: `1.3.6.1.4.1.2684.9.1.${ascii("salle-kropotkine")}`, type: 2, value: 1 },
    ];
    const call = { Call: [{ id: "3", RemoteNumber: { Value: "kropotkine@example.org" }, DisplayName: { Value: "Zuleika Brzezinska" } }] };
    const odd = {
      UserInterface: { ContactInfo: { Name: { Value: "hopital-wladyslaw" } } },
      Network: [{ id: "1", IPv4: { Address: { Value: address } }, Ethernet: { MacAddress: { Value: "00:1B:54:AA:77:EE" } } }],
    };
    const answers = [
      ...(heard.answers ?? []),
      { command: "xStatus Call", answer: { form: "json" as const, status: call } },
      { command: "xStatus Odd", answer: { form: "json" as const, status: odd } },
      {
        command: "whoami",
        answer: {
          form: "text" as const,
          text: `system name salle-kropotkine serial FOC1742Q0ZK at ${address}\nZuleika Brzezinska is online\n`,
        },
      },
    ];
    return { ...heard, walk, greeting: "Welcome to salle-kropotkine\nCisco Codec Release ce9.15.3\nOK\n", answers };
  }

  it.each(["cisco-ce", "cisco-ios-switch", "poly-group", "expressway"].map((id) => [id, families.get(id)] as const))(
    "in a %s: no name, number or address, in text, hex or index",
    (_id, family) => {
      if (family === undefined) throw new Error("no such family");
      const made = anonymise(everyDoor(family), { names, addresses: [address] }, options());
      if (!made.ok) throw new Error(made.found.join("\n"));
      const files = Object.values(made.files).join("\n");
      const decodedHex = [...files.matchAll(/\|4x\|([0-9a-f]+)$/gm)]
        .map((match) => Buffer.from(match[1] ?? "", "hex").toString("utf8"))
        .join("\n");
      const all = `${files}\n${decodedHex}`.toLowerCase();
      for (const word of [...names, ...names.flatMap((name) => name.split(/[^A-Za-z0-9]+/))]) {
        if (word.length < 5 || word === "example" || word === "hopital") continue;
        expect(all).not.toContain(word.toLowerCase());
        expect(all).not.toContain(Buffer.from(word).toString("hex"));
        expect(all).not.toContain(ascii(word));
      }
      for (const form of [address, "0a4d1fcb", "001b54aa77ee", "00:1b:54:aa:77:ee", "001b.54aa.77ee"]) expect(all).not.toContain(form);
      expect(parse(made.files["shell.yaml"] ?? "[]")).toBeInstanceOf(Array);
    },
  );

  it("the same name is the same pseudonym in text, hex and index, and another one in another recording", () => {
    const family = families.get("cisco-ce") as Family;
    const twice = [
      text("1.3.6.1.2.1.1.5.0", "kropotkine"),
      text("1.3.6.1.2.1.2.2.1.2.1", "to kropotkine"),
      { oid: `1.3.6.1.4.1.2684.9.1.${ascii("kropotkine")}`, type: 2, value: 1 },
    ];
    const linesOf = () => {
      const made = anonymise({ family, walk: twice }, nobody, options());
      if (!made.ok) throw new Error("refused");
      return (made.files["walk.snmprec"] ?? "").trim().split("\n");
    };
    const [name, port, index] = linesOf().map((line) => Buffer.from(line.split("|")[2] ?? "", "hex").toString());
    expect(name).toMatch(/^[a-z]{10}$/);
    const lines = linesOf();
    expect([port, index]).toEqual([`to ${name}`, expect.anything()]);
    const again = Buffer.from(lines[0]?.split("|")[2] ?? "", "hex").toString();
    expect(lines[2]).toContain(`.${ascii(again)}|`);
    expect(again).not.toBe(name);
  });

  it("an address that nothing recognised is found by the check at the end, and then nothing is made", () => {
    const family = families.get("cisco-ce") as Family;
    const made = anonymise(
      { family, walk: [text("1.3.6.1.2.1.1.6.0", "v9.77.31.203")] },
      { names: [], addresses: ["9.77.31.203"] },
      options(),
    );
    expect(made).toEqual({ ok: false, found: ["walk.snmprec: 1 of your addresses"] });
  });

  it("what the check still finds is told by kind, and never by value", () => {
    const found = leaks(
      { "walk.snmprec": `1.3.6.1.1|4x|${Buffer.from("kropotkine").toString("hex")}\n1.2.3|64|10.1.2.3\n` },
      new Set(["kropotkine"]),
      new Set(["10.1.2.3"]),
    );
    expect(found).toEqual(["walk.snmprec: 1 of your names or numbers", "walk.snmprec: 1 of your addresses"]);
    expect(leaks({ x: "10.1.2.30 kropotkin" }, new Set(["kropotkine"]), new Set(["10.1.2.3"]))).toEqual([]);
  });
});

it("a pseudonym has the shape of its name, keeps netmasks and loopback, and no two addresses get the same", () => {
  const pseudonyms = new Pseudonyms(randomBytes(32));
  expect(pseudonyms.word("FTT1234-Ab")).toMatch(/^[A-Z]{3}\d{4}-[A-Z][a-z]$/);
  expect(pseudonyms.word("Abc")).toBe(pseudonyms.word("Abc"));
  expect(pseudonyms.word("ABC").toLowerCase()).toBe(pseudonyms.word("abc"));
  expect(["255.255.255.0", "127.0.0.1", "0.0.0.0"].map((ip) => pseudonyms.address(ip))).toEqual(["255.255.255.0", "127.0.0.1", "0.0.0.0"]);
  const made = Array.from({ length: 5_000 }, (_, at) => pseudonyms.address(`10.0.${at >> 8}.${at & 255}`));
  expect(new Set(made).size).toBe(5_000);
  for (const ip of made) expect(ip).toMatch(/^198\.1[89]\.\d{1,3}\.\d{1,3}$/);
});
