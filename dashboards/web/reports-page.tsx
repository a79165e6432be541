/**
 * Reports: of major incidents, with what each still lacks, and follow-ups; each as a file in the reader's language.
 */
import type { VNode } from "preact";
import type { FollowUpShape, ReportItemShape } from "../../daemon/api/contract.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { reportsWords } from "./reports-words.ts";
import { Table } from "./table.tsx";

export interface ReportsPageProps {
  readonly page: PageContext;
  readonly reports: readonly ReportItemShape[];
  readonly followUps: readonly FollowUpShape[];
}

export function ReportsPage({ page, reports, followUps }: ReportsPageProps): VNode {
  const r = reportsWords[page.language];
  return (
    <Frame page={page} title={r.title}>
      <p>{r.meaning}</p>
      <h2>{r.major}</h2>
      {reports.length === 0 ? <p>{r.majorNone}</p> : <Majors page={page} reports={reports} />}
      <p class="hint">{r.how}</p>
      <h2>{r.followUps}</h2>
      {followUps.length === 0 ? <p>{r.followUpsNone}</p> : <FollowUps page={page} followUps={followUps} />}
    </Frame>
  );
}

function Majors({ page, reports }: { readonly page: PageContext; readonly reports: readonly ReportItemShape[] }): VNode {
  const r = reportsWords[page.language];
  const { texts } = page;
  const parts: Readonly<Record<string, string>> = r.part;
  const state = ({ signed, missing }: ReportItemShape) =>
    signed === undefined
      ? r.missing.replace("{parts}", missing.map((part) => parts[part] ?? part).join(", "))
      : `${r.signed.replace("{by}", signed.by)} (${texts.function(signed.function)}), ${texts.time(signed.at)}`;
  return (
    <Table label={r.major} heads={[r.number, r.version, r.state, r.due, r.files]}>
      {reports.map((each) => (
        <tr key={each.id}>
          <td>
            {each.incidents.map((number) => (
              <a key={number} href={`/incidents/${encodeURIComponent(number)}`}>
                {number}{" "}
              </a>
            ))}
          </td>
          <td>{each.version}</td>
          <td>{state(each)}</td>
          <td>{each.dueAt === undefined ? null : <time dateTime={each.dueAt}>{texts.time(each.dueAt)}</time>}</td>
          <td>
            <a href={`/incidents/${encodeURIComponent(each.incidents[0] ?? "")}/report`}>{r.open}</a>{" "}
            <ReportFileLinks page={page} path={`/api/v1/incidents/${encodeURIComponent(each.incidents[0] ?? "")}/report/file`} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function FollowUps({ page, followUps }: { readonly page: PageContext; readonly followUps: readonly FollowUpShape[] }): VNode {
  const r = reportsWords[page.language];
  const { texts } = page;
  return (
    <Table label={r.followUps} heads={[r.period, r.place, r.made, r.files]}>
      {followUps.map((each) => (
        <tr key={each.id}>
          <td>
            {r.periods[each.period]}, {texts.time(each.from)}
          </td>
          <td>{each.site === undefined ? r.all : texts.name(each.site)}</td>
          <td>
            <time dateTime={each.madeAt}>{texts.time(each.madeAt)}</time>
          </td>
          <td>
            <ReportFileLinks page={page} path={`/api/v1/follow-up-reports/${encodeURIComponent(each.id)}/file`} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** One link a format, in the language of the page. */
export function ReportFileLinks({ page, path }: { readonly page: PageContext; readonly path: string }): VNode {
  return (
    <>
      {(["pdf", "docx", "csv"] as const).map((format) => (
        <a key={format} href={`${path}?format=${format}&language=${page.language}`}>
          {format.toUpperCase()}{" "}
        </a>
      ))}
    </>
  );
}
