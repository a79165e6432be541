/**
 * The page behind the link of a message: what it is about, and a field for the four digits. No script, no way on: whoever holds the
 * link sees what stood in the message and nothing else.
 */
import { renderToString } from "preact-render-to-string";

export interface AckPageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  readonly title: string;
  readonly about?: readonly string[];
  readonly lines: readonly string[];
  /** Absent: nothing is asked. */
  readonly form?: { readonly field: string; readonly button: string };
}

export function ackPage({ language, instanceName, title, about = [], lines, form }: AckPageProps): string {
  const page = (
    <html lang={`${language}-CA`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <title>{`${title} – ${instanceName}`}</title>
        <link rel="stylesheet" href="/static/vigie.css" />
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {about.length === 0 ? null : (
            <ul>
              {about.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          {lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {form === undefined ? null : (
            <form method="post">
              <label>
                {form.field}{" "}
                <input name="digits" inputMode="numeric" autoComplete="off" pattern="[0-9]{4}" maxLength={4} size={4} required />
              </label>{" "}
              <button type="submit">{form.button}</button>
            </form>
          )}
        </main>
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToString(page)}`;
}
