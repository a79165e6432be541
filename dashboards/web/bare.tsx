/**
 * A page without navigation and without script: for who is not signed in, or has no account. It leads nowhere else.
 */
import type { ComponentChildren, VNode } from "preact";
import { words } from "./words.ts";

export interface BareProps {
  readonly language: "fr" | "en";
  readonly title: string;
  readonly instanceName: string;
  /** Refreshes at once to this address. */
  readonly onTo?: string;
  /** It keeps itself fresh where there is script, by asking again and again: it may hear no events. */
  readonly polls?: boolean;
  /** It has tables. */
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

export function Bare({ language, title, instanceName, onTo, polls = false, wide = polls, children }: BareProps): VNode {
  const w = words[language];
  const other = language === "fr" ? "en" : "fr";
  return (
    <html lang={`${language}-CA`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {onTo === undefined ? null : <meta http-equiv="refresh" content={`0; url=${onTo}`} />}
        <title>{`${title} · ${instanceName} · Vigie`}</title>
        <link rel="stylesheet" href="/static/vigie.css" />
        <link rel="icon" href="/static/vigie.svg" />
        {polls ? <script src="/static/vigie.js" defer /> : null}
      </head>
      <body>
        <header>
          <p class="brand">
            <strong>Vigie</strong> <span>{instanceName}</span>
          </p>
          <p class="signed">
            <a href={`?lang=${other}`} lang={`${other}-CA`} hreflang={`${other}-CA`}>
              {w.otherLanguage}
            </a>
          </p>
        </header>
        <main id="main" class={wide ? undefined : "narrow"} data-polls={polls ? "" : undefined}>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
