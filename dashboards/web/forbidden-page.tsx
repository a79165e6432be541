/**
 * What somebody who is signed in may not see: who may, and where their own pages are.
 */
import type { VNode } from "preact";
import { Bare } from "./bare.tsx";
import { roomsWords } from "./rooms-words.ts";
import { signInWords } from "./sign-in-words.ts";
import { SignOut, type SignOutProps } from "./sign-out.tsx";

export interface ForbiddenPageProps extends SignOutProps {
  readonly instanceName: string;
  /** Names of the functions that may. */
  readonly who: readonly string[];
  /** `pages`: the others are theirs. `rooms`: theirs are the reports of their sites, and what their personal link opens. */
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
      {home === "rooms" ? (
        <>
          <p>
            <a href="/reports">{roomsWords[language].reports}</a>
          </p>
          <p>{w.yourRooms}</p>
        </>
      ) : null}
      <SignOut {...{ language, name, formToken }} function={of} />
    </Bare>
  );
}
