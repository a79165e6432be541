/**
 * Problems beside what keeps coming back: what is open with the reason and its incidents, and what was closed lately with the note.
 */
import type { VNode } from "preact";
import type { RecurringProblemShape } from "../../daemon/api/contract.ts";
import { Mark, type PageContext } from "./frame.tsx";
import { problemWords } from "./problems-words.ts";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

const shownClosed = 10;

export function Problems({ page, problems }: { readonly page: PageContext; readonly problems: readonly RecurringProblemShape[] }): VNode {
  const p = problemWords[page.language];
  const open = problems.filter(({ closed }) => closed === undefined);
  const closed = problems.filter((each) => each.closed !== undefined).slice(0, shownClosed);
  return (
    <section>
      <h2>{p.title}</h2>
      <p>{p.meaning}</p>
      <p class="hint">
        {p.how} <code>POST /api/v1/problems/ID/close</code>, <code>vigie problems --help</code>
      </p>
      {open.length === 0 ? <p class="calm">{p.none}</p> : <Listed page={page} problems={open} name={p.openTitle} />}
      {closed.length === 0 ? null : (
        <>
          <h3>{p.closedTitle}</h3>
          <Listed page={page} problems={closed} name={p.closedTitle} />
        </>
      )}
    </section>
  );
}

function Listed({
  page,
  problems,
  name,
}: {
  readonly page: PageContext;
  readonly problems: readonly RecurringProblemShape[];
  readonly name: string;
}): VNode {
  const [p, w] = [problemWords[page.language], words[page.language]];
  return (
    <Table label={name} heads={[p.problem, w.symptom, w.site, p.why, p.since, w.incidentsSeen]}>
      {problems.map((each) => (
        <tr key={each.id} id={each.id}>
          <td>
            <Mark tone={each.standing === "candidate" ? "warn" : "plain"} text={p.standing[each.standing]} /> <code>{each.id}</code>
          </td>
          <td>
            {page.texts.name(each.device ?? each.fingerprint.split("|")[0] ?? "")}
            {w.colon}
            {page.texts.symptom(each.symptom)}
            {each.part === undefined ? "" : ` (${page.texts.part(each.part)})`}
          </td>
          <td>{each.siteName}</td>
          <td>
            {page.texts.why(each.why)}
            {each.closed === undefined ? null : (
              <div>
                {p.closedBy(each.closed.by, page.texts.time(each.closed.at))}
                {w.colon}
                {each.closed.note}
              </div>
            )}
          </td>
          <td>{page.texts.time(each.openedAt)}</td>
          <td>
            {each.incidents.map((number) => (
              <a key={number} class="inline" href={`/incidents/${encodeURIComponent(number)}`}>
                {number}
              </a>
            ))}
            {each.incidentCount > each.incidents.length ? ` (${each.incidentCount})` : null}
          </td>
        </tr>
      ))}
    </Table>
  );
}
