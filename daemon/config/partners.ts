/**
 * Partners: who owns a part of the network or of the equipment, whom to ask there, and how long they may be silent.
 */
import type { Contact, FunctionEntry, Partner, ServiceCalendar } from "../model/config.ts";
import type { Language } from "../model/time.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_PARTNER } from "./defaults.ts";
import { checkReference, type Section } from "./reading.ts";
import * as schema from "./schema.ts";

/** What partners are checked against, and what holds where one says nothing. */
export interface About {
  readonly contacts: Section<Contact>;
  readonly functions: Section<FunctionEntry>;
  readonly calendars: Section<ServiceCalendar>;
  readonly language: Language;
  readonly timezone: string;
}

export function readPartners({ sections, findings }: Loading, about: About): Section<Partner> {
  const { entries, ids } = sections.section("partners", schema.partner);
  const partners = new Map<string, Partner>();
  for (const [id, raw] of entries) {
    const path = ["partners", id];
    for (const [index, contact] of (raw.contacts ?? []).entries())
      checkReference(findings, [...path, "contacts", index], "contact", contact, about.contacts.ids);
    for (const [index, each] of (raw.after_them ?? []).entries())
      checkReference(findings, [...path, "after_them", index], "function", each, about.functions.ids);
    if (raw.after_them?.length === 0)
      findings.problem([...path, "after_them"], "is empty, so a silent partner would be forgotten; name a function");
    if (raw.hours !== undefined) checkReference(findings, [...path, "hours"], "calendar", raw.hours, about.calendars.ids);
    partners.set(id, {
      id,
      name: raw.name,
      contacts: raw.contacts ?? [],
      language: raw.language ?? about.language,
      hours: raw.hours ?? DEFAULT_PARTNER.hours,
      timezone: raw.timezone ?? about.timezone,
      answerWithin: raw.answer_within ?? DEFAULT_PARTNER.answerWithin,
      afterThem: raw.after_them ?? DEFAULT_PARTNER.afterThem,
      ...given({ contract: raw.contract }),
    });
  }
  return { entries: partners, ids };
}
