/**
 * Deep freezing, maps included: a checked configuration changes by a new load only.
 */

/** Freezes what it is given, all that hangs on it, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) {
    for (const entry of value.values()) deepFreeze(entry);
    // Object.freeze leaves a Map's entries open.
    for (const method of ["set", "delete", "clear"]) Object.defineProperty(value, method, { value: refuse });
  } else {
    for (const entry of Object.values(value)) deepFreeze(entry);
  }
  return Object.freeze(value);
}

function refuse(): never {
  throw new TypeError("the configuration is frozen; load a new one");
}
