/**
 * Which messages go next: those that are due, oldest first; in a backlog the first about each site overtakes it.
 */
import type { Instant } from "../model/time.ts";
import type { ClaimedRow, Store } from "../ports.ts";
import { claimedOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

type Claim = Parameters<Store["claimOutbox"]>[0];

/** As the index has it: never tried, nor kept back for others. */
const untried = "state = 'pending' and in_storm = 0 and attempts = 0";

/** Keys of the oldest that wait about each site of which nobody was told since then, nor is being told, over the same channel. */
async function firsts(session: Session, { now, limit }: Claim, since: Instant): Promise<readonly string[]> {
  const same = (name: string) => ["recipient", "channel", "site"].map((each) => `${name}.${each} = due.${each}`).join(" and ");
  const rows = await session.rows(
    session.sql.raw(
      `select (select key from outbox as own where ${untried} and own.not_before <= ? and own.kind <> 'ticket' and ${same("own")}
           order by own.not_before, own.created_at, own.key limit 1) as key
         from (select recipient, channel, site, min(not_before) as since from outbox
           where ${untried} and not_before <= ? and kind <> 'ticket' and site is not null group by recipient, channel, site) as due
         where not exists (select 1 from outbox as told where told.sent_at > ? and ${same("told")})
           and not exists (select 1 from outbox as waits where in_storm = 1 and ${same("waits")})
         order by since, recipient, channel, site limit ?`,
      [now, now, since, limit],
    ),
  );
  return rows.map(({ key }) => textOf(key));
}

/** Another dispatcher may have found the same ones. */
function among(keys: readonly string[], lock: string): string {
  return `key in (select key from outbox where key in (${keys.map(() => "?").join(", ")}) and state = 'pending' ${lock})`;
}

const isDue = (tickets: boolean) => `state in ('pending', 'claimed') and not_before <= ? and kind ${tickets ? "=" : "<>"} 'ticket'
      and (state = 'pending' or claim_expires_at <= ?)`;

/** Is there anything to claim? Nearly always not, and to ask costs a fourth of a transaction. */
export async function isMessageDue(session: Session, { now, tickets = false }: Claim): Promise<boolean> {
  return (await session.row(session.sql.raw(`select 1 as one from outbox where ${isDue(tickets)} limit 1`, [now, now]))) !== undefined;
}

/** Inside a transaction. A claim that ended unanswered comes again, marked as maybe a duplicate. */
export async function claimOutbox(session: Session, claim: Claim): Promise<readonly ClaimedRow[]> {
  const { now, limit, tickets = false, firstsSince } = claim;
  const lock = session.kind === "postgresql" ? "for update skip locked" : "";
  const ahead = firstsSince === undefined || tickets ? [] : await firsts(session, claim, firstsSince);
  const overtaking = ahead.length === 0 ? [] : await claimed(session, claim, among(ahead, lock), ahead);
  const due = `select key from outbox where ${isDue(tickets)} order by not_before, created_at, key limit ? ${lock}`;
  const left = limit - overtaking.length;
  return left <= 0 ? overtaking : [...overtaking, ...(await claimed(session, claim, `key in (${due})`, [now, now, left]))];
}

type Values = readonly (string | number)[];

async function claimed(session: Session, { now, leaseMs, worker }: Claim, which: string, values: Values): Promise<readonly ClaimedRow[]> {
  const rows = await session.rows(
    session.sql.raw(
      `update outbox set maybe_duplicate = case when state = 'claimed' then 1 else maybe_duplicate end,
         state = 'claimed', state_at = ?, claimed_by = ?, claim_expires_at = ?, attempts = attempts + 1
       where ${which} returning *`,
      [now, worker, now + leaseMs, ...values],
    ),
  );
  return rows.map(claimedOf).sort((a, b) => a.notBefore - b.notBefore || a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1));
}
