/**
 * Filling in and reading out: `{name}` in the values of a described body, and `a.0.b` in a JSON answer. Pure.
 */

/** Every string of a JSON value with its `{name}`s filled in; what is not known stays as it is. Keys are never touched. */
export function filled(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return value.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, values)]));
}

/** The text or number at `messages.0.id`; undefined where there is none. */
export function textAt(value: unknown, path: string): string | undefined {
  let found: unknown = value;
  for (const step of path.split(".")) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : undefined;
}
