/**
 * Parts of forms that write: a field with its problem beside it, and what was typed kept. No script is needed.
 */
import type { ComponentChildren, VNode } from "preact";
import { formWords } from "./form-words.ts";
import type { PageContext } from "./frame.tsx";

/** What a form that was sent came back with. Problems are in the reader's language; that of `""` is about the form as a whole. */
export interface FormState {
  readonly act: string;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, string>>;
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  /** Default: one line of text. */
  readonly kind?: "area" | "when" | "day" | "file" | "choice" | "phone" | "tick" | undefined;
  readonly needed?: boolean;
  readonly options?: readonly Option[];
  readonly hint?: string | undefined;
  /** What it holds before anybody typed; of a tick, what it sends when it is set. */
  readonly first?: string | undefined;
  readonly most?: number;
}

export interface ActFormProps {
  readonly page: PageContext;
  /** What the form does; each on a page has its own. */
  readonly act: string;
  readonly button: string;
  readonly fields?: readonly Field[];
  /** Sent along unseen. */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly state?: FormState | undefined;
  readonly strong?: boolean;
  readonly to?: string;
  /** What a screen reader says after the button's text, to tell it from its neighbours. */
  readonly about?: string;
  readonly children?: ComponentChildren;
}

/** A form that does one thing. Shown to who is signed in only: its token is theirs. */
export function ActForm({
  page,
  act,
  button,
  fields = [],
  hidden = {},
  state,
  strong = false,
  to,
  about,
  children,
}: ActFormProps): VNode | null {
  if (page.signedIn === undefined) return null;
  const mine = state?.act === act ? state : undefined;
  const file = fields.some(({ kind }) => kind === "file");
  const whole = mine?.errors[""];
  return (
    <form
      method="post"
      action={to ?? page.path}
      class={fields.length === 0 ? "one-button" : "form"}
      enctype={file ? "multipart/form-data" : undefined}
      id={`act-${act}`}
      data-keep={mine === undefined ? undefined : ""}
    >
      <input type="hidden" name="form" value={page.signedIn.formToken} />
      <input type="hidden" name="act" value={act} />
      <input type="hidden" name="once" value={page.once ?? ""} />
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {whole === undefined ? null : (
        <p class="banner problem" role="alert">
          {whole}
        </p>
      )}
      {children}
      {fields.map((field) => (
        <FieldRow key={field.name} page={page} act={act} field={field} state={mine} />
      ))}
      <p class="buttons">
        <button type="submit" class={strong ? "main" : undefined} aria-label={about === undefined ? undefined : `${button} ${about}`}>
          {button}
        </button>
      </p>
    </form>
  );
}

/** A field with its label above, and below it what is wrong with it. */
export function FieldRow(props: {
  readonly page: Pick<PageContext, "language">;
  readonly act: string;
  readonly field: Field;
  readonly state?: FormState | undefined;
}): VNode {
  const { page, act, field, state } = props;
  const w = formWords[page.language];
  const id = `${act}-${field.name}`;
  const error = state?.errors[field.name];
  const about = [error === undefined ? "" : `${id}-problem`, field.hint === undefined ? "" : `${id}-hint`].filter(Boolean).join(" ");
  const value = state?.values[field.name] ?? field.first ?? "";
  if (field.kind === "tick")
    return (
      <p class="field tick">
        <label for={id}>
          <input type="checkbox" id={id} name={field.name} value={field.first} checked={state?.values[field.name] !== undefined} />{" "}
          {field.label}
        </label>
      </p>
    );
  return (
    <p class={error === undefined ? "field" : "field wrong"}>
      <label for={id}>
        {field.label}
        {field.needed === true ? null : <span class="soft"> {w.optional}</span>}
      </label>
      {error === undefined ? null : (
        <strong class="problem" id={`${id}-problem`}>
          {error}
        </strong>
      )}
      <Control id={id} field={field} value={value} about={about} wrong={error !== undefined} />
      {field.hint === undefined ? null : (
        <span class="hint" id={`${id}-hint`}>
          {field.hint}
        </span>
      )}
    </p>
  );
}

interface ControlProps {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly about: string;
  readonly wrong: boolean;
}

function Control({ id, field, value, about, wrong }: ControlProps): VNode | null {
  const { name, kind, needed = false, options = [], most = kind === "area" ? 2_000 : 100 } = field;
  const common = {
    id,
    name,
    required: needed,
    "aria-describedby": about || undefined,
    "aria-invalid": wrong ? ("true" as const) : undefined,
  };
  switch (kind) {
    case "area":
      return (
        <textarea {...common} rows={3} maxLength={most}>
          {value}
        </textarea>
      );
    case "choice":
      return (
        <select {...common}>
          {options.map((each) => (
            <option key={each.value} value={each.value} selected={each.value === value}>
              {each.label}
            </option>
          ))}
        </select>
      );
    case "when":
      return <input {...common} type="datetime-local" value={value} />;
    case "day":
      return <input {...common} type="date" value={value} />;
    // Has its own label.
    case "tick":
      return null;
    case "file":
      return <input {...common} type="file" />;
    case "phone":
      return <input {...common} type="tel" value={value} maxLength={most} autocomplete="off" />;
    case undefined:
      return <input {...common} value={value} maxLength={most} autocomplete="off" />;
  }
}

/** A text that has to be there. */
export const needed = (name: string, label: string): Field => ({ name, label, kind: "area", needed: true });

/** One of several. */
export const choice = (name: string, label: string, options: readonly Option[], first = ""): Field => ({
  ...{ name, label, kind: "choice", needed: true, options, first },
});

export type TitledForm = Omit<ActFormProps, "page" | "state"> & { readonly title: string };

/** Forms beside each other, each under its title. */
export function Titled(props: {
  readonly page: PageContext;
  readonly forms: readonly TitledForm[];
  readonly state: FormState | undefined;
}): VNode {
  return (
    <div class="forms">
      {props.forms.map(({ title, ...form }) => (
        <section key={form.act} aria-labelledby={`title-${form.act}`}>
          <h3 id={`title-${form.act}`}>{title}</h3>
          <ActForm page={props.page} state={props.state} {...form} />
        </section>
      ))}
    </div>
  );
}
