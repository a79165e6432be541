/**
 * The same recordings, served by Debian's snmpsim (its own process, its own parser of the files) and read by the real probe: what comes back
 * is what the decoders made of the file.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadFamilies, recognise, shippedFamilies } from "../../../probes/families.ts";
import { createSnmpProbe } from "../../../probes/snmp/snmp-probe.ts";
import { needs } from "../../needs.ts";
import { startSnmpsimd } from "../snmp/peers.ts";
import { calm, community, target } from "../snmp/target.ts";
import { decodeWalk, recordingOf, recordings } from "./recorded.ts";

const { families } = loadFamilies([shippedFamilies()]);
const byName = (a: { readonly name: string; readonly part?: string }, b: { readonly name: string; readonly part?: string }) =>
  `${a.name} ${a.part}` < `${b.name} ${b.part}` ? -1 : 1;
/** The probe's own: rates need a second look, the uptime is judged with the engine's clock. */
const own = new Set(["uptime_seconds", "engine_boots", "interface_in_octets", "interface_out_octets", "interface_in_errors"]);

it("snmpsim serves every recording, and the probe reads what the decoders read from the file", { timeout: 240_000 }, async (context) => {
  const recorded = [...families.values()].filter(({ id }) => recordingOf(id)?.walk !== undefined);
  expect(recorded.length).toBeGreaterThan(10);
  const files = recorded.map(({ id }) => [`${id}.snmprec`, readFileSync(join(recordings, id, "walk.snmprec"), "utf8")]);
  const agent = await startSnmpsimd(needs("snmpsimd", context), Object.fromEntries(files) as Record<string, string>);
  const probe = createSnmpProbe();
  try {
    for (const family of recorded) {
      const asked = target(agent.port, community(family.id), family, { timeoutMs: 10_000, id: family.id });
      const deadline = performance.now() + 60_000;
      let finding = await probe.look(asked, calm());
      while (finding.status !== "up" && performance.now() < deadline) finding = await probe.look(asked, calm());
      expect(finding.detail, family.id).toBeUndefined();
      const wanted = decodeWalk(family, recordingOf(family.id) as NonNullable<ReturnType<typeof recordingOf>>);
      const mine = <T extends { readonly name: string; readonly part?: string }>(all: readonly T[]) =>
        all.filter(({ name }) => !own.has(name)).sort(byName);
      expect(mine(finding.samples), family.id).toEqual(mine(wanted.samples));
      expect(mine(finding.readings), family.id).toEqual(mine(wanted.readings));
      expect(finding.whole ?? [], family.id).toEqual(wanted.whole);
      const said = (name: string) => finding.readings.find((reading) => reading.name === name)?.value ?? "";
      const { sysObjectId, sysDescr } = family.recognise;
      const known = recognise(families, { sysObjectId: said("system_object_id"), sysDescr: said("system_description") });
      if (sysObjectId.length + sysDescr.length > 0) expect(known?.id).toBe(family.id);
    }
  } finally {
    await probe.stop();
    await agent.stop();
  }
});
