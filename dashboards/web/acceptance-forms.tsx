/**
 * The forms of the acceptance sheet: sign it, take it back. A field for each line that only a person can see; no script is needed.
 */
import type { VNode } from "preact";
import type { SheetShape } from "../../daemon/api/contract.ts";
import { acceptanceWords } from "./acceptance-words.ts";
import { ActForm, type Field, type FormState, needed } from "./form-parts.tsx";
import { formWords } from "./form-words.ts";
import type { PageContext } from "./frame.tsx";
import { words } from "./words.ts";

/** Before the id of a line, in the name of its field. */
export const noteField = "note:";

export interface SigningProps {
  readonly page: PageContext;
  readonly sheet: SheetShape;
  /** Who is signed in may sign. */
  readonly maySign: boolean;
  /** Functions that may, by name. */
  readonly signers: readonly string[];
  readonly state?: FormState | undefined;
}

export function Signing(props: SigningProps): VNode | null {
  const { page, sheet, maySign, signers } = props;
  const w = acceptanceWords[page.language];
  const inForce = sheet.signed.some(({ withdrawn }) => withdrawn === undefined);
  if (sheet.devices.length === 0 && !inForce) return null;
  if (page.signedIn === undefined)
    return (
      <p class="no-print">
        <a href={`/sign-in?to=${encodeURIComponent(page.path)}`}>{w.signIn}</a>.
      </p>
    );
  if (!maySign) return <p class="hint no-print">{w.signers.replace("{who}", signers.join(", "))}</p>;
  return (
    <section aria-label={w.toSign} class="act no-print">
      {sheet.devices.length === 0 ? null : <SignForm {...props} />}
      {inForce ? <WithdrawForm {...props} /> : null}
    </section>
  );
}

function SignForm({ page, sheet, state }: SigningProps): VNode | null {
  const w = acceptanceWords[page.language];
  const bad = sheet.lines.some((line) => line.state === "bad");
  const notes = sheet.lines.flatMap((line): readonly Field[] => {
    if (line.state !== "open") return [];
    const of = line.device === undefined ? w.room : page.texts.name(line.device);
    return [{ name: `${noteField}${line.id}`, label: `${of}${words[page.language].colon}${w.items[line.item]}`, needed: true, most: 500 }];
  });
  const reason: readonly Field[] = bad ? [needed("reason", w.why)] : [];
  return (
    <ActForm page={page} act="sign" state={state} button={w.sign} fields={[...notes, ...reason]} strong>
      <p class="hint">
        {w.say} {formWords[page.language].noPatient}
      </p>
    </ActForm>
  );
}

function WithdrawForm({ page, state }: SigningProps): VNode {
  const w = acceptanceWords[page.language];
  return (
    <details id="fold-withdraw" open={state?.act === "withdraw"}>
      <summary>{w.takeBack}</summary>
      <ActForm page={page} act="withdraw" state={state} button={w.withdraw} fields={[needed("reason", w.whyBack)]}>
        <p class="hint">{w.backMeaning}</p>
      </ActForm>
    </details>
  );
}
