/**
 * What a function may do over the API. Each operation names the one permission that it needs; the configuration says which function has which.
 */

/**
 * - `read`: the network, incidents, sessions, tasks and reports of all sites
 * - `read-site`: devices, alarms, incidents and sessions of the sites that stand with the token
 * - `read-names`: who is on call, people and how they are reached
 * - `handle`: carry an incident, from taking it to closing it; partners' tasks and other systems' numbers
 * - `plan`: sessions, maintenance and silences
 * - `outcome-site`: what became of sessions in rooms of the sites that stand with the token
 * - `arrange`: people, rotations and overrides
 * - `decide`: sign a report, sign an acceptance, close a problem
 * - `configure`: reload, host keys, proposals for rules and parents, discovery, back-tests
 * - `audit`: read who did what
 * - `erase`: erase a text, give out or erase what is kept about a person
 * - `scrape`: `/metrics` from an address that is not on its list
 */
export const PERMISSIONS = [
  "read",
  "read-site",
  "read-names",
  "handle",
  "plan",
  "outcome-site",
  "arrange",
  "decide",
  "configure",
  "audit",
  "erase",
  "scrape",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** Function id -> what it may. A function that is not there may nothing. */
export type PermissionTable = ReadonlyMap<string, readonly Permission[]>;

/** What holds for all sites need not be given for its own. */
const includedIn: Partial<Record<Permission, Permission>> = { "read-site": "read", "outcome-site": "plan" };

export function mayDo(has: readonly Permission[], needs: Permission): boolean {
  const wider = includedIn[needs];
  return has.includes(needs) || (wider !== undefined && has.includes(wider));
}

/** Functions that may, in the order of the table. */
export function functionsThatMay(table: PermissionTable, needs: Permission): readonly string[] {
  return [...table].filter(([, has]) => mayDo(has, needs)).map(([id]) => id);
}
