/**
 * The lines that Poly HDX and Group print, read one by one. Pure.
 *
 * Far-end names, numbers and dial strings are never in what comes out. Free text may stand in them, colons and brackets too: lines
 * are read from both ends, never through the middle.
 */

export interface PolyCall {
  readonly id: string;
  readonly state: string;
  /** Call speed, kbit/s. */
  readonly speed?: string;
}

/** Recording and HDX manual. Any other word could be somebody's. */
const CALL_STATES = new Set(
  "allocated ringing bonding connecting connected complete inactive disconnecting disconnected opened preconnect".split(" "),
);

/** `cs: call[5] speed[1024] dialstr[…] state[connected]`, `cs: call[1] inactive`; undefined for another line. */
export function callState(line: string): PolyCall | undefined {
  const found = /^cs:\s*call\[(\d{1,6})\](?:\s+speed\[(\d{1,6})\])?/i.exec(line);
  if (found?.[1] === undefined) return undefined;
  const state = /(?:\sstate\[(\w{1,30})\]|\s(inactive))$/i.exec(line);
  const word = state?.[1] ?? state?.[2];
  if (word === undefined || !CALL_STATES.has(word.toLowerCase())) return undefined;
  return { id: found[1], state: word.toLowerCase(), ...(found[2] === undefined ? {} : { speed: found[2] }) };
}

/** HDX manual: ALLOCATED, RINGING and BONDING come before CONNECTED. */
export function isSettingUp(state: string): boolean {
  return state === "allocated" || state === "ringing" || state === "bonding";
}

/** The fields after the far end's, with what they may be: a name with colons in it must not pass for them. */
const CALL_FIELDS = [
  ["speed", /^\d{1,6}$/],
  ["status", /^(?:connected|connecting|disconnected|disconnecting|ringing|opened|allocated|bonding|complete|inactive)$/i],
  ["mute", /^(?:not)?muted$/i],
  ["direction", /^(?:incoming|outgoing)$/i],
  ["type", /^(?:video|audio|voice|phone)?call$/i],
] as const;

/** `callinfo:id:far name:far number:speed:status:mute:direction:type`: what is not about the far end; undefined for another line. */
export function callInfo(line: string): Readonly<Record<string, string>> | undefined {
  const fields = line.split(":");
  if (fields[0]?.toLowerCase() !== "callinfo" || fields.length < 9 || !/^\d{1,6}$/.test(fields[1] ?? "")) return undefined;
  const last = fields.slice(-CALL_FIELDS.length);
  if (!CALL_FIELDS.every(([, form], at) => form.test(last[at] ?? ""))) return undefined;
  return Object.fromEntries([["id", fields[1] ?? ""], ...CALL_FIELDS.map(([name], at) => [name, (last[at] ?? "").toLowerCase()])]);
}

/** Fields of advnetstats and netstats that are technical; `rsid` and `ccaps` describe the far end. */
const STATS = new Set(
  (
    "tar rar tvr rvr tvru rvru tvfr rvfr vfe tapl rapl taj raj tvpl rvpl tvj rvj dc tcr rcr tcru rcru tcfr rcfr tcpl rcpl " +
    "txrate rxrate pktloss %pktloss tvp rvp tap rap tcp rcp"
  ).split(" "),
);

/** One record a `call:` line with the lines after it. Rates are kbit/s, times ms; `---` is nothing. */
export function netStats(lines: readonly string[]): readonly Readonly<Record<string, string>>[] {
  const calls: Record<string, string>[] = [];
  for (const line of lines) {
    for (const [, name = "", raw = ""] of line.matchAll(/([%\w]{1,12}):(.*?)(?=\s+[%\w]{1,12}:|$)/g)) {
      const value = raw.trim();
      if (name === "call") calls.push({ id: value });
      else if (STATS.has(name) && value !== "---" && value !== "") Object.assign(calls.at(-1) ?? {}, { [name]: amount(value) });
    }
  }
  return calls;
}

/** `16 K` → 16, `1.5 M` → 1500, `3 ms` → 3, `0.0 %` → 0.0; anything else as it is. */
function amount(value: string): string {
  const found = /^(-?\d+(?:\.\d+)?)\s*(K|M|ms|%)?$/i.exec(value);
  if (found?.[1] === undefined) return value.slice(0, 40);
  return found[2]?.toUpperCase() === "M" ? String(Number(found[1]) * 1_000) : found[1];
}

/** Fields of whoami that are about the device alone. */
const IDENTITY = new Set([
  "Model",
  "Serial Number",
  "Software Version",
  "Build Information",
  "Time In Last Call",
  "Total Time In Calls",
  "Total Calls",
  "SNTP Time Service",
  "Local Time",
  "H323 Enabled",
  "SNMP Enabled",
]);

export function identity(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(":");
      const name = line.slice(0, at).trim();
      const value = unquoted(line.slice(at + 1));
      return IDENTITY.has(name) && value !== "" ? [[name, value]] : [];
    }),
  );
}

/** `5 Days, 1 Hour, 10 Minutes` in seconds; undefined for another line. */
export function durationSeconds(line: string): number | undefined {
  if (!/^\d{1,5} (?:day|hour|minute|second)s?(?:,? \d{1,5} (?:day|hour|minute|second)s?){0,3}$/i.test(line)) return undefined;
  const seconds = { day: 86_400, hour: 3_600, minute: 60, second: 1 };
  let sum = 0;
  for (const [, count, unit] of line.matchAll(/(\d+) (day|hour|minute|second)/gi))
    sum += Number(count) * (seconds[unit?.toLowerCase() as keyof typeof seconds] ?? 0);
  return sum;
}

/**
 * The answer to a `get`: `systemsetting get model` → `systemsetting model "RealPresence Group 700"`; by the last word of the command.
 * Undefined for a line that answers another command.
 */
export function setting(command: string, line: string): Readonly<Record<string, string>> | undefined {
  const words = command
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "get");
  const begin = `${words.join(" ")} `;
  if (!`${line.toLowerCase()} `.startsWith(begin)) return undefined;
  return { [words.at(-1) ?? ""]: unquoted(line.slice(begin.length)) };
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, "$1");
}

/** Reasons that are the firmware's own words; any other may hold a name. */
const KNOWN_REASON =
  /^(?:command not found|command needs more parameters to execute successfully|event\/notification already active:\w{1,30})$/i;

/** `info: …` is a refusal, and so is `error: …`, in whatever spacing; undefined for another line. */
export function refusalOf(line: string): string | undefined {
  const found = /^(info|error)\s*:\s*(.*)$/i.exec(line);
  if (found?.[1] === undefined) return undefined;
  const reason = (found[2] ?? "").replace(/\s+/g, " ").trim();
  return `${found[1].toLowerCase()}: ${KNOWN_REASON.test(reason) ? reason : `(${reason.length} characters)`}`;
}
