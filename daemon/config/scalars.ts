/**
 * The small values of the file: durations, clocks, addresses, names. Each parser says what it found and what to write.
 *
 * Pure. Nothing here quotes a URL or a secret: they may hold credentials.
 */
import { isIP, isIPv6 } from "node:net";
import { z } from "zod";
import { durationWord } from "../../rules/packwrite.ts";
import type { Clock } from "../model/policy.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../model/time.ts";
import { nearest } from "./problems.ts";

/** Why a value was not taken: what was found; what to write. */
export class Refused {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/**
 * Stands for a text that was refused, so that the rest of its entry can still be checked. Never in a configuration that loads:
 * its problem has been reported.
 */
export const UNREAD = "unread:";

/** A zod schema around a parser; a missing value reaches the parser as undefined. */
export function scalar<T>(parse: (raw: unknown) => T | Refused): z.ZodType<T, unknown> {
  return z.unknown().transform((raw, context): T => {
    const value = parse(raw);
    if (!(value instanceof Refused)) return value;
    context.addIssue({ code: "custom", message: value.message });
    return z.NEVER;
  });
}

/** A value as it is quoted in a message: short, on one line. */
export function show(raw: unknown): string {
  if (typeof raw === "string") return JSON.stringify(raw.length > 60 ? `${raw.slice(0, 57)}...` : raw);
  if (Array.isArray(raw)) return "a list";
  if (raw === null) return "nothing";
  return typeof raw === "object" ? "a map" : String(raw);
}

function wrong(raw: unknown, what: string, remedy: string): Refused {
  return raw === undefined || raw === null ? new Refused(`is missing; ${remedy}`) : new Refused(`${show(raw)} is not ${what}; ${remedy}`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, y: 365.25 * DAY };

/** `250ms`, `30s`, `5m`, `4h`, `2d` → milliseconds; undefined when it is none. */
function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d|w|y)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A scalar that is a text: takes UNREAD as it is. */
function word(parse: (raw: unknown) => string | Refused): z.ZodType<string, unknown> {
  return scalar((raw) => (raw === UNREAD ? UNREAD : parse(raw)));
}

/** A duration between two limits, themselves written as durations. */
export function duration(minimum: string, maximum: string): z.ZodType<number, unknown> {
  return scalar((raw) => {
    const ms = typeof raw === "string" ? durationMs(raw) : undefined;
    if (ms === undefined) return wrong(raw, "a duration", "write a number and a unit: 250ms, 30s, 5m, 4h or 2d");
    if (ms < (durationMs(minimum) ?? 0)) return new Refused(`${show(raw)} is below the ${minimum} minimum; write ${minimum} or more`);
    if (ms > (durationMs(maximum) ?? Number.POSITIVE_INFINITY)) {
      return new Refused(`${show(raw)} is above the ${maximum} maximum; write ${maximum} or less`);
    }
    return ms;
  });
}

/** `30m` (always), `4h service` (in service hours), `2 working days`. */
export const clock: z.ZodType<Clock, unknown> = scalar((raw) => {
  const remedy = 'write "30m", "4h service" or "2 working days"';
  if (typeof raw !== "string") return wrong(raw, "a clock", remedy);
  const days = /^(\d{1,4}) working days?$/.exec(raw.trim());
  const service = / service$/.test(raw.trim());
  const ms = days === null ? durationMs(raw.trim().replace(/ service$/, "")) : Number(days[1]) * DAY;
  if (ms === undefined) return wrong(raw, "a clock", remedy);
  if (ms < SECOND) return new Refused(`${show(raw)} is below the 1s minimum; write 1s or more`);
  if (ms > 366 * DAY) return new Refused(`${show(raw)} is above the 366d maximum; write 366d or less`);
  return { ms, in: days === null ? (service ? "service" : "wall") : "working-days" };
});

/** `30m`, `4h service`, `2 working days`: as it is written. */
export function clockText(clock: Clock): string {
  if (clock.in === "working-days") return `${clock.ms / DAY} working day${clock.ms === DAY ? "" : "s"}`;
  return `${lengthText(clock.ms)}${clock.in === "service" ? " service" : ""}`;
}

/** `90s`, `30m`, `4h`: in the largest unit that fits. */
export function lengthText(ms: number): string {
  return ms > 0 && ms % DAY === 0 ? `${ms / DAY}d` : durationWord(ms);
}

/** Text of 1 to `most` characters without control characters. */
export function line(most = 200, remedy = "write a short text"): z.ZodType<string, unknown> {
  return word((raw) => {
    if (raw === undefined || raw === null || (typeof raw === "string" && raw.trim() === "")) return wrong(undefined, "a text", remedy);
    if (typeof raw !== "string") return wrong(raw, "a text", "put it in quotes");
    if (/\p{Cc}/u.test(raw)) return new Refused("holds a line end or another control character; write one line");
    return raw.length <= most ? raw.trim() : new Refused(`has ${raw.length} characters; write at most ${most}`);
  });
}

/** An id of this file: letters, digits, `-` and `_`. It is part of keys, metrics and addresses of pages. */
export function badId(raw: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(raw)) return undefined;
  return "is not an id; use letters, digits, - and _, at most 63, the first a letter or digit";
}

