/** A fresh machine gets every program that the tests need: what a test asks for is what `npm test` installs. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../probes/built.ts";

const root = projectRoot();
/** There on every system that the tests run on, or in the package of another one that is listed. */
const givenElsewhere: Readonly<Record<string, string>> = {
  postgres: "initdb",
  pg_dump: "initdb",
  snmpget: "snmptrap",
  snmpwalk: "snmptrap",
  snmpbulkwalk: "snmptrap",
  snmpinform: "snmptrap",
  "ssh-keygen": "ssh",
  "prometheus-alertmanager": "amtool",
  setpriv: "",
};

function programsOfTests(): readonly string[] {
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const calls = files.flatMap((file) => [
    ...readFileSync(join(root, "test", file), "utf8").matchAll(/\b(?:needs|findProgram)\("([a-z][\w.-]*)"/g),
  ]);
  return [...new Set(calls.map(([, name]) => name ?? ""))].sort();
}

function installed(): ReadonlySet<string> {
  const script = `import { wanted } from ${JSON.stringify(join(root, "scripts", "servers.mjs"))}; console.log(JSON.stringify(Object.keys(wanted)))`;
  return new Set(JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })) as string[]);
}

it("installs every program that a test asks for", () => {
  const programs = programsOfTests();
  const there = installed();
  expect(programs).toEqual(expect.arrayContaining(["snmpd", "snmptrapd", "ping", "sshd"]));
  expect(programs.filter((name) => !there.has(name) && givenElsewhere[name] !== "" && !there.has(givenElsewhere[name] ?? name))).toEqual(
    [],
  );
});
