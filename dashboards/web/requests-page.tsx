/**
 * The queue of requests, and the form that takes one in while the caller is on the line.
 */
import type { VNode } from "preact";
import type { RequestShape } from "../../daemon/api/contract.ts";
import { ActForm, type FormState, type Option } from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { capital } from "./incident-card.tsx";
import { requestsPageWords } from "./requests-words.ts";
import { Table } from "./table.tsx";

export interface RequestsPageProps {
  readonly page: PageContext;
  readonly open: readonly RequestShape[];
  readonly over: readonly RequestShape[];
  readonly state?: FormState;
}

export function RequestsPage({ page, open, over, state }: RequestsPageProps): VNode {
  const w = requestsPageWords[page.language];
  return (
    <Frame page={page} title={w.title}>
      <p>{w.meaning}</p>
      <Start page={page} state={state} />
      <h2>{open.length === 0 ? w.open : `${w.open} (${open.length})`}</h2>
      {open.length === 0 ? <p class="calm">{w.noneOpen}</p> : <Queue page={page} label={w.open} items={open} />}
      <h2>{w.over}</h2>
      {over.length === 0 ? <p class="hint">{w.none}</p> : <Queue page={page} label={w.over} items={over} />}
    </Frame>
  );
}

function Start({ page, state }: { readonly page: PageContext; readonly state?: FormState | undefined }): VNode | null {
  const w = requestsPageWords[page.language];
  if (page.signedIn === undefined)
    return (
      <p>
        <a href="/sign-in?to=%2Frequests">{w.signIn}</a>.
      </p>
    );
  if (!page.signedIn.handles) return null;
  return (
    <>
      <ActForm page={page} act="reserve" to="/requests" button={w.start} strong state={state} />
      <p class="hint">{w.startMeaning}</p>
    </>
  );
}

function Queue({
  page,
  label,
  items,
}: {
  readonly page: PageContext;
  readonly label: string;
  readonly items: readonly RequestShape[];
}): VNode {
  const w = requestsPageWords[page.language];
  return (
    <Table label={label} heads={[w.number, w.when, w.where, w.what, w.incident, w.ended]}>
      {items.map((each) => (
        <tr key={each.id}>
          <td>
            <a href={`/requests/${encodeURIComponent(each.id)}`}>{each.number}</a>
            <span class="why">{w.sources[each.source]}</span>
          </td>
          <td>{page.texts.time(each.at)}</td>
          <td>
            {each.siteName}, {each.roomName}
          </td>
          <td>
            {capital(page.texts.symptom(each.symptom))}
            {each.sessionAffected && each.ended === undefined ? (
              <span class="why">
                <Mark tone="bad" text={w.sessionHit} />
              </span>
            ) : null}
          </td>
          <td>
            {each.incident === undefined ? null : <a href={`/incidents/${encodeURIComponent(each.incident)}`}>{each.incident}</a>}
            {each.incidentState === undefined ? null : <span class="why">{page.texts.state(each.incidentState)}</span>}
          </td>
          <td>{each.ended === undefined ? "" : w.endings[each.ended.how]}</td>
        </tr>
      ))}
    </Table>
  );
}

export interface NewRequestPageProps {
  readonly page: PageContext;
  /** Reserved; undefined: none is yet. */
  readonly number?: string;
  readonly rooms: readonly Option[];
  readonly symptoms: readonly Option[];
  readonly state?: FormState;
}

export function NewRequestPage({ page, number, rooms, symptoms, state }: NewRequestPageProps): VNode {
  const w = requestsPageWords[page.language];
  if (number === undefined)
    return (
      <Frame page={page} title={w.newTitle}>
        <Start page={page} />
      </Frame>
    );
  const sessions = [
    { value: "", label: w.byBook },
    { value: "yes", label: w.yes },
    { value: "no", label: w.no },
  ];
  const languages = (["fr", "en"] as const).map((value) => ({ value, label: w.languages[value] }));
  return (
    <Frame page={page} title={w.newTitle}>
      <p class="lead number-said">
        <strong>{w.say.replace("{number}", number)}</strong>
      </p>
      <ActForm
        page={page}
        act="take"
        button={w.send}
        strong
        state={state}
        hidden={{ number }}
        fields={[
          {
            name: "room",
            label: w.room,
            kind: "choice",
            needed: true,
            options: [{ value: "", label: formWords[page.language].choose }, ...rooms],
          },
          { name: "symptom", label: w.symptom, kind: "choice", needed: true, options: symptoms, first: "user-assistance" },
          { name: "sessionAffected", label: w.session, kind: "choice", options: sessions },
          { name: "callerName", label: w.callerName },
          { name: "callerPhone", label: w.callerPhone, kind: "phone" },
          { name: "language", label: w.language, kind: "choice", needed: true, options: languages, first: page.language },
          { name: "note", label: w.note, kind: "area", hint: formWords[page.language].noPatient },
        ]}
      />
    </Frame>
  );
}
