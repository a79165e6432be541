/**
 * Which site a message is about, and by which index the first of each site is found among many that wait.
 */
import type { Session } from "../session.ts";

const indexes = [
  "create index outbox_untried on outbox (recipient, channel, site, not_before) where state = 'pending' and in_storm = 0 and attempts = 0",
  "create index outbox_told_site on outbox (recipient, channel, site, sent_at) where sent_at is not null",
  "create index incidents_due_site on incidents (site, wake_at) where is_open = 1 and wake_at is not null",
  // With its site: whether something about it waits is asked once a message.
  "drop index outbox_in_storm",
  "create index outbox_in_storm on outbox (recipient, channel, site) where in_storm = 1",
];

export const firstOfSite = {
  version: 20,
  name: "first-of-site",
  async up({ sql, run }: Session): Promise<void> {
    await run(sql.schema.alterTable("outbox", (table) => void table.text("site")));
    // What is over and done with needs none.
    await run(
      sql.raw(
        "update outbox set site = (select site from incidents where incidents.id = outbox.incident) where state in ('pending', 'claimed')",
      ),
    );
    for (const statement of indexes) await run(sql.raw(statement));
  },
};
