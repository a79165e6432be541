/**
 * The last look of one kind: what it said in words, since when, what was measured and read, and the trace of the last one that failed.
 */
import type { VNode } from "preact";
import type { AlarmShape, LookShape } from "../../daemon/api/contract.ts";
import { Mark, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export function Look(props: { readonly page: PageContext; readonly look: LookShape; readonly alarms: readonly AlarmShape[] }): VNode {
  const { page, look } = props;
  const w = words[page.language];
  const { texts } = page;
  const tone = look.status === "up" ? "good" : look.status === "down" ? "bad" : "unsure";
  const since = sinceOf(props.alarms, look);
  const raw = look.code === undefined ? look.detail : `${look.code}${look.detail === undefined ? "" : `: ${look.detail}`}`;
  return (
    <article class="card plain">
      <h3>
        {texts.probe(look.kind)}
        {w.colon}
        <Mark tone={tone} text={texts.look(look.status)} />
      </h3>
      <p>
        {look.code === undefined ? null : <>{texts.code(look.code)}. </>}
        {since === undefined ? null : (
          <>
            {w.since} {texts.time(since)} ({texts.since(since)}).{" "}
          </>
        )}
        <span class="soft">
          {w.asOf} {texts.exact(look.at).slice(-8)}, {w.lookTook} {Math.round(look.durationMs)} {w.ms}
        </span>
      </p>
      {raw === undefined ? null : <p class="raw">{raw}</p>}
      <Values page={page} look={look} />
      {look.trace === undefined ? null : (
        <details id={`trace-${look.kind}`}>
          <summary>{w.trace}</summary>
          <pre>{look.trace.join("\n")}</pre>
        </details>
      )}
    </article>
  );
}

/** Since when this kind of look fails: the first bad look of the alarm that speaks about it. */
function sinceOf(alarms: readonly AlarmShape[], look: LookShape): string | undefined {
  if (look.status === "up") return undefined;
  const ping = ["unreachable", "high-loss"];
  return alarms.find(({ part, symptom }) => (look.kind === "icmp" ? ping.includes(symptom) || part === "icmp" : part === look.kind))?.since;
}

function Values({ page, look }: { readonly page: PageContext; readonly look: LookShape }): VNode | null {
  const w = words[page.language];
  const { texts } = page;
  const part = (of: string | undefined) => (of === undefined ? "" : ` (${texts.part(of)})`);
  const read = look.readings.map((one) => ({ name: `${texts.reading(one.name)}${part(one.part)}`, value: texts.word(one.value) }));
  const measured = look.samples.map((one) => ({
    name: `${texts.sample(one.name)}${part(one.part)}`,
    value: one.value === null ? "–" : texts.quantity(one.name, one.value),
  }));
  const count = read.length + measured.length;
  if (count === 0) return null;
  return (
    <details id={`values-${look.kind}`} open={count <= 24}>
      <summary>
        {w.values} ({count})
      </summary>
      <Pairs label={w.states} pairs={read} />
      <Pairs label={w.measures} pairs={measured} />
    </details>
  );
}

function Pairs(props: {
  readonly label: string;
  readonly pairs: readonly { readonly name: string; readonly value: string }[];
}): VNode | null {
  if (props.pairs.length === 0) return null;
  return (
    <>
      <h4>{props.label}</h4>
      <dl class="values">
        {props.pairs.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
