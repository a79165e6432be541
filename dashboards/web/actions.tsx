/**
 * What was changed about an incident: what, where, before and after; and what the configuration does not have yet.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

type ActionShape = IncidentDetailShape["actions"][number];

const own = {
  fr: {
    actions: "Interventions",
    action: "Intervention",
    before: "Avant",
    after: "Après",
    by: "Par",
    write: "À écrire dans {file}{line} : {path}: {to} (au lieu de {from}). L'appareil est muet jusque-là, au plus tard jusqu'à {until}.",
    expired: "La configuration ne l'a pas.",
    line: ", ligne {n}",
  },
  en: {
    actions: "Actions",
    action: "Action",
    before: "Before",
    after: "After",
    by: "By",
    write: "To write in {file}{line}: {path}: {to} (instead of {from}). The device is quiet until then, at most until {until}.",
    expired: "The configuration does not have it.",
    line: ", line {n}",
  },
} as const;

export function Actions({ page, actions }: { readonly page: PageContext; readonly actions: readonly ActionShape[] }): VNode | null {
  const w = own[page.language];
  const all = words[page.language];
  if (actions.length === 0) return null;
  return (
    <>
      <h2>{w.actions}</h2>
      <Table label={w.actions} heads={[all.at, w.action, all.where, w.before, w.after, w.by]}>
        {actions.map((each) => (
          <tr key={each.id}>
            <td>{page.texts.exact(each.at)}</td>
            <td>
              {page.texts.of("action", each.kind)}
              <span class="why">{each.what}</span>
              {note(page, each)}
            </td>
            <td>
              {page.texts.name(each.device ?? each.room ?? each.link ?? "")}
              {each.part === undefined ? "" : ` (${page.texts.part(each.part)})`}
            </td>
            <td>{[each.before, each.serialBefore].filter(Boolean).join(", ")}</td>
            <td>{[each.after, each.serialAfter].filter(Boolean).join(", ")}</td>
            <td>{each.by}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function note(page: PageContext, { state, write, quietUntil }: ActionShape): VNode | null {
  const w = own[page.language];
  if (state === "expired") return <span class="warned">{w.expired}</span>;
  if (write === undefined) return null;
  const values: Readonly<Record<string, string>> = {
    ...{ file: write.file, path: write.path, from: write.from, to: write.to },
    line: write.line === undefined ? "" : w.line.replace("{n}", String(write.line)),
    until: quietUntil === undefined ? "" : page.texts.time(quietUntil),
  };
  return <strong>{w.write.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? "")}</strong>;
}
