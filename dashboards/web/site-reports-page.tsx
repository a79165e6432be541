/**
 * The follow-up reports of a coordinator's own sites: the last one to read here, all of them as files.
 */
import type { VNode } from "preact";
import type { Block, ReportDocument } from "../reports/document.ts";
import { Bare } from "./bare.tsx";
import { reportsWords } from "./reports-words.ts";
import { roomsWords } from "./rooms-words.ts";
import { SignOut, type SignOutProps } from "./sign-out.tsx";
import { Table } from "./table.tsx";

export interface SiteReport {
  readonly id: string;
  readonly period: "daily" | "weekly" | "monthly";
  readonly site: string;
  readonly from: string;
  readonly to: string;
  readonly made: string;
}

export interface SiteReportsPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  /** Of their rooms; who came by a token has none. */
  readonly roomsPath?: string;
  /** Where the files are: behind it the report's id. */
  readonly filesAt: string;
  /** Who came by a token. */
  readonly signedIn?: Omit<SignOutProps, "language">;
  /** `none`: the link is none of ours; `unknown`: this browser has not shown the digits. */
  readonly state: "none" | "unknown" | "known";
  readonly reports: readonly SiteReport[];
  /** The one that was made last. */
  readonly last?: ReportDocument;
}

export function SiteReportsPage(props: SiteReportsPageProps): VNode {
  const { language, instanceName, roomsPath, filesAt, signedIn, state, reports, last } = props;
  const w = roomsWords[language];
  if (state === "none")
    return (
      <Bare language={language} title={w.none} instanceName={instanceName}>
        <p>{w.noneNote}</p>
      </Bare>
    );
  return (
    <Bare language={language} title={w.reports} instanceName={instanceName} wide>
      {roomsPath === undefined ? null : (
        <p>
          <a href={roomsPath}>{w.title}</a>
        </p>
      )}
      {state === "unknown" ? <p class="banner problem">{w.reportsUnknown}</p> : <Known {...{ language, reports, filesAt }} />}
      {last === undefined ? null : <Last document={last} />}
      {signedIn === undefined ? null : <SignOut {...{ language, ...signedIn }} />}
    </Bare>
  );
}

function Known({ language, reports, filesAt }: Pick<SiteReportsPageProps, "language" | "reports" | "filesAt">): VNode {
  const w = roomsWords[language];
  const r = reportsWords[language];
  if (reports.length === 0) return <p class="calm">{w.noReports}</p>;
  return (
    <Table label={w.reports} heads={[r.period, r.place, r.made, r.files]}>
      {reports.map((each) => (
        <tr key={each.id}>
          <td>
            {r.periods[each.period]}, {each.from} – {each.to}
          </td>
          <td>{each.site}</td>
          <td>{each.made}</td>
          <td>
            {(["pdf", "docx", "csv"] as const).map((format) => (
              <a key={format} href={`${filesAt}/${encodeURIComponent(each.id)}/file?format=${format}&language=${language}`}>
                {format.toUpperCase()}{" "}
              </a>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** The same words as in the file. */
function Last({ document }: { readonly document: ReportDocument }): VNode {
  return (
    <section aria-labelledby="last">
      <h2 id="last">{document.title}</h2>
      <p>{document.subtitle}</p>
      {document.blocks.map((block, index) => (
        <Part key={index} block={block} />
      ))}
      <p class="hint">{document.foot}</p>
    </section>
  );
}

function Part({ block }: { readonly block: Block }): VNode | null {
  switch (block.kind) {
    case "heading":
      return <h3>{block.text}</h3>;
    case "paragraph":
      return <p class={block.tone === "small" ? "hint" : undefined}>{block.text}</p>;
    case "facts":
      return <Facts rows={block.rows.map(([label, value]) => ({ label, value }))} />;
    case "figures":
      return <Facts rows={block.items} />;
    case "table":
      return block.rows.length === 0 ? (
        <p class="calm">{block.empty}</p>
      ) : (
        <Table label={block.name} heads={block.columns.map(({ label }) => label)}>
          {block.rows.map((row) => (
            <tr key={row.join(" ")}>
              {row.map((cell, at) => (
                <td key={block.columns[at]?.label ?? at}>{cell}</td>
              ))}
            </tr>
          ))}
        </Table>
      );
    case "signature":
      return null;
  }
}

function Facts({ rows }: { readonly rows: readonly { readonly label: string; readonly value: string; readonly note?: string }[] }): VNode {
  return (
    <dl>
      {rows.map(({ label, value, note }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note === undefined ? null : <span class="soft"> ({note})</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
