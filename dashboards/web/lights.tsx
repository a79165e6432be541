/**
 * The five lights: a row of marks for lists, and each with since when and why for the page of the device.
 *
 * Each says the same in form, word and colour; what does not apply is left out of the row, and said on the device's page.
 */
import type { VNode } from "preact";
import type { ActivityShape, LightShape } from "../../daemon/api/contract.ts";
import { Mark, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

type Tone = "good" | "bad" | "warn" | "unsure" | "plain";

const tones: Readonly<Record<LightShape["state"], Tone>> = {
  good: "good",
  warning: "warn",
  bad: "bad",
  unknown: "unsure",
  "not-applicable": "plain",
};

export function LightRow(props: {
  readonly page: PageContext;
  readonly lights: readonly LightShape[];
  readonly activity?: ActivityShape | undefined;
}): VNode | null {
  const { page, lights, activity } = props;
  const { texts } = page;
  const shown = lights.filter(({ state }) => state !== "not-applicable");
  if (shown.length === 0) return null;
  return (
    <ul class="lights" aria-label={words[page.language].lights}>
      {shown.map(({ name, state, code, data }) => (
        <li
          key={name}
          class={tones[state]}
          title={`${texts.of("light", name)}: ${texts.of("light-state", state)}, ${texts.reason(code, data)}`}
        >
          <span aria-hidden="true">
            {signs[tones[state]]} {texts.of("light-short", name)}
          </span>
          <span class="hidden">
            {texts.of("light", name)} {texts.of("light-state", state)}
          </span>
        </li>
      ))}
      {activity === undefined || activity.state === "unknown" ? null : <li class="plain">{texts.of("activity", activity.state)}</li>}
    </ul>
  );
}

const signs: Readonly<Record<Tone, string>> = { good: "✓", bad: "✕", warn: "▲", unsure: "?", plain: "•" };

export function LightList(props: {
  readonly page: PageContext;
  readonly lights: readonly LightShape[];
  readonly activity?: ActivityShape | undefined;
}): VNode | null {
  const { page, lights, activity } = props;
  const { texts } = page;
  const w = words[page.language];
  if (lights.length === 0) return null;
  const since = (at: string) => `${w.since.toLowerCase()} ${texts.time(at)} (${texts.since(at)})`;
  return (
    <section aria-labelledby="lights">
      <h2 id="lights">{w.lights}</h2>
      <ul class="light-list">
        {lights.map(({ name, state, code, data, since: at }) => (
          <li key={name}>
            <span>
              <strong>{texts.of("light", name)}</strong>
              <span class="why">{texts.of("light-about", name)}</span>
            </span>
            <span>
              <Mark tone={tones[state]} text={texts.of("light-state", state)} /> {texts.reason(code, data)}
              {state === "not-applicable" ? null : <span class="why">{since(at)}</span>}
            </span>
          </li>
        ))}
        {activity === undefined ? null : (
          <li>
            <span>
              <strong>{w.activity}</strong>
            </span>
            <span>
              <Mark tone={activity.state === "unknown" ? "unsure" : "plain"} text={texts.of("activity", activity.state)} />
              <span class="why">{since(activity.since)}</span>
            </span>
          </li>
        )}
      </ul>
    </section>
  );
}
