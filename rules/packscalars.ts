/**
 * The small words of a rule pack: durations, codes, names, sentences. Durations are words: 500ms, 10s, 15m, 2h.
 */
import { z } from "zod";
import { HOUR, MINUTE, SECOND } from "../daemon/model/time.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR };

export const duration = z.string({ error: 'is not a duration; write "10s", "15m" or "2h"' }).transform((text, context): number => {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  if (amount === undefined || factor === undefined) {
    context.addIssue({ code: "custom", message: `"${text}" is not a duration; write "10s", "15m" or "2h"` });
    return z.NEVER;
  }
  return Number(amount) * factor;
});

export const code = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, { error: "must be lower-case letters, digits, dots and hyphens" });
export const name = z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "must be lower-case letters, digits and underscores" });
export const sentence = z.string().min(1, { error: "must not be empty; write it for the people who read it" });
export const polled = z.enum(["icmp", "snmp", "ssh", "telnet", "https", "tcp"], { error: "must be icmp, snmp, ssh, telnet, https or tcp" });
