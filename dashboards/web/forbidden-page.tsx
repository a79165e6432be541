/**
 * What somebody who is signed in may not see: who may, and where their own pages are.
 */
import type { VNode } from "preact";
import { Bare } from "./bare.tsx";
import { signInWords } from "./sign-in-words.ts";

export interface ForbiddenPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  /** Who is signed in, for which function. */
  readonly name: string;
  readonly function: string;
  readonly formToken: string;
  /** Names of the functions that may. */
  readonly who: readonly string[];
  /** `pages`: the others are theirs. `rooms`: theirs is what their personal link opens. */
  readonly home?: "pages" | "rooms";
}

export function ForbiddenPage(props: ForbiddenPageProps): VNode {
  const { language, instanceName, name, function: of, formToken, who, home } = props;
  const w = signInWords[language];
  return (
    <Bare language={language} title={w.forbiddenTitle} instanceName={instanceName}>
      <p>{w.forbidden.replace("{who}", who.join(", "))}</p>
      {home === "pages" ? (
        <p>
          <a href="/">{w.toStatus}</a>
        </p>
      ) : null}
      {home === "rooms" ? <p>{w.yourRooms}</p> : null}
      <form method="post" action="/sign-out" class="form">
        <input type="hidden" name="form" value={formToken} />
        <p>
          {w.as} <strong>{name}</strong> ({of}) <button type="submit">{w.out}</button>
        </p>
      </form>
    </Bare>
  );
}