/** The id of something else in this file. Whether it exists is checked later. */
export function reference(what: string): z.ZodType<string, unknown> {
  return word((raw) => {
    if (typeof raw === "number") return String(raw);
    if (typeof raw !== "string" || raw === "")
      return wrong(raw === "" ? undefined : raw, `the id of a ${what}`, `write the id of a ${what}`);
    return raw;
  });
}

export const flag: z.ZodType<boolean, unknown> = scalar((raw) =>
  typeof raw === "boolean" ? raw : wrong(raw, "true or false", "write true or false"),
);

/** A whole number between two limits. */
export function whole(minimum: number, maximum: number): z.ZodType<number, unknown> {
  return scalar((raw) => {
    const range = `write a whole number from ${minimum} to ${maximum}`;
    if (typeof raw !== "number" || !Number.isInteger(raw)) return wrong(raw, "a whole number", range);
    return raw < minimum || raw > maximum ? new Refused(`${raw} is out of range; ${range}`) : raw;
  });
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): z.ZodType<T, unknown> {
  return scalar((raw) => {
    const found = words.find((word) => word === raw);
    if (found !== undefined) return found;
    if (raw === undefined || raw === null) return new Refused(`is missing; write one of ${words.join(", ")}`);
    const near = typeof raw === "string" ? nearest(raw, words) : undefined;
    return wrong(raw, `one of ${words.join(", ")}`, near === undefined ? "write one of them" : `did you mean "${near}"?`);
  });
}

/** An IP address in canonical form, or a host name in lower case; undefined when it is neither. */
export function parseHost(raw: string): string | undefined {
  if (isIP(raw) !== 0) return raw.includes("%") ? undefined : canonicalIp(raw);
  const name = raw.toLowerCase();
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  if (name.length > 253 || !new RegExp(`^${label}(?:\\.${label})*$`).test(name)) return undefined;
  // A last label of digits is a mistyped IP address, or one that a resolver would read as 0.0.0.10.
  return /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/.test(name) ? undefined : name;
}

function canonicalIp(raw: string): string {
  if (!isIPv6(raw)) return raw;
  const text = new URL(`http://[${raw}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (mapped === null) return text;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The address of one device. */
export const address: z.ZodType<string, unknown> = word((raw) => {
  const remedy = "write an IP address or a host name";
  const host = typeof raw === "string" ? parseHost(raw) : undefined;
  if (host === undefined) return wrong(raw, "an address", remedy);
  const many = /^(?:0\.|255\.255\.255\.255$|2(?:2[4-9]|3\d)\.|::$|ff[0-9a-f]{2}:)/.test(host) && isIP(host) !== 0;
  return many ? new Refused(`${show(raw)} is not the address of one device; ${remedy}`) : host;
});

/** An address to bind or allow: IP only. */
export const ip: z.ZodType<string, unknown> = word((raw) => {
  const host = typeof raw === "string" && isIP(raw) !== 0 ? parseHost(raw) : undefined;
  return host ?? wrong(raw, "an IP address", "write an IPv4 or IPv6 address");
});

/** `10.0.0.0/8`, `2001:db8::/32` or one address; canonical, with its length. */
export const cidr: z.ZodType<string, unknown> = word((raw) => {
  const remedy = "write a network such as 10.0.0.0/8";
  const match = typeof raw === "string" ? /^([^/]+)(?:\/(\d{1,3}))?$/.exec(raw) : null;
  const host = match?.[1] ?? "";
  const family = isIP(host);
  if (family === 0 || host.includes("%")) return wrong(raw, "a network", remedy);
  const bits = family === 4 ? 32 : 128;
  const length = match?.[2] === undefined ? bits : Number(match[2]);
  if (length > bits) return wrong(raw, "a network", remedy);
  const canonical = family === 4 ? host : canonicalIp(host);
  if (family === 4 && canonical.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) % 2 ** (32 - length) !== 0) {
    return new Refused(`${show(raw)} has bits set beyond its length; write the network's first address, or /32 for one host`);
  }
  return `${canonical}/${length}`;
});

