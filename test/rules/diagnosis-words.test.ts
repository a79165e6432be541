/** What was seen, in the words of a diagnosis: every look has a word, and none says more than was seen. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Category, Family } from "../../daemon/model/family.ts";
import type { Reading } from "../../daemon/model/observation.ts";
import {
  categoriesOf,
  isRefused,
  pathWord,
  pingWord,
  portsWord,
  reportsOf,
  shareWord,
  shellWord,
  snmpWord,
} from "../../rules/diagnosis-words.ts";
import "../seed.ts";

const status = fc.constantFrom("up" as const, "down" as const, "unknown" as const);
const codes = [
  "snmp.timeout",
  "snmp.auth-refused",
  "ssh.auth-refused",
  "telnet.auth-refused",
  "ssh.refused",
  "telnet.refused",
  "tcp.refused",
];
const look = fc.record({ status, code: fc.constantFrom(undefined, ...codes) }).map(({ code, ...rest }) => ({
  ...rest,
  ...(code === undefined ? {} : { code }),
}));

describe("a look", () => {
  it.each([
    [{ status: "up" as const }, "answers"],
    [{ status: "up" as const, samples: [{ name: "icmp_loss_ratio", value: 0 }] }, "answers"],
    [{ status: "up" as const, samples: [{ name: "icmp_rtt_seconds", value: 2 }] }, "answers"],
    [{ status: "up" as const, samples: [{ name: "icmp_loss_ratio", value: 0.01 }] }, "lossy"],
    [{ status: "down" as const, samples: [{ name: "icmp_loss_ratio", value: 1 }] }, "silent"],
    [{ status: "unknown" as const, code: "icmp.engine" }, "unknown"],
  ])("by ping, %j: %s", (seen, word) => {
    expect(pingWord(seen)).toBe(word);
  });

  it.each([
    [{ status: "up" as const }, "answers", "answers", "open"],
    [{ status: "down" as const, code: "ssh.timeout" }, "silent", "silent", "closed"],
    [{ status: "down" as const, code: "ssh.refused" }, "silent", "closed", "closed"],
    [{ status: "unknown" as const, code: "ssh.auth-refused" }, "refused", "refused", "unknown"],
    [{ status: "unknown" as const, code: "probe.crash" }, "unknown", "unknown", "unknown"],
  ])("%j: over SNMP %s, over a shell %s, its port %s", (seen, snmp, shell, port) => {
    expect([snmpWord(seen), shellWord(seen), portsWord(seen)]).toEqual([snmp, shell, port]);
  });

  it("is called silent or closed only where it was down, and an account that is turned away is neither", () => {
    fc.assert(
      fc.property(look, (seen) => {
        const words = [snmpWord(seen), shellWord(seen)];
        for (const word of words) {
          expect(word === "refused").toBe(isRefused(seen));
          if (word === "silent") expect(seen.status).toBe("down");
          if (word === "closed") expect(seen.status).not.toBe("up");
          if (word === "answers") expect(seen.status).toBe("up");
        }
      }),
    );
  });
});

const family = {
  meanings: [
    { reading: "camera", values: ["lost", "none"], symptom: "camera-disconnected", category: "peripheral" },
    { reading: "fan", part: "fan", values: ["failed"], symptom: "fan-failed", category: "device" },
    { reading: "link", values: ["down"], symptom: "port-down", category: "local-network" },
  ],
  traps: [{ symptom: "camera-disconnected", category: "device" }, { symptom: "fan-failed", category: "device" }, { symptom: "port-down" }],
} as unknown as Family;

describe("a family", () => {
  it("says where a symptom lies, each place once; of what it does not know, nothing", () => {
    expect(categoriesOf(family, "camera-disconnected")).toEqual(["peripheral", "device"]);
    expect(categoriesOf(family, "fan-failed")).toEqual(["device"]);
    expect(categoriesOf(family, "port-down")).toEqual(["local-network"]);
    expect([categoriesOf(family, "heat"), categoriesOf(undefined, "fan-failed")]).toEqual([[], []]);
  });

  it("reports what its readings mean, by where it lies, each said once; a part of another kind means nothing", () => {
    const readings: readonly Reading[] = [
      { name: "camera", value: "lost", part: "camera 1" },
      { name: "camera", value: "lost", part: "camera 1" },
      { name: "camera", value: "none" },
      { name: "camera", value: "connected", part: "camera 2" },
      { name: "fan", value: "failed", part: "fan 3" },
      { name: "fan", value: "failed", part: "fantasy 1" },
      { name: "fan", value: "failed" },
    ];
    expect(reportsOf(family, readings)).toEqual([
      { category: "peripheral", detail: "camera (camera 1) = lost, camera = none" },
      { category: "device", detail: "fan (fan 3) = failed" },
    ]);
    expect(reportsOf(undefined, readings)).toEqual([]);
  });

  it("reports at most eight of one place, and of nothing bad nothing", () => {
    const value = fc.constantFrom("lost", "none", "connected");
    fc.assert(
      fc.property(fc.array(fc.record({ value, part: fc.nat({ max: 20 }) })), (seen) => {
        const readings = seen.map(({ value: said, part }): Reading => ({ name: "camera", value: said, part: `camera ${part}` }));
        const bad = new Set(readings.filter((each) => each.value !== "connected").map((each) => `${each.part} ${each.value}`));
        const reports = reportsOf(family, readings);
        expect(reports.map(({ category }) => category)).toEqual(bad.size === 0 ? [] : ["peripheral" satisfies Category]);
        expect((reports[0]?.detail ?? "").split(", ").filter(Boolean)).toHaveLength(Math.min(8, bad.size));
      }),
    );
  });
});

describe("others", () => {
  it.each([
    [0, 0, "none"],
    [3, 0, "none"],
    [3, 1, "some"],
    [3, 3, "all"],
  ])("of %i, %i have it: %s", (others, having, word) => {
    expect(shareWord(others, having)).toBe(word);
  });
});

describe("a way", () => {
  const way = { reached: false, site: "jgh", home: "mgh" };
  it.each([
    ["gets there", { ...way, reached: true, hops: [] }, "reached"],
    ["has no hop that spoke", { ...way, hops: [] }, "unknown"],
    ["ends at home", { ...way, hops: ["mgh"] }, "ends-in-core"],
    ["ends at somebody else's", { ...way, hops: ["mgh", undefined] }, "ends-before-site"],
    ["ends at another site of ours", { ...way, hops: ["mgh", "ckt"] }, "ends-before-site"],
    ["ends at its site", { ...way, hops: ["mgh", undefined, "jgh"] }, "ends-at-site"],
    ["was at its site, and ends behind it", { ...way, hops: ["mgh", "jgh", undefined] }, "ends-at-site"],
    ["is of our own site", { ...way, site: "mgh", hops: ["mgh"] }, "ends-at-site"],
    ["has no home", { ...way, home: undefined, hops: ["ckt"] }, "ends-before-site"],
  ])("that %s", (_, of, word) => {
    expect(pathWord(of)).toBe(word);
  });
});
