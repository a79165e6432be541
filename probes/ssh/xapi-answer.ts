/**
 * What an xAPI object says: a status tree, or the device's refusal.
 *
 * Pure.
 */
import type { Answer } from "../shell/dialect.ts";

/** The tree of an answer (status, or a setting that was read), or the device's refusal: `{"status":"Error"}` directly or below CommandResponse. */
export function readAnswer(object: Readonly<Record<string, unknown>>): Answer {
  const { Status, Configuration, CommandResponse } = object;
  const refusal =
    refusalOf(Status) ??
    Object.values(recordOf(CommandResponse))
      .map(refusalOf)
      .find((found) => found !== undefined);
  if (refusal !== undefined) return { form: "json", status: undefined, problem: refusal };
  return { form: "json", status: Status ?? Configuration };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function refusalOf(value: unknown): string | undefined {
  const { status, Reason } = recordOf(value);
  if (status !== "Error" && status !== "ParameterError") return undefined;
  return refusal(status, recordOf(Reason).Value);
}

/** Reasons whose words are the firmware's own; any other text could hold a name, and stays with the device. */
const REASONS: ReadonlySet<string> = new Set([
  "No match on address expression",
  "No match on Xpath expression",
  "Unknown command",
  "Invalid or missing parameters",
  "Missing or invalid parameter(s)",
  "Bad usage",
  "Permission denied",
  "Access denied",
  "Too many feedback expressions",
  "Not allowed for this account",
]);

/** A refusal in one line, for the trace. */
export function refusal(status: "Error" | "ParameterError", reason: unknown): string {
  return `${status}: ${typeof reason === "string" && REASONS.has(reason) ? reason : "for a reason that is not told"}`;
}
