/**
 * Writes docs/benchmarks.md and docs/benchmarks.json; what was not measured this time stays as it was.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure, Report } from "./figure.ts";

const intro = `# Benchmarks

Written by \`npm run bench\`. Each figure is a measurement on the machine named under it, with its target where there is one; the same figures are in
\`benchmarks.json\`. Agents and senders run in processes of their own on the same cores, so the daemon shares them.
`;

export function writeReports(folder: string, reports: ReadonlyMap<string, Report>, order: readonly string[]): void {
  const jsonFile = join(folder, "benchmarks.json");
  const before: readonly Figure[] = existsSync(jsonFile) ? JSON.parse(readFileSync(jsonFile, "utf8")) : [];
  const kept = before.filter((figure) => !reports.has(benchOf(figure)));
  const all = [...kept, ...[...reports.values()].flatMap((report) => report.figures)];
  const rank = (figure: Figure) => order.indexOf(benchOf(figure));
  all.sort((a, b) => rank(a) - rank(b));
  writeFileSync(jsonFile, `${JSON.stringify(all, null, 2)}\n`);

  const markdownFile = join(folder, "benchmarks.md");
  const sections = existsSync(markdownFile) ? sectionsOf(readFileSync(markdownFile, "utf8")) : new Map<string, string>();
  for (const [name, report] of reports) sections.set(name, sectionOf(name, report));
  const ordered = order.flatMap((name) => sections.get(name) ?? []);
  writeFileSync(markdownFile, `${[intro, missed(all), ...ordered].join("\n")}`);
}

function benchOf(figure: Figure): string {
  return figure.name.split(":", 1)[0] ?? "";
}

/** The sections that a bench wrote, by its name; each ends where the next begins. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith("## ") && !part.startsWith("## Missed"));
  return new Map(parts.map((part) => [/^## (\S+)/.exec(part)?.[1] ?? "", `${part.trimEnd()}\n`]));
}

function sectionOf(name: string, { figures, notes }: Report): string {
  const rows = figures.map((figure) => {
    const { value, unit, met } = figure;
    const what = figure.name.slice(name.length + 2);
    return `| ${what} | ${shown(value)} | ${unit} | ${targetOf(figure)} | ${met === null ? "" : met ? "met" : "**missed**"} |`;
  });
  const table = ["| figure | value | unit | target | |", "|---|---:|---|---:|---|", ...rows].join("\n");
  return `## ${name}\n\nMeasured on: ${figures[0]?.machine ?? "?"}.\n\n${[table, ...notes].join("\n\n")}\n`;
}

function shown(value: number): string {
  return value.toLocaleString("en-CA", { maximumFractionDigits: 3 });
}

function targetOf({ target, better }: Figure): string {
  return target === undefined ? "" : `${better === "lower" ? "≤" : "≥"} ${shown(target)}`;
}

/** By how much each target is missed; where the time goes is in the bench's own section. */
function missed(figures: readonly Figure[]): string {
  const lines = figures
    .filter((figure) => figure.met === false)
    .map((figure) => {
      const { name, value, unit, target = 0 } = figure;
      const by = target === 0 ? "" : `, by ${shown(Math.abs(value / target - 1) * 100)} %`;
      return `- ${name}: ${shown(value)} ${unit}, target ${targetOf(figure)}${by}`;
    });
  return `## Missed targets\n\n${lines.length === 0 ? "None of those measured." : lines.join("\n")}\n`;
}
