/**
 * Which devices are looked at by weak means: the list of what to renew first, from the configuration alone.
 */
import type { VNode } from "preact";
import { Frame, type PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
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
      {report.weak === 0 ? <p class="calm">{w.noWeakDevices}</p> : <Rows page={page} report={report} />}
    </Frame>
  );
}

function Rows({ page, report }: WeaknessesPageProps): VNode {
  const w = words[page.language];
  return (
    <>
      <p>
        {w.weakCount}
        {w.colon}
        {report.weak} {w.weakOf} {report.devices}
      </p>
      <Table label={w.weaknesses} heads={[w.weaknesses, w.weakCount, w.weakWhich]}>
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
      </Table>
    </>
  );
}
