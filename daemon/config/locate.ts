/**
 * Where a device stands in the files, for whoever is told to write something there.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";

export interface Standing {
  /** As it is among the configuration's files. */
  readonly file: string;
  /** Of the device's id; undefined: it comes from a template, or the file was changed since. */
  readonly line?: number;
}

/** What a person writes where, for the device to be reached through these. `files`: of the configuration, the first one first. */
export function parentsToWrite(parents: readonly string[], place: Standing | undefined, files: readonly string[]) {
  const file = basename(place?.file ?? files[0] ?? "vigie.yaml");
  return { file, ...(place?.line === undefined ? {} : { line: place.line }), yaml: `parents: [${parents.join(", ")}]` };
}

/** Reads the files once. A file that cannot be read holds nobody. */
export async function locateDevices(files: readonly string[], ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  for (const file of ids.length === 0 ? [] : files) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (!ids.some((id) => text.includes(id))) continue;
    const lines = new LineCounter();
    const devices = parseDocument(text, { lineCounter: lines }).get("devices", true);
    if (!isMap(devices)) continue;
    for (const { key } of devices.items) {
      if (!isScalar(key) || typeof key.value !== "string" || !ids.includes(key.value) || key.range == null) continue;
      found.set(key.value, { file, line: lines.linePos(key.range[0]).line });
    }
  }
  return found;
}
