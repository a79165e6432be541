/**
 * A form is acted upon once, however often it is sent: a second press of the button, a page sent again, two daemons on one database.
 */
import { createHash, randomUUID } from "node:crypto";
import type { FormState } from "../../dashboards/web/form-parts.tsx";
import { formWords } from "../../dashboards/web/form-words.ts";
import { DAY, type Instant, type Language } from "../model/time.ts";
import type { ApiDeps } from "./deps.ts";
import type { PartFile } from "./multipart.ts";
import type { SignedIn } from "./sign-ins.ts";

const prefix = "form:";
/** So long a form that was sent is known again. */
const knownMs = DAY;

/** A form as it came in. */
export interface Sent {
  readonly signedIn: SignedIn;
  readonly values: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, PartFile>>;
}

/** Where its page goes on, or what is shown again with what is wrong. */
export type Outcome = { readonly to: string } | { readonly status: number; readonly state: FormState };

interface Known {
  readonly at: Instant;
  /** Where its page went on; undefined: it is under way, or the daemon stopped in the midst of it. */
  readonly to?: string;
}

/** Does it once; the same form again goes where the first one went. What was refused may be sent again. */
export async function once({ store, clock }: ApiDeps, sent: Sent, language: Language, act: () => Promise<Outcome>): Promise<Outcome> {
  const key = keyOf(sent);
  const mine: Known & { readonly by: string } = { at: clock.now(), by: randomUUID() };
  const first = await store.keepFirst<Known & { readonly by: string }>(key, mine);
  if (first.by !== mine.by) {
    const state = { act: sent.values.act ?? "", values: sent.values, errors: { "": formWords[language].underWay } };
    return first.to === undefined ? { status: 409, state } : { to: first.to };
  }
  try {
    const outcome = await act();
    if ("to" in outcome) await store.keep(key, { ...mine, to: outcome.to });
    else await store.forget(key);
    return outcome;
  } catch (error) {
    await store.forget(key);
    throw error;
  }
}

/** The same person, the same page as it was made then, the same words. */
function keyOf({ signedIn, values, files }: Sent): string {
  const hash = createHash("sha256").update(JSON.stringify([signedIn.formToken, Object.entries(values).sort()]));
  for (const { bytes } of Object.values(files)) hash.update(bytes);
  return `${prefix}${hash.digest("base64url")}`;
}

/** Forgets forms that were sent long ago. */
export async function sweepForms({ store, clock }: Pick<ApiDeps, "store" | "clock">): Promise<void> {
  for (const { key, value } of await store.keptAll<Known>(prefix)) if (clock.now() - value.at > knownMs) await store.forget(key);
}
