/**
 * `vigie run`: watches the network of a configuration until it is told to stop; `--demo` runs the demo network.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../probes/built.ts";
import { type App, startApp } from "../app.ts";
import { ConfigRefused } from "../config/refused.ts";
import { createLog } from "../log.ts";
import type { Log } from "../ports.ts";
import { type Demo, startDemo } from "./demo.ts";
import type { Io } from "./io.ts";
import { watchConfiguration } from "./watch.ts";

const help = `vigie run [--config vigie.yaml] [--demo] [--log-level info] [--log json|plain]

  --config FILE   the configuration; default: vigie.yaml of the working directory
  --demo          the demo network: simulated devices on loopback, faults by a script
  --log-level L   debug, info, warn, error; default info (demo: warn)
  --log FORM      json or plain; default: plain on a terminal and in the demo

Signals: SIGTERM and SIGINT stop it (the dead-man's ping is told), SIGHUP reloads the configuration.
Exit code: 0 it was told to stop, 1 it could not start or go on, 2 wrong use.`;

export function version(): string {
  return (JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as { version: string }).version;
}

export async function run(argv: string[], io: Io): Promise<number> {
  const args = readArgs(argv);
  if ("wrong" in args) {
    io.err(`vigie run: ${args.wrong}\n\n${help}`);
    return 2;
  }
  if (args.help) {
    io.out(help);
    return 0;
  }
  const file = args.demo ? join(projectRoot(), "demo", "vigie.yaml") : resolve(args.config ?? "vigie.yaml");
  if (!existsSync(file)) {
    io.err(
      `vigie run: ${file} is not there; write one (docs/configuration.md), name another with --config, or try the demo network with --demo`,
    );
    return 2;
  }
  const log = createLog({
    level: args.level ?? (args.demo ? "warn" : "info"),
    plain: args.plain ?? (args.demo || process.stderr.isTTY === true),
  });
  return runUntilStopped({ file, demo: args.demo, log, io });
}

interface Args {
  readonly help: boolean;
  readonly demo: boolean;
  readonly config?: string;
  readonly level?: string;
  readonly plain?: boolean;
}

function readArgs(argv: string[]): Args | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        config: { type: "string" },
        demo: { type: "boolean", default: false },
        "log-level": { type: "string" },
        log: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { config, log, help: wanted, demo, "log-level": level } = values;
    if (level !== undefined && !["debug", "info", "warn", "error"].includes(level))
      return { wrong: `--log-level ${level}: write debug, info, warn or error` };
    if (log !== undefined && log !== "json" && log !== "plain") return { wrong: `--log ${log}: write json or plain` };
    return {
      help: wanted,
      demo,
      ...(config === undefined ? {} : { config }),
      ...(level === undefined ? {} : { level }),
      ...(log === undefined ? {} : { plain: log === "plain" }),
    };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

async function runUntilStopped(options: { file: string; demo: boolean; log: Log; io: Io }): Promise<number> {
  const { file, demo, log, io } = options;
  let playing: Demo | undefined;
  let app: App | undefined;
  const stopping = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
  // A second signal while stopping changes nothing: what is started is stopped in order.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => undefined);
  try {
    playing = demo ? await startDemo(file, io) : undefined;
    app = await startApp({ file, demo, log, version: version() });
    const running = app;
    process.on("SIGHUP", () => void running.reload(false, "SIGHUP"));
    const watching = running.config().watch ? watchConfiguration(running, log) : undefined;
    if (playing === undefined) io.out(`vigie ${version()} watches ${running.config().network.devices.size} devices: ${running.url}`);
    else playing.begin(running.url);
    const ended = await Promise.race([stopping, ...(playing === undefined ? [] : [playing.ended])]);
    log.info({ signal: ended }, "stopping");
    watching?.close();
    return ended.startsWith("SIG") ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error;
    io.err(error.message);
    io.err(`\n${error.problems.length} problems in ${file}: nothing was started. Try: vigie check-config ${file}`);
    return 1;
  } finally {
    await app?.stop(true);
    await playing?.stop();
  }
}
