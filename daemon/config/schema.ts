/**
 * The shape of the file: every key, its kind and its limits. Unknown keys are refused.
 *
 * References between entries are checked elsewhere, when everything has been read.
 */
import { z } from "zod";
import { PERMISSIONS } from "../model/permission.ts";
import * as scalars from "./scalars.ts";
import { Refused, scalar } from "./scalars.ts";
import { secretReference } from "./secrets.ts";

const { clock, duration, flag, line, oneOf, reference, whole } = scalars;

/** A map of known keys. The error of an unknown key carries the known ones, for the nearest. */
export function keys<T extends z.core.$ZodShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const known = Object.keys(shape).join(",");
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? known : undefined) });
}

/** `false` switches it off; otherwise the schema. */
function orFalse<T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | false, unknown> {
  return z.unknown().transform((raw, context): z.output<T> | false => {
    if (raw === false) return false;
    const result = schema.safeParse(raw === true ? {} : raw);
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: raw } as z.core.$ZodRawIssue);
    return z.NEVER;
  });
}

const labels = z.record(z.string(), line(200));
const port = whole(1, 65_535);
const language = oneOf(["fr", "en"]);

const looking = keys({ interval: duration("1s", "1d").optional(), timeout: duration("100ms", "60s").optional() });

export const instance = keys({
  name: line(100).optional(),
  language: language.optional(),
  timezone: scalars.timezone.optional(),
  number_prefix: scalar((raw) =>
    typeof raw === "string" && /^[A-Z]{2,5}$/.test(raw)
      ? raw
      : new Refused("is not a prefix of request numbers; write 2 to 5 capital letters"),
  ).optional(),
  public_url: scalars.url.optional(),
  state_dir: line(500).optional(),
  service_hours: reference("calendar").optional(),
});

export const http = keys({
  listen: scalars.listen.optional(),
  allowed_hosts: z.array(line(253)).optional(),
  metrics_allow: z.array(scalars.cidr).optional(),
});

export const traps = keys({
  listen: scalars.listen.optional(),
  allow: z.array(scalars.cidr).optional(),
  relays: z.array(scalars.ip).optional(),
  per_source_per_second: whole(1, 100_000).optional(),
  burst: whole(1, 1_000_000).optional(),
  buffer_bytes: whole(65_536, 1_073_741_824).optional(),
  credentials: z.array(reference("credential")).optional(),
});

export const storage = keys({ sqlite: line(500).optional(), postgresql: secretReference.optional() });

const snmpAuth = keys({ protocol: oneOf(["md5", "sha", "sha224", "sha256", "sha384", "sha512"]), key: secretReference });
const snmpPriv = keys({ protocol: oneOf(["des", "aes", "aes256b", "aes256r"]), key: secretReference });
const login = line(64, "write the user's name");

export const credential = keys({
  snmp_v3: keys({ user: login, auth: snmpAuth.optional(), priv: snmpPriv.optional(), context: line(64).optional() }).optional(),
  snmp_community: keys({ version: oneOf(["1", "2c"]), community: secretReference }).optional(),
  ssh_password: keys({ user: login, password: secretReference }).optional(),
  ssh_key: keys({ user: login, key: secretReference, passphrase: secretReference.optional() }).optional(),
  telnet_password: keys({ user: login.optional(), password: secretReference }).optional(),
  https_password: keys({ user: login, password: secretReference }).optional(),
  successor: reference("credential").optional(),
});

export const calendar = keys({
  weekly: z.record(z.string(), z.array(line(20, 'write "07:30-17:30"'))),
  holidays: z.array(scalars.isoDate).optional(),
  statutory: oneOf(["quebec"]).optional(),
  worked: z.array(scalars.isoDate).optional(),
});

export const site = keys({
  name: line(),
  timezone: scalars.timezone.optional(),
  gateway: reference("device").optional(),
  service_hours: reference("calendar").optional(),
  night_window: scalars.nightWindow.optional(),
  labels: labels.optional(),
});

export const room = keys({
  site: reference("site"),
  name: line(),
  local_name: line().optional(),
  phone: line(40).optional(),
  coordinator: reference("function or contact").optional(),
  presence: oneOf(["always", "scheduled", "sessions"]).optional(),
  schedule: reference("calendar").optional(),
});

