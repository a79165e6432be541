/**
 * What a browser is shown when the daemon cannot answer: that what was sent may not be recorded, whom to telephone, and what was typed.
 * It needs nothing of the store.
 */
import type { VNode } from "preact";
import { Bare } from "./bare.tsx";
import { troubleWords } from "./trouble-words.ts";

export interface TroublePageProps {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  readonly cause: "store" | "internal";
  /** Something was sent: what was typed. Undefined: a page was asked for. */
  readonly written?: readonly string[];
}

export function TroublePage({ language, instanceName, cause, written }: TroublePageProps): VNode {
  const w = troubleWords[language];
  return (
    <Bare language={language} title={written === undefined ? w.notShown : w.notWritten} instanceName={instanceName}>
      <p class="banner problem" role="alert">
        <strong>{w.urgent}</strong>
      </p>
      <p>{w[cause]}</p>
      {written === undefined || written.length === 0 ? null : (
        <section aria-labelledby="written">
          <h2 id="written">{w.written}</h2>
          {written.map((text) => (
            <pre key={text}>{text}</pre>
          ))}
        </section>
      )}
      <p>
        <a href="?">{written === undefined ? w.again : w.lookFirst}</a>
      </p>
    </Bare>
  );
}
