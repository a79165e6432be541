/**
 * The audit: filtered by who, what, on what and when, the newest first, and as a file for a spreadsheet.
 */
import type { VNode } from "preact";
import type { AuditRowShape } from "../../daemon/api/contract.ts";
import { auditWords } from "./audit-words.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";

export interface AuditPageProps {
  readonly page: PageContext;
  /** As it was typed; `from` and `to` are days. */
  readonly asked: Readonly<Record<"by" | "action" | "target" | "from" | "to", string>>;
  /** A day that cannot be read: nothing is shown. */
  readonly badDate: boolean;
  readonly items: readonly AuditRowShape[];
  /** There are more than are shown. */
  readonly more: boolean;
  /** Where the file is, with the same filter. */
  readonly file: string;
}

export function AuditPage({ page, asked, badDate, items, more, file }: AuditPageProps): VNode {
  const a = auditWords[page.language];
  return (
    <Frame page={page} title={a.title}>
      <p>{a.meaning}</p>
      <p class="hint">
        {a.verify} <code>vigie audit verify</code>
      </p>
      <Filter page={page} asked={asked} />
      {badDate ? (
        <p class="banner problem" role="alert">
          {a.badDate}
        </p>
      ) : (
        <p>
          <a href={file}>{a.file}</a>
        </p>
      )}
      {items.length === 0 ? <p class="calm">{a.none}</p> : <Rows page={page} items={items} />}
      {more ? <p class="hint">{a.more(items.length)}</p> : null}
    </Frame>
  );
}

function Filter({ page, asked }: Pick<AuditPageProps, "page" | "asked">): VNode {
  const a = auditWords[page.language];
  const text = (name: "by" | "action" | "target", label: string) => (
    <p>
      <label for={name}>{label}</label>
      <input id={name} name={name} value={asked[name]} maxLength={200} aria-describedby={name === "action" ? "action-hint" : undefined} />
    </p>
  );
  const day = (name: "from" | "to", label: string) => (
    <p>
      <label for={name}>{label}</label>
      <input id={name} name={name} type="date" value={asked[name]} />
    </p>
  );
  return (
    <form method="get" action="/audit" class="form">
      {text("by", a.who)}
      {text("action", a.action)}
      <p class="hint" id="action-hint">
        {a.actionHint}
      </p>
      {text("target", a.target)}
      {day("from", a.from)}
      {day("to", a.to)}
      <p>
        <button type="submit">{a.filter}</button> <a href="/audit">{a.all}</a>
      </p>
    </form>
  );
}

function Rows({ page, items }: Pick<AuditPageProps, "page" | "items">): VNode {
  const a = auditWords[page.language];
  return (
    <Table label={a.title} heads={[a.when, a.who, a.action, a.target, a.data]}>
      {items.map((each, index) => (
        <tr key={index}>
          <td>
            <time dateTime={each.at}>{page.texts.exact(each.at)}</time>
          </td>
          <td>{each.by}</td>
          <td>
            <code>{each.action}</code>
          </td>
          <td>{each.target}</td>
          <td>
            <Details data={each.data ?? {}} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Field by field; what is more than a word is shown as it is kept. */
function Details({ data }: { readonly data: Readonly<Record<string, unknown>> }): VNode {
  return (
    <>
      {Object.entries(data).map(([name, value]) => (
        <div key={name}>
          <code>{name}</code>: {typeof value === "string" ? value : JSON.stringify(value)}
        </div>
      ))}
    </>
  );
}
