/**
 * What is being done about an incident: to whom it is offered, what partners have of it, which numbers other systems have for it.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape, TaskShape } from "../../daemon/api/contract.ts";

import type { PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";
import { workWords } from "./work-words.ts";

export interface WorkProps {
  readonly page: PageContext;
  readonly incident: IncidentDetailShape;
  readonly tasks: readonly TaskShape[];
  readonly references: readonly { readonly system: string; readonly number: string }[];
}

export function Work({ page, incident, tasks, references }: WorkProps): VNode | null {
  const w = workWords[page.language];
  const { handOver, followUpsMissed = 0 } = incident;
  if (handOver === undefined && followUpsMissed === 0 && tasks.length === 0 && references.length === 0) return null;
  return (
    <section aria-labelledby="work">
      <h2 id="work">{w.title}</h2>
      {handOver === undefined ? null : <Offer page={page} handOver={handOver} />}
      {followUpsMissed === 0 ? null : (
        <p class="warned">
          {w.missed}
          {words[page.language].colon}
          {followUpsMissed}
        </p>
      )}
      {tasks.length === 0 ? null : <Tasks page={page} tasks={tasks} />}
      {references.length === 0 ? null : (
        <p>
          {w.others}
          {words[page.language].colon}
          {references.map(({ system, number }) => `${system} ${number}`).join(", ")}
        </p>
      )}
    </section>
  );
}

function Offer({ page, handOver }: { readonly page: PageContext; readonly handOver: NonNullable<IncidentDetailShape["handOver"]> }): VNode {
  const { texts, language } = page;
  const { functions, person, by, note } = handOver;
  const to = [...functions.map(texts.function), ...(person === undefined ? [] : [texts.contact(person)])].join(", ");
  return (
    <p>
      {workWords[language].offered.replace("{to}", to).replace("{by}", by)}
      <span class="why">{note}</span>
    </p>
  );
}

function Tasks({ page, tasks }: { readonly page: PageContext; readonly tasks: readonly TaskShape[] }): VNode {
  const w = workWords[page.language];
  const { texts } = page;
  const court = ({ inTheirCourt: { wallMs, serviceMs } }: TaskShape) =>
    w.courtOf.replace("{wall}", texts.duration(wallMs)).replace("{service}", texts.duration(serviceMs));
  return (
    <Table label={w.tasks} heads={[w.partner, w.asked, w.state, w.ticket, w.promised, w.court]}>
      {tasks.map((task) => (
        <tr key={task.id}>
          <td>{task.partnerName}</td>
          <td>
            {task.asked}
            {task.answer === undefined ? null : <span class="why">{task.answer}</span>}
          </td>
          <td>{texts.of("task-state", task.state)}</td>
          <td>{task.ticket ?? ""}</td>
          <td>{task.promisedBy === undefined ? "" : texts.time(task.promisedBy)}</td>
          <td>{court(task)}</td>
        </tr>
      ))}
    </Table>
  );
}
