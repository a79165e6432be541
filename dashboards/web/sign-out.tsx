/**
 * Who is signed in, and the button that ends it, on a page without navigation.
 */
import type { VNode } from "preact";
import { signInWords } from "./sign-in-words.ts";

export interface SignOutProps {
  readonly language: "fr" | "en";
  /** Who is signed in, for which function. */
  readonly name: string;
  readonly function: string;
  readonly formToken: string;
}

export function SignOut({ language, name, function: of, formToken }: SignOutProps): VNode {
  const w = signInWords[language];
  return (
    <form method="post" action="/sign-out" class="form">
      <input type="hidden" name="form" value={formToken} />
      <p>
        {w.as} <strong>{name}</strong> ({of}) <button type="submit">{w.out}</button>
      </p>
    </form>
  );
}
