/**
 * Who you are, by your token; and the small page between a link from elsewhere and the page that it leads to.
 */
import type { VNode } from "preact";
import { Bare } from "./bare.tsx";
import { signInWords } from "./sign-in-words.ts";

export interface SignInPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  readonly demo: boolean;
  /** Where to go afterwards. */
  readonly to: string;
  readonly problem?: "wrong" | "empty" | "over" | { readonly waitSeconds: number };
  /** Texts of a form that came too late. */
  readonly written?: readonly string[];
}

export function SignInPage({ language, instanceName, demo, to, problem, written = [] }: SignInPageProps): VNode {
  const w = signInWords[language];
  return (
    <Bare language={language} title={problem === "over" ? w.goneTitle : w.title} instanceName={instanceName}>
      <p>{w.meaning}</p>
      {problem === undefined ? null : (
        <p class="banner problem" role="alert" id="problem">
          {typeof problem === "string" ? w[problem] : w.wait.replace("{n}", String(problem.waitSeconds))}
        </p>
      )}
      <form method="post" action="/sign-in" class="form">
        <input type="hidden" name="to" value={to} />
        <p>
          <label for="token">{w.token}</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            aria-describedby={problem === undefined ? "where" : "problem where"}
            aria-invalid={problem === "wrong" || problem === "empty" ? "true" : undefined}
          />
        </p>
        <p class="hint" id="where">
          {demo ? w.whereDemo : w.where} {w.lasts}
        </p>
        <p>
          <button type="submit" class="main">
            {w.button}
          </button>
        </p>
      </form>
      {written.length === 0 ? null : (
        <section aria-labelledby="written">
          <h2 id="written">{w.written}</h2>
          {written.map((text) => (
            <pre key={text}>{text}</pre>
          ))}
        </section>
      )}
    </Bare>
  );
}

export interface BounceProps {
  readonly to: string;
  readonly language: "fr" | "en";
}

export function BouncePage({ to, language }: BounceProps): VNode {
  const w = signInWords[language];
  return (
    <Bare language={language} title={w.moved} instanceName="Vigie" onTo={to}>
      <p>
        <a href={to}>{w.moveOn}</a>
      </p>
    </Bare>
  );
}
