/**
 * Which failures are one trouble, as forms: it goes on as another, some of its alarms leave it, it has to do with another.
 */
import type { VNode } from "preact";
import { choice, type FormState, needed, type Option, Titled, type TitledForm } from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import type { PageContext } from "./frame.tsx";
import { incidentFormsWords } from "./incident-forms-words.ts";

const kinds = ["related", "caused-by", "duplicate"] as const;

export interface JoiningFormsProps {
  readonly page: PageContext;
  readonly acts: readonly string[];
  readonly others: readonly Option[];
  readonly alarms: readonly Option[];
  readonly linked: readonly Option[];
  readonly version: number;
  readonly state?: FormState | undefined;
}

export function JoiningForms({ page, acts, others, alarms, linked, version, state }: JoiningFormsProps): VNode {
  const w = incidentFormsWords[page.language];
  const chosen = { value: "", label: formWords[page.language].choose };
  const hidden = { version: String(version) };
  const forms: readonly TitledForm[] = [
    {
      ...{ act: "merge", title: w.merge, button: w.merge, hidden },
      fields: [choice("into", w.into, [chosen, ...others]), needed("note", w.why)],
      children: <p class="hint">{w.mergeMeaning}</p>,
    },
    {
      ...{ act: "split", title: w.split, button: w.split, hidden },
      fields: [
        ...alarms.map(({ value, label }, index) => ({ name: `alarm-${index}`, label, kind: "tick" as const, first: value })),
        needed("note", w.why),
      ],
      children: <p class="hint">{w.splitMeaning}</p>,
    },
    {
      ...{ act: "link", title: w.link, button: w.link },
      fields: [
        choice(
          "kind",
          w.linkKind,
          kinds.map((value) => ({ value, label: w.linkKinds[value] })),
          "related",
        ),
        choice("to", w.linkTo, [chosen, ...others]),
        needed("note", w.why),
      ],
    },
    {
      ...{ act: "unlink", title: w.unlink, button: w.unlink },
      fields: [choice("to", w.linkTo, [chosen, ...linked]), needed("note", w.why)],
    },
  ];
  return <Titled page={page} state={state} forms={forms.filter(({ act }) => acts.includes(act))} />;
}
