/** The alert rules, the routes and the scrape configuration, judged by promtool and amtool, and against their runbooks. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { needs } from "../needs.ts";

const folder = join(import.meta.dirname, "..", "..", "dashboards", "prometheus");
const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const groups = (parse(read("rules", "vigie.yml")) as { groups: { name: string; rules: Rule[] }[] }).groups;
const rules = groups.flatMap((group) => group.rules);
const unitTests = readdirSync(join(folder, "tests"));

function run(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

describe("the alert rules", () => {
  it("and the scrape configuration are accepted by promtool", (context) => {
    const promtool = needs("promtool", context);
    expect(run(promtool, ["check", "rules", "--lint-fatal", "rules/vigie.yml"])).toMatchObject({ status: 0 });
    expect(run(promtool, ["check", "config", "--lint-fatal", "prometheus.yml"])).toMatchObject({ status: 0 });
  });

  it.for(unitTests)("do what %s says they do", (file, context) => {
    const promtool = needs("promtool", context);
    const { status, said } = run(promtool, ["test", "rules", join("tests", file)]);
    expect(status, said).toBe(0);
  });

  it("each have a unit test that wants them", () => {
    const wanted = unitTests.map((file) => read("tests", file)).join("\n");
    for (const { alert } of rules) expect(wanted).toMatch(new RegExp(`alertname(: |=")${alert}\\b`));
  });

  it("each say what and what to do in both languages, and have a runbook under their own name", () => {
    const runbooks = readFileSync(join(folder, "..", "..", "docs", "alerting.md"), "utf8");
    expect(rules.length).toBeGreaterThanOrEqual(12);
    for (const { alert, annotations } of rules) {
      for (const name of ["summary_fr", "summary_en", "description_fr", "description_en"]) expect(annotations[name], alert).toBeTruthy();
      expect(annotations.summary_fr).not.toBe(annotations.summary_en);
      expect(annotations.runbook_url).toBe(`docs/alerting.md#${alert.toLowerCase()}`);
      expect(runbooks).toMatch(new RegExp(`^### ${alert}$`, "m"));
    }
  });

  it("carry severity and urgency: an incident's its own, Vigie's written in the rule", () => {
    for (const { alert, labels, expr } of rules) {
      if (labels.about === "incident") {
        expect(Object.keys(labels), alert).toEqual(["about"]);
        expect(expr).toContain("vigie_incident_unacknowledged_info");
      } else {
        expect(labels, alert).toMatchObject({ about: "vigie" });
        expect(["major", "minor"]).toContain(labels.severity);
        expect(["now", "service-hours"]).toContain(labels.urgency);
      }
    }
  });
});

describe("Alertmanager's routes", () => {
  it("are accepted by amtool", (context) => {
    expect(run(needs("amtool", context), ["check-config", "alertmanager.yml"])).toMatchObject({ status: 0 });
  });

  it("write mails that say what happened in both languages, and where the runbook is", (context) => {
    const amtool = needs("amtool", context);
    const { receivers } = parse(read("alertmanager.yml")) as {
      receivers: { name: string; email_configs: { headers: { Subject: string }; text: string }[] }[];
    };
    const annotations = {
      ...{
        summary_fr: "Vigie ne répond plus",
        summary_en: "Vigie is down",
        description_fr: "Rien ne monte.",
        description_en: "Nothing rises.",
      },
      runbook_url: "docs/alerting.md#vigiedown",
    };
    const two = [{ annotations }, { annotations: { ...annotations, summary_fr: "Autre chose", summary_en: "Something else" } }];
    const data = join(mkdtempSync(join(tmpdir(), "vigie-mail-")), "data.json");
    writeFileSync(data, JSON.stringify({ receiver: "x", status: "firing", alerts: two, commonLabels: {}, commonAnnotations: {} }));
    for (const { name, email_configs: mails } of receivers)
      for (const { headers, text } of mails) {
        const rendered = (template: string) =>
          run(amtool, ["template", "render", "--template.glob=/dev/null", `--template.text=${template}`, `--template.data=${data}`]).said;
        expect(rendered(headers.Subject), name).toContain("Vigie ne répond plus");
        for (const words of [...Object.values(annotations), "Autre chose", "Something else"]) expect(rendered(text), name).toContain(words);
      }
    rmSync(dirname(data), { recursive: true });
  });

  const table = [
    ["an incident that cannot wait pages", "about=incident severity=major urgency=now", "page-incident"],
    ["so does a minor one that cannot wait", "about=incident severity=minor urgency=now", "page-incident"],
    ["a major one that can wait pages", "about=incident severity=major urgency=service-hours", "page-incident"],
    ["a major one before its session pages", "about=incident severity=major urgency=before-session", "page-incident"],
    ["a minor one that can wait is a mail", "about=incident severity=minor urgency=service-hours", "mail-incident"],
    ["a dead lookout pages", "about=vigie severity=major urgency=now alertname=VigieDown", "page"],
    ["a refused configuration is a mail", "about=vigie severity=minor urgency=service-hours", "mail"],
    ["what is not ours is read all the same", "alertname=Other", "mail"],
  ] as const;
  it.for(table)("%s", ([, labels, receiver], context) => {
    const amtool = needs("amtool", context);
    const { stdout } = spawnSync(amtool, ["config", "routes", "test", "--config.file=alertmanager.yml", ...labels.split(" ")], {
      ...{ cwd: folder, encoding: "utf8" },
    });
    expect(stdout.trim()).toBe(receiver);
  });

  it("let through outside service hours only what cannot wait", () => {
    const { route } = parse(read("alertmanager.yml")) as { route: { routes: { matchers: string[]; active_time_intervals?: string[] }[] } };
    for (const { matchers, active_time_intervals: hours } of route.routes)
      expect(hours, matchers.join(" ")).toEqual(matchers.includes('urgency="now"') ? undefined : ["service-hours"]);
  });
});
