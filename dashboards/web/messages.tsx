/**
 * What was sent, as each person would read it: when, to whom, about what; the whole text one click away.
 */
import type { VNode } from "preact";
import type { SinkMessageShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export function Messages({ page, messages }: { readonly page: PageContext; readonly messages: readonly SinkMessageShape[] }): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="messages" class="no-print">
      <h2 id="messages">{w.messages}</h2>
      <p class="hint">{page.demo ? w.messagesMeaning : w.messagesMeaningReal}</p>
      {messages.length === 0 ? <p class="calm">{w.noMessages}</p> : null}
      <div class="messages">
        {messages.map((message) => (
          <details key={`${message.key}${message.at}`} id={`message-${message.key}`}>
            <summary>
              <span class="envelope">
                <time dateTime={message.at}>{page.texts.exact(message.at).slice(-8)}</time> {w.to} <strong>{message.to}</strong>
              </span>
              <span class="subject" lang={`${message.language}-CA`}>
                {short(message)}
              </span>
            </summary>
            <p class="subject" lang={`${message.language}-CA`}>
              <strong>{message.subject}</strong>
            </p>
            <pre lang={`${message.language}-CA`}>{message.text}</pre>
            {message.number === undefined ? null : (
              <p>
                <a href={`/incidents/${encodeURIComponent(message.number)}`}>
                  {w.incident} {message.number}
                </a>
              </p>
            )}
          </details>
        ))}
      </div>
    </section>
  );
}

/** The kind of the message in its first line, and the subject without the number that the link below carries. */
function short({ subject, number }: SinkMessageShape): string {
  return number === undefined ? subject : subject.replace(`[${number}] `, "").replace(/^DÉMO |^DEMO /, "");
}
