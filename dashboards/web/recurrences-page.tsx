/**
 * What keeps coming back: the list that the IT technician proposes remedies from.
 */
import type { VNode } from "preact";
import type { RecurrenceShape } from "../../daemon/api/contract.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export interface RecurrencesPageProps {
  readonly page: PageContext;
  readonly recurrences: readonly RecurrenceShape[];
}

export function RecurrencesPage({ page, recurrences }: RecurrencesPageProps): VNode {
  const w = words[page.language];
  return (
    <Frame page={page} title={w.recurrences}>
      <p class="hint">{w.recurrencesMeaning}</p>
      {recurrences.length === 0 ? <p class="calm">{w.noRecurrences}</p> : <Table page={page} recurrences={recurrences} />}
    </Frame>
  );
}

function Table({ page, recurrences }: RecurrencesPageProps): VNode {
  const w = words[page.language];
  return (
    <section class="scroll" tabindex={0} aria-label={w.recurrences}>
      <table>
        <thead>
          <tr>
            {[w.device, w.symptom, w.site, w.days30, w.days90, w.last].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {recurrences.map((row) => (
            <tr key={row.fingerprint}>
              <td>
                {row.device === undefined ? "" : <a href={`/devices/${encodeURIComponent(row.device)}`}>{row.deviceName ?? row.device}</a>}
              </td>
              <td>
                {page.texts.symptom(row.symptom)}
                {row.part === undefined ? "" : ` (${row.part})`}
              </td>
              <td>{row.siteName}</td>
              <td class="figure">{row.occurrences30}</td>
              <td class="figure">{row.occurrences90}</td>
              <td>{page.texts.time(row.lastAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
