/**
 * `npm run faults [-- sqlite|postgresql] [deaths|races] [--shard 1/2] [--from N] [--every N] [--whole]`: the daemon killed on either side of
 * every statement of its transactions and of every message, one death a story. `npm test` tries each kind of statement once.
 *
 * What a death leaves is looked at on either side of every boundary: all rows, and where the story is. Two that leave the same go on alike,
 * so one of them is played to the end; one in thirty of the others too, and has to end alike in every row.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, checkNode, installDependencies, root } from "./installed.mjs";

const help = `npm run faults [-- sqlite|postgresql] [deaths|races] [options]

  sqlite, postgresql  on this database only
  deaths, races       only the story killed at each moment, or only the acknowledgement that races with a message
  --shard 1/2         this process does the first half: start another with 2/2
  --from N            goes on where a run was stopped: its progress line says N
  --every N           only every n-th
  --whole             plays every death to the end, those that leave the same too: hours

Each 15 s it says how far it is, and what remains. What was lost is said at once, and again at the end.`;

const texts = { deaths: "a process killed", races: "what is claimed" };
const { values, positionals } = read();
checkNode();
installDependencies();
build();
const kind = positionals.find((each) => each in texts);
const database = positionals.find((each) => !(each in texts)) ?? "";
const pattern = `on ${database === "" ? "\\w+" : database} ${kind === undefined ? "" : texts[kind]}`;
const args = [
  join(root, "node_modules/vitest/vitest.mjs"),
  "run",
  "test/faults/kills.test.ts",
  "test/faults/opened.test.ts",
  "-t",
  pattern,
];
const named = { SHARD: values.shard, FROM: values.from, EVERY: values.every, WHOLE: values.whole ? "1" : undefined };
const more = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[`VIGIE_FAULTS_${name}`, value]]));
const env = { ...process.env, VIGIE_FAULTS: "1", ...Object.fromEntries(more) };
const run = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
process.exit(run.status ?? 1);

function read() {
  try {
    const options = {
      ...{ shard: { type: "string" }, from: { type: "string" }, every: { type: "string" } },
      ...{ whole: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    };
    const parsed = parseArgs({ allowPositionals: true, options });
    if (parsed.values.help) {
      console.log(help);
      process.exit(0);
    }
    const { shard = "1/1", from = "0", every = "1" } = parsed.values;
    const [part, of] = shard.split("/").map(Number);
    if (!/^\d+\/\d+$/.test(shard) || part < 1 || part > of) throw new Error(`--shard ${shard}: write 1/2 and 2/2`);
    if (!/^\d+$/.test(from)) throw new Error(`--from ${from}: write the number of the progress line`);
    if (!/^[1-9]\d*$/.test(every)) throw new Error(`--every ${every}: write 1 or more`);
    const known = ["sqlite", "postgresql", "deaths", "races"];
    const unknown = parsed.positionals.filter((each) => !known.includes(each));
    if (unknown.length > 0) throw new Error(`${unknown.join(" ")}: write one of ${known.join(", ")}`);
    return parsed;
  } catch (error) {
    console.error(`faults: ${error.message}\n\n${help}`);
    process.exit(2);
  }
}
