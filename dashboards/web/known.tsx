/**
 * What we know of this model: how many facts and how sure, the oddities that fit it, what is not known, and what the device says it is.
 */
import type { VNode } from "preact";
import type { DeviceFamilyShape, FactCountShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

interface KnownProps {
  readonly page: PageContext;
  /** Undefined: the family has left the configuration. */
  readonly known: DeviceFamilyShape | undefined;
}

export function Known({ page, known }: KnownProps): VNode | null {
  if (known === undefined) return null;
  const { language, texts } = page;
  const w = words[language].known;
  const { family, quirks, looksLike } = known;
  return (
    <section aria-labelledby="known">
      <h2 id="known">{w.title}</h2>
      {looksLike === undefined ? null : (
        <p class="hint">
          {w.looksLike} <strong>{looksLike.name[language]}</strong>. {w.configured} {family.name[language]}.
        </p>
      )}
      {family.facts.length === 0 ? <p class="hint">{w.nothing}</p> : <Facts page={page} facts={family.facts} />}
      {quirks.length === 0 ? null : (
        <ul>
          {quirks.map((quirk) => (
            <li key={quirk.text.en}>
              {quirk.text[language]} <span class="why">{texts.certainty(quirk.certainty)}</span>
            </li>
          ))}
        </ul>
      )}
      {family.limits === undefined ? null : (
        <p>
          <strong>{w.limits}</strong> {family.limits[language]}
        </p>
      )}
    </section>
  );
}

function Facts({ page, facts }: { readonly page: PageContext; readonly facts: readonly FactCountShape[] }): VNode {
  const w = words[page.language].known;
  return (
    <Table label={w.facts} heads={[w.facts, w.all, w.recording, w.manual, w.memory]}>
      {facts.map(({ of, all, recording, manual, memory }) => (
        <tr key={of}>
          <th scope="row">{w.of[of]}</th>
          <td>{all}</td>
          <td>{recording}</td>
          <td>{manual}</td>
          <td>{memory}</td>
        </tr>
      ))}
    </Table>
  );
}
