/**
 * What keeps coming back: the list that the IT technician proposes remedies from.
 */
import type { VNode } from "preact";
import type { RecurrenceShape, RecurringProblemShape } from "../../daemon/api/contract.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { Problems } from "./problems.tsx";
import { problemWords } from "./problems-words.ts";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

export interface RecurrenceRow extends RecurrenceShape {
  readonly daysSince: number;
  /** Numbers of its latest incidents, newest first. */
  readonly incidents: readonly string[];
}

export interface RecurrencesPageProps {
  readonly page: PageContext;
  readonly problems: readonly RecurringProblemShape[];
  readonly recurrences: readonly RecurrenceRow[];
}

export function RecurrencesPage({ page, recurrences, problems }: RecurrencesPageProps): VNode {
  const w = words[page.language];
  const again = recurrences
    .filter((row) => row.occurrences90 > 1)
    .sort((a, b) => b.occurrences30 - a.occurrences30 || b.occurrences90 - a.occurrences90);
  const once = recurrences.length - again.length;
  return (
    <Frame page={page} title={w.recurrences}>
      <Problems page={page} problems={problems} />
      <h2>{problemWords[page.language].allTitle}</h2>
      <p>{w.recurrencesMeaning}</p>
      <p class="hint">{w.recurrencesHow}</p>
      {again.some(({ changes }) => changes.length > 0) ? <p class="hint">{w.changedBeforeMeaning}</p> : null}
      {again.length === 0 ? <p class="calm">{w.noRecurrences}</p> : <Recurrences page={page} recurrences={again} />}
      {once === 0 ? null : (
        <p class="hint">
          {w.firstTimes}
          {w.colon}
          {once}
        </p>
      )}
    </Frame>
  );
}

function Recurrences({ page, recurrences }: Omit<RecurrencesPageProps, "problems">): VNode {
  const w = words[page.language];
  return (
    <Table
      label={w.recurrences}
      heads={[w.device, w.symptom, w.site, w.days30, w.days90, w.last, w.daysSince, w.incidentsSeen, w.changedBefore]}
    >
      {recurrences.map((row) => (
        <Row key={row.fingerprint} page={page} row={row} />
      ))}
    </Table>
  );
}

function Row({ page, row }: { readonly page: PageContext; readonly row: RecurrenceRow }): VNode {
  const w = words[page.language];
  const { device, deviceName } = row;
  return (
    <tr>
      <td>
        {device === undefined ? (
          ""
        ) : device.includes(":") ? (
          page.texts.name(device)
        ) : (
          <a href={`/devices/${encodeURIComponent(device)}`}>{deviceName ?? device}</a>
        )}
      </td>
      <td>
        {page.texts.symptom(row.symptom)}
        {row.part === undefined ? "" : ` (${page.texts.part(row.part)})`}
      </td>
      <td>{row.siteName}</td>
      <td class="figure">{row.occurrences30}</td>
      <td class="figure">{row.occurrences90}</td>
      <td>{page.texts.time(row.lastAt)}</td>
      <td class="figure">{row.daysSince === 0 ? w.today : row.daysSince}</td>
      <td>
        {row.incidents.map((number) => (
          <a key={number} class="inline" href={`/incidents/${encodeURIComponent(number)}`}>
            {number}
          </a>
        ))}
      </td>
      <td>{row.changes.length === 0 ? "" : <ChangedBefore page={page} changes={row.changes} />}</td>
    </tr>
  );
}

/** `Software changed: ce9.14 → ce9.15, 3 h 0 min before VIG-…; 0 before, 4 since`. */
function ChangedBefore({ page, changes }: { readonly page: PageContext; readonly changes: RecurrenceRow["changes"] }): VNode {
  const w = words[page.language];
  const { texts } = page;
  return (
    <ul class="flat">
      {changes.map((each) => (
        <li key={`${each.at} ${each.code} ${each.name} ${each.part ?? ""}`}>
          <time dateTime={each.at}>{texts.time(each.at)}</time> <strong>{texts.of("change", each.code)}</strong>
          {each.part === undefined ? "" : ` (${texts.part(each.part)})`}
          {each.before === undefined || each.after === undefined ? "" : `${w.colon}${texts.word(each.before)} → ${texts.word(each.after)}`}
          <span class="why">
            {(each.leadSeconds < 0 ? w.leadAfter : w.leadBefore)
              .replace("{t}", texts.duration(Math.abs(each.leadSeconds) * 1_000))
              .replace("{incident}", each.incident)}
            {"; "}
            {w.failedBeforeAndSince.replace("{before}", String(each.failuresBefore)).replace("{after}", String(each.failuresSince))}
          </span>
        </li>
      ))}
    </ul>
  );
}
