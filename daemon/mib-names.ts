/**
 * The names of users' MIBs: a file in the state folder that `vigie mib import` writes and the daemon reads, again when it changed.
 *
 * Names only: what a notification means, and which of its values may be kept, is the families' data to say.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ModuleNames } from "../probes/mib/compile.ts";
import type { Log } from "./ports.ts";

const checkEveryMs = 5_000;
const names = z.record(z.string().regex(/^\d+(\.\d+)*$/), z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/));
const schema = z.strictObject({
  version: z.literal(1),
  modules: z.record(z.string(), z.strictObject({ notifications: names, objects: names })),
});

/** Module → its names. */
export type ImportedMibs = z.infer<typeof schema>["modules"];

export function mibNamesFile(stateDir: string): string {
  return join(stateDir, "mib-names.json");
}

/** Empty when nothing was imported yet. Throws when the file is not one of ours. */
export function readImported(stateDir: string): ImportedMibs {
  const file = mibNamesFile(stateDir);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  const checked = schema.safeParse(parsed(text));
  if (checked.success) return checked.data.modules;
  throw new Error(`${file} is damaged; delete it and import the MIBs again`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Adds modules; one that is there is replaced. */
export function writeImported(stateDir: string, before: ImportedMibs, added: readonly ModuleNames[]): void {
  const modules = {
    ...before,
    ...Object.fromEntries(added.map(({ module, notifications, objects }) => [module, { notifications, objects }])),
  };
  keep(stateDir, modules);
}

/** Takes these modules' names away; others stay. */
export function removeImported(stateDir: string, before: ImportedMibs, gone: readonly string[]): void {
  keep(stateDir, Object.fromEntries(Object.entries(before).filter(([module]) => !gone.includes(module))));
}

/** A reader sees the old file or the new one. */
function keep(stateDir: string, modules: ImportedMibs): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o750 });
  const beside = `${mibNamesFile(stateDir)}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify({ version: 1, modules })}\n`, { mode: 0o640 });
  renameSync(beside, mibNamesFile(stateDir));
}

export interface MibNames {
  /** The name of a notification, in either of its forms; undefined when no imported MIB has it. */
  notification(oid: string): string | undefined;
  /** The name of an object with its instance: `acmeFanState.3`. */
  object(oid: string): string | undefined;
}

/** Lookups over what was imported. Pure. */
export function mibNames(imported: ImportedMibs): MibNames {
  const modules = Object.values(imported);
  const notifications = new Map(modules.flatMap((module) => Object.entries(module.notifications)));
  const objects = new Map(modules.flatMap((module) => Object.entries(module.objects)));
  return {
    notification: (oid) => notifications.get(oid) ?? notifications.get(otherForm(oid)),
    object(oid) {
      for (let end = oid.length; end > 0; end = oid.lastIndexOf(".", end - 1)) {
        const name = objects.get(oid.slice(0, end));
        if (name !== undefined) return `${name}${oid.slice(end)}`;
      }
      return undefined;
    },
  };
}

/** With or without the `.0.` that RFC 3584 puts into the v2 form of a v1 trap. */
function otherForm(oid: string): string {
  const last = oid.lastIndexOf(".");
  const head = oid.slice(0, last);
  return head.endsWith(".0") ? head.slice(0, -2) + oid.slice(last) : `${head}.0${oid.slice(last)}`;
}

/** The names in force; the file is looked at again every few seconds. One that cannot be read changes nothing, and is told once. */
export function followMibNames(stateDir: string, log: Log): MibNames & { stop(): void } {
  let seen = "";
  let current = mibNames({});
  const look = (): void => {
    const mark = markOf(mibNamesFile(stateDir));
    if (mark === seen) return;
    seen = mark;
    try {
      current = mibNames(readImported(stateDir));
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : "unknown" }, "names of MIBs not read; the ones before stay");
    }
  };
  look();
  const timer = setInterval(look, checkEveryMs);
  timer.unref();
  return {
    notification: (oid) => current.notification(oid),
    object: (oid) => current.object(oid),
    stop: () => clearInterval(timer),
  };
}

function markOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.mtimeMs}/${stat.size}/${stat.ino}`;
}
