/**
 * The rooms of a coordinator, by a personal link: can it be used, what is being done, today's sessions, one button for help.
 * For people who are no technicians: no code, no device, no level.
 */
import type { VNode } from "preact";
import { Bare } from "./bare.tsx";
import { FieldRow, type Option } from "./form-parts.tsx";
import { Mark } from "./frame.tsx";
import { roomsWords } from "./rooms-words.ts";

export interface RoomTrouble {
  /** In plain words, by the rule. */
  readonly what: string;
  readonly doing: "open" | "taken" | "partner" | "restored";
  readonly partner?: string;
  readonly since: string;
}

export interface OwnRequest {
  readonly id: string;
  readonly number: string;
  readonly time: string;
  /** Its incident is over, as far as we see. */
  readonly doing: "waits" | RoomTrouble["doing"];
}

export interface RoomCard {
  readonly id: string;
  readonly name: string;
  readonly siteName: string;
  readonly phone?: string;
  readonly state: "yes" | "limited" | "no" | "unknown";
  readonly troubles: readonly RoomTrouble[];
  readonly requests: readonly OwnRequest[];
}

export interface RoomSession {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly room: string;
  readonly others: readonly string[];
  readonly readiness?: "ready" | "not-ready" | "unknown";
  readonly cancelled: boolean;
}

export interface RoomsPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  /** Undefined: the link is none of ours. */
  readonly view?: {
    readonly name: string;
    /** Where the reports of their sites are. */
    readonly reportsPath: string;
    readonly rooms: readonly RoomCard[];
    readonly sessions: readonly RoomSession[];
    readonly time: string;
    /** We do not do all of our work: what is shown may be out of date. */
    readonly unwell: boolean;
    readonly symptoms: readonly Option[];
    /** Of this browser; undefined: it has not shown the digits. */
    readonly formToken?: string;
    readonly once: string;
  };
  readonly said?:
    | { readonly tone: "good"; readonly what: "sent" | "again"; readonly number: string }
    | { readonly tone: "good"; readonly what: "thanks" | "known" }
    | { readonly tone: "problem"; readonly what: "wrong" | "wait" | "stale" }
    | { readonly tone: "problem"; readonly what: "refused"; readonly why: string };
}

type View = NonNullable<RoomsPageProps["view"]>;
type Of = { readonly language: "fr" | "en"; readonly view: View };

export function RoomsPage({ language, instanceName, view, said }: RoomsPageProps): VNode {
  const w = roomsWords[language];
  return (
    <Bare language={language} title={view === undefined ? w.none : w.title} instanceName={instanceName} polls={view !== undefined}>
      {said === undefined ? null : (
        <p class={`banner ${said.tone}`} role={said.tone === "good" ? "status" : "alert"}>
          {w[said.what].replace("{number}", "number" in said ? said.number : "").replace("{why}", "why" in said ? said.why : "")}
        </p>
      )}
      {view === undefined ? <p>{w.noneNote}</p> : <Rooms language={language} view={view} />}
    </Bare>
  );
}

function Rooms({ language, view }: Of): VNode {
  const w = roomsWords[language];
  const ready = view.rooms.filter(({ state }) => state === "yes");
  const trouble = view.rooms.some(({ state }) => state === "no" || state === "limited");
  return (
    <>
      <p class="hint">
        {w.hello.replace("{name}", view.name)}. {w.updated.replace("{time}", view.time)}. <a href="?">{w.refresh}</a>
      </p>
      {view.unwell ? (
        <p class="banner problem" role="alert">
          {w.unwell}
        </p>
      ) : null}
      {view.formToken === undefined ? <Confirm language={language} view={view} /> : null}
      {view.rooms.length === 0 ? <p class="calm">{w.noRooms}</p> : null}
      {trouble && ready.length > 0 ? (
        <p>
          <strong>{w.other.replace("{rooms}", ready.map(({ siteName, name }) => `${siteName}, ${name}`).join("; "))}</strong>
        </p>
      ) : null}
      <ul class="cards">
        {view.rooms.map((room) => (
          <Room key={room.id} language={language} view={view} room={room} />
        ))}
      </ul>
      <Sessions language={language} view={view} />
      {view.formToken === undefined ? null : (
        <p>
          <a href={view.reportsPath}>{w.reports}</a>
        </p>
      )}
      <p class="hint">{w.private}</p>
    </>
  );
}

