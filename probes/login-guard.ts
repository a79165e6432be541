/**
 * Which credential may be tried on a device, and when: a rotated password must not lock 40 codecs.
 *
 * Pure state machine; time is an argument; what it knows can be kept and restored. The rules (procedure.md, "What monitoring
 * must not do to a hospital"): two refusals in a row on a device (over a credential and its successors together, since they
 * often share one user) rest them on that device for 15 min, doubling to 24 h; after a rest, one attempt. A credential that
 * rests on three devices rests everywhere, doubling too, with one incident; then one device at a time tries it.
 *
 * Bound on the logins that N devices sharing one wrong credential see in a time T:
 *   N + 3 + (c - 1) + t(T)
 * N first refusals, one second refusal on each of three devices, c looks in flight at once when the third is refused, and
 * t(T) trials, one at each of 15, 45, 105, 225, 465, 945, 1905 min … (5 in 8 h, 7 in 40 h, then one a day). A device sees
 * two of these, as long as others are left that did not refuse it twice (trials go to those first), and then only trials.
 * With every look a login it would be N x T / interval.
 */
import { DAY, type Instant, MINUTE } from "../daemon/model/time.ts";

export type Choice = { readonly use: string; readonly why: string } | { readonly rest: Instant; readonly why: string };

export interface Refusal {
  /** Once, when the credential begins to rest everywhere. */
  readonly credentialIncident?: { readonly credential: string; readonly devices: readonly string[] };
  readonly why: string;
}

/** What it knows, as JSON. */
export interface LoginGuardSnapshot {
  readonly version: 1;
  readonly devices: Readonly<Record<string, DeviceRecord>>;
  readonly credentials: Readonly<Record<string, CredentialRecord>>;
}

interface DeviceRecord {
  /** Refusals in a row, over the whole chain. */
  refusals: number;
  /** Refused in this round, in order; the other links of the chain come first. */
  refused: string[];
  restUntil?: Instant;
  restMs?: number;
  /** The link of the chain that worked here last. */
  works?: string;
}

interface CredentialRecord {
  /** Devices where it rests. */
  devices: string[];
  restUntil?: Instant;
  restMs?: number;
  /** The one device that tries it after a rest, and until when it has the turn. */
  trial?: { device: string; until: Instant };
}

export interface LoginGuard {
  choose(device: string, credentialId: string, at: Instant): Choice;
  /** `credentialId` is the one that was used, as `choose` gave it. */
  refused(device: string, credentialId: string, at: Instant): Refusal;
  /** Any good look with it; cheap. `recovered` names a credential that rested everywhere and works again. */
  accepted(device: string, credentialId: string): { readonly recovered?: string };
  /** An operator corrected the secret: every rest of this credential ends. */
  lift(credentialId: string): void;
  /** A device left the configuration. */
  forget(device: string): void;
  /** Credentials that rest everywhere, for the page. */
  resting(at: Instant): readonly { readonly credential: string; readonly until: Instant; readonly devices: readonly string[] }[];
  /** The same object while nothing changed: with 10,000 devices a copy costs 20 ms. */
  snapshot(): LoginGuardSnapshot;
}

const FIRST_REST = 15 * MINUTE;
const REFUSALS_BEFORE_REST = 2;
const DEVICES_BEFORE_REST = 3;
/** How long a device keeps the turn to try a rested credential. */
const TRIAL = 2 * MINUTE;
/** After a rest everywhere, devices that refused it already wait this long for one that did not: else one device takes every trial, and locks. */
const YIELD = 10 * MINUTE;

const longer = (restMs: number | undefined): number => (restMs === undefined ? FIRST_REST : Math.min(DAY, restMs * 2));

export function createLoginGuard(
  successorOf: (credential: string) => string | undefined,
  restored?: LoginGuardSnapshot | undefined,
): LoginGuard {
  return new Guard(successorOf, restored);
}

class Guard implements LoginGuard {
  readonly #successorOf: (credential: string) => string | undefined;
  readonly #devices = new Map<string, DeviceRecord>();
  readonly #credentials = new Map<string, CredentialRecord>();
  /** The last snapshot, until something changes. */
  #snapshot: LoginGuardSnapshot | undefined;

  constructor(successorOf: (credential: string) => string | undefined, restored: LoginGuardSnapshot | undefined) {
    this.#successorOf = successorOf;
    if (restored?.version !== 1) return;
    const copy = structuredClone(restored);
    for (const [id, record] of Object.entries(copy.devices)) this.#devices.set(id, record);
    for (const [id, record] of Object.entries(copy.credentials)) this.#credentials.set(id, record);
  }

  /** The credential and its successors, each once. */
  #chain(credential: string): string[] {
    const links: string[] = [];
    for (let next: string | undefined = credential; next !== undefined && !links.includes(next); next = this.#successorOf(next))
      links.push(next);
    return links;
  }

