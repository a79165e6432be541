/**
 * Booked sessions, today and to come, with how ready each is; and how the calendars stand that they are read from.
 */
import type { VNode } from "preact";
import type { SessionListShape, SessionShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { sessionsWords } from "./sessions-words.ts";
import { Table } from "./table.tsx";

export interface SessionsPageProps {
  readonly page: PageContext;
  readonly list: SessionListShape;
}

const tones = { ready: "good", "not-ready": "bad", unknown: "unsure" } as const;

export function SessionsPage({ page, list }: SessionsPageProps): VNode {
  const s = sessionsWords[page.language];
  return (
    <Frame page={page} title={s.title}>
      <p>{s.meaning}</p>
      <p class="hint">{s.how}</p>
      {list.items.length === 0 ? <p class="calm">{s.none}</p> : <Sessions page={page} items={list.items} />}
      {list.calendars.length === 0 ? null : <Calendars page={page} list={list} />}
    </Frame>
  );
}

function Sessions({ page, items }: { readonly page: PageContext; readonly items: readonly SessionShape[] }): VNode {
  const s = sessionsWords[page.language];
  return (
    <Table label={s.title} heads={[s.when, s.rooms, s.kind, s.ready, s.became]}>
      {items.map((session) => (
        <tr key={session.id}>
          <td>
            <time dateTime={session.from}>{page.texts.time(session.from)}</time> –{" "}
            <time dateTime={session.to}>{page.texts.time(session.to)}</time>
          </td>
          <td>{roomsText(page, session)}</td>
          <td>{kindText(page, session)}</td>
          <td>
            <Readiness page={page} session={session} />
          </td>
          <td>{outcomeText(page, session)}</td>
        </tr>
      ))}
    </Table>
  );
}

export function roomsText(page: PageContext, { rooms, bridge }: Pick<SessionShape, "rooms" | "bridge">): string {
  const names = rooms.map((room) => page.texts.name(room));
  const far = rooms.length === 1 ? ` ${sessionsWords[page.language].farEnd}` : "";
  return `${names.join(" – ")}${far}${bridge === undefined ? "" : ` (${page.texts.name(bridge)})`}`;
}

export function kindText(page: PageContext, { kind, priority, specialty }: Pick<SessionShape, "kind" | "priority" | "specialty">): string {
  const urgent = priority === "urgent" ? `, ${sessionsWords[page.language].urgent}` : "";
  return `${page.texts.of("session-kind", kind)}${specialty === undefined ? "" : ` (${specialty})`}${urgent}`;
}

export function outcomeText(page: PageContext, { state, outcome }: Pick<SessionShape, "state" | "outcome">): string {
  const s = sessionsWords[page.language];
  if (outcome === undefined) return state === "cancelled" ? s.cancelled : "";
  const late = outcome.lateMinutes === undefined ? "" : ` (${outcome.lateMinutes} ${s.minutes})`;
  return `${page.texts.of("outcome", outcome.code)}${late}`;
}

function Readiness({ page, session }: { readonly page: PageContext; readonly session: SessionShape }): VNode | null {
  const { readiness } = session;
  if (session.state === "cancelled") return null;
  if (readiness === undefined) return <span class="hint">{sessionsWords[page.language].notYet}</span>;
  const { texts } = page;
  return (
    <>
      <Mark tone={tones[readiness.verdict]} text={texts.of("readiness", readiness.verdict)} />
      {readiness.causes.length === 0 ? null : (
        <ul>
          {readiness.causes.slice(0, 10).map((cause) => (
            <li key={`${cause.room ?? ""}/${cause.device ?? ""}`}>
              {causeText(page, cause)}{" "}
              {cause.incident === undefined ? null : <a href={`/incidents/${encodeURIComponent(cause.incident)}`}>{cause.incident}</a>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

type Cause = NonNullable<SessionShape["readiness"]>["causes"][number];

function causeText({ texts }: PageContext, { code, device, room, symptom }: Cause): string {
  const facts = {
    device: device === undefined ? "" : texts.name(device),
    room: room === undefined ? "" : texts.name(room),
    symptom: symptom === undefined ? "" : texts.symptom(symptom),
  };
  return texts.of("cause", code).replace(/\{(device|room|symptom)\}/g, (_all, name: keyof typeof facts) => facts[name]);
}

function Calendars({ page, list }: SessionsPageProps): VNode {
  const s = sessionsWords[page.language];
  return (
    <>
      <h2>{s.calendars}</h2>
      <Table label={s.calendars} heads={[s.calendar, s.lastRead, s.coming, s.unmapped, s.leftOut, s.unread, s.trouble]}>
        {list.calendars.map((calendar) => (
          <tr key={calendar.id}>
            <td>{calendar.id}</td>
            <td>{calendar.goodAt === undefined ? s.never : <time dateTime={calendar.goodAt}>{page.texts.time(calendar.goodAt)}</time>}</td>
            <td class="figure">{calendar.sessions}</td>
            <td class="figure">{calendar.unmapped}</td>
            <td class="figure">{calendar.leftOut}</td>
            <td class="figure">{Object.values(calendar.unread).reduce((sum, count) => sum + count, 0)}</td>
            <td>{calendar.code === undefined ? "" : <code>{calendar.code}</code>}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
