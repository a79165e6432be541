/**
 * The first schema: incidents and what belongs to them, alarms, outbox, inbox, leases, numbers, traps, roll-ups.
 *
 * Columns exist for finding and for invariants; documents are JSON text beside them.
 */
import type { Knex } from "knex";
import type { Session } from "../session.ts";
import { timelineTriggers } from "./timeline-triggers.ts";

type Table = Knex.CreateTableBuilder;

function incidents(table: Table): void {
  table.text("id").primary();
  table.text("number").notNullable().unique();
  for (const name of ["root_cause", "site", "symptom", "fingerprint", "state", "policy", "body"]) table.text(name).notNullable();
  for (const name of ["device", "part", "disposition"]) table.text(name);
  for (const name of ["is_open", "is_failing", "is_folded"]) table.smallint(name).notNullable();
  table.bigInteger("opened_at").notNullable();
  table.bigInteger("ended_at");
  table.bigInteger("wake_at");
  table.integer("occurrences").notNullable();
  table.integer("version").notNullable();
  table.index(["opened_at", "id"]);
  table.index(["device", "opened_at"]);
  table.index(["site", "opened_at"]);
  table.index(["fingerprint", "opened_at"]);
}

function timeline(table: Table): void {
  table.text("incident").notNullable();
  table.integer("seq").notNullable();
  table.bigInteger("at").notNullable();
  for (const name of ["by", "event", "content_hash", "hash"]) table.text(name).notNullable();
  // Both null once redacted.
  for (const name of ["content", "salt"]) table.text(name);
  table.primary(["incident", "seq"]);
}

function outbox(table: Table): void {
  table.text("key").primary();
  for (const name of ["incident", "kind", "recipient", "channel", "address", "language", "state"]) table.text(name).notNullable();
  for (const name of ["level", "occurrence", "attempts"]) table.integer(name).notNullable();
  for (const name of ["created_at", "not_before", "state_at"]) table.bigInteger(name).notNullable();
  for (const name of ["claim_expires_at", "sent_at"]) table.bigInteger(name);
  for (const name of ["claimed_by", "proof", "error"]) table.text(name);
  table.smallint("maybe_duplicate").notNullable();
  table.index(["incident"]);
}

function deliveries(table: Table): void {
  table.bigIncrements("id");
  for (const name of ["key", "state"]) table.text(name).notNullable();
  table.integer("attempt").notNullable();
  table.bigInteger("at").notNullable();
  for (const name of ["proof", "error"]) table.text(name);
  table.index(["key"]);
}

const tables: Readonly<Record<string, (table: Table, binary: "blob" | "bytea") => void>> = {
  policies: (table) => {
    table.text("hash").primary();
    table.text("body").notNullable();
  },
  incidents,
  timeline,
  timeline_heads: (table) => {
    table.text("incident").primary();
    table.integer("seq").notNullable();
    table.text("hash").notNullable();
  },
  alarms: (table) => {
    table.text("key").primary();
    for (const name of ["device", "state", "body"]) table.text(name).notNullable();
  },
  outbox,
  deliveries,
  inbox: (table) => {
    // SQLite: AUTOINCREMENT, so that a number is not given again after the newest rows were pruned.
    table.bigIncrements("seq");
    table.bigInteger("at").notNullable();
    table.text("source").notNullable();
    table.text("key").notNullable().unique();
    table.text("body").notNullable();
    table.index(["at"]);
  },
  cursors: (table) => {
    table.text("reader").primary();
    table.bigInteger("seq").notNullable();
  },
  leases: (table) => {
    table.text("role").primary();
    table.text("holder").notNullable();
    table.bigInteger("epoch").notNullable();
    table.bigInteger("expires_at").notNullable();
    table.bigInteger("ttl_ms").notNullable();
  },
  number_marks: (table) => {
    table.text("prefix").notNullable();
    table.integer("year").notNullable();
    table.bigInteger("last").notNullable();
    table.primary(["prefix", "year"]);
  },
  numbers: (table) => {
    table.text("prefix").notNullable();
    table.integer("year").notNullable();
    table.bigInteger("seq").notNullable();
    table.bigInteger("reserved_at").notNullable();
    // Null: reserved and never used, a gap.
    table.text("incident");
    table.primary(["prefix", "year", "seq"]);
  },
  audit: (table) => {
    table.bigIncrements("id");
    table.bigInteger("at").notNullable();
    for (const name of ["by", "action", "target"]) table.text(name).notNullable();
    table.text("data");
  },
  traps: (table) => {
    table.bigIncrements("id");
    table.bigInteger("at").notNullable();
    table.text("source").notNullable();
    table.text("device");
    table.text("body").notNullable();
    table.index(["at"]);
    table.index(["device", "at"]);
  },
  kept: (table) => {
    table.text("key").primary();
    table.text("value").notNullable();
  },
  series: (table) => {
    table.increments("id");
    table.text("name").notNullable().unique();
  },
  rollup_chunks: (table, binary) => {
    table.bigIncrements("id");
    table.bigInteger("from_at").notNullable();
    table.text("device").notNullable();
    table.specificType("body", binary).notNullable();
    // In this order: a chunk is appended at the end of the index, and a day goes in one range.
    table.unique(["from_at", "device"]);
  },
};

/** Invariants and hot reads. The predicates are literal: a partial index is not used for a bound value. */
const indexes = [
  "create unique index incidents_one_open on incidents (root_cause) where is_failing = 1 and is_folded = 0",
  "create index incidents_open on incidents (opened_at, id) where is_open = 1",
  "create index incidents_open_device on incidents (device) where is_failing = 1",
  "create index incidents_due on incidents (wake_at) where is_open = 1 and wake_at is not null",
  "create index incidents_ended on incidents (fingerprint, ended_at) where ended_at is not null",
  "create index outbox_due on outbox (not_before, created_at) where state in ('pending', 'claimed')",
  "create index outbox_claims on outbox (claim_expires_at) where state = 'claimed'",
  "create index numbers_unused on numbers (prefix, year, seq) where incident is null",
];

export const first = {
  version: 1,
  name: "first",
  async up(session: Session): Promise<void> {
    const { sql, kind } = session;
    const binary = kind === "sqlite" ? "blob" : "bytea";
    for (const [name, build] of Object.entries(tables)) {
      await session.run(sql.schema.createTable(name, (table) => build(table, binary)));
    }
    // One row a device and slot, appended; clustered by its key on SQLite, so that a slice of inserts touches few pages.
    const clustered = kind === "sqlite" ? " without rowid" : "";
    await session.run(
      sql.raw(
        `create table rollup_slots (slot_at bigint not null, device text not null, body ${binary} not null, primary key (slot_at, device))${clustered}`,
      ),
    );
    for (const statement of indexes) await session.run(sql.raw(statement));
    for (const statement of timelineTriggers(kind)) await session.run(sql.raw(statement));
  },
};
