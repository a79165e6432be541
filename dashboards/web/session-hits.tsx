/**
 * The sessions that an incident has hit or will hit, the clinical minutes lost, and what can be done instead.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape, SessionHitShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { kindText, outcomeText, roomsText } from "./sessions-page.tsx";
import { sessionsWords } from "./sessions-words.ts";
import { words } from "./words.ts";

export function SessionHits({ page, incident }: { readonly page: PageContext; readonly incident: IncidentDetailShape }): VNode | null {
  if (incident.sessions.length === 0) return null;
  const s = sessionsWords[page.language];
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{s.hit}</h2>
      <p class="hint">{s.hitMeaning}</p>
      <p>
        {s.clinical}
        {words[page.language].colon}
        <strong>{incident.clinicalMinutes}</strong>
      </p>
      <ul>
        {incident.sessions.map((hit) => (
          <li key={hit.id}>
            <time dateTime={hit.from}>{page.texts.time(hit.from)}</time> ({s.state[hit.when]}){words[page.language].colon}
            {roomsText(page, hit)}, {kindText(page, hit)}
            {hit.overlapMinutes === 0 ? "" : `. ${s.overlap} ${hit.overlapMinutes} ${s.minutes}`}
            {hit.outcome === undefined ? "" : `. ${s.became}${words[page.language].colon}${outcomeText(page, hit)}`}
            <Instead page={page} hit={hit} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Instead({ page, hit }: { readonly page: PageContext; readonly hit: SessionHitShape }): VNode | null {
  const { instead } = hit;
  if (instead === undefined) return null;
  const s = sessionsWords[page.language];
  const { colon } = words[page.language];
  const named = (title: string, names: readonly string[]) => (names.length === 0 ? [] : [`${title}${colon}${names.join(", ")}`]);
  const name = (id: string) => page.texts.name(id);
  const rooms = instead.rooms.length === 0 && instead.bridges.length === 0 ? [s.noInstead] : named(s.insteadRooms, instead.rooms.map(name));
  const phones = instead.telephones.map(({ room, phone }) => `${name(room)} ${phone}`);
  const ways = [...rooms, ...named(s.insteadBridges, instead.bridges.map(name)), ...named(s.insteadPhones, phones)];
  return (
    <>
      <br />
      <strong>{s.instead}</strong>
      {colon}
      {ways.join(" · ")}
    </>
  );
}
