/**
 * The report of a major incident, to be read, written and signed on one page; no script is needed.
 */
import type { VNode } from "preact";
import type { IncidentReportShape } from "../../daemon/api/contract.ts";
import { ActForm, choice, type Field, type FormState } from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { reportWords } from "./report-words.ts";
import { ReportFileLinks } from "./reports-page.tsx";
import { reportsWords } from "./reports-words.ts";
import { Table } from "./table.tsx";

export interface ReportPageProps {
  readonly page: PageContext;
  /** Of the incident whose page it is. */
  readonly number: string;
  readonly report: IncidentReportShape;
  /** Who is signed in may sign. */
  readonly maySign: boolean;
  /** Functions that may, by name. */
  readonly signers: readonly string[];
  readonly done?: "save" | "sign" | undefined;
  readonly warned?: boolean | undefined;
  readonly state?: FormState | undefined;
}

export function ReportPage(props: ReportPageProps): VNode {
  const { page, number, report, done, warned } = props;
  const w = reportWords[page.language];
  const { texts } = page;
  const home = `/incidents/${encodeURIComponent(number)}`;
  return (
    <Frame page={page} title={w.title.replace("{number}", report.incidents.join(", "))}>
      <p>
        <a href={home}>{w.back}</a>
      </p>
      {done === undefined ? null : (
        <p class="banner good" role="status">
          {w.did[done]}
          {warned === true ? <strong class="warned"> {formWords[page.language].patient}</strong> : null}
        </p>
      )}
      <p class="lead">{standing(props)}</p>
      {report.dueAt === undefined ? null : <p>{w.due.replace("{at}", texts.time(report.dueAt))}</p>}
      <p>
        {w.files}: <ReportFileLinks page={page} path={`/api/v1${home}/report/file`} />
      </p>
      <Facts {...props} />
      <Writing {...props} />
    </Frame>
  );
}

function standing({ page, report }: ReportPageProps): string {
  const w = reportWords[page.language];
  const { signed, version, missing } = report;
  const parts: Readonly<Record<string, string>> = reportsWords[page.language].part;
  if (signed !== undefined)
    return w.signed
      .replace("{version}", String(version))
      .replace("{by}", signed.by)
      .replace("{function}", page.texts.function(signed.function))
      .replace("{at}", page.texts.time(signed.at));
  const begun = version === 0 ? w.none : w.draft.replace("{version}", String(version));
  const lacks = missing.filter((each) => each !== "signature").map((each) => parts[each] ?? each);
  return `${begun} ${lacks.length === 0 ? w.ready : w.missing.replace("{parts}", lacks.join(", "))}`;
}

function Facts({ page, report }: ReportPageProps): VNode {
  const w = reportWords[page.language];
  const length = (of: { readonly wallMinutes: number; readonly serviceMinutes: number } | undefined) =>
    of === undefined ? w.notYet : w.minutes.replace("{n}", String(of.wallMinutes)).replace("{s}", String(of.serviceMinutes));
  return (
    <>
      <h2>{w.facts}</h2>
      <Table label={w.facts} heads={[w.incident, w.detect, w.take, w.restore, w.down, w.sessions, w.clinical]}>
        {report.facts.map((each) => (
          <tr key={each.number}>
            <td>
              <a href={`/incidents/${encodeURIComponent(each.number)}`}>{each.number}</a>
            </td>
            <td>{length(each.detect)}</td>
            <td>{length(each.take)}</td>
            <td>{length(each.restore)}</td>
            <td>{length(each.down)}</td>
            <td>{each.sessions}</td>
            <td>{each.clinicalMinutes}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Writing(props: ReportPageProps): VNode {
  const { page, report, maySign, signers, state } = props;
  const w = reportWords[page.language];
  if (page.signedIn === undefined)
    return (
      <p class="no-print">
        <a href={`/sign-in?to=${encodeURIComponent(page.path)}`}>{w.signIn}</a>.
      </p>
    );
  const written = report.missing.length === 1 && report.missing[0] === "signature" && report.version > 0;
  const version = String(report.version);
  return (
    <section aria-labelledby="write" class="act no-print">
      <h2 id="write">{report.signed === undefined ? w.write : w.rewrite}</h2>
      {report.signed === undefined ? null : <p class="hint">{w.again}</p>}
      {page.signedIn.handles ? (
        <ActForm page={page} act="save" state={state} button={w.save} hidden={{ version }} fields={fieldsOf(props)} strong={!written} />
      ) : (
        <p class="hint">{w.readOnly}</p>
      )}
      {written && maySign ? (
        <ActForm page={page} act="sign" state={state} button={w.sign} hidden={{ version, report: report.id }} strong>
          <p class="hint">{w.signMeaning.replace("{version}", version)}</p>
        </ActForm>
      ) : null}
      {written && !maySign ? <p class="hint">{w.mayNotSign.replace("{who}", signers.join(", "))}</p> : null}
    </section>
  );
}

const longest = 20_000;

function fieldsOf({ page, report }: ReportPageProps): readonly Field[] {
  const w = reportWords[page.language];
  const { texts, proposed, incidents } = report;
  const { remedial } = texts;
  const area = (name: string, label: string, first: string | undefined, hint?: string): Field => ({
    ...{ name, label, kind: "area", first, hint, most: longest },
  });
  const proposal = proposed && w.proposed.replace("{id}", proposed.diagnosis).replace("{confidence}", String(proposed.confidence));
  const kinds = [
    { value: "", label: formWords[page.language].choose },
    ...(["action", "none"] as const).map((value) => ({ value, label: w.kinds[value] })),
  ];
  return [
    area("cause", w.cause, texts.cause ?? proposed?.cause[page.language], proposal),
    area("organizational", w.organizational, texts.organizational, w.organizationalHint),
    area("clinical", w.clinical_, texts.clinical, w.clinicalHint),
    { ...choice("remedial", w.remedial, kinds, remedial?.kind), needed: false },
    area("what", w.what, remedial?.kind === "action" ? remedial.what : remedial?.why),
    { name: "owner", label: w.owner, hint: w.ownerHint, first: remedial?.kind === "action" ? remedial.owner : undefined },
    { name: "due", label: w.dueDay, kind: "day", first: remedial?.kind === "action" ? remedial.due : undefined },
    area("comment", w.comment, texts.comment),
    { name: "incidents", label: w.incidents, hint: w.incidentsHint, first: incidents.join(" "), most: 1_500 },
  ];
}
