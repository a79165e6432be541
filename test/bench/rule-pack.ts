/**
 * A pack of 50 rules for the one family of the bench: limits, words, combinations, slopes, absences and traps, as the shipped packs mix them.
 */

/** How many rules of its own the family gets. */
export const packRules = 50;

/** What every look over SNMP of an agent of the bench brings (network.ts), and the words beside the numbers. */
export const snmpSamples = [
  "uptime_seconds",
  "cpu_ratio",
  "ups_seconds_on_battery",
  "ups_battery_charge_ratio",
  "temperature_celsius",
  "bench_interfaces",
  "bench_uplink_in_octets",
  "bench_uplink_out_octets",
  "bench_port_in_octets",
  "bench_port_out_octets",
] as const;
export const icmpSamples = [
  "icmp_rtt_min_seconds",
  "icmp_rtt_avg_seconds",
  "icmp_rtt_max_seconds",
  "icmp_loss_ratio",
  "icmp_jitter_seconds",
] as const;
export const readings = ["bench_state", "bench_mode", "bench_fan", "bench_supply", "bench_link"] as const;

const above = (name: string, limit: number) => `{ sample: ${name}, above: ${limit}, clear: ${limit * 0.8} }`;
const bad = (name: string) => `{ reading: ${name}, is: [failed, critical], clear: [good] }`;

/** The conditions; none holds for a value of 0.01 or the word `good`. */
function conditions(): readonly string[] {
  return [
    ...icmpSamples.flatMap((name) => [above(name, 0.5), above(name, 2)]),
    ...snmpSamples.slice(1).flatMap((name) => [above(name, 100), above(name, 200)]),
    ...readings.flatMap((name) => [bad(name), `{ reading: ${name}, not: [good, warning], clear: [good] }`]),
    ...readings.slice(1).map((name, n) => `{ ${n % 2 === 0 ? "all" : "any"}: [${bad(name)}, ${above(snmpSamples[n + 1] ?? "", 50)}] }`),
    ...snmpSamples.slice(6, 9).map((name) => `{ sample: ${name}, per: 1m, above: 1000, clear: 800 }`),
    "{ absent: { reading: bench_state }, within: 15m }",
    "{ absent: { sample: cpu_ratio }, within: 30m }",
    ...["fault", "fault", "fault"],
  ];
}

/** The pack, as a file beside the configuration. */
export function rulePack(): string {
  const text = (language: string) => `${language}: { title: "Bench", clinic: "Nothing.", steps: ["Look."] }`;
  const rules = conditions().map((when, n) => {
    const how = when.includes("absent") ? "" : n % 3 === 0 ? "for: 2m, " : "attempts: 2, ";
    return `  - { id: bench-${n}, symptom: bench-${n}, applies: { families: [bench-agent] }, when: ${when}, ${how}reach: device, source: the bench, text: { ${text("fr")}, ${text("en")} } }`;
  });
  if (rules.length !== packRules) throw new Error(`the bench's pack has ${rules.length} rules, not ${packRules}`);
  return `rules:\n${rules.join("\n")}\n`;
}
