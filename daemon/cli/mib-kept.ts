/**
 * `vigie mib list` and `vigie mib remove`: the modules whose names were imported before.
 */
import { type ImportedMibs, mibNamesFile, readImported, removeImported } from "../mib-names.ts";
import type { Io } from "./io.ts";

export interface ModuleCount {
  readonly module: string;
  readonly notifications: number;
  readonly objects: number;
}

/** By name. */
export function counted(imported: ImportedMibs): readonly ModuleCount[] {
  return Object.entries(imported)
    .map(([module, { notifications, objects }]) => ({
      module,
      notifications: Object.keys(notifications).length,
      objects: Object.keys(objects).length,
    }))
    .sort((a, b) => (a.module < b.module ? -1 : 1));
}

export function lineOf({ module, notifications, objects }: ModuleCount): string {
  return `${module}: ${notifications} notifications, ${objects} objects`;
}

export function list(stateDir: string, json: boolean, io: Io): number {
  const modules = counted(readImported(stateDir));
  if (json) io.out(JSON.stringify({ file: mibNamesFile(stateDir), modules }));
  else if (modules.length === 0) io.out("no MIB was imported yet; vigie mib import FILE...");
  else for (const each of modules) io.out(lineOf(each));
  return 0;
}

/** All of them or none: a name that is not there is most likely misspelt. */
export function remove(stateDir: string, modules: readonly string[], json: boolean, io: Io): number {
  const before = readImported(stateDir);
  const unknown = modules.filter((module) => !Object.hasOwn(before, module));
  if (unknown.length === 0) removeImported(stateDir, before, modules);
  if (json) io.out(JSON.stringify({ ok: unknown.length === 0, removed: unknown.length === 0 ? modules : [], unknown }));
  else if (unknown.length === 0) for (const module of modules) io.out(`${module}: removed`);
  else io.err(`${unknown.join(", ")}: not imported; nothing was removed; see vigie mib list`);
  return unknown.length === 0 ? 0 : 1;
}
