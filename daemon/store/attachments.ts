/**
 * Files attached to incidents, between rows and the vocabulary. Contents are read one at a time.
 */
import type { Attachment } from "../model/work.ts";
import { jsonOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";

export async function findAttachments(session: Session, incident: string): Promise<readonly Attachment[]> {
  const found = session.sql("attachments").select("incident", "body").where({ incident }).orderBy(["at", "id"]);
  return (await session.rows(found)).map((row) => ({ ...jsonOf<Attachment>(row.body), incident: textOf(row.incident) }));
}

export async function findAttachmentBytes(session: Session, id: string): Promise<Buffer | undefined> {
  const row = await session.row(session.sql("attachments").select("content").where({ id }).first());
  return row === undefined || row.content === null ? undefined : (row.content as Buffer);
}

export async function saveAttachment(session: Session, attachment: Attachment, content: Buffer): Promise<void> {
  const { id, incident, at } = attachment;
  await session.run(session.sql("attachments").insert({ id, incident, at, body: JSON.stringify(attachment), content }));
}

/** What is erased is overwritten in the file, not only unlinked. */
export async function eraseAttachment(session: Session, attachment: Attachment): Promise<void> {
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=ON"));
  const of = session.sql("attachments").where({ id: attachment.id });
  await session.run(of.update({ body: JSON.stringify(attachment), content: null }));
  if (session.kind === "sqlite") await session.run(session.sql.raw("PRAGMA secure_delete=OFF"));
}