const tones = { yes: "good", limited: "warn", no: "bad", unknown: "unsure" } as const;

function Room({ language, view, room }: Of & { readonly room: RoomCard }): VNode {
  const w = roomsWords[language];
  const tone = tones[room.state];
  return (
    <li class={`card ${tone}`} id={`room-${room.id}`}>
      <h2>
        {room.siteName}, {room.name}
      </h2>
      <p class="lead">
        <Mark tone={tone} text={w.state[room.state]} />
      </p>
      <p>{w.stateMeaning[room.state]}</p>
      {room.troubles.length === 0 ? null : (
        <ul>
          {room.troubles.map((each) => (
            <li key={`${each.what} ${each.since}`}>
              {each.what} <strong>{w.doing[each.doing].replace("{partner}", each.partner ?? "")}</strong>{" "}
              <span class="soft">{w.since.replace("{time}", each.since)}</span>
            </li>
          ))}
        </ul>
      )}
      {room.phone === undefined ? null : (
        <p class="hint">
          {w.phone}: {room.phone}
        </p>
      )}
      {room.requests.map((each) => (
        <div key={each.id}>
          <p>
            {w.askedAlready.replace("{number}", each.number).replace("{time}", each.time)}:{" "}
            {each.doing === "waits" ? w.waits : w.doing[each.doing].replace("{partner}", "")}
          </p>
          <Press language={language} view={view} act="works" fields={{ request: each.id }} label={w.works} />
        </div>
      ))}
      {view.formToken === undefined ? null : <Help language={language} view={view} room={room} />}
    </li>
  );
}

function Help({ language, view, room }: Of & { readonly room: RoomCard }): VNode {
  const w = roomsWords[language];
  const field = { name: "symptom", label: w.what, kind: "choice", needed: true, options: view.symptoms, first: "user-assistance" } as const;
  return (
    <form method="post" class="form">
      <Hidden view={view} act="help" fields={{ room: room.id }} />
      <FieldRow page={{ language }} act={`help-${room.id}`} field={field} />
      <p class="buttons">
        <button type="submit" class={room.requests.length === 0 ? "main" : undefined}>
          {w.help}
          <span class="hidden">
            {" "}
            ({room.siteName}, {room.name})
          </span>
        </button>
      </p>
    </form>
  );
}

interface PressProps extends Of {
  readonly act: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly label: string;
}

function Press({ view, act, fields, label }: PressProps): VNode | null {
  if (view.formToken === undefined) return null;
  return (
    <form method="post" class="one-button">
      <Hidden view={view} act={act} fields={fields} />
      <p class="buttons">
        <button type="submit">{label}</button>
      </p>
    </form>
  );
}

function Hidden({
  view,
  act,
  fields,
}: {
  readonly view: View;
  readonly act: string;
  readonly fields: Readonly<Record<string, string>>;
}): VNode {
  return (
    <>
      {Object.entries({ ...fields, act, form: view.formToken ?? "", once: view.once }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  );
}

function Confirm({ language, view }: Of): VNode {
  const w = roomsWords[language];
  return (
    <form method="post" class="form" aria-labelledby="confirm">
      <h2 id="confirm">{w.confirmTitle}</h2>
      <p>{w.confirm}</p>
      <Hidden view={view} act="confirm" fields={{}} />
      <p class="field">
        <label for="digits">{w.digits}</label>
        <input id="digits" name="digits" inputMode="numeric" maxLength={10} required autocomplete="off" />
      </p>
      <p class="buttons">
        <button type="submit">{w.remember}</button>
      </p>
    </form>
  );
}

function Sessions({ language, view }: Of): VNode {
  const w = roomsWords[language];
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{w.sessions}</h2>
      {view.sessions.length === 0 ? <p class="calm">{w.noSessions}</p> : null}
      <ul>
        {view.sessions.map((each) => (
          <li key={each.id}>
            <strong>
              {each.from}–{each.to}
            </strong>{" "}
            {each.room}
            {each.others.length === 0 ? "" : ` ${w.with.replace("{rooms}", each.others.join(", "))}`}
            {each.cancelled ? ` (${w.cancelled})` : ""}
            {each.readiness === undefined || each.cancelled ? null : (
              <>
                {" "}
                <Mark
                  tone={each.readiness === "ready" ? "good" : each.readiness === "not-ready" ? "bad" : "unsure"}
                  text={w.readiness[each.readiness]}
                />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
