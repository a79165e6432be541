/**
 * The log: one event a line on standard error, JSON, or plain lines where a person reads (a terminal, the demo).
 */
import pino from "pino";
import type { Log } from "./ports.ts";

/** `plain` writes `HH:MM:SS level text {fields}`. */
export function createLog(options: { readonly level: string; readonly plain: boolean }): Log {
  const destination = options.plain
    ? { write: (line: string) => void process.stderr.write(plainLine(line)) }
    : pino.destination({ dest: 2, sync: false });
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination) as unknown as Log;
}

function plainLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as { level: number; time: string; msg: string } & Record<string, unknown>;
  const name = level >= 50 ? "error" : level >= 40 ? "warn " : level >= 30 ? "info " : "debug";
  const rest = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
  return `${time.slice(11, 19)} ${name} ${msg}${rest}\n`;
}
