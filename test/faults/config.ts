/** A small network with short clocks: read once, the same for every story. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../daemon/model/config.ts";
import { configOf } from "../scenarios/scenario.ts";

const track = `{
      levels: {
        1: { tell: [desk], taken_within: 30s, escalate_after: 60s },
        2: { tell: [analyst], taken_within: 30s, escalate_after: 60s },
        3: { tell: [chief-technician], taken_within: 30s } },
      allocators: [event-coordinators], last_resort: { tell: [it-technician], after: 60s, repeat: 60s },
      acknowledgement_expires: 30m, follow_up: 30m }`;
const policy = `
policies:
  short:
    base: default
    minor: ${track}
    major: ${track}
    group_wait: { now: 60s, other: 60s }
policy: short`;

let loaded: Promise<Config> | undefined;

export function configFor(): Promise<Config> {
  loaded ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "vigie-story-"));
    const config = await configOf(folder, {
      ...{ devices: "router-1 > codec-7; router-2 > codec-8", sites: { "router-2": "chu", "codec-8": "chu" } },
      ...{ interval: "20s", yaml: policy },
    });
    rmSync(folder, { recursive: true, force: true });
    return config;
  })();
  return loaded;
}
