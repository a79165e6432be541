/**
 * Incidents: written with their version, found by indexes that a hundred thousand past ones do not slow.
 *
 * The policy of an incident is kept once for all that started with it.
 */
import { createHash } from "node:crypto";
import type { Knex } from "knex";
import { type Incident, isFailing } from "../model/incident.ts";
import type { Policy } from "../model/policy.ts";
import { DAY, type Instant } from "../model/time.ts";
import { type IncidentQuery, RaceLost, type Recurrence } from "../ports.ts";
import { linkNumber } from "./numbers.ts";
import { incidentOf, incidentRow, jsonOf, maybe, numberOf, textOf } from "./rows.ts";
import { ruleColumn } from "./rule-counts.ts";
import { IN_VALUES, type Row, type Session, slices } from "./session.ts";

/** Dispositions that are no failure of the equipment. */
export const notCounted = "coalesce(disposition, '') not in ('false-alarm', 'test', 'duplicate')";

/** As the indexes have it. */
const isDue = "is_open = 1 and wake_at is not null and wake_at <= ?";

/** The first that is due of each site, but for those of `passed`; whose turn was first comes first. */
async function firstsOf(session: Session, at: Instant, limit: number, passed: readonly string[]): Promise<readonly string[]> {
  const others = new Set(passed);
  const sites = session.sql.raw(`select site from incidents where ${isDue} group by site order by min(wake_at), site`, [at]);
  const untold = (await session.rows(sites)).map(({ site }) => textOf(site)).filter((site) => !others.has(site));
  const ids: string[] = [];
  for (const site of untold.slice(0, limit)) {
    const first = session.sql("incidents").select("id").whereRaw(isDue, [at]).where({ site }).orderBy(["wake_at", "id"]).first();
    const row = await session.row(first);
    if (row !== undefined) ids.push(textOf(row.id));
  }
  return ids;
}

/** Reads and writes incidents; remembers policies, which never change under their hash. */
export class Incidents {
  readonly #policies = new Map<string, Policy>();
  /** Hash by object: incidents of one configuration share theirs. */
  readonly #hashes = new WeakMap<Policy, string>();
  /** Hashes that a transaction has written. */
  readonly #kept = new WeakMap<Session, Set<string>>();

  async byId(session: Session, id: string): Promise<Incident | undefined> {
    return this.#one(session, session.sql("incidents").where({ id }));
  }

  async byIdOrNumber(session: Session, idOrNumber: string): Promise<Incident | undefined> {
    return this.#one(session, session.sql("incidents").where({ id: idOrNumber }).orWhere({ number: idOrNumber }));
  }

  async openByRootCause(session: Session, rootCause: string): Promise<Incident | undefined> {
    const query = session.sql("incidents").whereRaw("is_failing = 1 and is_folded = 0").where({ root_cause: rootCause });
    return this.#one(session, query);
  }

  /** What was no failure is none that comes back: a false alarm is neither opened again nor what a later one recurs of. */
  async latestByFingerprint(session: Session, fingerprint: string, since: Instant): Promise<Incident | undefined> {
    const query = session
      .sql("incidents")
      .where({ fingerprint, is_folded: 0 })
      .whereRaw("ended_at is not null and ended_at >= ?", [since])
      .whereRaw(notCounted)
      .orderBy([
        { column: "ended_at", order: "desc" },
        { column: "opened_at", order: "desc" },
      ]);
    return this.#one(session, query);
  }

