/**
 * Files attached to an incident: added, listed, downloaded (always as a download, never shown in place), erased.
 */
import { attachmentTypes } from "../../rules/attachment.ts";
import type { Attachment } from "../model/work.ts";
import type { Attached } from "../roles/attachment-desk.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

export const attachmentView = ({ at, erased, ...rest }: Attachment) => ({
  ...rest,
  at: iso(at),
  ...present({ erased: erased === undefined ? undefined : { by: erased.by, at: iso(erased.at) } }),
});

function must(result: Attached) {
  if (!result.ok) throw new HttpProblem(result.status, `attachment-${result.status}`, result.problem);
  return { content: attachmentView(result.attachment) };
}

async function attachmentsOf({ store }: ApiDeps, id: string | undefined): Promise<readonly Attachment[]> {
  const incident = await store.incident(id ?? "");
  if (incident !== undefined) return store.attachments(incident.id);
  throw new HttpProblem(404, "no-such-incident", "No incident has this id or number; GET /api/v1/incidents lists them.");
}

export const attachmentOperations: readonly Operation[] = [
  operation({
    id: "listAttachments",
    method: "get",
    path: "/api/v1/incidents/{id}/attachments",
    summary: "Files attached to it, the first one first, erased ones too.",
    access: "read",
    may: "read",
    answer: "AttachmentList",
    run: async ({ deps, params }) => ({ content: { items: (await attachmentsOf(deps, params.id)).map(attachmentView) } }),
  }),
  operation({
    id: "attachFile",
    method: "post",
    path: "/api/v1/incidents/{id}/attachments",
    summary: "Attaches a file: PDF, PNG, JPEG, text or CSV, 5 MiB at most, 20 an incident.",
    access: "write",
    may: "handle",
    body: "Attach",
    answer: "Attachment",
    run: async ({ deps, params, caller, body: { name, type, content } }) =>
      must(await deps.files.attach(params.id ?? "", caller, { name, type, bytes: Buffer.from(content, "base64") })),
  }),
  operation({
    id: "attachmentFile",
    method: "get",
    path: "/api/v1/incidents/{id}/attachments/{file}/content",
    summary: "The file itself, as a download.",
    access: "read",
    may: "read",
    answer: "Attachment",
    files: [...attachmentTypes],
    run: async ({ deps, params }) => {
      const found = (await attachmentsOf(deps, params.id)).find(({ id }) => id === params.file);
      const bytes = found === undefined ? undefined : await deps.store.attachmentBytes(found.id);
      if (found === undefined || bytes === undefined)
        throw new HttpProblem(404, "no-such-file", "This incident has no such file, or it is erased; GET …/attachments lists them.");
      return { file: { name: found.name, type: found.type, bytes } };
    },
  }),
  operation({
    id: "eraseAttachment",
    method: "post",
    path: "/api/v1/incidents/{id}/attachments/{file}/erase",
    summary: "Erases a file and its name; that there was one stays. Audited; backups keep it.",
    access: "write",
    may: "erase",
    body: "Erase",
    answer: "Attachment",
    run: async ({ deps, params, caller }) => must(await deps.files.erase(params.id ?? "", params.file ?? "", caller)),
  }),
];
