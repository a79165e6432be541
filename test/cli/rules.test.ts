/** `vigie rules`: users' packs and the shipped ones, tested in virtual time, listed and shown. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../../daemon/cli/rules.ts";
import { projectRoot } from "../../probes/built.ts";
import { folder } from "../config/files.ts";

const example = join(projectRoot(), "docs/examples/rules/site.yaml");
const pack = readFileSync(example, "utf8");

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await rules(argv, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

const CONFIG = `storage: { sqlite: state/vigie.db }
rules: { include: [rules/*.yaml], disabled: [high-loss] }
sites: { mgh: { name: "Hôpital général" } }
devices: { codec-1: { site: mgh, address: 10.0.0.2, family: ping-only } }
channels: { mail: { mail: { host: smtp.example.org, from: vigie@example.org } } }
contacts: { desk: { reach: [ { mail: desk@example.org } ] } }
functions: { desk: { contacts: [desk] }, analyst: { contacts: [desk] }, chief-technician: { contacts: [desk] } }
`;

describe("vigie rules test", () => {
  it("finds that all cases of all shipped rules hold, and that no small change of a rule goes unnoticed", async () => {
    const { code, out, err } = await run("test", "--mutants");
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out).toEqual([expect.stringMatching(/^\d{3} cases of \d\d rules in \d+ packs: all hold$/)]);
  });

  it("finds that the example of the docs holds, and what it would miss", async () => {
    expect(await run("test", "--mutants", example)).toEqual({ code: 0, out: ["2 cases of 1 rule in 1 pack: all hold"], err: [] });
  });

  it("tells file, line, rule, case, step, what was wanted and what was found", async () => {
    const place = folder({ "site.yaml": pack.replace("below: 600", "below: 500") });
    const file = join(place, "site.yaml");
    const { code, out } = await run("test", file);
    expect(code).toBe(1);
    expect(out.slice(0, 3)).toEqual([
      `${file}:28: ups-short-runtime: "two looks below ten minutes raise it, and a quarter of an hour ends it", step 1 at 0 s`,
      "    state wanted: pending",
      "           found: inactive",
    ]);
    expect(out.at(-1)).toBe("2 cases of 1 rule in 1 pack: 1 failed");
    const json = JSON.parse((await run("test", file, "--json")).out.join(""));
    expect(json).toMatchObject({ ok: false, rules: 1, cases: 2, problems: [], untested: [] });
    expect(json.failures[0]).toMatchObject({
      file,
      line: 28,
      rule: "ups-short-runtime",
      step: 1,
      at: 0,
      what: "state",
      wanted: "pending",
      found: "inactive",
    });
  });

  it("names the change that no case notices, and the rule that has none", async () => {
    const place = folder({
      "weak.yaml": pack.replace("told: [], detail", "detail").replace(/ {10}- \{ at: 120s.*\n/, ""),
      "bare.yaml": pack.slice(0, pack.indexOf("    tests:")),
    });
    const weak = await run("test", join(place, "weak.yaml"), "--mutants");
    expect(weak.code).toBe(1);
    expect(weak.out[0]).toMatch(/weak\.yaml: ups-short-runtime: no case notices: when\.clear 900 → 750$/);
    expect(await run("test", join(place, "bare.yaml"))).toEqual({
      code: 0,
      out: ["0 cases of 1 rule in 1 pack: all hold"],
      err: ["ups-short-runtime has no case"],
    });
  });

  it("tests the packs of the configuration with the shipped ones, even if the rest of it is not good", async () => {
    const place = folder({ "vigie.yaml": CONFIG, "rules/site.yaml": pack.replace("below: 600", "below: 500") });
    const { code, out, err } = await run("test", "--config", join(place, "vigie.yaml"));
    expect([code, err]).toEqual([1, []]);
    expect(out[0]).toMatch(/^rules\/site\.yaml:28: ups-short-runtime/);
    expect(out.at(-1)).toMatch(/in \d+ packs: 1 failed$/);
    const broken = folder({ "vigie.yaml": CONFIG.replace("site: mgh", "site: nowhere"), "rules/site.yaml": pack });
    const beside = await run("test", "--config", join(broken, "vigie.yaml"));
    expect([beside.code, beside.err]).toEqual([0, ["the configuration has 1 more problems; see vigie check-config"]]);
  });

  it("tells what is wrong with a pack, and with a case, by line", async () => {
    const cases: readonly (readonly [string, string, string])[] = [
      ["want: pending, told: []", "want: maybe", "rules[0].tests[0].steps[0].want"],
      ["every: 60s, until: 30m", "every: 60s", "needs its end: write times or until"],
      ["every: 60s, until: 30m", "until: 30m", "has no use without every; write how often"],
      ["every: 60s, until: 30m", "every: 60s, until: 0s", "is not after at; write a later time"],
      ["at: 60s, look: snmp", "at: 60s", "says what a look saw, and names no look; write look: icmp, snmp, ssh, telnet, https or tcp"],
    ];
    for (const [from, to, wanted] of cases) {
      const file = join(folder({ "site.yaml": pack.replace(from, to) }), "site.yaml");
      const { code, out } = await run("test", file);
      expect(code, to).toBe(1);
      expect(out[0], to).toContain(wanted);
      expect(out[0], to).toMatch(/\(.*site\.yaml:\d+\)$/);
    }
  });

  it("refuses wrong use with exit 2", async () => {
    for (const [argv, says] of [
      [[], "write test, list, show or proposals"],
      [["try"], '"try" is no command'],
      [["test", "/nowhere/x.yaml"], "cannot be read (ENOENT)"],
      [["test", "--config", "/nowhere/vigie.yaml"], "there is no such file"],
      [["show"], "one rule at a time"],
      [["list", "--mutants"], "--mutants is of vigie rules test"],
    ] as const) {
      const { code, err } = await run(...argv);
      expect([code, argv]).toEqual([2, argv]);
      expect(err[0]).toContain(says);
    }
  });
});

describe("vigie rules list and show", () => {
  it("list every rule with what it applies to and when it is raised, and say which is disabled", async () => {
    const place = folder({ "vigie.yaml": CONFIG, "rules/site.yaml": pack });
    const { code, out } = await run("list", "--config", join(place, "vigie.yaml"));
    expect(code).toBe(0);
    expect(out[0]).toMatch(/^RULE +SYMPTOM +APPLIES TO +RAISED +SOURCE$/);
    expect(out.find((line) => line.startsWith("high-loss (disabled)"))).toMatch(/high-loss +all +2 looks, for 25s +1 % warn limit/);
    expect(out.find((line) => line.startsWith("ups-short-runtime"))).toMatch(/UPS +2 looks +Ours: our technician/);
    const { items } = JSON.parse((await run("list", "--config", join(place, "vigie.yaml"), "--json")).out.join(""));
    expect(items.length).toBe(out.length - 1);
    expect(items.filter((each: { enabled: boolean }) => !each.enabled).map((each: { rule: { id: string } }) => each.rule.id)).toEqual([
      "high-loss",
    ]);
  });

  it("show one rule whole, in both languages, and help with a mistyped name", async () => {
    const { code, out } = await run("show", "unreachable");
    expect(code).toBe(0);
    const text = out.join("\n");
    for (const part of [
      "a look over icmp is down",
      "3 looks, looks again after 2s",
      "device; the device is out of service",
      "Équipement injoignable",
      "Device cannot be reached",
    ])
      expect(text).toContain(part);
    expect(await run("show", "unreachible")).toEqual({
      code: 1,
      out: [],
      err: ['rules: there is no rule "unreachible"; did you mean unreachable?'],
    });
  });
});
