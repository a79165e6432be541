/**
 * What came in and does not fit, told so that its sender can mend it: where, what was found, what to do.
 *
 * What was found is told to who sent it, and to nobody else: it may be a person's name. What nothing here takes is not repeated at all,
 * and of a booking no text is: a title that came with it names a patient.
 */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Where = "query" | "body";
/** How what was found is told: as it is, or by its kind and length. */
type Telling = (value: unknown) => string;

const shownChars = 60;
const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** Everything that is wrong with a query or a body, as one text. */
export function wrongInput(where: Where, issues: readonly Issue[], sent: unknown, telling: Telling = foundText): string {
  const told = issues.flatMap((issue) => lines(where, issue, sent, telling));
  return `${told.join(". ")}. GET /api/v1/openapi.json says what is taken.`;
}

/** The parts of an address that led to nothing; empty where it has none. */
export function wrongPath(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([name, value]) => `path.${name}: found ${foundText(value)}`)
    .join(", ");
}

function lines(where: Where, issue: Issue, sent: unknown, telling: Telling): string[] {
  const place = [where, ...issue.path].map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${place}.${short(key)}: found a name that nothing has here; leave it out`);
  return [`${place}: found ${telling(at(sent, issue.path))}; ${remedy(issue)}`];
}

/** As a client would write it, shortened. */
export function foundText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    const text = JSON.stringify(short(value));
    return value.length > shownChars ? `${text} (${value.length} characters)` : text;
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** For what may name a patient. */
export function foundKind(value: unknown): string {
  return typeof value === "string" ? `a text (${value.length} characters)` : foundText(value);
}

function short(text: string): string {
  return text.length > shownChars ? `${text.slice(0, shownChars)}…` : text;
}

/** What was sent at a path of the parsed value; a list of a query was sent as one text. */
function at(sent: unknown, path: readonly PropertyKey[]): unknown {
  let value = sent;
  for (const key of path) {
    if (typeof value === "string" && typeof key === "number") value = value.split(",")[key];
    else if (typeof value === "object" && value !== null && Object.hasOwn(value, key)) value = (value as Record<PropertyKey, unknown>)[key];
    else return undefined;
  }
  return value;
}

function remedy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `write ${nouns[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `write ${issue.values.length > 1 ? "one of " : ""}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return `${sized(issue.origin, `at least ${issue.minimum}`, `${issue.minimum} or more`)}`;
    case "too_big":
      return `${sized(issue.origin, `at most ${issue.maximum}`, `${issue.maximum} or less`)}`;
    case "invalid_format":
      return formats[issue.format] ?? `write what fits ${issue.pattern ?? issue.format}`;
    case "invalid_union":
      return ways(issue.errors);
    case "not_multiple_of":
      return `write a multiple of ${issue.divisor}`;
    case "invalid_key":
    case "invalid_element":
      return `mend its ${issue.issues.map((each) => [...each.path.map(String), remedy(each)].join(": ")).join(", ")}`;
    case "unrecognized_keys":
    case "custom":
      return issue.message;
  }
}

/** Of what may be this or that: each, where it is that simple. */
function ways(errors: readonly (readonly Issue[])[]): string {
  const each = errors.flatMap(([first]) => (first?.path.length === 0 ? [remedy(first)] : []));
  return each.length === 0 ? "write one of the forms that the document lists for it" : each.join(", or ");
}

const formats: Readonly<Record<string, string>> = {
  datetime: "write a time as in 2026-03-09T14:05:00Z",
  date: "write a day as in 2026-03-09",
};

function sized(origin: string, count: string, range: string): string {
  switch (origin) {
    case "string":
      return `write ${count} character${count.endsWith(" 1") ? "" : "s"}`;
    case "array":
    case "set":
    case "map":
      return `give ${count}`;
    default:
      return `write ${range}`;
  }
}
