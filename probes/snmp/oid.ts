/**
 * Object identifiers as text: order, subtree, index. Dotted numbers, no leading dot.
 *
 * Pure. The root arc 0 (H.341 MIBs) is as good as 1.
 */

/** Below zero when `a` comes first, 0 when equal, above when `b` does: the order in which an agent walks. */
export function compareOids(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** What follows `column` in `oid` (`7` or `10.1.2.3`); undefined when it is not below it. */
export function indexIn(column: string, oid: string): string | undefined {
  return oid.startsWith(column) && oid.charCodeAt(column.length) === 46 ? oid.slice(column.length + 1) : undefined;
}

/** The entry a column belongs to: all columns of one table have it in common. */
export function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf("."));
}

export const sysUpTime = "1.3.6.1.2.1.1.3.0";
export const snmpEngineBoots = "1.3.6.1.6.3.10.2.1.2.0";
export const snmpEngineTime = "1.3.6.1.6.3.10.2.1.3.0";
