/**
 * Maintenance and silences: what is in force, what is coming, what is over; who, why, until when, and what stands behind each.
 */
import type { VNode } from "preact";
import type { MaintenanceShape } from "../../daemon/api/contract.ts";
import type { FormState } from "./form-parts.tsx";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { EndButtons, type PlanChoices, type PlanDone, PlanDoneNote, PlanForm } from "./maintenance-forms.tsx";
import { maintenanceWords } from "./maintenance-words.ts";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

export interface MaintenancePageProps {
  readonly page: PageContext;
  readonly items: readonly MaintenanceShape[];
  /** For who may plan. */
  readonly choices?: PlanChoices;
  readonly done?: PlanDone;
  readonly state?: FormState;
}

const phases = ["now", "coming", "over"] as const;
const shownOver = 50;

export function MaintenancePage({ page, items, choices, done, state }: MaintenancePageProps): VNode {
  const m = maintenanceWords[page.language];
  return (
    <Frame page={page} title={m.title}>
      <PlanDoneNote page={page} done={done} />
      {state === undefined || state.act === "plan" ? null : (
        <p class="banner problem" role="alert">
          {state.errors[""]}
        </p>
      )}
      <p>{m.meaning}</p>
      {choices === undefined ? null : <PlanForm page={page} choices={choices} state={state} />}
      <p class="hint">
        {m.how} <code>vigie maintenance --help</code>, <code>POST /api/v1/maintenance</code>
      </p>
      {phases.map((phase) => {
        const found = items.filter((each) => each.phase === phase).slice(0, phase === "over" ? shownOver : undefined);
        return (
          <section key={phase}>
            <h2>{m.phase[phase]}</h2>
            {found.length === 0 ? <p class="calm">{m.none[phase]}</p> : <Listed page={page} items={found} name={m.phase[phase]} />}
          </section>
        );
      })}
    </Frame>
  );
}

function Listed({ page, items, name }: Pick<MaintenancePageProps, "page" | "items"> & { readonly name: string }): VNode {
  const m = maintenanceWords[page.language];
  return (
    <Table label={name} heads={[m.what, m.about, m.when, m.why, m.who, m.behind, m.quiet]}>
      {items.map((item) => (
        <tr key={item.id} id={item.id}>
          <td>
            <Mark tone={item.kind === "maintenance" ? "plain" : "warn"} text={m.kind[item.kind]} /> <code>{item.id}</code>
            <EndButtons page={page} item={item} />
          </td>
          <td>{aboutText(page, item)}</td>
          <td>
            {whenTexts(page, item).map((text) => (
              <div key={text}>{text}</div>
            ))}
          </td>
          <td>{item.reason}</td>
          <td>{item.by}</td>
          <td class="figure">{item.alarmsBehind}</td>
          <td class="figure">{item.incidentsQuiet}</td>
        </tr>
      ))}
    </Table>
  );
}

function aboutText(page: PageContext, { scope }: MaintenanceShape): string {
  const m = maintenanceWords[page.language];
  const colon = words[page.language].colon;
  const { labels, symptoms, ...places } = scope;
  const texts = (["sites", "rooms", "devices", "links"] as const).flatMap((name) => {
    const list = places[name];
    return list === undefined ? [] : [`${m.on[name]}${colon}${list.map((id) => page.texts.name(id)).join(", ")}`];
  });
  if (symptoms !== undefined) texts.push(`${m.on.symptoms}${colon}${symptoms.map((each) => page.texts.symptom(each)).join(", ")}`);
  if (labels !== undefined)
    texts.push(
      `${m.on.labels}${colon}${Object.entries(labels)
        .map((pair) => pair.join("="))
        .join(", ")}`,
    );
  return texts.join("; ");
}

function whenTexts(page: PageContext, item: MaintenanceShape): readonly string[] {
  const m = maintenanceWords[page.language];
  const { when, span, next, beganAt, ended, cancelled } = item;
  const { time } = page.texts;
  const minutes = when.minutes ?? 0;
  const lines: string[] = [];
  if (span !== undefined)
    lines.push(item.phase === "now" ? `${m.until} ${time(span.to)}` : `${m.from} ${time(span.from)} ${m.to} ${time(span.to)}`);
  else if (when.from !== undefined && when.to !== undefined) lines.push(`${m.from} ${time(when.from)} ${m.to} ${time(when.to)}`);
  if (when.kind === "recurring") lines.push(m.recurs(when.rule ?? "", minutes));
  if (when.kind === "flexible") lines.push(m.flexible(minutes));
  if (beganAt !== undefined) lines.push(`${m.began} ${time(beganAt)}`);
  if (next.length > 0) lines.push(`${m.next}${words[page.language].colon}${next.map(({ from }) => time(from)).join(", ")}`);
  const altered = item.changed?.at(-1);
  if (altered !== undefined) lines.push(`${m.changed} ${altered.by}, ${time(altered.at)}`);
  if (item.replaces !== undefined) lines.push(`${m.replaces} ${item.replaces}`);
  const last = ended.at(-1);
  if (last !== undefined) lines.push(`${m.ended} ${last.by}, ${time(last.at)}`);
  if (cancelled !== undefined) lines.push(`${m.cancelled} ${cancelled.by}, ${time(cancelled.at)}`);
  return lines;
}

/** On the page of an incident, and on its card. */
export function MutedNote({
  page,
  muted,
}: {
  readonly page: PageContext;
  readonly muted: { readonly by: string; readonly reason: string; readonly until: string };
}): VNode {
  const m = maintenanceWords[page.language];
  return (
    <p class="banner">
      <a href={`/maintenance#${muted.by.slice(muted.by.indexOf(":") + 1)}`}>{m.muted}</a>
      {words[page.language].colon}
      {m.mutedUntil(muted.reason, page.texts.time(muted.until))}
    </p>
  );
}
