/**
 * Configuration files for the tests: a folder that goes away, a good file that uses every key, knowledge that needs no other part.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type KnowledgeSources, shippedKnowledge } from "../../daemon/config/knowledge.ts";
import { type LoadOptions, type LoadResult, loadConfig } from "../../daemon/config/load.ts";
import { formatProblem } from "../../daemon/config/problems.ts";
import type { DeviceKind, Family } from "../../daemon/model/family.ts";
import type { ProbeKind } from "../../daemon/model/observation.ts";
import type { Rule } from "../../daemon/model/rule.ts";

/** The secrets of the good file; none may ever be seen. */
export const ENV = {
  A: "auth-key-5ecret",
  P: "privacy-5ecret",
  C: "community-5ecret",
  W: "webhook-5ecret",
  M: "mail-5ecret",
  T: "token-5ecret-0123456789",
  I: "influx-5ecret",
};

function family(id: string, kind: DeviceKind, checks: readonly ProbeKind[], more: Partial<Family> = {}): Family {
  return {
    id,
    kind,
    name: { fr: id, en: id },
    certainty: "memory",
    recognise: { sysObjectId: [], sysDescr: [], banner: [] },
    checks: checks.map((check) => ({ kind: check, intervalMs: 60_000 })),
    snmp: { scalars: [], columns: [] },
    traps: [],
    ...more,
  };
}

export function rule(id: string): Rule {
  const text = { title: id, clinic: id, steps: [id] };
  return {
    id,
    symptom: id,
    applies: {},
    when: { on: "fault" },
    forMs: 0,
    attempts: 1,
    clearedBy: "look",
    reach: "device",
    outOfService: false,
    eventOnly: false,
    opensRequest: false,
    suppressible: true,
    text: { fr: text, en: text },
    source: "test",
  };
}

/** Two rules; a pack of a test is one rule id a line. */
export const KNOWLEDGE: KnowledgeSources = {
  familyFolders: [],
  packFolders: [],
  loadFamilies: () => ({
    families: new Map(
      [
        family("cisco-ce", "codec", ["icmp", "ssh"]),
        family("cisco-ios-router", "router", ["icmp", "snmp"]),
        family("generic-switch", "switch", ["icmp", "snmp"]),
        family("ping-only", "endpoint", ["icmp"]),
        family("poly-hdx", "codec", ["icmp", "telnet"], { shell: { dialect: "poly", telnetPort: 24, asks: [] } }),
        family("lifesize-icon", "codec", ["icmp"], { https: { dialect: "icon", asks: [] } }),
        family("h323-sip-endpoint", "endpoint", ["icmp", "tcp"], { tcp: [{ port: 1720, name: "H.323", certainty: "memory" }] }),
      ].map((entry) => [entry.id, entry]),
    ),
    problems: [],
  }),
  parsePack: (_file, text) => ({ rules: text.split("\n").filter(Boolean).map(rule), problems: [] }),
  severityFile: shippedKnowledge().severityFile,
  parseSeverity: shippedKnowledge().parseSeverity,
  diagnosisFile: shippedKnowledge().diagnosisFile,
  parseDiagnosis: shippedKnowledge().parseDiagnosis,
};

/** Writes files (path → text) into a folder of this test; `mode` 600 for all. */
export function folder(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(tmpdir(), "vigie-config-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, name)), { recursive: true });
    writeFileSync(join(made, name), text);
    chmodSync(join(made, name), 0o600);
  }
  return made;
}

export async function load(text: string | Readonly<Record<string, string>>, options: LoadOptions = {}): Promise<LoadResult> {
  const files = typeof text === "string" ? { "vigie.yaml": text } : text;
  return loadConfig(join(folder(files), "vigie.yaml"), { env: ENV, sources: KNOWLEDGE, ...options });
}

/** The messages as `check-config` prints them. */
export function messages(result: LoadResult): readonly string[] {
  return (result.ok ? result.warnings : result.problems).map(formatProblem);
}

