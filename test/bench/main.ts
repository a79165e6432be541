/**
 * `npm run bench [-- NAME…]`: measures, prints each figure with its target, and writes docs/benchmarks.md and docs/benchmarks.json.
 *
 * --all also runs what is left out otherwise (devices-100k); --seconds N shortens or lengthens the windows; --quick is a smoke test that writes nothing.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../probes/built.ts";
import { benchDevices } from "./devices.ts";
import { benchDiscover } from "./discover.ts";
import { benchEvaluator } from "./evaluator.ts";
import { type Figure, machine, type Report } from "./figure.ts";
import { benchProbes } from "./probes.ts";
import { benchReplay } from "./replay.ts";
import { writeReports } from "./report.ts";
import { benchRules } from "./rules.ts";
import { benchSsh } from "./ssh.ts";
import { benchStart } from "./start.ts";
import { benchStore } from "./store.ts";
import { benchTrapStorm } from "./trap-storm.ts";
import { benchTraps } from "./traps.ts";

interface Size {
  /** Length of the long windows. */
  readonly seconds: number;
  readonly quick: boolean;
}

/** In the order in which they run: the ones that want the machine for themselves first. */
const benches: Readonly<Record<string, { readonly usual: boolean; run(size: Size): Promise<Report> }>> = {
  devices: {
    usual: true,
    run: ({ seconds, quick }) =>
      benchDevices({
        name: "devices",
        devices: quick ? 500 : 10_000,
        // Longer, up to 5 minutes and 40 s, until a save of roll-ups is in it.
        seconds: Math.min(seconds, 120),
        warmUpSeconds: quick ? 5 : 75,
        judged: true,
        save: !quick,
      }),
  },
  ssh: {
    usual: true,
    run: ({ seconds, quick }) =>
      benchSsh({ sessions: quick ? 100 : 1_000, seconds: Math.min(seconds, 120), warmUpSeconds: quick ? 35 : 40 }),
  },
  probes: {
    usual: true,
    run: ({ seconds, quick }) =>
      benchProbes({
        codecs: quick ? 100 : 1_000,
        simulated: quick ? 100 : 2_000,
        eventsPerSecond: quick ? 5 : 20,
        eventsPerBusyHour: 18,
        incidentsPerSecond: 1,
        seconds: quick ? 10 : Math.min(seconds, 60),
        warmUpSeconds: 240,
        interval: quick ? "20s" : "2m",
      }),
  },
  traps: {
    usual: true,
    run: async ({ seconds, quick }) => {
      const storm = await benchTrapStorm({ seconds: quick ? 10 : Math.min(seconds, 60), devices: 1_000, incidents: quick ? 20 : 100 });
      const bursts = await benchTraps();
      return { figures: [...bursts.figures, ...storm.figures], notes: [...bursts.notes, ...storm.notes] };
    },
  },
  store: { usual: true, run: () => benchStore() },
  start: { usual: true, run: ({ quick }) => benchStart({ devices: quick ? 1_000 : 10_000, incidents: quick ? 2_000 : 100_000 }) },
  evaluator: { usual: true, run: ({ quick }) => benchEvaluator({ devices: quick ? 1_000 : 10_000 }) },
  replay: { usual: true, run: ({ quick }) => benchReplay(quick ? { devices: 1_000, hours: 2 } : { devices: 10_000, hours: 24 }) },
  rules: {
    usual: true,
    run: ({ quick }) => benchRules({ devices: quick ? 1_000 : 10_000, observations: quick ? 50_000 : 300_000, site: quick ? 100 : 500 }),
  },
  discover: { usual: true, run: ({ quick }) => benchDiscover(quick ? { devices: 30, bits: 25 } : { devices: 300, bits: 22 }) },
  "devices-100k": {
    usual: false,
    run: ({ seconds, quick }) =>
      benchDevices({
        name: "devices-100k",
        devices: quick ? 1_000 : 100_000,
        // Without a save of roll-ups: what gives, gives before.
        seconds: Math.min(seconds, 60),
        warmUpSeconds: quick ? 5 : 90,
        save: false,
        judged: false,
        packetsPerSecond: 20_000,
      }),
  },
};

function row(figure: Figure): string {
  const mark = figure.met === null ? "" : figure.met ? "met" : "MISSED";
  const target = figure.target === undefined ? "" : `${figure.better === "lower" ? "≤" : "≥"} ${figure.target}`;
  return `${figure.name.padEnd(82)} ${String(figure.value).padStart(10)} ${figure.unit.padEnd(16)} ${target.padEnd(10)} ${mark}`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
    },
  });
  const wrong = positionals.filter((name) => !Object.hasOwn(benches, name));
  if (wrong.length > 0) {
    console.error(`there is no bench ${wrong.join(", ")}; there is ${Object.keys(benches).join(", ")}`);
    return 2;
  }
  const size: Size = { seconds: Number(values.seconds ?? (values.quick ? 10 : 300)), quick: values.quick };
  const chosen = Object.entries(benches).filter(([name, bench]) =>
    positionals.length > 0 ? positionals.includes(name) : bench.usual || values.all,
  );
  console.log(machine());
  const done = new Map<string, Report>();
  for (const [name, bench] of chosen) {
    console.log(`\n${name} …`);
    const report = await bench.run(size);
    for (const figure of report.figures) console.log(row(figure));
    done.set(name, report);
    if (!values.quick) writeReports(join(projectRoot(), "docs"), new Map([[name, report]]), Object.keys(benches));
    else for (const note of report.notes) console.log(`\n${note}`);
  }
  return 0;
}

process.exitCode = await main();