  /** What worked here first, then the rest; what was refused in this round last, oldest refusal first. */
  #candidates(credential: string, record: DeviceRecord | undefined): string[] {
    const links = this.#chain(credential);
    if (record === undefined) return links;
    const rank = (id: string): number => {
      const refused = record.refused.lastIndexOf(id);
      if (refused >= 0) return links.length + refused;
      return id === record.works ? -1 : links.indexOf(id);
    };
    return links.sort((a, b) => rank(a) - rank(b));
  }

  /** Until when the credential rests for this device because of all devices; undefined: it may be used (and this device has the turn). */
  #restsEverywhere(device: string, id: string, at: Instant): Instant | undefined {
    const record = this.#credentials.get(id);
    if (record?.restUntil === undefined) return undefined;
    if (at < record.restUntil) return record.restUntil;
    const yieldsUntil = record.restUntil + YIELD;
    if (at < yieldsUntil && record.devices.includes(device)) return yieldsUntil;
    if (record.trial !== undefined && record.trial.device !== device && at < record.trial.until) return record.trial.until;
    record.trial = { device, until: at + TRIAL };
    this.#snapshot = undefined;
    return undefined;
  }

  choose(device: string, credentialId: string, at: Instant): Choice {
    const record = this.#devices.get(device);
    if (record?.restUntil !== undefined && at < record.restUntil) {
      return { rest: record.restUntil, why: `logins on ${device} were refused ${record.refusals} times in a row; it rests` };
    }
    let until: Instant | undefined;
    for (const id of this.#candidates(credentialId, record)) {
      const rests = this.#restsEverywhere(device, id, at);
      if (rests === undefined)
        return { use: id, why: id === credentialId ? "the configured credential" : `${credentialId} leads to ${id}` };
      until = Math.min(until ?? rests, rests);
    }
    const count = this.#credentials.get(credentialId)?.devices.length ?? 0;
    return { rest: until ?? at, why: `${credentialId} was refused on ${count} devices; it rests everywhere` };
  }

  #restOnDevice(record: DeviceRecord, at: Instant): void {
    record.restMs = longer(record.restMs);
    record.restUntil = at + record.restMs;
  }

  /** Counts a device against a credential; says whether it begins to rest everywhere with this one. */
  #blame(device: string, id: string, at: Instant): boolean {
    const record = this.#credentials.get(id) ?? { devices: [] };
    this.#credentials.set(id, record);
    if (!record.devices.includes(device)) record.devices.push(device);
    const onTrial = record.trial?.device === device;
    if (record.restUntil === undefined ? record.devices.length < DEVICES_BEFORE_REST : !onTrial) return false;
    const first = record.restUntil === undefined;
    record.restMs = longer(record.restMs);
    record.restUntil = at + record.restMs;
    delete record.trial;
    return first;
  }

  refused(device: string, credentialId: string, at: Instant): Refusal {
    this.#snapshot = undefined;
    const record = this.#devices.get(device) ?? { refusals: 0, refused: [] };
    this.#devices.set(device, record);
    record.refusals += 1;
    record.refused = [...record.refused.filter((id) => id !== credentialId), credentialId];
    if (record.works === credentialId) delete record.works;
    const onTrial = this.#credentials.get(credentialId)?.trial?.device === device;
    const rests = record.refusals >= REFUSALS_BEFORE_REST;
    if (rests) this.#restOnDevice(record, at);
    if (!rests && !onTrial) return { why: `refused once on ${device}` };
    const incidents = (rests ? record.refused : [credentialId]).filter((id) => this.#blame(device, id, at));
    // With a chain, the links fail together: one incident, named after the link that was just refused.
    const named = incidents.includes(credentialId) ? credentialId : incidents[0];
    const why = `refused ${record.refusals} times on ${device}; rests there until ${new Date(record.restUntil ?? at).toISOString()}`;
    if (named === undefined) return { why };
    return { credentialIncident: { credential: named, devices: [...(this.#credentials.get(named)?.devices ?? [])] }, why };
  }

  accepted(device: string, credentialId: string): { readonly recovered?: string } {
    const record = this.#devices.get(device);
    const shared = this.#credentials.get(credentialId);
    if (record?.works === credentialId && record.refusals === 0 && shared === undefined) return {};
    this.#snapshot = undefined;
    this.#devices.set(device, { refusals: 0, refused: [], works: credentialId });
    if (shared === undefined) return {};
    shared.devices = shared.devices.filter((id) => id !== device);
    if (shared.restUntil !== undefined) {
      // A look that was under way when the rest began proves nothing for the others.
      if (shared.trial?.device !== device) return {};
      this.#credentials.delete(credentialId);
      return { recovered: credentialId };
    }
    if (shared.devices.length === 0) this.#credentials.delete(credentialId);
    return {};
  }

  lift(credentialId: string): void {
    this.#snapshot = undefined;
    this.#credentials.delete(credentialId);
    for (const record of this.#devices.values()) {
      if (!record.refused.includes(credentialId)) continue;
      record.refused = record.refused.filter((id) => id !== credentialId);
      record.refusals = 0;
      delete record.restUntil;
      delete record.restMs;
    }
  }

  forget(device: string): void {
    this.#snapshot = undefined;
    this.#devices.delete(device);
    for (const [id, record] of this.#credentials) {
      record.devices = record.devices.filter((known) => known !== device);
      if (record.devices.length === 0 && record.restUntil === undefined) this.#credentials.delete(id);
    }
  }

  resting(at: Instant): readonly { readonly credential: string; readonly until: Instant; readonly devices: readonly string[] }[] {
    return [...this.#credentials].flatMap(([credential, { restUntil, devices }]) =>
      restUntil !== undefined && restUntil > at ? [{ credential, until: restUntil, devices: [...devices] }] : [],
    );
  }

  snapshot(): LoginGuardSnapshot {
    this.#snapshot ??= structuredClone({
      version: 1,
      devices: Object.fromEntries(this.#devices),
      credentials: Object.fromEntries(this.#credentials),
    });
    return this.#snapshot;
  }
}
