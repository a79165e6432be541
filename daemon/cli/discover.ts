/**
 * `vigie discover RANGE…`: what answers in the listed networks, as devices for the file, to review. Works with and without a daemon.
 *
 * Nothing is put into force. Who started it, when and where is in the audit before the first packet leaves.
 */

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Progress } from "../../probes/discover/discover.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import { askedRanges, type Discovered, runDiscovery } from "../discovering.ts";
import type { Config } from "../model/config.ts";
import { holdDiscovery } from "../store/hold.ts";
import { auditBeside } from "./audit-beside.ts";
import type { Io } from "./io.ts";
import { progressOn } from "./progress.ts";

const help = `vigie discover RANGE [RANGE …] [--config vigie.yaml] [--out FILE] [--force] [--json]

Looks at networks that the configuration lists under discovery.ranges: one ping an address, then SNMP with the credentials of
discovery.credentials, neighbours (LLDP, CDP) of what joins cables, the SSH greeting and the H.323 and SIP ports of what is not known
then, and the certificate of a web interface. At most 50 packets and connections a second. Prints devices: as YAML, to review; nothing is put into force.
Addresses of configured devices are left out. Ctrl-C ends it with what was seen until then.

  --config FILE  the configuration; default: vigie.yaml of the working directory
  --out FILE     write the YAML there instead of to the standard output; never overwrites without --force
  --json         print one JSON object instead: counts, devices, skipped, yaml
  --help         this text

Exit code: 0 looked at everything, 1 refused, or ended early, 2 wrong use.`;

interface Asked {
  readonly ranges: readonly string[];
  readonly file: string;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

export async function discoverCommand(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (asked === "help") {
    io.out(help);
    return 0;
  }
  if (typeof asked === "string") {
    io.err(`vigie discover: ${asked}\n\n${help}`);
    return 2;
  }
  const loaded = await loadConfig(asked.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const { config } = loaded;
  const checked = askedRanges(config, asked.ranges);
  if ("problems" in checked) {
    for (const problem of checked.problems) io.err(`vigie discover: ${problem}`);
    return 1;
  }
  const held = await holdDiscovery(config.instance.stateDir);
  try {
    return await run(config, checked.ranges, asked, io);
  } finally {
    await held.release();
  }
}

function readArgs(argv: string[]): Asked | string {
  try {
    const options = {
      config: { type: "string" },
      out: { type: "string" },
      force: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options });
    if (values.help === true) return "help";
    const { config = "vigie.yaml", out, force, json } = values;
    if (positionals.length === 0) return "name at least one network: vigie discover 10.0.0.0/24";
    if (!existsSync(config)) return `${config} is not there; name the file with --config`;
    if (out !== undefined && existsSync(out) && !force) return `${out} is there already; name another file, or say --force`;
    return { ranges: positionals, file: resolve(config), out, force, json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function run(config: Config, ranges: Parameters<typeof runDiscovery>[0]["ranges"], asked: Asked, io: Io): Promise<number> {
  const target = ranges.map(({ text }) => text).join(" ");
  const audit = await auditBeside(config, "discovery-audit.jsonl");
  const ending = new AbortController();
  const stop = () => ending.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const shown = progressOn(process.stderr, (line) => io.err(line));
  try {
    // Before the first packet: a run that cannot be written down does not happen.
    await audit.write({ action: "discovery.started", target });
    const progress = (now: Progress) => shown.tell(now.pinged / now.addresses, sentence(now));
    const found = await runDiscovery({ config, ranges, clock: systemClock, progress }, ending.signal);
    shown.end();
    const { complete, answered, probes } = found.discovery;
    await audit.write({ action: "discovery.ended", target, data: { complete, answered, probes, proposed: found.proposals.length } });
    return await report(found, asked, io);
  } finally {
    shown.end();
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await audit.close();
  }
}

function sentence({ addresses, pinged, answered, asked, probes }: Progress): string {
  return `${pinged} of ${addresses} addresses, ${answered} answered, ${asked} asked, ${probes} packets and connections`;
}

async function report(found: Discovered, asked: Asked, io: Io): Promise<number> {
  const { discovery, proposals, yaml } = found;
  const { complete, blind, skipped, resting } = discovery;
  if (asked.out !== undefined) await writeFile(asked.out, yaml, { flag: asked.force ? "w" : "wx" });
  const { seen: _seen, ...counts } = discovery;
  if (asked.json) io.out(JSON.stringify({ ...counts, devices: proposals, yaml }));
  else if (asked.out === undefined) io.out(yaml.trimEnd());
  if (!asked.json) {
    for (const { device, address } of skipped) io.err(`left out, configured already: ${device} (${address})`);
    for (const credential of resting) io.err(`${credential} was refused by three devices and accepted by none; it was tried no more`);
    io.err(`${sentence(discovery)}; ${proposals.length} devices ${asked.out === undefined ? "proposed" : `written to ${asked.out}`}`);
  }
  if (blind !== undefined) io.err(`vigie discover: pings could not all be sent: ${blind}`);
  if (!complete) io.err("vigie discover: ended early; what is missing may still be there");
  return complete && blind === undefined ? 0 : 1;
}