  async byIds(session: Session, ids: readonly string[]): Promise<readonly Incident[]> {
    const found: Incident[] = [];
    for (const some of slices([...new Set(ids)], IN_VALUES))
      found.push(...(await this.#all(session, session.sql("incidents").whereIn("id", [...some]))));
    return found;
  }

  async due(session: Session, at: Instant, limit: number, passed?: readonly string[]): Promise<readonly Incident[]> {
    const query = session.sql("incidents").whereRaw(isDue, [at]).orderBy(["wake_at", "id"]).limit(limit);
    const due = await this.#all(session, query);
    // All that is due goes in this turn, or nobody waits behind others.
    if (passed === undefined || due.length < limit) return due;
    const first = session.sql("incidents").whereIn("id", await firstsOf(session, at, limit, passed));
    const firsts = await this.#all(session, first.orderBy(["wake_at", "id"]));
    const ids = new Set(firsts.map(({ id }) => id));
    return [...firsts, ...due.filter(({ id }) => !ids.has(id))].slice(0, limit);
  }

  /** Every incident that is not closed, folded ones too. */
  async open(session: Session): Promise<readonly Incident[]> {
    return this.#all(session, session.sql("incidents").whereRaw("is_open = 1").orderBy(["opened_at", "id"]));
  }

  async find(session: Session, query: IncidentQuery): Promise<readonly Incident[]> {
    const found = session.sql("incidents").orderBy([
      { column: "opened_at", order: "desc" },
      { column: "id", order: "desc" },
    ]);
    const { states, folded, device, site, fingerprint, fingerprints, rule, disposition, since, before } = query;
    if (states !== undefined) {
      found.whereIn("state", [...states]);
      if (!states.includes("closed")) found.whereRaw("is_open = 1");
    }
    if (folded !== undefined) found.where({ is_folded: folded ? 1 : 0 });
    if (device !== undefined) found.where({ device });
    if (site !== undefined) found.where({ site });
    if (fingerprint !== undefined) found.where({ fingerprint });
    if (fingerprints !== undefined) found.whereIn("fingerprint", [...fingerprints]);
    if (rule !== undefined) found.whereRaw(`${ruleColumn(session)} = ?`, [rule]);
    if (disposition !== undefined) found.where({ disposition });
    if (since !== undefined) found.where("opened_at", ">=", since);
    if (before !== undefined) found.whereRaw("(opened_at, id) < (?, ?)", [before.openedAt, before.id]);
    return this.#all(session, found.limit(query.limit));
  }

  /** Failing since then at the earliest, and nothing was ever found out about it; the first opened first. */
  async undiagnosed(session: Session, since: Instant, limit: number): Promise<readonly Incident[]> {
    const found = session
      .sql("incidents")
      .whereRaw("is_open = 1 and is_failing = 1 and is_folded = 0")
      .where("opened_at", ">=", since)
      .whereRaw("not exists (select 1 from diagnoses where diagnoses.incident = incidents.id)");
    return this.#all(session, found.orderBy(["opened_at", "id"]).limit(limit));
  }

  /** Open at some time of [from, to), folded ones left out; the first opened first. What was closed long after it had ended is among them. */
  async between(session: Session, from: Instant, to: Instant, limit: number): Promise<readonly Incident[]> {
    const found = session
      .sql("incidents")
      .where({ is_folded: 0 })
      .where("opened_at", "<", to)
      .whereRaw("(is_open = 1 or closed_at >= ?)", [from]);
    return this.#all(session, found.orderBy(["opened_at", "id"]).limit(limit));
  }

  async insert(session: Session, incident: Incident): Promise<void> {
    const row = incidentRow(incident, await this.#keepPolicy(session, incident.policy));
    const made = await session.rows(session.sql("incidents").insert(row).onConflict().ignore().returning("id"));
    if (made.length === 0) throw new RaceLost(`an open incident of this root cause exists (${incident.id})`);
    await linkNumber(session, incident.number, incident.id);
  }

  async update(session: Session, incident: Incident): Promise<void> {
    const row = incidentRow(incident, await this.#keepPolicy(session, incident.policy));
    const stored = session.sql("incidents").where({ id: incident.id, version: incident.version - 1 });
    const clash = !isFailing(incident) || incident.foldedInto !== undefined ? undefined : await this.#rival(session, incident);
    if (clash !== undefined || (await session.run(stored.update(row))) !== 1) {
      throw new RaceLost(`incident ${incident.id} is no longer at version ${incident.version - 1}, or its root cause is open elsewhere`);
    }
  }

  /** Another failing incident of the same root cause: reopening beside it would break the unique index. */
  async #rival(session: Session, incident: Incident): Promise<Row | undefined> {
    const query = session.sql("incidents").whereRaw("is_failing = 1 and is_folded = 0").where({ root_cause: incident.rootCause });
    return session.row(query.whereNot({ id: incident.id }).select("id").limit(1));
  }

  async #keepPolicy(session: Session, policy: Policy): Promise<string> {
    let hash = this.#hashes.get(policy);
    if (hash === undefined) {
      hash = createHash("sha256").update(JSON.stringify(policy)).digest("hex").slice(0, 32);
      this.#hashes.set(policy, hash);
    }
    // Once a transaction, not once for all: one that rolled back took its policy with it.
    const kept = this.#kept.get(session) ?? new Set<string>();
    if (kept.has(hash)) return hash;
    this.#kept.set(session, kept.add(hash));
    await session.run(
      session
        .sql("policies")
        .insert({ hash, body: JSON.stringify(policy) })
        .onConflict("hash")
        .ignore(),
    );
    return hash;
  }

  async #one(session: Session, query: Knex.QueryBuilder): Promise<Incident | undefined> {
    return (await this.#all(session, query.limit(1)))[0];
  }

  async #all(session: Session, query: Knex.QueryBuilder): Promise<readonly Incident[]> {
    const rows = await session.rows(query);
    const missing = [...new Set(rows.map((row) => textOf(row.policy)))].filter((hash) => !this.#policies.has(hash));
    if (missing.length > 0) {
      for (const row of await session.rows(session.sql("policies").whereIn("hash", missing))) {
        this.#policies.set(textOf(row.hash), jsonOf<Policy>(row.body));
      }
    }
    return rows.map((row) => incidentOf(row, this.#policies.get(textOf(row.policy)) as Policy));
  }
}

/** Fingerprints by how often they came in 90 days; the most frequent first, single ones too. What came back within the window is one occurrence. */
export async function recurrences(session: Session, at: Instant, limit: number): Promise<readonly Recurrence[]> {
  const recent = "sum(case when opened_at >= ? then 1 else 0 end)";
  const query = session.sql.raw(
    `select fingerprint, max(site) as site, max(device) as device, max(symptom) as symptom, max(part) as part,
       ${recent} as in30, count(*) as in90, max(opened_at) as last_at
     from incidents where opened_at >= ? and opened_at <= ? and is_folded = 0 and ${notCounted}
     group by fingerprint order by in90 desc, in30 desc, last_at desc, fingerprint limit ?`,
    [at - 30 * DAY, at - 90 * DAY, at, limit],
  );
  return (await session.rows(query)).map((row) => ({
    fingerprint: textOf(row.fingerprint),
    site: textOf(row.site),
    ...maybe("device", row.device, textOf),
    symptom: textOf(row.symptom),
    ...maybe("part", row.part, textOf),
    occurrences30: numberOf(row.in30),
    occurrences90: numberOf(row.in90),
    lastAt: numberOf(row.last_at),
  }));
}
