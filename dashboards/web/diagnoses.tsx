/**
 * What was found out about an incident: how to meet all the same, where the fault lies and how sure that is, what a person does first, and the
 * evidence.
 */
import type { VNode } from "preact";
import type { DiagnosisListShape, DiagnosisShape, IncidentDetailShape } from "../../daemon/api/contract.ts";
import { diagnosisWords } from "./diagnosis-words.ts";
import { ActForm, type FormState } from "./form-parts.tsx";
import type { PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

type Of<P> = P & { readonly page: PageContext };

interface Ticking {
  /** Whoever is signed in may tick and answer. */
  readonly ticks: boolean;
  readonly state: FormState | undefined;
}

export function Diagnoses(props: Of<Ticking & { incident: IncidentDetailShape; diagnoses: DiagnosisListShape | undefined }>): VNode | null {
  const { page, diagnoses, ticks, state } = props;
  if (diagnoses === undefined || (diagnoses.items.length === 0 && diagnoses.workarounds === undefined)) return null;
  const w = diagnosisWords[page.language];
  const [last, ...earlier] = diagnoses.items;
  return (
    <section aria-labelledby="diagnosis">
      <h2 id="diagnosis">{w.title}</h2>
      {diagnoses.workarounds === undefined ? null : <Workarounds page={page} workarounds={diagnoses.workarounds} />}
      {last === undefined ? <p class="calm">{w.none}</p> : <One page={page} diagnosis={last} ticks={ticks} state={state} />}
      {diagnoses.cause === undefined ? null : (
        <p>
          {w.cause}
          {words[page.language].colon}
          {diagnoses.cause[page.language]}
        </p>
      )}
      {earlier.length === 0 ? null : (
        <details>
          <summary>{w.earlier}</summary>
          <ul>
            {earlier.map((each) => (
              <li key={each.id}>
                {page.texts.time(each.askedAt)} {headText(page, each)}
                <span class="why">{verdictText(page, each)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Workarounds({ page, workarounds }: Of<{ workarounds: NonNullable<DiagnosisListShape["workarounds"]> }>): VNode {
  const w = diagnosisWords[page.language];
  const { colon } = words[page.language];
  const { rooms, devices, bridges, telephones } = workarounds;
  const names = (ids: readonly string[]) => ids.map(page.texts.name).join(", ");
  const rows: readonly (readonly [string, string])[] = [
    [w.rooms, names(rooms)],
    [w.devices, names(devices)],
    [w.bridges, names(bridges)],
    [w.telephone, telephones.map(({ room, phone }) => `${page.texts.name(room)} ${phone}`).join(", ")],
  ];
  return (
    <>
      <h3>{w.workaround}</h3>
      {rooms.length + devices.length + bridges.length === 0 ? <p>{w.noWay}</p> : null}
      <ul>
        {rows.map(([label, value]) =>
          value === "" ? null : (
            <li key={label}>
              {label}
              {colon}
              {value}
            </li>
          ),
        )}
      </ul>
    </>
  );
}

/** "finished, level 1, asked by ann". */
function headText({ texts, language }: PageContext, { state, level, by, why }: DiagnosisShape): string {
  const w = diagnosisWords[language];
  const asked = by === "system" ? [] : [w.askedBy.replace("{by}", by)];
  const parts = [texts.of("diagnosis-state", state), w.level.replace("{level}", String(level)), ...asked];
  return `${parts.join(", ")}${why === undefined ? "" : ` (${texts.why(why)})`}`;
}

function verdictText({ texts, language }: PageContext, { judged }: Pick<DiagnosisShape, "judged">): string {
  if (judged === undefined) return "";
  const sure = texts.of("sureness", judged.sureness);
  return `${texts.of("diagnosis-verdict", judged.verdict)}, ${sure} (${judged.confidence} %)${words[language].colon}${judged.why[language]}`;
}

function One({ page, diagnosis, ticks, state }: Of<Ticking & { diagnosis: DiagnosisShape }>): VNode {
  const w = diagnosisWords[page.language];
  const { colon } = words[page.language];
  const { judged, also, timedOut, steps } = diagnosis;
  return (
    <>
      {judged === undefined ? null : (
        <p class="verdict">
          <strong>{w.verdict}</strong>
          {colon}
          {verdictText(page, diagnosis)}
        </p>
      )}
      <p class="calm">{headText(page, diagnosis)}</p>
      {also.length === 0 ? null : (
        <p>
          {w.also}
          {colon}
          {also.map((each) => `${page.texts.of("diagnosis-verdict", each.verdict)} (${each.confidence} %)`).join(", ")}
        </p>
      )}
      {steps.length === 0 ? null : <Steps page={page} diagnosis={diagnosis} ticks={ticks} state={state} />}
      {diagnosis.facts.length === 0 ? null : <Evidence page={page} diagnosis={diagnosis} />}
      {diagnosis.paths.length === 0 ? null : <Paths page={page} paths={diagnosis.paths} />}
      {diagnosis.figures.length + diagnosis.moments.length === 0 ? null : <Detailed page={page} diagnosis={diagnosis} />}
      {timedOut.length === 0 ? null : (
        <p class="warned">
          {w.timedOut}
          {colon}
          {timedOut.join(", ")}
        </p>
      )}
    </>
  );
}

/** What may still be said about a step: that it is done, yes or no, or the other answer. */
function Answers({ page, of, step, state }: Of<{ of: string; step: DiagnosisShape["steps"][number] } & Omit<Ticking, "ticks">>): VNode {
  const { id, asks, answer } = step;
  const open = (asks ? (["yes", "no"] as const) : (["done"] as const)).filter((each) => each !== answer);
  return (
    <div class="answers no-print">
      {open.map((each) => (
        <ActForm key={each} page={page} act={`step:${of}:${id}:${each}`} button={diagnosisWords[page.language][each]} state={state} />
      ))}
    </div>
  );
}

function Steps({ page, diagnosis, ticks, state }: Of<Ticking & { diagnosis: DiagnosisShape }>): VNode {
  const { steps } = diagnosis;
  const w = diagnosisWords[page.language];
  const { texts, language } = page;
  return (
    <>
      <h3>{w.steps}</h3>
      <ol class="steps">
        {steps.map(({ id, text, asks, answer, by, at, note }) => (
          <li key={id}>
            {answer === undefined ? "☐" : "☑"} {text[language]}
            {answer === undefined ? (
              <span class="why">{w.todo}</span>
            ) : (
              <span class="why">
                {[texts.of("step-answer", answer), by, at === undefined ? undefined : texts.time(at), note]
                  .filter((each) => each !== undefined)
                  .join(", ")}
              </span>
            )}
            {ticks ? <Answers page={page} of={diagnosis.id} step={{ id, text, asks, answer }} state={state} /> : null}
          </li>
        ))}
      </ol>
    </>
  );
}

function Evidence({ page, diagnosis: { facts } }: Of<{ diagnosis: DiagnosisShape }>): VNode {
  const w = diagnosisWords[page.language];
  const { texts } = page;
  return (
    <>
      <h3>{w.evidence}</h3>
      <Table label={w.evidence} heads={[w.fact, w.found, w.of, w.source]}>
        {facts.map(({ name, value, of, from, detail, at }) => (
          <tr key={`${name} ${value} ${of ?? ""} ${at}`}>
            <td>{texts.of("diagnosis-fact", name)}</td>
            <td>
              {name === "symptom" ? texts.symptom(value) : texts.of("diagnosis-word", value)}
              {detail === undefined ? null : <span class="raw">{texts.evidence(detail)}</span>}
            </td>
            <td>{of === undefined ? "" : texts.name(of)}</td>
            <td>
              {texts.of("diagnosis-from", from)}, {texts.exact(at)}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** What level 2 found: figures, and what befell the device, its neighbours and its site. */
function Detailed({ page, diagnosis: { id, incident, figures, moments } }: Of<{ diagnosis: DiagnosisShape }>): VNode {
  const w = diagnosisWords[page.language];
  const { texts } = page;
  const file = `/api/v1/incidents/${encodeURIComponent(incident)}/diagnoses/${encodeURIComponent(id)}/file`;
  return (
    <>
      <h3>
        {w.detailed} <a href={file}>CSV</a>
      </h3>
      {figures.length === 0 ? null : (
        <ul>
          {figures.map(({ of, name, part, value }) => (
            <li key={`${of} ${name} ${part ?? ""}`}>
              {texts.name(of)} {texts.sample(name)}
              {part === undefined ? null : ` (${texts.part(part)})`} {texts.quantity(name, value)}
            </li>
          ))}
        </ul>
      )}
      {moments.length === 0 ? null : (
        <Table label={w.moments} heads={[words[page.language].at, w.of, w.found]}>
          {moments.map(({ at, of, what, detail }) => (
            <tr key={`${at} ${of} ${what} ${detail ?? ""}`}>
              <td>{texts.exact(at)}</td>
              <td>{texts.name(of)}</td>
              <td>
                {what === "restored" ? texts.event(what) : texts.symptom(what)} <span class="why">{detail}</span>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Paths({ page, paths }: Of<{ paths: DiagnosisShape["paths"] }>): VNode {
  const w = diagnosisWords[page.language];
  const { texts } = page;
  return (
    <>
      <h3>{w.paths}</h3>
      <ul>
        {paths.map(({ to, hops, reached }) => (
          <li key={to}>
            {[...hops.map((hop) => (hop === "*" ? "*" : texts.name(hop))), texts.name(to)].join(" → ")}{" "}
            <span class={reached ? "why" : "warned"}>{reached ? w.arrives : w.lost}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
