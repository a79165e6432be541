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
  const reason = recordOf(Reason).Value;
  return `${status}: ${typeof reason === "string" && /^[\w ./-]{1,80}$/.test(reason) ? reason : "no reason"}`;
}
