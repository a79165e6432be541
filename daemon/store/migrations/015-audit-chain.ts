/**
 * The audit log as a chain of hashes: what is there already is its beginning.
 */
import { chained } from "../audit-chain.ts";
import { numberOf } from "../rows.ts";
import type { Row, Session } from "../session.ts";

const PAGE = 500;

export const auditChain = {
  version: 15,
  name: "audit chain",
  async up(session: Session): Promise<void> {
    const { sql, run, rows } = session;
    await run(
      sql.schema.alterTable("audit", (table) => {
        table.bigInteger("seq");
        // Null once redacted.
        for (const name of ["salt", "content_hash", "hash"]) table.text(name);
      }),
    );
    await run(
      sql.schema.createTable("audit_head", (table) => {
        table.integer("id").primary();
        for (const name of ["seq", "base_seq"]) table.bigInteger(name).notNullable();
        for (const name of ["hash", "base_hash"]) table.text(name).notNullable();
      }),
    );
    let head = { seq: 0, hash: "" };
    let last = 0;
    for (;;) {
      const some: readonly Row[] = await rows(sql("audit").where("id", ">", last).orderBy("id").limit(PAGE));
      const { linked, ...next } = chained(some, head);
      for (const { id, seq, salt, content_hash, hash } of linked)
        await run(
          sql("audit")
            .where({ id: numberOf(id) })
            .update({ seq, salt, content_hash, hash }),
        );
      head = next;
      last = numberOf(some.at(-1)?.id);
      if (some.length < PAGE) break;
    }
    await run(sql("audit_head").insert({ id: 1, ...head, base_seq: 0, base_hash: "" }));
    await run(sql.raw("create unique index audit_seq on audit (seq)"));
  },
};
