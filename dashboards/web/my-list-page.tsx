/**
 * What is whose: handed to me, mine, to be taken at my level, to be given out by my function; tasks and callers. What is overdue comes first.
 */
import type { VNode } from "preact";
import type { IncidentShape, TaskShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { sentence, severityText } from "./incident-card.tsx";
import { myListWords } from "./my-list-words.ts";
import { Table } from "./table.tsx";

/** What comes next, and in how long; negative: it is overdue by so much. */
export interface Deadline {
  readonly what: keyof (typeof myListWords)["en"]["in"] | "none" | "quiet";
  readonly inMs: number;
}

export interface ListedIncident {
  readonly incident: IncidentShape;
  readonly deadline: Deadline;
}

export interface ListedTask {
  readonly task: TaskShape;
  readonly number: string;
  readonly deadline: Deadline;
}

export interface ListedCaller {
  readonly number: string;
  readonly roomName: string;
  readonly siteName: string;
  readonly symptom: string;
  readonly sinceMs: number;
}

export interface MyListPageProps {
  readonly page: PageContext;
  /** Undefined: nobody is signed in. */
  readonly list?: {
    readonly overdue: number;
    readonly handed: readonly ListedIncident[];
    readonly mine: readonly ListedIncident[];
    readonly waits: readonly ListedIncident[];
    readonly allocate: readonly ListedIncident[];
    readonly tasks: readonly ListedTask[];
    readonly callers: readonly ListedCaller[];
    /** Functions that they take turns at, and it is not their turn. */
    readonly resting: readonly { readonly fr: string; readonly en: string }[];
  };
}

export function MyListPage({ page, list }: MyListPageProps): VNode {
  const w = myListWords[page.language];
  if (list === undefined)
    return (
      <Frame page={page} title={w.title}>
        <p>
          <a href="/sign-in?to=%2Fmy-list">{w.signIn}</a>.
        </p>
      </Frame>
    );
  const { overdue, handed, mine, waits, allocate, tasks, callers, resting } = list;
  const empty = [handed, mine, waits, allocate, tasks, callers].every(({ length }) => length === 0);
  return (
    <Frame page={page} title={w.title}>
      {overdue === 0 ? null : (
        <p class="lead">
          <Mark tone="bad" text={w.overdue.replace("{n}", String(overdue))} />
        </p>
      )}
      {resting.length === 0 ? null : (
        <p class="hint">{w.resting.replace("{functions}", resting.map((each) => each[page.language]).join(", "))}</p>
      )}
      {empty ? <p class="calm">{w.nothing}</p> : null}
      <Incidents page={page} id="handed" title={w.handed} meaning={w.handedMeaning} items={handed} />
      <Incidents page={page} id="mine" title={w.mine} items={mine} none={empty ? undefined : w.mineNone} />
      <Incidents page={page} id="waits" title={w.waits} items={waits} none={empty ? undefined : w.waitsNone} />
      <Incidents page={page} id="allocate" title={w.allocate} meaning={w.allocateMeaning} items={allocate} />
      <Tasks page={page} items={tasks} />
      <Callers page={page} items={callers} />
    </Frame>
  );
}

interface IncidentsProps {
  readonly page: PageContext;
  readonly id: string;
  readonly title: string;
  readonly meaning?: string;
  readonly items: readonly ListedIncident[];
  readonly none?: string | undefined;
}

function Incidents({ page, id, title, meaning, items, none }: IncidentsProps): VNode | null {
  const w = myListWords[page.language];
  if (items.length === 0 && none === undefined) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{items.length === 0 ? title : `${title} (${items.length})`}</h2>
      {items.length > 0 && meaning !== undefined ? <p class="hint">{meaning}</p> : null}
      {items.length === 0 ? (
        <p class="calm">{none}</p>
      ) : (
        <Table label={title} heads={[w.what, w.where, w.next]}>
          {items.map(({ incident, deadline }) => (
            <tr key={incident.id}>
              <td>
                <a href={`/incidents/${encodeURIComponent(incident.number)}`}>{sentence(page, incident)}</a>
                <span class="why">
                  {incident.number} · {severityText(page, incident)} · {page.texts.state(incident.state)}
                </span>
              </td>
              <td>{incident.roomName === undefined ? incident.siteName : `${incident.siteName}, ${incident.roomName}`}</td>
              <td>
                <DeadlineText page={page} deadline={deadline} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function DeadlineText({ page, deadline }: { readonly page: PageContext; readonly deadline: Deadline }): VNode {
  const w = myListWords[page.language];
  const { what, inMs } = deadline;
  if (what === "none" || what === "quiet") return <span class="soft">{w[what]}</span>;
  if (inMs < 0) return <span class="overdue">{w.late.replace("{d}", page.texts.duration(-inMs))}</span>;
  return <span>{w.in[what].replace("{d}", page.texts.duration(inMs))}</span>;
}

function Tasks({ page, items }: { readonly page: PageContext; readonly items: readonly ListedTask[] }): VNode | null {
  const w = myListWords[page.language];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks">{`${w.tasks} (${items.length})`}</h2>
      <p class="hint">{w.tasksMeaning}</p>
      <Table label={w.tasks} heads={[w.what, w.asked, w.next]}>
        {items.map(({ task, number, deadline }) => (
          <tr key={task.id}>
            <td>
              <a href={`/incidents/${encodeURIComponent(number)}`}>{number}</a>
              <span class="why">{task.partnerName}</span>
            </td>
            <td>{task.asked}</td>
            <td>
              <DeadlineText page={page} deadline={deadline} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Callers({ page, items }: { readonly page: PageContext; readonly items: readonly ListedCaller[] }): VNode | null {
  const w = myListWords[page.language];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="callers">
      <h2 id="callers">{`${w.callers} (${items.length})`}</h2>
      <p class="hint">{w.callersMeaning}</p>
      <ul>
        {items.map(({ number, roomName, siteName, symptom, sinceMs }) => (
          <li key={number}>
            <a href={`/requests/${encodeURIComponent(number)}`}>{number}</a> {siteName}, {roomName}: {page.texts.symptom(symptom)}{" "}
            <span class="soft">{w.since.replace("{d}", page.texts.duration(sinceMs))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
