/**
 * Which devices are looked at by weak means: the list of what to renew first, from the configuration alone.
 */
import type { VNode } from "preact";
import { Frame, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export interface WeaknessesPageProps {
  readonly page: PageContext;
  readonly report: {
    readonly devices: number;
    /** With a weakness or more. */
    readonly weak: number;
    readonly rows: readonly { readonly weakness: string; readonly devices: readonly { readonly id: string; readonly name: string }[] }[];
  };
}

export function WeaknessesPage({ page, report }: WeaknessesPageProps): VNode {
  const w = words[page.language];
  return (
    <Frame page={page} title={w.weaknesses}>
      <p>{w.weaknessesMeaning}</p>
      <p class="hint">{w.weaknessesHow}</p>
      {report.weak === 0 ? <p class="calm">{w.noWeakDevices}</p> : <Table page={page} report={report} />}
    </Frame>
  );
}

function Table({ page, report }: WeaknessesPageProps): VNode {
  const w = words[page.language];
  return (
    <>
      <p>
        {w.weakCount}
        {w.colon}
        {report.weak} {w.weakOf} {report.devices}
      </p>
      <section class="scroll" tabindex={0} aria-label={w.weaknesses}>
        <table>
          <thead>
            <tr>
              {[w.weaknesses, w.weakCount, w.weakWhich].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.rows.map(({ weakness, devices }) => (
              <tr key={weakness}>
                <td>{page.texts.weakness(weakness)}</td>
                <td class="figure">{devices.length}</td>
                <td>
                  {devices.map(({ id, name }) => (
                    <a key={id} class="inline" href={`/devices/${encodeURIComponent(id)}`}>
                      {name}
                    </a>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
