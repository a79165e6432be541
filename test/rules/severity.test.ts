/** Minor or major, and who is woken: the shipped table, as the procedure has it, and the form of tables. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionAhead } from "../../daemon/model/session.ts";
import type { SeverityRow } from "../../daemon/model/severity.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { projectRoot } from "../../probes/built.ts";
import { behindOf, isHigherSeverity, isHigherUrgency, judgeSeverity, type SeverityInput } from "../../rules/severity.ts";
import { parseSeverity } from "../../rules/severityschema.ts";
import "../seed.ts";
import { device, network, rule } from "./made.ts";

const shipped = parseSeverity("rules/severity.yaml", readFileSync(join(projectRoot(), "rules", "severity.yaml"), "utf8"));
const table = shipped.rows;

const devices = [
  device("gw", { kind: "router" }),
  device("codec"),
  device("bridge", { kind: "bridge" }),
  device("gatekeeper", { kind: "gatekeeper" }),
  device("switch", { kind: "switch", site: "other" }),
  device("one", { site: "other", parents: ["switch"] }),
  device("two", { site: "other", parents: ["switch"] }),
  device("night", { alwaysUrgent: true }),
  device("edge", { kind: "router", site: "third" }),
  device("core", { kind: "router", site: "fourth" }),
];
const net = network(devices, { site: "gw" }, [{ id: "l", name: "l", ends: ["site", "third"], device: "edge" }], "core");
const near = (withinMs: number, over: Partial<SessionAhead> = {}): SessionAhead => ({ session: "s", kind: "clinical", withinMs, ...over });

function open(id: string | undefined, over: Partial<SeverityInput> = {}) {
  const found = id === undefined ? undefined : net.devices.get(id);
  return judgeSeverity({
    table,
    ...{ rule: rule(), symptom: "unreachable", site: found?.site ?? "site", device: found, network: net, behind: behindOf(net) },
    ...{ inServiceHours: true, general: false },
    ...over,
  });
}

describe("the shipped table, at the opening", () => {
  it.each([
    ["a codec alone, no session", "codec", {}, "minor", "service-hours"],
    ["a session is running", "codec", { session: near(-5) }, "major", "now"],
    ["a session begins this moment", "codec", { session: near(0) }, "major", "now"],
    ["a session starts in 60 min", "codec", { session: near(60 * MINUTE) }, "major", "now"],
    ["a training session starts in 10 min", "codec", { session: near(10 * MINUTE, { kind: "training" }) }, "major", "now"],
    ["a session starts in 61 min", "codec", { session: near(61 * MINUTE) }, "minor", "before-session"],
    ["a device of a 24/7 service", "night", {}, "minor", "now"],
    ["somebody asks for help", "codec", { rule: rule({ opensRequest: true, outOfService: false }) }, "minor", "now"],
    ["a site's gateway", "gw", {}, "major", "now"],
    ["the core", "core", {}, "major", "now"],
    ["a port of a site's gateway", "gw", { rule: rule({ reach: "part", outOfService: false }) }, "minor", "service-hours"],
    ["a part of a site's gateway, out of service", "gw", { rule: rule({ reach: "part" }) }, "minor", "service-hours"],
    ["a bridge out of service", "bridge", {}, "major", "now"],
    ["a gatekeeper out of service", "gatekeeper", {}, "major", "now"],
    ["loss at a bridge that still serves", "bridge", { rule: rule({ outOfService: false }) }, "minor", "service-hours"],
    ["a switch with two devices behind it", "switch", {}, "major", "now"],
    ["the router that stands for a circuit", "edge", {}, "major", "now"],
    ["a rule that reaches far", undefined, { rule: rule({ reach: "general" }) }, "major", "now"],
    ["several devices", "codec", { general: true }, "major", "now"],
    ["nobody knows how far it reaches", "codec", { general: undefined }, "major", "now"],
    ["at night, nothing near", "codec", { inServiceHours: false }, "minor", "service-hours"],
    ["eight hours of service without it", "codec", { withoutServiceMs: () => 8 * HOUR }, "major", "service-hours"],
    ["not quite eight hours of service without it", "codec", { withoutServiceMs: () => 8 * HOUR - 1 }, "minor", "service-hours"],
    ["a rule that has left the configuration", "gw", { rule: undefined }, "minor", "service-hours"],
  ] as const)("%s", (_, id, over, severity, urgency) => {
    const opening = open(id, over as object);
    expect([opening.severity, opening.urgency]).toEqual([severity, urgency]);
    expect(opening.severityWhy.length * opening.urgencyWhy.length).toBeGreaterThan(0);
    expect(`${opening.severityWhy}${opening.urgencyWhy}`).not.toMatch(/[{}]/);
  });

  it("says why in words", () => {
    expect(open("codec", { session: near(9.5 * MINUTE) })).toMatchObject({ severityWhy: "a session starts in 10 min", general: false });
    expect(open("gw")).toMatchObject({ urgencyWhy: "general failure: site site is reached only through it", general: true });
    expect(open("edge").severityWhy).toBe("the circuit l is out of service");
    expect(open("switch").severityWhy).toBe("2 devices are reached through it");
    expect(open("codec", { withoutServiceMs: () => 9.5 * HOUR }).severityWhy).toBe("out of service for 9 h of service hours");
  });

  it("does not count what a person decided against; a session only for that session", () => {
    const before = open("codec", { session: near(MINUTE) });
    expect(before.raisedBy).toContain("severity/session:s");
    const overruled = before.raisedBy;
    expect(open("codec", { session: near(MINUTE), overruled })).toMatchObject({ severity: "minor", urgency: "service-hours" });
    expect(open("codec", { session: near(-MINUTE), overruled }).severity, "when it begins, too").toBe("minor");
    expect(open("codec", { session: near(MINUTE, { session: "next" }), overruled })).toMatchObject({ severity: "major", urgency: "now" });
  });
});

const row = fc.record({
  when: fc.constantFrom<SeverityRow["when"][]>(
    ...[
      {},
      { kinds: ["codec"] as const },
      { outOfService: true },
      { session: "running" as const },
      { inService: false },
      { role: "core" as const },
    ],
  ),
  severity: fc.constantFrom("minor" as const, "major" as const),
  urgency: fc.constantFrom("now" as const, "before-session" as const, "service-hours" as const),
});

describe("any table", () => {
  it("gives a reason for everything, and one row more never lowers anything, wherever it stands", () => {
    fc.assert(
      fc.property(
        ...[fc.array(row, { maxLength: 6 }), row, fc.nat(6), fc.constantFrom("codec", "core", "bridge"), fc.boolean()],
        (rows, more, place, id, inServiceHours) => {
          const made = rows.map((each, index) => ({ ...each, id: `r${index}`, why: { en: "because", fr: "parce que" } }));
          const longer = made.toSpliced(place, 0, { ...more, id: "more", why: { en: "more", fr: "plus" } });
          const [before, after] = [made, longer].map((each) => open(id, { table: each, inServiceHours }));
          if (before === undefined || after === undefined) return;
          expect(before.severityWhy.length * before.urgencyWhy.length).toBeGreaterThan(0);
          // Without any row that fits, it is the higher one: the first that fits may say less.
          if (before.severityWhy === "because") expect(isHigherSeverity(before.severity, after.severity)).toBe(false);
          if (before.urgencyWhy === "because") expect(isHigherUrgency(before.urgency, after.urgency)).toBe(false);
        },
      ),
    );
  });

  it("where no row fits, is unsure and takes the higher one", () => {
    expect(open("codec", { table: [] })).toMatchObject({ severity: "major", urgency: "now" });
  });
});

describe("the form of a table", () => {
  it("the shipped one has no problem, each row an id of its own, and a French reason", () => {
    expect(shipped.problems).toEqual([]);
    expect(new Set(table.map(({ id }) => id)).size).toBe(table.length);
    for (const { why } of table) expect(why.fr).not.toBe(why.en);
  });

  const good = 'rows:\n  - id: a\n    when: {}\n    severity: minor\n    why: { fr: "f {site}", en: "e {site}" }\n';
  it.each([
    ["no list", "rows: 3\n", "rows: must be a list of rows (1)"],
    ["no condition", good.replace("    when: {}\n", ""), "rows[0].when: is missing; write {} for always (2)"],
    ["a row that says nothing", good.replace("    severity: minor\n", ""), "rows[0]: says nothing; write severity, urgency, or both (2)"],
    ["another severity", good.replace("minor", "grave"), "rows[0].severity: must be minor or major (4)"],
    [
      "an unknown key",
      good.replace("{}", "{ sesion: running }"),
      "rows[0].when.sesion: is not a key of the table; remove it, or see docs/severity.md for the keys (3)",
    ],
    [
      "a bad duration",
      good.replace("{}", "{ session_within: 1 hour }"),
      'rows[0].when.session_within: "1 hour" is not a duration; write "10s", "15m" or "2h" (3)',
    ],
    ["an empty list", good.replace("{}", "{ kinds: [] }"), "rows[0].when.kinds: needs at least one (3)"],
    [
      "another {…}",
      good.replace("f {site}", "f {place}"),
      "rows[0].why.fr: {place} is not known here; write one of {minutes}, {link}, {site}, {symptom}, {behind}, {hours} (5)",
    ],
    [
      "a {…} in one language",
      good.replace("f {site}", "f"),
      "rows[0].why: names other {…} in French than in English; name the same in both (5)",
    ],
    [
      "a minor general failure",
      good.replace("severity: minor", "severity: minor\n    general: true"),
      "rows[0].general: a general failure is major; write severity: major (5)",
    ],
    ["an id twice", good + good.replace("rows:\n", ""), 'rows[1].id: "a" is the id of rows[0] too; give each row its own (6)'],
    ["no YAML", "rows: [", "is not YAML"],
  ])("%s is a problem, with its line", (_, text, says) => {
    const { rows, problems } = parseSeverity("x.yaml", text);
    expect(rows).toEqual([]);
    expect(problems.map(({ path, message, line }) => `${path === "" ? "" : `${path}: `}${message} (${line})`).join("\n")).toContain(says);
  });
});
