/**
 * What is kept about one contact. The timeline's `by` is under its chain of hashes, and the database refuses to change it: it is listed, and stays.
 */
import type { Override, Person, Rotation } from "../model/on-call.ts";
import { keptOfPeople } from "../ports-kept.ts";
import { reachKey } from "../ports-oncall.ts";
import type { ActKept, Erased, KeptAbout, MessageKept, RoomLinkKept, SignInKept } from "../ports-privacy.ts";
import { forgetKept, readKept, readKeptAll, writeKept } from "./kept.ts";
import { onCallReads, onCallTx } from "./on-call.ts";
import { eraseHandsIn, handsIn } from "./request-hands.ts";
import { numberOf, textOf } from "./rows.ts";
import { type Session, slices } from "./session.ts";

/** In place of an address, or of a name. */
const ERASED = "erased";

type Reach = Readonly<Record<string, unknown>> & { readonly contact: string };

export async function keptAbout(session: Session, id: string): Promise<KeptAbout> {
  const book = await onCallReads(session).onCall(0);
  const person = book.people.find((each) => each.id === id);
  const names = (each: Rotation | Override) => each.people.includes(id);
  const sent = session.sql("outbox").where({ recipient: id }).orderBy(["created_at", "key"]);
  // "by the link sent to anne": what was done for them by what they were sent.
  const acting = [id, byRoomLink(id)];
  const did = session.sql("timeline").whereIn("by", acting).orWhere("by", "like", `% ${id}`).orderBy(["at", "incident", "seq"]);
  const audit = session.sql("audit").whereIn("by", acting).orWhere({ target: id }).orderBy("id");
  const link = await readKept<RoomLinkKept>(session, `${keptOfPeople.roomLinks}${id}`);
  return {
    ...(person === undefined ? {} : { person }),
    rotations: book.rotations.filter(names),
    overrides: book.overrides.filter(names),
    reach: ((await readKept<readonly Reach[]>(session, reachKey)) ?? []).filter(({ contact }) => contact === id),
    messages: (await session.rows(sent)).map(messageOf),
    signIns: (await signInsOf(session, id)).map(({ value: { at, seenAt } }) => ({ at, seenAt })),
    ...(link === undefined ? {} : { roomLink: withoutKey(link) }),
    requests: await handsIn(session, { id, link: byRoomLink(id) }),
    timeline: (await session.rows(did)).map(actOf),
    audit: (await session.rows(audit)).map((row) => ({
      ...{ at: numberOf(row.at), by: textOf(row.by), action: textOf(row.action), target: textOf(row.target) },
    })),
  };
}

/** Who acts by a link to rooms. */
const byRoomLink = (id: string) => `rooms:${id}`;

/** The serial is what the link is made from: it is nobody's to know. */
function withoutKey({ sites, at, by, seenAt, revoked }: RoomLinkKept): RoomLinkKept {
  return { sites, at, by, ...(seenAt === undefined ? {} : { seenAt }), ...(revoked === undefined ? {} : { revoked }) };
}

async function signInsOf(session: Session, id: string, locking: "for-update" | "none" = "none") {
  const all = await readKeptAll<SignInKept & { readonly name: string }>(session, keptOfPeople.signIns, locking);
  return all.filter(({ value }) => value.name === id);
}

function messageOf(row: Readonly<Record<string, unknown>>): MessageKept {
  const [key, incident, channel, address, state] = [row.key, row.incident, row.channel, row.address, row.state].map(textOf);
  return { key, incident, channel, address, state, createdAt: numberOf(row.created_at) } as MessageKept;
}

function actOf(row: Readonly<Record<string, unknown>>): ActKept {
  return {
    ...{ incident: textOf(row.incident), seq: numberOf(row.seq), at: numberOf(row.at) },
    ...{ by: textOf(row.by), event: textOf(row.event) },
  };
}

/** Inside a transaction. */
export async function erasePerson(session: Session, id: string): Promise<Erased> {
  // What is erased is overwritten in the file, not only unlinked.
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=ON"));
  const person = await erasePersonRow(session, id);
  const kept = (await readKept<readonly Reach[]>(session, reachKey, "for-update")) ?? [];
  const others = kept.filter(({ contact }) => contact !== id);
  if (others.length < kept.length) await writeKept(session, reachKey, others);
  const over = session.sql("outbox").where({ recipient: id }).whereNotIn("state", ["pending", "claimed"]).whereNot("address", ERASED);
  const keys = (await session.rows(over.clone().select("key"))).map(({ key }) => textOf(key));
  // A server's answer names the address that it took or refused.
  const messages = await session.run(over.update({ address: ERASED, proof: null, error: null }));
  let attempts = 0;
  for (const some of slices(keys, 500))
    attempts += await session.run(
      session
        .sql("deliveries")
        .whereIn("key", [...some])
        .update({ proof: null, error: null }),
    );
  const codes = await session.run(session.sql("ack_codes").where({ recipient: id }).delete());
  const ways = await eraseWays(session, id);
  const requests = await eraseHandsIn(session, byRoomLink(id), byRoomLink(ERASED));
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=OFF"));
  return { person, reach: kept.length - others.length, messages, attempts, codes, ...ways, requests };
}

/** How they came in: they are signed out, and their link opens nothing any more. */
async function eraseWays(session: Session, id: string): Promise<Pick<Erased, "signIns" | "roomLinks">> {
  const signIns = await signInsOf(session, id, "for-update");
  for (const { key } of signIns) await forgetKept(session, key);
  const link = `${keptOfPeople.roomLinks}${id}`;
  const isThere = (await readKept(session, link, "for-update")) !== undefined;
  if (isThere) await forgetKept(session, link);
  return { signIns: signIns.length, roomLinks: isThere ? 1 : 0 };
}

async function erasePersonRow(session: Session, id: string): Promise<number> {
  const tx = onCallTx(session);
  const person: Person | undefined = await tx.person(id);
  if (person === undefined || (person.name === ERASED && person.channels.length === 0)) return 0;
  await tx.savePerson({ ...person, name: ERASED, channels: [] });
  return 1;
}
