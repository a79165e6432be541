/**
 * When a message is due, beside when it is tried next: what waits for service hours is not late, what is tried again and again is.
 */
import type { Session } from "../session.ts";

export const outboxDue = {
  version: 18,
  name: "outbox-due",
  async up({ sql, run }: Session): Promise<void> {
    await run(sql.schema.alterTable("outbox", (table) => void table.bigInteger("due_at").notNullable().defaultTo(0)));
    // Of what waits it is not known why: late is late from the next try on.
    await run(sql.raw("update outbox set due_at = not_before"));
  },
};
