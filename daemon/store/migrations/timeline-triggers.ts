/**
 * The database itself refuses to change the timeline, but for two things: erasing a text (its hash stays), and retention,
 * which takes an incident's lines only once the incident is gone.
 */
import type { Kind } from "../session.ts";

const kept = ["incident", "seq", "at", "by", "event", "content_hash", "hash"];

/** Statements to create the triggers, in order. */
export function timelineTriggers(kind: Kind): readonly string[] {
  const same = kept.map((name) => `new."${name}" = old."${name}"`).join(" and ");
  const redaction = `new.content is null and new.salt is null and ${same}`;
  const orphan = "not exists (select 1 from incidents where id = old.incident)";
  if (kind === "sqlite") {
    const refuse = "begin select raise(abort, 'the timeline is append-only'); end";
    return [
      `create trigger timeline_update before update on timeline when not (${redaction}) ${refuse}`,
      `create trigger timeline_delete before delete on timeline when not (${orphan}) ${refuse}`,
    ];
  }
  return [
    `create function vigie_timeline_guard() returns trigger language plpgsql as $$
     begin
       if tg_op = 'UPDATE' then
         if ${redaction} then return new; end if;
       elsif ${orphan} then return old;
       end if;
       raise exception 'the timeline is append-only';
     end $$`,
    `create trigger timeline_guard before update or delete on timeline for each row execute function vigie_timeline_guard()`,
  ];
}
