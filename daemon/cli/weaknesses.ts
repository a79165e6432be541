/**
 * `vigie weaknesses`: which devices are looked at by weak means, from the configuration alone. Starts nothing and sends nothing.
 *
 * Exit 0: read (whatever it says); 1: the configuration has problems; 2: wrong use.
 */
import { parseArgs } from "node:util";
import { reportWeaknesses, type WeaknessReport } from "../../rules/weaknesses.ts";
import { type LoadOptions, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Io } from "./io.ts";

const HELP = `Usage: vigie weaknesses [FILE] [--json]

Reads FILE (default: vigie.yaml) and lists the devices that are looked at by weak means: telnet, SNMP v1 and v2c, SNMPv3 without
authentication or encryption, MD5, DES, certificates that nobody checks, old TLS and SSH. The worst first. Starts nothing and
sends nothing; whose traps come in clear text is only seen by a running daemon (its page, GET /api/v1/weaknesses).

  --json    print one JSON object instead of text
  --help    this text

Exit code: 0 read (whatever it says), 1 problems in the configuration, 2 wrong use.`;

const SAYS: Readonly<Record<WeaknessReport["rows"][number]["weakness"], string>> = {
  telnet: "telnet: everything in clear text",
  "snmp-v1": "SNMP v1: community readable to all",
  "snmp-v2c": "SNMP v2c: community readable to all",
  "snmp-no-auth": "SNMPv3 without authentication",
  "snmp-no-privacy": "SNMPv3 without encryption",
  md5: "SNMPv3 with MD5",
  des: "SNMPv3 with DES",
  "unverified-tls": "HTTPS with a certificate that nobody checks",
  "legacy-tls": "old TLS versions",
  "legacy-ssh": "old SSH algorithms",
  "clear-traps": "traps over SNMP v1 or v2c",
};

export async function weaknesses(argv: readonly string[], io: Io, options: LoadOptions = {}): Promise<number> {
  const asked = readArguments(argv);
  if (typeof asked === "string") {
    io.err(`weaknesses: ${asked}; see vigie weaknesses --help`);
    return 2;
  }
  if (asked.help) {
    io.out(HELP);
    return 0;
  }
  const result = await loadConfig(asked.file, options);
  if (!result.ok) {
    for (const problem of result.problems) io.err(formatProblem(problem));
    return 1;
  }
  const report = reportWeaknesses(result.config);
  if (asked.json) io.out(JSON.stringify(report));
  else for (const line of asText(report)) io.out(line);
  return 0;
}

function asText({ devices, weak, rows }: WeaknessReport): readonly string[] {
  const listed = rows.filter((row) => row.devices.length > 0);
  return [
    `${weak} of ${devices} devices are looked at by weak means`,
    ...listed.flatMap((row) => ["", `${SAYS[row.weakness]} (${row.devices.length})`, ...row.devices.map((id) => `  ${id}`)]),
  ];
}

function readArguments(argv: readonly string[]): { readonly file: string; readonly json: boolean; readonly help: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (positionals.length > 1) return "one file at a time";
    return { file: positionals[0] ?? "vigie.yaml", json: values.json ?? false, help: values.help ?? false };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the option that it does not know.
    return error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : "cannot read the arguments";
  }
}
