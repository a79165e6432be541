/**
 * Writes the dashboards' JSON: `node dist/dashboards/grafana/src/generate.js [folder]`, from the project's folder.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { render } from "./assemble.ts";
import { dashboards } from "./dashboards.ts";

const folder = process.argv[2] ?? join("dashboards", "grafana", "dashboards");
mkdirSync(folder, { recursive: true });
for (const spec of dashboards) {
  const file = join(folder, `${spec.uid}.json`);
  writeFileSync(file, render(spec));
  console.log(file);
}
