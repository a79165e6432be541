/** Every shipped family, walked: what it reads has a name, a unit, words for its states, and both languages. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ReadAs } from "../../../daemon/model/family.ts";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";

const shipped = loadFamilies([shippedFamilies()]);
const families = [...shipped.families.values()];
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "vigie-families-"));
  made.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function problemsOf(text: string): readonly string[] {
  const folder = folderWith({ "a.yaml": text });
  return loadFamilies([folder]).problems.map((problem) => `${problem.path}: ${problem.message} (${problem.line})`);
}

const good = `id: mine
kind: codec
name: { fr: Le mien, en: Mine }
certainty: memory
recognise: { sys_object_id: [], sys_descr: [], banner: [] }
checks: { icmp: { interval: 30s } }
`;

describe("the shipped families", () => {
  it("load without a problem, one a file of its name", () => {
    expect(shipped.problems).toEqual([]);
    const files = readdirSync(shippedFamilies()).filter((name) => name.endsWith(".yaml"));
    expect([...shipped.families.keys()].sort()).toEqual(files.map((name) => name.replace(/\.yaml$/, "")).sort());
  });

  it.each(families)("$id: every value has a unit or words, and a certainty", (family) => {
    const reads: ReadAs[] = [...family.snmp.scalars, ...family.snmp.columns, ...(family.shell?.asks.flatMap((ask) => ask.values) ?? [])];
    for (const read of reads) {
      expect(read.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(["recording", "manual", "memory"]).toContain(read.certainty);
      if (read.as === "gauge" || read.as === "counter") expect(read.unit, read.name).toBeDefined();
      if (read.as === "state") expect(Object.keys(read.states ?? {}), read.name).not.toHaveLength(0);
      for (const word of Object.values(read.states ?? {})) expect(word).toMatch(/^[a-z0-9-]+$/);
      if (read.name.endsWith("_seconds")) expect(read.unit).toBe("seconds");
      if (read.name.endsWith("_ratio")) expect(read.unit).toBe("ratio");
      if (read.name.endsWith("_celsius")) expect(read.unit).toBe("celsius");
    }
  });

  it.each(families)("$id: is named in French and in English, and pings", (family) => {
    expect(family.name.fr).not.toBe("");
    expect(family.name.en).not.toBe("");
    expect(family.checks.find((check) => check.kind === "icmp")?.intervalMs).toBe(30_000);
  });

  it.each(families.filter((family) => family.checks.some((check) => check.kind === "snmp")))(
    "$id: knows the generic notifications",
    (family) => {
      const known = new Set(family.traps.map((trap) => trap.oid));
      for (const last of [1, 2, 3, 4, 5]) expect(known).toContain(`1.3.6.1.6.3.1.1.5.${last}`);
      expect(family.snmp.scalars.map((scalar) => scalar.name)).toContain("uptime_seconds");
    },
  );

  it.each(families)("$id: names interfaces by ifDescr, and scalars carry their instance", (family) => {
    for (const column of family.snmp.columns) if (column.part === "interface") expect(column.labelOid).toBe("1.3.6.1.2.1.2.2.1.2");
    for (const scalar of family.snmp.scalars) expect(scalar.oid).toMatch(/\.\d+$/);
  });

  it.each(families)("$id: two sources of one state call its parts alike, so that they feed one alarm", ({ snmp, shell, https }) => {
    const asked = [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])];
    const sources: readonly (readonly { readonly name: string; readonly as: string; readonly part?: string | undefined }[])[] = [
      [...snmp.scalars, ...snmp.columns],
      asked.flatMap(({ values }) => values),
      (https?.asks ?? []).flatMap(({ values }) => values),
    ];
    const kinds = sources.map((values) => {
      const states = new Map<string, Set<string>>();
      for (const { name, as, part } of values)
        if (as === "state") states.set(name, (states.get(name) ?? new Set<string>()).add(part ?? "the device"));
      return states;
    });
    for (const [index, one] of kinds.entries()) {
      for (const other of kinds.slice(index + 1)) {
        for (const [name, parts] of one)
          if (other.has(name)) expect([name, ...parts].sort()).toEqual([name, ...(other.get(name) ?? [])].sort());
      }
    }
  });

  it("ask a codec for how many calls there are, never for who is in them", () => {
    const asks = families.flatMap((family) => family.shell?.asks ?? []);
    for (const ask of asks) {
      // Media are asked for in a call only; of a registrar's calls, only how many there are.
      if (!ask.values.every(({ path }) => path.endsWith("[]"))) expect(ask.command).not.toMatch(/xStatus (Call|MediaChannels|Bookings)/i);
      for (const value of ask.values) expect(value.path).not.toMatch(/RemoteNumber|DisplayName|CallbackNumber|ContactInfo/i);
    }
  });

  it("write the notifications of RFC 1628 without the .0. that later MIBs have", () => {
    const oids = shipped.families.get("ups-rfc1628")?.traps.map((trap) => trap.oid) ?? [];
    expect(oids).toContain("1.3.6.1.2.1.33.2.1");
    expect(oids.filter((oid) => oid.startsWith("1.3.6.1.2.1.33.2.0"))).toEqual([]);
  });
});

describe("recognising a device", () => {
  it.each([
    [
      "a CE codec by its object id and words",
      { sysObjectId: "1.3.6.1.4.1.5596.150.6.4.1", sysDescr: "Cisco Codec\nSoftW: ce9.10.0.50\nMCU: x" },
      "cisco-ce",
    ],
    [
      "a TC codec, which has the same object id",
      { sysObjectId: "1.3.6.1.4.1.5596.150.6.4.1", sysDescr: "Cisco Codec\nSoftW: TC7.3\nMCU: x" },
      "cisco-tc",
    ],
    ["a codec by its banner alone", { banner: "Welcome to x\r\nCisco Codec Release ce8.1.0\r\n" }, "cisco-ce"],
    ["a Catalyst switch", { sysObjectId: ".1.3.6.1.4.1.9.1.1208", sysDescr: "Cisco IOS Software, C2960 Software" }, "cisco-ios-switch"],
    [
      "any other IOS as a router",
      { sysObjectId: "1.3.6.1.4.1.9.1.2068", sysDescr: "Cisco IOS Software, ISR Software" },
      "cisco-ios-router",
    ],
    ["a Poly codec", { sysObjectId: "1.3.6.1.4.1.2684", sysDescr: "Videoconferencing Device" }, "poly-group"],
    ["a Codian bridge outside 1.3.6.1", { sysObjectId: "1.2.826.0.1.4616240" }, "codian-mcu"],
    ["anything else that has an object id", { sysObjectId: "1.3.6.1.4.1.99999.1" }, "generic-snmp"],
    ["an OID that only begins with the same digits as something else", { sysObjectId: "1.3.6.1.4.1.26840" }, "generic-snmp"],
    ["nothing from nothing", {}, undefined],
  ])("finds %s", (_, said, wanted) => {
    expect(recognise(shipped.families, said)?.id).toBe(wanted);
  });

  it("looks at 4 KB of what a device says, and no further", () => {
    expect(recognise(shipped.families, { banner: `${"x".repeat(4_090)}Cisco Codec Release ce9` })).toBeUndefined();
  });
});

describe("a family file with mistakes", () => {
  it("has every one told, with its place and line", () => {
    const text = good.replace("kind: codec", "kind: codex").replace("certainty: memory", "certain: memory");
    const problems = problemsOf(text);
    expect(problems).toEqual([
      expect.stringMatching(/^kind: .*\(2\)$/),
      expect.stringMatching(/^certainty: .*$/),
      expect.stringContaining('unknown key "certain"; remove or correct it'),
    ]);
  });

  it.each([
    [
      "a number without a unit",
      "snmp: { scalars: [{ oid: 1.3.6.1.2.1.1.3.0, name: x_y, as: gauge }] }",
      "snmp.scalars[0]: a gauge needs a unit",
    ],
    ["a state without words", "snmp: { scalars: [{ oid: 1.3.6.1.2.1.1.3.0, name: x_y, as: state }] }", "a state needs states"],
    ["what is no OID", "snmp: { scalars: [{ oid: sysUpTime, name: x_y, as: text }] }", "snmp.scalars[0].oid: not an OID"],
    ["a set that is not there", "sets: [nothing]", 'sets[0]: there is no set "nothing"'],
    [
      "the same OID twice",
      "snmp: { scalars: [{ oid: 1.3.6.1.2.1.1.3.0, name: a, as: text }, { oid: 1.3.6.1.2.1.1.3.0, name: b, as: text }] }",
      "1.3.6.1.2.1.1.3.0 is there twice",
    ],
  ])("refuses %s", (_, line, wanted) => {
    expect(problemsOf(`${good}${line}\n`).join("\n")).toContain(wanted);
  });

  const ask = '{ command: xStatus SIP, values: [{ path: SIP.Mode, name: sip_mode, as: state, states: { "On": "on" } }] }';
  it.each([
    [
      "a meaning of a reading that nothing reads",
      "meanings: [{ reading: sip_registration, values: [failed], symptom: sip-unregistered, category: registration, certainty: memory }]",
      'meanings[0].reading: no state "sip_registration" is read by this family; known are none (7)',
    ],
    [
      "a part that may be gone, and no word for its successor",
      `shell: { dialect: xapi, asks: [{ command: xStatus Video, values: [{ path: "Video[].On", name: plug, as: state, states: { "On": in, "Off": out }, part: plug, gone: out }] }] }\nparts: [{ prefix: plug, name: { fr: Prise, en: Plug } }]\nfine: { plug: [in, out] }`,
      'fine.plug: a part of it that is gone reads "replaced" once another took its place; add that word (9)',
    ],
    [
      "words that are fine of a reading that nothing reads",
      `shell: { dialect: xapi, asks: [${ask}] }\nfine: { sip_mod: ["on"] }`,
      'fine.sip_mod: no state "sip_mod" is read by this family; known are sip_mode (8)',
    ],
    [
      "a category that the procedure does not have",
      "traps: [{ oid: 1.3.6.1.4.1.9.0.1, name: x, effect: event, category: hardware, certainty: memory }]",
      "traps[0].category: one of use, peripheral, device, power, configuration, local-network, site-link, ritm-core, registration, bridge, application (docs/families.md) (7)",
    ],
    [
      "a text in one language",
      "traps: [{ oid: 1.3.6.1.4.1.9.0.1, name: x, effect: event, text: { fr: Oui }, certainty: memory }]",
      "traps[0].text.en: Invalid input: expected string, received undefined (7)",
    ],
    ["a text without languages", "limits: unknown", "limits: a text is { fr: …, en: … }, both (7)"],
    [
      "a quirk's pattern that could run away",
      "quirks: [{ model: '(a+)+', text: { fr: x, en: x }, certainty: memory }]",
      'quirks[0].model: "(a+)+": "(" is not allowed; write several patterns instead of groups and alternatives (7)',
    ],
    [
      "a dialect that nobody speaks",
      `shell: { dialect: xmpp, asks: [${ask}] }`,
      'shell.dialect: Invalid option: expected one of "xapi"|"terminal"|"exec"|"poly"|"lifesize"|"gnugk" (7)',
    ],
    [
      "feedback of a shell that has none",
      `shell: { dialect: poly, asks: [${ask}], feedback: [/Status/SIP] }`,
      'shell.feedback: the dialect "poly" has no feedback; only xapi and terminal have (7)',
    ],
    [
      "a feedback expression without its slash",
      `shell: { dialect: xapi, asks: [${ask}], feedback: [Status/SIP] }`,
      "shell.feedback[0]: an expression begins with a slash: /Status/SIP/Registration (7)",
    ],
    [
      "more feedback than a codec takes",
      `shell: { dialect: xapi, asks: [${ask}], feedback: [${Array.from({ length: 39 }, (_, at) => `/Status/N${at}`).join()}] }`,
      "shell.feedback: more than 38 expressions are refused by TC codecs; register a node higher up instead (7)",
    ],
    [
      "a capability without what it stands on",
      `shell: { dialect: xapi, asks: [${ask}] }\ncapabilities: [feedback]`,
      "capabilities: feedback is named, but shell.feedback has no expressions; add them or remove it (8)",
    ],
    [
      "a self-test that nothing reads",
      "diagnosis: { self_test: { reading: x_test, passed: [ok], failed: [bad] } }",
      'diagnosis.self_test.reading: no state "x_test" is read by this family; add it to diagnosis.scalars or .columns (7)',
    ],
    [
      "a self-test with a word that its reading does not have, and one that is passed and failed",
      "diagnosis: { scalars: [{ oid: 1.3.6.1.4.1.9.1.1.0, name: x_test, as: state, states: { 1: ok } }], self_test: { reading: x_test, passed: [ok], failed: [ok, bad] } }",
      'diagnosis.self_test.reading: "bad" is no word of x_test; known are ok (7)\ndiagnosis.self_test: "ok" is passed and failed at once; keep one (7)',
    ],
    [
      "a log whose lines are quoted",
      "diagnosis: { columns: [{ oid: 1.3.6.1.4.1.9.9.41.1.2.3.1.3, name: x_line, as: state, states: { 1: bad }, part: log }, { oid: 1.3.6.1.4.1.9.9.41.1.2.3.1.5, name: x_text, as: text, part: log }], log: { reading: x_line, errors: [bad], named: [x_text] } }",
      "diagnosis: 1.3.6.1.4.1.9.9.41.1.2.3.1.5 tells of people or of a far end; it is never read; remove it (7)",
    ],
    ["a diagnosis that says nothing", "diagnosis: {}", "diagnosis: says nothing; write self_test, log, or both (7)"],
    [
      "a host's answer without a group, or with one that could run away",
      "shell: { dialect: exec, asks: [{ command: uptime, values: [{ path: '[0-9]+', name: load, as: text }, { path: '(a+)+', name: more, as: text }] }] }",
      'shell.asks[0].values[0].path: "[0-9]+": needs exactly one group ( ) around what is wanted (7)\nshell.asks[0].values[1].path: "(a+)+": ")+" repeats a group; repeat a character (7)',
    ],
    [
      "a share that is no ratio",
      "snmp: { columns: [{ oid: 1.3.6.1.4.1.9.1.1, name: x_used, as: gauge, unit: count, part: x, of: 1.3.6.1.4.1.9.1.2 }] }",
      "snmp.columns[0]: of and out_of make a ratio; write as: gauge, unit: ratio (7)",
    ],
    [
      "a share of two things",
      "snmp: { columns: [{ oid: 1.3.6.1.4.1.9.1.1, name: x_ratio, as: gauge, unit: ratio, part: x, of: 1.3.6.1.4.1.9.1.2, out_of: 1.3.6.1.4.1.9.1.3 }] }",
      "snmp.columns[0]: of and out_of together; keep one (7)",
    ],
    [
      "a number that is whole",
      "snmp: { columns: [{ oid: 1.3.6.1.4.1.9.1.1, name: x_used, as: gauge, unit: count, part: x, whole: true }] }",
      "snmp.columns[0].whole: only a state can be whole; remove it (7)",
    ],
    [
      "a part without its prefix",
      "traps: [{ oid: 1.3.6.1.4.1.9.0.1, name: x, effect: event, part_is: Licence, certainty: memory }]",
      "traps[0].part_is: a part is its prefix, a blank and its name: alarm no-licensing (7)",
    ],
    [
      "a port that is none",
      "tcp: [{ port: 70000, name: SIP, certainty: memory }]",
      "tcp[0].port: Too big: expected number to be <=65535 (7)",
    ],
    ...[
      ["icon", "SysAdmin_reboot"],
      ["icon", "Conf_getCalls; Conf_hangup"],
      ["xml-rpc", "device.restart"],
      ["xml-rpc", "conference.modify conferenceName=x.query"],
      ["xml-rpc", "device.query authenticationUser=other<name>"],
      ["poly-rest", "/rest/system/../config"],
      ["poly-rest", "https://elsewhere.example/rest/system"],
    ].map(([dialect = "", command = ""]): [string, string, string] => [
      `the question ${command} to a web interface (${dialect}), which might do more than read`,
      `https: { dialect: ${dialect}, asks: [{ command: "${command}", values: [{ path: total, name: calls, as: gauge, unit: count }] }] }`,
      `https.asks[0].command: "${command}" is no question that only reads (docs/families.md); remove it (7)`,
    ]),
    [
      "the same notification twice with the same meaning",
      "traps: [{ oid: 1.3.6.1.4.1.9.0.1, name: x, effect: event, certainty: memory }, { oid: 1.3.6.1.4.1.9.0.1, name: y, effect: event, certainty: memory }]",
      "traps: traps: 1.3.6.1.4.1.9.0.1 is there twice, maybe through a set; keep one (7)",
    ],
  ])("refuses %s, in these words", (_, lines, wanted) => {
    expect(problemsOf(`${good}${lines}\n`).join("\n")).toBe(wanted);
  });

  it.each([
    ["telnet", "checks.telnet: there is no shell: to ask over telnet; add it or remove the check (6)"],
    ["ssh", "checks.ssh: there is no shell: to ask over ssh; add it or remove the check (6)"],
    ["https", "checks.https: there is no https: with questions to ask; add it or remove the check (6)"],
    ["tcp", "checks.tcp: there is no tcp: with ports to connect to; add it or remove the check (6)"],
  ])("refuses a %s check with nothing to look at", (kind, wanted) => {
    expect(problemsOf(good.replace("{ icmp: { interval: 30s } }", `{ ${kind}: { interval: 30s } }`))).toEqual([wanted]);
  });

  it("is told when it is not YAML", () => {
    expect(problemsOf("id: [")[0]).toMatch(/is not YAML/);
  });

  it("refuses a pattern that could run away", () => {
    expect(problemsOf(good.replace("sys_descr: []", () => "sys_descr: ['(a+)+$']")).join()).toContain(
      'recognise.sys_descr[0]: "(a+)+$": "(" is not allowed',
    );
  });

  it("names a folder that is not there", () => {
    expect(loadFamilies(["/nowhere/at/all"]).problems[0]?.message).toContain("is not there");
  });
});

describe("a family file with everything in it", () => {
  const everything = `${good.replace("{ icmp: { interval: 30s } }", "{ icmp: { interval: 30s }, ssh: { interval: 2m }, telnet: { interval: 2m, timeout: 20s }, tcp: { interval: 1m } }")}
sets: [theirs]
shell:
  dialect: terminal
  asks: [{ command: xStatus SIP, values: [{ path: SIP.Status, name: sip_registration, as: state, states: { Failed: failed, Registered: registered } }] }]
  feedback: [/Status/SIP]
  in_call: { interval: 20s, asks: [{ command: xStatus MediaChannels, values: [{ path: "Call[]", name: calls, as: gauge, unit: count }] }] }
tcp: [{ port: 5060, name: SIP, certainty: memory }]
traps: [{ oid: 1.3.6.1.4.1.9.0.1, name: bad, symptom: fan-failed, effect: raise, when: { oid: 1.3.6.1.4.1.9.1, in: ["2"] }, category: device, text: { fr: Ventilateur, en: Fan }, certainty: manual }]
meanings: [{ reading: sip_registration, values: [failed], symptom: sip-unregistered, category: registration, certainty: memory }]
fine: { sip_registration: [registered] }
parts: [{ prefix: camera, name: { fr: appareil, en: device } }]
quirks: [{ model: '^C20', firmware: 'TC7.3', text: { fr: Lent, en: Slow }, certainty: recording }]
capabilities: [feedback, media]
limits: { fr: "Peu connu", en: "Little is known" }
`;
  const set = `set: theirs
fine: { sip_registration: [inactive, registered] }
parts: [{ prefix: camera, name: { fr: caméra, en: camera } }, { prefix: fan, name: { fr: ventilateur, en: fan } }]
`;
  const loaded = loadFamilies([folderWith({ "a.yaml": everything, "b.yaml": set })]);
  const family = loaded.families.get("mine");

  it("is read whole", () => {
    expect(loaded.problems).toEqual([]);
    expect(family?.checks).toEqual([
      { kind: "icmp", intervalMs: 30_000 },
      { kind: "ssh", intervalMs: 120_000 },
      { kind: "telnet", intervalMs: 120_000, timeoutMs: 20_000 },
      { kind: "tcp", intervalMs: 60_000 },
    ]);
    expect(family?.shell).toMatchObject({ dialect: "terminal", feedback: ["/Status/SIP"], inCall: { intervalMs: 20_000 } });
    expect(family?.shell?.inCall?.asks[0]?.values[0]).toMatchObject({ name: "calls", unit: "count", certainty: "memory" });
    expect(family?.tcp).toEqual([{ port: 5_060, name: "SIP", certainty: "memory" }]);
    expect(family?.traps).toEqual([
      {
        oid: "1.3.6.1.4.1.9.0.1",
        name: "bad",
        symptom: "fan-failed",
        effect: "raise",
        when: { oid: "1.3.6.1.4.1.9.1", in: ["2"] },
        category: "device",
        text: { fr: "Ventilateur", en: "Fan" },
        certainty: "manual",
      },
    ]);
    expect(family?.meanings?.[0]).toMatchObject({ reading: "sip_registration", symptom: "sip-unregistered", category: "registration" });
    expect(family?.quirks).toEqual([{ model: "^C20", firmware: "TC7.3", text: { fr: "Lent", en: "Slow" }, certainty: "recording" }]);
    expect(family?.capabilities).toEqual(["feedback", "media"]);
    expect(family?.limits?.en).toBe("Little is known");
  });

  it("adds what its sets say; its own name of a part goes before theirs", () => {
    expect(family?.fine).toEqual({ sip_registration: ["inactive", "registered"] });
    expect(family?.parts?.map((part) => [part.prefix, part.name.en])).toEqual([
      ["camera", "device"],
      ["fan", "fan"],
    ]);
  });
});

describe("a family of the site", () => {
  it("replaces the shipped one of the same id, and may use the shipped sets", () => {
    const folder = folderWith({ "a.yaml": `${good.replace("id: mine", "id: cisco-ce")}sets: [system]\n` });
    const { families: both, problems } = loadFamilies([shippedFamilies(), folder]);
    expect(problems).toEqual([]);
    expect(both.get("cisco-ce")?.name.fr).toBe("Le mien");
    expect(both.get("cisco-ce")?.snmp.scalars.map((scalar) => scalar.name)).toContain("uptime_seconds");
  });

  it("twice in one folder is a problem", () => {
    const folder = folderWith({ "a.yaml": good, "b.yaml": good });
    expect(loadFamilies([folder]).problems[0]?.message).toContain('"mine" is there twice');
  });

  it("twice among the files that a configuration names is a problem too, a set as well; one file named twice is not", () => {
    const set = "set: theirs\nfine: { x: [y] }\n";
    const folder = folderWith({ "a.yaml": good, "b.yaml": good, "c.yaml": set, "d.yaml": set });
    const [a = "", b = "", c = "", d = ""] = ["a", "b", "c", "d"].map((name) => join(folder, `${name}.yaml`));
    expect(loadFamilies([shippedFamilies(), a, a]).problems).toEqual([]);
    const { problems } = loadFamilies([shippedFamilies(), a, b, c, d]);
    expect(problems.map(({ file, message }) => [file, message])).toEqual([
      [b, `"mine" is there twice, in ${a} too; keep one`],
      [d, `"theirs" is there twice, in ${c} too; keep one`],
    ]);
  });

  it("is what a device is recognised as where a shipped one fits as well; not where that fits better", () => {
    const own = (oid: string) => good.replace(/sys_object_id: \[[^\]]*\]/, `sys_object_id: [${oid}]`);
    const known = (oid: string) => {
      const folder = folderWith({ "a.yaml": own(oid) });
      return recognise(loadFamilies([shippedFamilies(), folder]).families, { sysObjectId: "1.2.826.0.1.4616240" })?.id;
    };
    expect(known("1.2.826.0.1.4616240")).toBe("mine");
    expect(known("1.2.826.0.1")).toBe("codian-mcu");
  });
});