/** Every key of the format. */
export const GOOD = `instance: { name: "RITM", language: fr, timezone: America/Toronto, number_prefix: VIG, public_url: "http://vigie.example", state_dir: .vigie }
http: { listen: "127.0.0.1:8080", allowed_hosts: [vigie.example], metrics_allow: ["127.0.0.1/32"] }
traps: { listen: "0.0.0.0:162", allow: ["10.0.0.0/8"], relays: [10.0.0.9], per_source_per_second: 100, burst: 1000, credentials: [main, old] }
storage: { sqlite: .vigie/vigie.db }
credentials:
  main: { snmp_v3: { user: vigie, auth: { protocol: sha256, key: { env: A } }, priv: { protocol: aes, key: { env: P } } }, successor: main-next }
  main-next: { snmp_v3: { user: vigie2, auth: { protocol: sha256, key: { env: A } }, priv: { protocol: aes, key: { env: P } } } }
  old: { snmp_community: { version: "2c", community: { env: C } } }
  codec: { ssh_password: { user: vigie, password: { env: P } } }
  codeck: { ssh_key: { user: vigie, key: { file: keys/codec } } }
calendars:
  office: { weekly: { mon-fri: ["07:30-17:30"], sat: ["08:00-12:00"] }, holidays: ["2026-12-25"] }
sites:
  cecot: { name: CECoT }
  mgh: { name: "Hôpital général", timezone: America/Toronto, gateway: mgh-router, service_hours: office, labels: { region: "06" } }
rooms:
  mgh-a101: { site: mgh, name: "Salle A-101", local_name: "A-101", phone: "514 555-0101", coordinator: coord-mgh, presence: always }
devices:
  core-router: { site: cecot, address: core.example.org, family: cisco-ios-router, snmp: main }
  mgh-router: { site: mgh, address: 10.1.1.1, family: cisco-ios-router, snmp: main, parents: [core-router] }
  mgh-switch: { site: mgh, address: 10.1.1.2, family: generic-switch, snmp: old }
  mgh-codec-1:
    name: "Codec A-101"
    site: mgh
    room: mgh-a101
    address: 10.1.1.11
    family: cisco-ce
    parents: [mgh-switch]
    snmp: main
    ssh: codec
    checks: { icmp: { interval: 30s, timeout: 1s }, snmp: { interval: 60s }, ssh: false }
    snmp_port: 161
    ssh_port: 22
    service_hours: office
    supplier: acme
    warranty_until: 2027-01-31
    asset: { tag: "I-1234", contract: "ACME-77", purchased: 2022-02-01, serial: FTT12345678 }
    labels: { asset: "1234" }
    commissioning: false
    always_urgent: false
    legacy: { ssh_algorithms: false }
links:
  mgh-link: { name: "RITM – HGM", ends: [cecot, mgh], owner: sogique, circuit: "C-1", device: mgh-router }
canary: core-router
contacts:
  desk: { name: "Bureau", language: fr, reach: [ { mail: desk@example.org }, { ops-hook: "desk" } ] }
  chief: { name: "Chef", reach: [ { mail: chief@example.org } ] }
  pager: { name: "De garde" }
  coord-mgh: { name: "Coordonnatrice", reach: [ { mail: coord@example.org } ] }
  sogique-noc: { reach: [ { mail: noc@example.org } ] }
functions:
  desk: { name: { fr: Bureau, en: Desk }, contacts: [desk] }
  analyst: { contacts: [chief] }
  chief-technician: { contacts: [chief] }
  it-technician: { contacts: [pager] }
partners:
  sogique: { name: SOGIQUE, contacts: [sogique-noc], contract: "24/7, 4 h" }
  acme: { name: Acme }
channels:
  mail: { mail: { host: smtp.example.org, port: 587, secure: false, from: "vigie@example.org", user: v, password: { env: M } } }
  ops-hook: { webhook: { url: "https://ops.example.org/vigie", secret: { env: W }, allow_private: false } }
policies:
  short: { base: default, major: { levels: { 1: { taken_within: 2m } } } }
policy: default
paging: { by: prometheus, functions: [it-technician] }
ceilings: { packets_per_second_per_site: 200, packets_per_second: 2000, snmp_per_device: 4, ssh_per_device: 1 }
correlation: { place: { window: 5m, devices: 2 }, firmware: { window: 30m, devices: 3, share_percent: 5 }, room: { window: 1h } }
discovery: { ranges: [10.1.0.0/22, 10.2.0.0/24], sites: { mgh: [10.1.0.0/16] }, credentials: [main, old], ssh: codec, probes_per_second: 50 }
topology: { neighbours: true, traceroute: true, every: 24h }
heartbeat: { url: "https://ping.example.org/ping-id", every: 60s }
tokens: { ops: { function: it-technician, secret: { env: T } }, rita: { function: coordinators, sites: [mgh], secret: { env: C } } }
permissions: { desk: [read, read-names, handle], analyst: [] }
recurrence: { suggest_at: 4, within: 60d }
retention: { samples: 14d, traps: 7d, incidents: 7y, sessions: 7y, looks: 20d }
sessions:
  specialties: [neurology, psychiatry]
  calendars:
    clinic:
      file: clinic.ics
      every: 2m
      horizon: 30d
      timezone: America/Halifax
      rooms: { "Salle A-101": mgh-a101, salle-a101@example.org: mgh-a101 }
      bridges: { pont@example.org: mgh-codec-1 }
      kind: clinical
      priority: normal
      rules: [{ text: formation, kind: training }, { text: AVC, priority: urgent, specialty: neurology }]
      all_day: false
    room-a: { url: "https://calendar.example.org/a.ics", allow_private: true, room: mgh-a101 }
influx: { url: "http://127.0.0.1:8086", database: vigie, user: v, password: { env: I } }
rules: { include: [rules/*.yaml], disabled: [high-loss] }
reload: { watch: false }
`;

export const GOOD_FILES = { "vigie.yaml": GOOD, "keys/codec": "key-5ecret\n", "rules/own.yaml": "high-loss\nown-rule\n" };
