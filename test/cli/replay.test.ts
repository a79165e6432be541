/** `vigie replay --rules FILE` and `vigie rules proposals`, on the database that a running network left. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { replay } from "../../daemon/cli/replay.ts";
import { besideOf } from "../../daemon/cli/replay-beside.ts";
import { replayText } from "../../daemon/cli/replay-text.ts";
import { rules as rulesCommand } from "../../daemon/cli/rules.ts";
import { bare } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";
import { HOUR, MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Backtest, backtest } from "../../daemon/replay/backtest.ts";
import type { ReplayedIncident } from "../../daemon/replay/compare.ts";
import { writeRule } from "../../rules/packwrite.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";

let net: Scenario;
let numbers: Readonly<Record<string, string>>;
const file = (name: string) => join(net.folder, name);
const iso = (at: number) => new Date(at).toISOString();

beforeAll(async () => {
  vi.stubEnv("SCENARIO_PASSWORD", "not a secret");
  // The command knows the time of day; an hour ago, all was over.
  net = await scenario({
    devices: "ups-1; ups-2; ups-3",
    ...{ sites: { "ups-2": "jgh", "ups-3": "chum" }, ssh: ["ups-1", "ups-2", "ups-3"], start: Date.now() - 2 * HOUR },
  });
  const hot = (device: string, celsius: number) =>
    net.finds(device, "ssh", { ...bare("up"), samples: [{ name: "temperature_celsius", value: celsius }] });
  hot("ups-1", 42);
  hot("ups-2", 47);
  hot("ups-3", 36);
  await net.advance(10 * MINUTE);
  for (const device of ["ups-1", "ups-2", "ups-3"]) hot(device, 30);
  await net.advance(5 * MINUTE);
  numbers = Object.fromEntries((await net.incidents()).map(({ device, number }) => [device ?? "", number]));
  await net.desk.close(numbers["ups-1"] ?? "", "marie", "false-alarm", "the closet is warm in summer");
  await net.looks.stop();
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await net.end();
});

const hotRule = () => net.config.rules.find(({ id }) => id === "over-temperature-ups") as Rule;
function pack(name: string, change: Partial<Rule>): string {
  writeFileSync(file(name), writeRule({ ...hotRule(), ...change }));
  return file(name);
}
const above = (limit: number) => ({ when: { on: "sample" as const, name: "temperature_celsius", above: limit, clear: limit - 3 } });

async function run(command: typeof replay, argv: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command([...argv], { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}
const tried = (...argv: string[]) => run(replay, ["--from", "3h", "--demo", "--config", file("vigie.yaml"), ...argv]);

it("says what another pack would have opened, what not, and what later; and that nothing differs where it is the same", async () => {
  const later = pack("later.yaml", { ...above(45), forMs: 2 * MINUTE });
  const more = pack("more.yaml", { id: "warm-closet", symptom: "fan-failed", ...above(35) });
  const { code, out, err } = await tried("--rules", later, "--rules", more);
  expect(err.filter((line) => !line.startsWith("replayed to"))).toEqual([]);
  expect(code).toBe(1);
  expect(out[0]).toMatch(/^from \S+ to \S+: \d+ looks, 2 incidents by the configuration's rules, \d replayed$/);
  expect(out[1]).toMatch(/^no alarms were kept from before|^it begins with the alarms kept at/);
  const opened = (await net.incidents()).find(({ device }) => device === "ups-1")?.openedAt ?? 0;
  expect(out).toContainEqual(
    `  gone     ups-1|over-temperature|  over-temperature  minor  ${numbers["ups-1"]}, opened ${iso(opened)} (false-alarm)`,
  );
  expect(out.filter((line) => line.startsWith("  new "))).toEqual([
    expect.stringMatching(/^ {2}new {6}ups-\d\|fan-failed\| {2}fan-failed {2}minor {2}opens \d{4}-\S+Z$/),
    expect.stringMatching(/^ {2}new {6}ups-\d\|fan-failed/),
    expect.stringMatching(/^ {2}new {6}ups-\d\|fan-failed/),
  ]);
  const changed = out.filter((line) => line.startsWith("  changed "));
  expect(changed).toEqual([expect.stringContaining("ups-2|over-temperature|  over-temperature  minor  ")]);
  const [, before, after] = /openedAt (\S+) → ([^;]+)/.exec(changed[0] ?? "") ?? [];
  const laterMs = Date.parse(after ?? "") - Date.parse(before ?? "");
  expect(Math.abs(laterMs - 90 * SECOND)).toBeLessThanOrEqual(30 * SECOND);
  expect(out.slice(-2)).toEqual(["new: 3, gone: 1, changed: 1, the same: 0", "missed: 0, false: −1"]);

  const same = await tried("--rules", pack("same.yaml", {}));
  expect([same.code, same.out.slice(-2)]).toEqual([0, ["new: 0, gone: 0, changed: 0, the same: 2", "missed: 0, false: 0"]]);
  expect(same.out).toContain("nothing differs");
});

it("has the configuration's own rules replayed on a thread of their own, which comes to the same; one whose file has changed meanwhile says so", async () => {
  const { config, store } = net;
  const tests = { store, config, from: Date.now() - 3 * HOUR, to: Date.now(), rulesA: config.rules, rulesB: [] };
  const wanted = { file: file("vigie.yaml"), demo: true, env: process.env, hash: config.hash, from: tests.from };
  const beside = besideOf(wanted);
  expect(beside, "two processors").toBeDefined();
  const here = await backtest(tests);
  expect(here?.before.length).toBeGreaterThan(1);
  expect(await backtest({ ...tests, beside: beside ?? (() => Promise.resolve([])) })).toEqual(here);
  const changed = besideOf({ ...wanted, hash: "another" });
  await expect(backtest({ ...tests, beside: changed ?? (() => Promise.resolve([])) })).rejects.toThrow(
    /vigie\.yaml changed .* run it again/,
  );
});

it("tells a script the same, with times in ISO 8601", async () => {
  const { code, out } = await tried("--json", "--rules", pack("deaf.yaml", above(60)));
  expect(code).toBe(1);
  const told = JSON.parse(out.join("")) as Record<string, unknown> & { gone: ReplayedIncident[] };
  expect(told).toMatchObject({ missed: 1, false: 1, opened: [], changed: [], unchanged: 0, complete: true });
  expect(told.gone).toMatchObject([
    { device: "ups-1", number: numbers["ups-1"], disposition: "false-alarm", openedAt: expect.stringMatching(/Z$/) },
    { device: "ups-2", number: numbers["ups-2"] },
  ]);
});

it("tries no pack that has a problem, and says where", async () => {
  writeFileSync(file("bad.yaml"), "rules: [{ id: x }]\n");
  const { code, out, err } = await tried("--rules", file("bad.yaml"));
  expect([code, out]).toEqual([1, []]);
  expect(err.join("\n")).toContain("bad.yaml");
});

it("proposals are printed with what they would have done to the kept looks, and what to write", async () => {
  const command: typeof replay = (argv, io) => rulesCommand(argv, io, { demo: true });
  const { code, out, err } = await run(command, ["proposals", "over-temperature-ups", "--config", file("vigie.yaml")]);
  expect([code, err]).toEqual([0, []]);
  expect(out[0]).toBe("over-temperature-ups: 1 false alarm in 90 days");
  const at = out.indexOf("  threshold: above 40 becomes above 42");
  expect(out[at + 1]).toMatch(/^ {4}missed: 0, false: −1 \(replayed from \S+ to \S+; new: 0, changed: 0\)$/);
  expect(out.slice(at).map((line) => line.trim())).toContain("above: 42");
  const all = await run(command, ["proposals", "--json", "--config", file("vigie.yaml")]);
  const { items } = JSON.parse(all.out.join("")) as { items: { rule: string; proposals: object[] }[] };
  expect(items).toMatchObject([{ rule: "over-temperature-ups", falseAlarms: 1 }]);
  expect(items[0]?.proposals).toContainEqual(expect.objectContaining({ kind: "threshold", judgedBy: "replay", missed: 0, false: -1 }));
  expect((await run(command, ["proposals", "no-such-rule", "--config", file("vigie.yaml")])).err).toEqual([
    'rules: no rule in force has the id "no-such-rule"; vigie rules list prints them',
  ]);
  expect((await run(command, ["proposals", "one", "two"])).code).toBe(2);
});

it("says what a reader must know before they believe it, and what of an incident went otherwise", () => {
  const at = Date.UTC(2026, 10, 18, 14);
  const one: ReplayedIncident = {
    ...{ rootCause: "ups-1|over-temperature", device: "ups-1", site: "mgh", symptom: "over-temperature", rule: "hot" },
    ...{ severity: "minor", urgency: "service-hours", level: 1, detectedAt: at, openedAt: at, occurrences: 1 },
  };
  const done: Backtest = {
    ...{ from: at, to: at + HOUR, begin: { at: at - HOUR, clean: false }, before: [one], after: [one], looks: 100, judged: 10 },
    ...{
      ambiguous: 2,
      lost: 7,
      complete: true,
      otherConfigs: ["0123456789abcdef"],
      missed: 0,
      false: 0,
      unchanged: 0,
      opened: [],
      gone: [one],
    },
    gaps: Array.from({ length: 7 }, (_, index) => ({ from: at + index, to: at + index + 1 })),
    changed: [
      {
        ...{ before: one, after: { ...one, severity: "major", level: 3, noticeAt: at + MINUTE } },
        fields: ["severity", "level", "noticeAt", "restoredAt"],
      },
    ],
  };
  const lines = replayText(done, true);
  for (const line of [
    "it begins with the alarms kept at 2026-11-18T13:00:00.000Z, and counts from the time asked for",
    "2 runs of values hold a limit of these rules between their least and their most: judged by their middle",
    "7 looks were not kept: the daemon could not keep up, or could not write",
    "… and 2 gaps more",
    "another configuration was in force for a part of it (0123456789ab): its network is not known any more, and incidents may differ for that",
    "  gone     ups-1|over-temperature  over-temperature  minor  not opened then, opened 2026-11-18T14:00:00.000Z",
    "  changed  ups-1|over-temperature  over-temperature  major  severity minor → major; level 1 → 3; noticeAt never → 2026-11-18T14:01:00.000Z; restoredAt never → never",
  ])
    expect(lines).toContain(line);
  expect(lines.filter((line) => line.startsWith("nothing was kept from"))).toHaveLength(5);
});