/** `127.0.0.1:8080`, `[::1]:8080` → host and port. */
export const listen: z.ZodType<{ host: string; port: number }, unknown> = scalar((raw) => {
  const match = typeof raw === "string" ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(raw) : null;
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3] ?? Number.NaN);
  const known = host === "localhost" || isIP(host) !== 0;
  return known && port <= 65_535 ? { host, port } : wrong(raw, "an address to listen on", 'write "127.0.0.1:8080" or "[::1]:8080"');
});

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** What is wrong with an http or https URL, which is not quoted: paths of ping services are secrets. Undefined: nothing. */
function badUrl(raw: unknown): string | undefined {
  if (raw === undefined) return "is missing";
  if (typeof raw !== "string" || !URL.canParse(raw)) return "is not a URL";
  const { protocol, username, password } = new URL(raw);
  if (protocol !== "https:" && protocol !== "http:") return "is neither http nor https";
  return username === "" && password === "" ? undefined : "holds a user or a password";
}

/** One that may be used, wherever it was written. */
export function isUrl(raw: string): boolean {
  return badUrl(raw) === undefined;
}

/** An http or https URL without a user or password in it. */
export const url: z.ZodType<string, unknown> = word((raw) => {
  const bad = badUrl(raw);
  if (bad === undefined) return String(raw);
  const holds = bad === "holds a user or a password";
  return new Refused(`${bad}; ${holds ? "take them out, and refer to the secret by env or file" : "write https://host/path"}`);
});

export const timezone: z.ZodType<string, unknown> = word((raw) => {
  const remedy = "write an IANA name such as America/Toronto";
  if (typeof raw !== "string" || !/^[A-Za-z]/.test(raw)) return wrong(raw, "a time zone", remedy);
  try {
    new Intl.DateTimeFormat("en", { timeZone: raw });
    return raw;
  } catch {
    // The constructor throws RangeError for a zone it does not know; there is no other way to ask.
    return wrong(raw, "a time zone", remedy);
  }
});

/** `2027-01-31`, a day that exists. */
/** SHA-256 of a certificate, as openssl prints it, with or without colons; kept with them, in capitals. */
export const fingerprint: z.ZodType<string, unknown> = word((raw) => {
  const digits =
    typeof raw === "string"
      ? raw
          .trim()
          .replace(/^sha-?256[:=]/i, "")
          .replaceAll(":", "")
      : "";
  if (/^[0-9a-f]{64}$/i.test(digits)) return (digits.toUpperCase().match(/../g) ?? []).join(":");
  return wrong(raw, "the SHA-256 fingerprint of a certificate", 'write its 32 octets: "3B:F1:…", as vigie probe prints them');
});

export const isoDate: z.ZodType<string, unknown> = word((raw) => {
  const match = typeof raw === "string" ? /^(\d{4})-(\d\d)-(\d\d)$/.exec(raw) : null;
  const day = match === null ? Number.NaN : Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  const real = !Number.isNaN(day) && new Date(day).toISOString().slice(0, 10) === raw;
  return real ? String(raw) : wrong(raw, "a date", "write year-month-day, a day that exists: 2027-01-31");
});

/** An e-mail address as mail servers take it; not RFC 5322 in full on purpose. */
export function badMail(raw: string): boolean {
  return raw.length > 254 || !/^[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(raw);
}

/** `23:00-05:00` → local minutes of the day; over midnight where the end is not the later one. */
export const nightWindow: z.ZodType<{ fromMinute: number; toMinute: number }, unknown> = scalar((raw) => {
  const remedy = 'write "23:00-05:00"';
  const match = typeof raw === "string" ? /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(raw) : null;
  const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = (match ?? []).slice(1).map(Number);
  const window = { fromMinute: h1 * 60 + m1, toMinute: h2 * 60 + m2 };
  if (match === null) return wrong(raw, "a window of hours", remedy);
  return window.fromMinute === window.toMinute ? new Refused(`${show(raw)} ends as it begins; ${remedy}`) : window;
});

/** `06:30` → local minutes of the day. */
export const timeOfDay: z.ZodType<number, unknown> = scalar((raw) => {
  const match = typeof raw === "string" ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(raw) : null;
  return match === null ? wrong(raw, "a time of day", 'write "06:30"') : Number(match[1]) * 60 + Number(match[2]);
});
