/**
 * Which requests a person had a hand in: by their link to rooms, where a request is their own, or with the token of their name.
 */
import type { HelpRequest } from "../model/request.ts";
import type { RequestKept } from "../ports-privacy.ts";
import { requestOf, saveRequest } from "./requests.ts";
import type { Session } from "./session.ts";

interface Hands {
  readonly id: string;
  /** Who acts by their link. */
  readonly link: string;
}

export async function handsIn(session: Session, { id, link }: Hands): Promise<readonly RequestKept[]> {
  const found = await named(session, [id, link]);
  return found.map((request) => {
    const { number, at, room, symptom, source, by, attempts, ended } = request;
    const is = (name: string | undefined) => name === id || name === link;
    const did = [
      ...(by === link ? (["asked"] as const) : by === id ? (["taken-in"] as const) : []),
      ...(attempts.some((each) => is(each.by)) ? (["tried"] as const) : []),
      ...(is(ended?.by) ? (["ended"] as const) : []),
    ];
    return { number, at, room, symptom, source, did, open: ended === undefined };
  });
}

/** Inside a transaction. Of requests that are over it is no longer said who asked for them, or ended them, by this link. How many. */
export async function eraseHandsIn(session: Session, link: string, instead: string): Promise<number> {
  const over = (await named(session, [link])).filter(({ ended }) => ended !== undefined);
  const by = (name: string) => (name === link ? instead : name);
  for (const request of over) {
    const { ended } = request;
    await saveRequest(session, {
      ...request,
      by: by(request.by),
      attempts: request.attempts.map((each) => ({ ...each, by: by(each.by) })),
      ...(ended === undefined ? {} : { ended: { ...ended, by: by(ended.by) } }),
      version: request.version + 1,
    });
  }
  return over.length;
}

/** A text search finds too many (a note may say the same); what counts is who it was by. */
async function named(session: Session, names: readonly string[]): Promise<readonly HelpRequest[]> {
  const found = session.sql("help_requests").orderBy(["at", "id"]);
  found.where((any) => {
    for (const name of names) any.orWhere("body", "like", `%"by":${JSON.stringify(name)}%`);
  });
  return (await session.rows(found))
    .map(requestOf)
    .filter(({ by, attempts, ended }) => [by, ended?.by, ...attempts.map((each) => each.by)].some((each) => names.includes(each ?? "")));
}
