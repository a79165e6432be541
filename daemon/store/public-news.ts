/**
 * Public texts of general failures, between rows and the vocabulary.
 */
import type { KeptNews } from "../model/public-news.ts";
import type { Instant } from "../model/time.ts";
import type { PublicNewsStore, PublicNewsTx } from "../ports-public-news.ts";
import { jsonOf, numberOf, textOf } from "./rows.ts";
import type { Row, Session } from "./session.ts";

const table = "public_news";

function newsOf(row: Row): KeptNews {
  const { wakeAt: _w, ...body } = jsonOf<KeptNews>(row.body);
  return {
    ...body,
    incident: textOf(row.incident),
    reminded: numberOf(row.reminded),
    ...(row.wake_at === null ? {} : { wakeAt: numberOf(row.wake_at) }),
  };
}

async function saveNews({ sql, run }: Session, news: KeptNews): Promise<void> {
  const { incident, seq, at, reminded, wakeAt } = news;
  await run(sql(table).where({ incident }).whereNot({ seq }).whereNotNull("wake_at").update({ wake_at: null }));
  const row = { incident, seq, at, reminded, wake_at: wakeAt ?? null, body: JSON.stringify(news) };
  await run(sql(table).insert(row).onConflict(["incident", "seq"]).merge());
}

/** One whose incident is restored waits no longer for its time: the last text is owed. */
async function dueNews({ sql, rows }: Session, at: Instant, limit: number): Promise<readonly KeptNews[]> {
  const back = sql("incidents").select("id").whereIn("state", ["restored", "resolved"]);
  const due = sql(table)
    .whereNotNull("wake_at")
    .where((either) => void either.where("wake_at", "<=", at).orWhereIn("incident", back))
    .orderBy(["wake_at", "incident"])
    .limit(limit);
  return (await rows(due)).map(newsOf);
}

export function publicNewsReads({ sql, rows }: Session): PublicNewsStore {
  return { publicNews: async (incident) => (await rows(sql(table).where({ incident }).orderBy("seq"))).map(newsOf) };
}

export function publicNewsTx(session: Session): PublicNewsTx {
  const { sql, run } = session;
  return {
    savePublicNews: (news) => saveNews(session, news),
    dueNews: (at, limit) => dueNews(session, at, limit),
    moveNews: async (from, to) => void (await run(sql(table).where({ incident: from }).update({ incident: to }))),
  };
}