export const device = keys({
  name: line().optional(),
  site: reference("site"),
  room: reference("room").optional(),
  address: scalars.address,
  family: reference("family"),
  parents: z.array(reference("device")).optional(),
  snmp: reference("credential").optional(),
  ssh: reference("credential").optional(),
  telnet: reference("credential").optional(),
  https: reference("credential").optional(),
  checks: keys({
    icmp: orFalse(looking).optional(),
    snmp: orFalse(looking).optional(),
    ssh: orFalse(looking).optional(),
    telnet: orFalse(looking).optional(),
    https: orFalse(looking).optional(),
    tcp: orFalse(looking).optional(),
  }).optional(),
  snmp_port: port.optional(),
  ssh_port: port.optional(),
  telnet_port: port.optional(),
  https_port: port.optional(),
  tls_fingerprint: scalars.fingerprint.optional(),
  service_hours: reference("calendar").optional(),
  night_window: scalars.nightWindow.optional(),
  supplier: line(100).optional(),
  warranty_until: scalars.isoDate.optional(),
  asset: keys({
    tag: line(100).optional(),
    contract: line(100).optional(),
    purchased: scalars.isoDate.optional(),
    serial: line(100).optional(),
  }).optional(),
  labels: labels.optional(),
  commissioning: flag.optional(),
  always_urgent: flag.optional(),
  legacy: keys({
    ssh_algorithms: flag.optional(),
    telnet: flag.optional(),
    unverified_tls: flag.optional(),
    tls: flag.optional(),
  }).optional(),
});

export const link = keys({
  name: line(),
  ends: z.array(reference("site")),
  owner: reference("partner").optional(),
  circuit: line(100).optional(),
  device: reference("device").optional(),
});

export const contact = keys({
  name: line(100).optional(),
  language: language.optional(),
  reach: z.array(z.record(z.string(), line(254, "write the address on this channel"))).optional(),
});

export const functionEntry = keys({
  name: keys({ fr: line(100), en: line(100) }).optional(),
  contacts: z.array(reference("contact")).optional(),
});

export const partner = keys({
  name: line(100),
  contacts: z.array(reference("contact")).optional(),
  contract: line(500).optional(),
  language: language.optional(),
  hours: reference("calendar").optional(),
  timezone: scalars.timezone.optional(),
  answer_within: clock.optional(),
  after_them: z.array(reference("function")).optional(),
});

const level = keys({
  tell: z.array(reference("function")).optional(),
  taken_within: clock.optional(),
  escalate_after: clock.optional(),
});

const track = keys({
  levels: keys({ "1": level.optional(), "2": level.optional(), "3": level.optional() }).optional(),
  allocators: z.array(reference("function")).optional(),
  last_resort: keys({ tell: z.array(reference("function")).optional(), after: clock.optional(), repeat: clock.optional() }).optional(),
  acknowledgement_expires: clock.optional(),
  follow_up: clock.optional(),
  follow_up_waiting: clock.optional(),
});

export const policy = keys({
  base: reference("policy").optional(),
  minor: track.optional(),
  major: track.optional(),
  group_wait: keys({ now: duration("0s", "10m").optional(), other: duration("0s", "10m").optional() }).optional(),
  restore_after_looks: whole(1, 20).optional(),
  reopen_within: duration("0s", "7d").optional(),
  restored_wait: duration("0s", "30m").optional(),
  auto_close_after: duration("1m", "60d").optional(),
});

export const paging = keys({ by: oneOf(["direct", "prometheus"]), functions: z.array(reference("function")).optional() });

export const storms = keys({ window: duration("0s", "15m").optional(), after: whole(1, 100).optional() });

export const ceilings = keys({
  packets_per_second_per_site: whole(1, 100_000).optional(),
  packets_per_second: whole(1, 1_000_000).optional(),
  snmp_per_device: whole(1, 64).optional(),
  ssh_per_device: whole(1, 4).optional(),
});

export const correlation = keys({
  place: orFalse(keys({ window: duration("1s", "1h").optional(), devices: whole(2, 1_000).optional() })).optional(),
  firmware: orFalse(
    keys({ window: duration("1s", "1d").optional(), devices: whole(2, 1_000).optional(), share_percent: whole(0, 100).optional() }),
  ).optional(),
  room: orFalse(keys({ window: duration("1m", "1d").optional() })).optional(),
});

export const discovery = keys({
  ranges: z.array(scalars.cidr),
  sites: z.record(z.string(), z.array(scalars.cidr)).optional(),
  credentials: z.array(reference("credential")).optional(),
  ssh: reference("credential").optional(),
  https: reference("credential").optional(),
  probes_per_second: whole(1, 50).optional(),
});

export const onCall = keys({
  horizon: duration("1d", "90d").optional(),
  tell: z.array(reference("function")).optional(),
  check_every: duration("7d", "1y").optional(),
});

