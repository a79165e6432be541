/**
 * One request: what to read to the caller, what the room says of itself, the failure that it may be, and what the caller says in the end.
 */
import type { VNode } from "preact";
import type { RequestDetailShape } from "../../daemon/api/contract.ts";
import { ActForm, type FormState } from "./form-parts.tsx";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { capital } from "./incident-card.tsx";
import { Pairs } from "./inventory-parts.tsx";
import { requestsPageWords } from "./requests-words.ts";
import { words } from "./words.ts";

export interface RequestPageProps {
  readonly page: PageContext;
  readonly request: RequestDetailShape;
  /** The caller was asked for: the name is shown, and the page stands still. */
  readonly withCaller: boolean;
  readonly done?: "taken" | "attached" | "said";
  readonly state?: FormState;
}

export function RequestPage(props: RequestPageProps): VNode {
  const { page, request, done } = props;
  const w = requestsPageWords[page.language];
  return (
    <Frame page={page} title={w.one.replace("{number}", request.number)}>
      {done === undefined ? null : (
        <p class="banner good" role="status">
          {w[done]}
        </p>
      )}
      {request.ended === undefined ? <ReadBack page={page} request={request} /> : null}
      <Facts {...props} />
      <SameThing {...props} />
      <Outcome {...props} />
      <RoomSays page={page} request={request} />
    </Frame>
  );
}

type Of = Pick<RequestPageProps, "page" | "request">;

function ReadBack({ page, request }: Of): VNode {
  const w = requestsPageWords[page.language];
  return (
    <section aria-labelledby="read-back" class="card good">
      <h2 id="read-back">{w.readBack}</h2>
      <p class="lead" lang={`${request.language}-CA`}>
        {request.readBack}
      </p>
    </section>
  );
}

function Facts({ page, request, withCaller }: RequestPageProps): VNode {
  const w = requestsPageWords[page.language];
  const { texts } = page;
  const { caller, ended } = request;
  const incident =
    request.incident === undefined ? (
      w.waits
    ) : (
      <>
        <a href={`/incidents/${encodeURIComponent(request.incident)}`}>{request.incident}</a>{" "}
        {request.incidentState === undefined ? "" : `(${texts.state(request.incidentState)})`}
      </>
    );
  const asked = withCaller ? (
    [caller?.name, caller?.phone].filter(Boolean).join(", ") || w.hidden
  ) : page.signedIn === undefined ? undefined : (
    <a href={`/requests/${encodeURIComponent(request.id)}?caller=1`}>{w.showWho}</a>
  );
  return (
    <Pairs
      rows={[
        [w.where, `${request.siteName}, ${request.roomName}`],
        [w.what, capital(texts.symptom(request.symptom))],
        [w.when, `${texts.time(request.at)} (${texts.since(request.at)})`],
        [w.source, w.sources[request.source]],
        [w.sessionHit, request.sessionAffected ? <Mark tone="bad" text={w.yes} /> : w.no],
        [w.with, incident],
        [w.who, asked],
        [w.note, request.note],
        [w.attempts, request.attempts === 0 ? undefined : String(request.attempts)],
        [w.ended, ended === undefined ? undefined : `${w.endings[ended.how]}, ${texts.time(ended.at)}, ${ended.by}`],
      ]}
    />
  );
}

function SameThing({ page, request, state }: RequestPageProps): VNode | null {
  const w = requestsPageWords[page.language];
  if (request.ended !== undefined || request.sameThing.length === 0) return null;
  return (
    <section aria-labelledby="same">
      <h2 id="same">{w.same}</h2>
      <p class="hint">{w.sameMeaning}</p>
      <ul class="cards">
        {request.sameThing.map((each) => (
          <li key={each.number} class="card warn">
            <p>
              <a href={`/incidents/${encodeURIComponent(each.number)}`}>{each.number}</a> {each.siteName}:{" "}
              {page.texts.symptom(each.symptom)} <span class="soft">({page.texts.since(each.since)})</span>
            </p>
            <ActForm
              page={page}
              act={`attach:${each.number}`}
              hidden={{ incident: each.number }}
              button={w.attach.replace("{number}", each.number)}
              state={state}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Outcome({ page, request, state }: RequestPageProps): VNode | null {
  const w = requestsPageWords[page.language];
  if (request.ended !== undefined || page.signedIn?.handles !== true) return null;
  const note = [{ name: "note", label: w.note, kind: "area" as const }];
  return (
    <section aria-labelledby="outcome" class="act">
      <h2 id="outcome">{w.outcome}</h2>
      <div class="row">
        <ActForm page={page} act="agreed" button={w.agreed} state={state} />
        <ActForm page={page} act="attempt" button={w.attempt} state={state} />
      </div>
      <p class="hint">
        {w.attempt}
        {words[page.language].colon}
        {w.attemptMeaning}
      </p>
      <details id="fold-withdrawn" open={state?.act === "withdrawn"}>
        <summary>{w.withdrawn}</summary>
        <ActForm page={page} act="withdrawn" button={w.withdrawn} fields={note} state={state} />
      </details>
    </section>
  );
}

function RoomSays({ page, request }: Of): VNode {
  const w = requestsPageWords[page.language];
  const { texts } = page;
  return (
    <section aria-labelledby="room-says">
      <h2 id="room-says">{w.room_says}</h2>
      {request.codecs.length === 0 ? <p class="hint">{w.noCodec}</p> : null}
      <ul class="cards">
        {request.codecs.map((codec) => (
          <li key={codec.device} class={`card ${codec.up === "down" ? "bad" : codec.up === "up" ? "good" : ""}`}>
            <h3>
              <a href={`/devices/${encodeURIComponent(codec.device)}`}>{codec.name}</a> {texts.look(codec.up)}
            </h3>
            <ul class="flat" lang={`${request.language}-CA`}>
              {codec.says.map((told) => (
                <li key={told.what}>
                  <strong>{told.text}</strong> <span class="soft">{w.asOf.replace("{time}", texts.exact(told.at))}</span>
                </li>
              ))}
            </ul>
            {codec.unknown.length === 0 ? null : (
              <p class="hint">
                {w.unheard}
                {words[page.language].colon}
                {codec.unknown.map((each) => w.facts[each]).join(", ")}
              </p>
            )}
            {codec.lastIncident === undefined ? null : (
              <p class="hint">
                {w.last}
                {words[page.language].colon}
                <a href={`/incidents/${encodeURIComponent(codec.lastIncident.number)}`}>{codec.lastIncident.number}</a>{" "}
                {texts.symptom(codec.lastIncident.symptom)} ({texts.time(codec.lastIncident.openedAt)})
              </p>
            )}
          </li>
        ))}
      </ul>
      <p>
        <a href={`/requests/${encodeURIComponent(request.id)}${page.still === true ? "?caller=1" : ""}`}>{w.again}</a>
      </p>
    </section>
  );
}
