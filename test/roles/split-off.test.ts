/** What may be split off an incident, whatever its alarms are about: devices, rooms that call, circuits, what left the configuration. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Alarm, alarmKey } from "../../daemon/model/alarm.ts";
import type { Config } from "../../daemon/model/config.ts";
import { isRefused, splitOff } from "../../daemon/roles/split-off.ts";
import { projectRoot } from "../../probes/built.ts";
import { parseSeverity } from "../../rules/severityschema.ts";
import { incident, START } from "../contracts/samples.ts";
import { device, network, rule } from "../rules/made.ts";

const config = {
  network: network([device("codec-1"), device("codec-2")]),
  rules: [rule(), rule({ id: "hot", symptom: "over-temperature", outOfService: false })],
  severity: parseSeverity("severity.yaml", readFileSync(join(projectRoot(), "rules", "severity.yaml"), "utf8")).rows,
  calendars: new Map(),
  instance: { timezone: "America/Toronto" },
} as unknown as Config;

function alarm(holder: string, symptom: string, over: Partial<Alarm> = {}): Alarm {
  const times = { since: START, movedAt: START, movedSeq: 1, firstBadAt: START };
  const counts = { badLooks: 1, goodLooks: 0, flapRing: 0, flapping: false, raisedBy: "look", state: "active" } as const;
  return {
    key: alarmKey(holder, symptom),
    device: holder,
    symptom,
    rule: symptom === "unreachable" ? "unreachable" : "hot",
    ...times,
    ...counts,
    ...over,
  };
}

function split(rootCause: string, alarms: readonly Alarm[], keys: readonly string[]) {
  const of = incident("1", { rootCause, fingerprint: alarms[0]?.key ?? "" });
  return splitOff({ incident: of, alarms, keys, config, person: { by: "marie", note: "a cable" }, at: START });
}

it.each([
  ["the call that it is about", "room:a101|no-sound|", alarm("room:a101", "no-sound", { state: "inactive" })],
  ["the failure of a device that left the configuration", "down:codec-9", alarm("codec-9", "unreachable")],
  ["the heat of a device that left the configuration", "codec-9|over-temperature|", alarm("codec-9", "over-temperature")],
  ["what a rule raised that left the configuration", "down:codec-1", alarm("codec-1", "unreachable", { rule: "gone" })],
  ["the circuit", "link:line-1", alarm("link:line-1", "link-down")],
])("%s is what the incident is about: the others are split off it", (_, root, own) => {
  const other = alarm("codec-2", "unreachable");
  expect(split(root, [own, other], [own.key])).toMatchObject({ status: 422, refused: expect.stringContaining("split the others off") });
  expect(split(root, [own, other], [other.key])).toMatchObject({ made: { rootCause: "down:codec-2", device: "codec-2" } });
});

it("two calls of one room are two causes, the two ways of a device being out of service are one", () => {
  const root = alarm("codec-2", "unreachable");
  const calls = ["no-sound", "no-image"].map((symptom) => alarm("room:a101", symptom));
  const keys = calls.map(({ key }) => key);
  expect(split("down:codec-2", [root, ...calls], keys.slice(1))).toMatchObject({ made: { rootCause: "room:a101|no-image|" } });
  const silent = alarm("codec-1", "snmp-silent", { rule: "unreachable" });
  const torn = split("down:codec-2", [root, alarm("codec-1", "unreachable"), silent], [silent.key]);
  expect(torn).toMatchObject({ status: 422, refused: expect.stringContaining("has the same cause") });
});

it("what leaves with a device that is no longer configured fails for itself, and is no general failure", () => {
  const made = split("down:codec-2", [alarm("codec-2", "unreachable"), alarm("codec-9", "unreachable")], ["codec-9|unreachable|"]);
  if (isRefused(made)) throw new Error(made.refused);
  expect(made.made).toMatchObject({ rootCause: "down:codec-9", general: false, site: "mgh" });
});

it("a circuit that leaves is a general failure still", () => {
  const made = split("down:codec-2", [alarm("codec-2", "unreachable"), alarm("link:line-1", "link-down")], ["link:line-1|link-down|"]);
  if (isRefused(made)) throw new Error(made.refused);
  expect(made.made).toMatchObject({ rootCause: "link:line-1", general: true });
});
