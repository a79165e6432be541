/**
 * Files that people attach to an incident, and their erasing. Each act is one transaction, on the timeline, audited.
 */
import { createHash } from "node:crypto";
import { type AttachmentType, mostFiles, notAttachable, plainName } from "../../rules/attachment.ts";
import { addWork } from "../../rules/followup.ts";
import type { Person } from "../../rules/handover.ts";
import { line } from "../../rules/incident.ts";
import type { Incident } from "../model/incident.ts";
import type { Attachment } from "../model/work.ts";
import { type ActResult, actOn, type DeskDeps } from "./acting.ts";
import { hoursOf } from "./hours.ts";

type Refused = Extract<ActResult, { ok: false }>;
export type Attached = Refused | { readonly ok: true; readonly incident: Incident; readonly attachment: Attachment };

export class AttachmentDesk {
  readonly #deps: DeskDeps;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  async attach(
    id: string,
    person: Person,
    file: { readonly name: string; readonly type: AttachmentType; readonly bytes: Buffer },
  ): Promise<Attached> {
    const { clock, config } = this.#deps;
    const { type, bytes } = file;
    const bad = notAttachable(type, bytes);
    if (bad !== undefined) return { ok: false, status: 422, problem: bad };
    let made: Attachment | undefined;
    const result = await actOn(this.#deps, id, async (incident, tx) => {
      const all = await tx.attachmentsOf(incident.id);
      if (all.filter(({ erased }) => erased === undefined).length >= mostFiles)
        return { refused: `${incident.number} has ${mostFiles} files; erase one first` };
      const at = clock.now();
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const free = { id: `${incident.number}-F${all.length + 1}`, incident: incident.id };
      const attachment = { ...free, name: plainName(file.name), type, sizeBytes: bytes.length, sha256, by: person.name, at };
      await tx.saveAttachment(attachment, bytes);
      const data = { file: attachment.id, type, sizeBytes: bytes.length, sha256 };
      await tx.audit([{ at, by: person.name, action: "attachment.added", target: attachment.id, data }]);
      made = attachment;
      const hours = hoursOf(config(), incident.site, incident.device);
      return addWork(incident, "attachment", { by: person.name, at, hours, takes: false, note: `${attachment.id} (${type})`, data });
    });
    return result.ok && made !== undefined ? { ok: true, incident: result.incident, attachment: made } : (result as Refused);
  }

  /** Its content and its name go; that there was one stays. Of a closed incident too. Backups keep it. */
  async erase(id: string, file: string, person: Person): Promise<Attached> {
    const { store, clock, changed } = this.#deps;
    const incident = await store.incident(id);
    if (incident === undefined) return { ok: false, status: 404, problem: `there is no incident ${id}; see GET /api/v1/incidents` };
    const at = clock.now();
    const erased = await store.transaction(undefined, async (tx) => {
      const found = (await tx.attachmentsOf(incident.id)).find((each) => each.id === file && each.erased === undefined);
      if (found === undefined) return undefined;
      const gone: Attachment = { ...found, name: "erased", erased: { by: person.name, at } };
      await tx.eraseAttachment(gone);
      await tx.audit([{ at, by: person.name, action: "attachment.erased", target: file, data: { sha256: found.sha256 } }]);
      await tx.appendTimeline([line(incident, at, person.name, "attachment-erased", file)]);
      return gone;
    });
    if (erased === undefined)
      return {
        ok: false,
        status: 404,
        problem: `${incident.number} has no file ${file}, or it is erased already; see GET /api/v1/incidents/${incident.number}/attachments`,
      };
    changed();
    return { ok: true, incident, attachment: erased };
  }
}