export const topology = keys({ neighbours: flag.optional(), traceroute: flag.optional(), every: duration("1h", "90d").optional() });

const readers = z.array(reference("function")).optional();
export const reports = keys({
  at: scalars.timeOfDay.optional(),
  daily: readers,
  weekly: readers,
  monthly: readers,
  per_site: flag.optional(),
  major_due: duration("1d", "60d").optional(),
  remind: readers,
});

export const heartbeat = keys({ url: scalars.url, every: duration("10s", "1h").optional() });
export const token = keys({ function: reference("function"), sites: z.array(reference("site")).optional(), secret: secretReference });
export const permissions = z.record(z.string(), z.array(oneOf(PERMISSIONS)));

export const retention = keys({
  samples: duration("1d", "10y").optional(),
  traps: duration("1d", "10y").optional(),
  incidents: duration("1d", "30y").optional(),
  sessions: duration("1d", "30y").optional(),
  looks: duration("1d", "1y").optional(),
  callers: duration("1d", "30y").optional(),
});

/** When what comes back deserves a problem. */
export const recurrence = keys({ suggest_at: whole(2, 100).optional(), within: duration("1d", "1y").optional() });

const sessionKind = oneOf(["clinical", "training", "administrative"]);
const sessionPriority = oneOf(["urgent", "normal"]);

export const sessionRule = keys({
  text: line(200),
  kind: sessionKind.optional(),
  priority: sessionPriority.optional(),
  specialty: line(60).optional(),
});

const sessionCalendar = keys({
  file: line(500).optional(),
  url: scalars.url.optional(),
  secret_url: secretReference.optional(),
  basic: keys({ user: login, password: secretReference }).optional(),
  bearer: secretReference.optional(),
  allow_private: flag.optional(),
  every: duration("1m", "1d").optional(),
  horizon: duration("1d", "1y").optional(),
  timezone: scalars.timezone.optional(),
  room: reference("room").optional(),
  rooms: z.record(z.string(), reference("room")).optional(),
  bridges: z.record(z.string(), reference("device")).optional(),
  kind: sessionKind.optional(),
  priority: sessionPriority.optional(),
  rules: z.array(sessionRule).optional(),
  all_day: flag.optional(),
});

export const sessions = keys({
  specialties: z.array(line(60)).optional(),
  calendars: z.record(z.string(), sessionCalendar).optional(),
});

export const influx = keys({
  url: scalars.url,
  database: line(100),
  user: line(100).optional(),
  password: secretReference.optional(),
  batch: whole(1, 50_000).optional(),
  flush: duration("100ms", "5m").optional(),
});

export const audit = keys({
  syslog: keys({
    host: scalars.address,
    over: oneOf(["udp", "tcp", "tls"]).optional(),
    port: whole(1, 65_535).optional(),
    facility: oneOf([
      "audit",
      "auth",
      "authpriv",
      "daemon",
      "local0",
      "local1",
      "local2",
      "local3",
      "local4",
      "local5",
      "local6",
      "local7",
    ]).optional(),
    ca: secretReference.optional(),
  }).optional(),
});

export const rules = keys({ include: z.array(line(500)).optional(), disabled: z.array(reference("rule")).optional() });
export const severity = keys({ include: z.array(line(500)).optional(), disabled: z.array(reference("row")).optional() });
export const diagnosis = keys({
  automatic: flag.optional(),
  at_once: whole(1, 32).optional(),
  within: duration("5s", "5m").optional(),
  check_within: duration("1s", "60s").optional(),
  include: z.array(line(500)).optional(),
  disabled: z.array(reference("row")).optional(),
});
export const families = keys({ include: z.array(line(500)).optional() });
export const reload = keys({ watch: flag.optional() });
export const canary = reference("device");
export const policyInForce = reference("policy");

/** Every top-level key. */
export const TOP_LEVEL = [
  "include",
  "instance",
  "http",
  "traps",
  "storage",
  "credentials",
  "calendars",
  "sites",
  "rooms",
  "devices",
  "links",
  "canary",
  "contacts",
  "functions",
  "partners",
  "channels",
  "tickets",
  "policies",
  "policy",
  "paging",
  "on_call",
  "storms",
  "ceilings",
  "correlation",
  "discovery",
  "topology",
  "heartbeat",
  "tokens",
  "permissions",
  "retention",
  "reports",
  "recurrence",
  "sessions",
  "influx",
  "audit",
  "rules",
  "severity",
  "diagnosis",
  "families",
  "reload",
] as const;
