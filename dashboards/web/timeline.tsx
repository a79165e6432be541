/**
 * What happened to an incident, to the second: the event, its reason in words, what it carries (who was told, which devices), and the
 * technical words beneath in small.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape, TimelineShape } from "../../daemon/api/contract.ts";
import { diagnosisWords } from "./diagnosis-words.ts";
import type { PageContext } from "./frame.tsx";
import { problemWords } from "./problems-words.ts";
import { words } from "./words.ts";

type Data = NonNullable<TimelineShape["data"]>;

export function Timeline({ page, incident }: { readonly page: PageContext; readonly incident: IncidentDetailShape }): VNode {
  const w = words[page.language];
  const inOrder = [...incident.timeline].sort((a, b) => (a.at === b.at ? a.seq - b.seq : a.at < b.at ? -1 : 1));
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{w.timeline}</h2>
      <ol class="timeline">
        {inOrder.map((entry) => (
          <Entry key={entry.seq} page={page} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ page, entry }: { readonly page: PageContext; readonly entry: TimelineShape }): VNode {
  const { texts } = page;
  const raw = texts.raw(entry.why);
  return (
    <li>
      <time dateTime={entry.at}>{texts.exact(entry.at)}</time> <strong>{texts.event(entry.event)}</strong>
      {entry.by === "system" || entry.by === "auditor" ? null : ` (${page.texts.why(entry.by)})`}
      {entry.why === "" ? null : <span class="why">{texts.why(entry.why)}</span>}
      {entry.data === undefined ? null : <Carried page={page} data={entry.data} event={entry.event} />}
      {raw === undefined ? null : <span class="raw">{raw}</span>}
    </li>
  );
}

/** Labels and values of what an entry carries; what has no words of its own is left to the API. */
function Carried({ page, data, event }: { readonly page: PageContext; readonly data: Data; readonly event: string }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const text = (key: string) => (data[key] === undefined || data[key] === "" ? undefined : String(data[key]));
  const level = (value: string) => texts.level(Number(value));
  const [from, to, until, disposition, tell] = [text("from"), text("to"), text("until"), text("disposition"), text("tell")];
  const rows: readonly (readonly [string, string | VNode | undefined])[] = [
    [w.levelChange, event === "linked" || from === undefined || to === undefined ? undefined : `${level(from)} → ${level(to)}`],
    [w.severity, change(text("severityFrom"), text("severity"), texts.severity)],
    [w.urgency, change(text("urgencyFrom"), text("urgency"), texts.urgency)],
    [w.told, tell === undefined ? undefined : tell.split(",").map(texts.function).join(", ")],
    [w.until, until === undefined ? undefined : texts.time(new Date(Number(until)).toISOString())],
    [w.disposition, disposition === undefined ? undefined : texts.disposition(disposition)],
    [w.foldedInto, numberLink(text("into"))],
    [w.verdict, text("verdict") === undefined ? undefined : texts.of("verdict", text("verdict") ?? "")],
    [diagnosisWords[page.language].verdict, foundText(page, text("found"), text("confidence"))],
    [diagnosisWords[page.language].answer, text("answer") === undefined ? undefined : texts.of("step-answer", text("answer") ?? "")],
    [diagnosisWords[page.language].note, event === "step" ? text("note") : undefined],
    [w.causedBy, numberLink(text("cause"))],
    [w.otherIncident, event === "linked" || event === "unlinked" || event === "split" ? numberLink(to ?? from) : undefined],
    [problemWords[page.language].problem, problemLink(text("problem"))],
    [w.tookIn, numberLink(text("child"))],
    [w.behind, event === "alarm-joined" ? alarmList(page, text("alarm"), 1) : alarmList(page, text("alarms"), Number(data.count ?? 0))],
  ];
  return (
    <>
      {rows.map(([label, value]) =>
        value === undefined ? null : (
          <span key={label} class="carried">
            {label}
            {w.colon}
            {value}
          </span>
        ),
      )}
    </>
  );
}

function foundText({ texts }: PageContext, found: string | undefined, confidence: string | undefined): string | undefined {
  return found === undefined ? undefined : `${texts.of("diagnosis-verdict", found)} (${confidence ?? "?"} %)`;
}

/** From what to what; nothing where it stayed the same, or was not changed here. */
function change(from: string | undefined, to: string | undefined, say: (code: string) => string): string | undefined {
  return from === undefined || to === undefined || from === to ? undefined : `${say(from)} → ${say(to)}`;
}

function problemLink(id: string | undefined): VNode | undefined {
  return id === undefined ? undefined : <a href={`/recurrences#${encodeURIComponent(id)}`}>{id}</a>;
}

function numberLink(number: string | undefined): VNode | undefined {
  return number === undefined ? undefined : <a href={`/incidents/${encodeURIComponent(number)}`}>{number}</a>;
}

/** `device|symptom|part, …` as device names, each with what it does; `count` may be more than are named. */
function alarmList(page: PageContext, alarms: string | undefined, count: number): VNode | undefined {
  if (alarms === undefined) return undefined;
  const byDevice = new Map<string, Set<string>>();
  const keys = keysOf(alarms);
  for (const key of keys) {
    const [device = "", symptom = "", part = ""] = key.split("|");
    const said = `${page.texts.symptom(symptom)}${part === "" ? "" : ` (${page.texts.part(part)})`}`;
    byDevice.set(device, (byDevice.get(device) ?? new Set()).add(said));
  }
  const more = count - keys.length;
  return (
    <ul>
      {[...byDevice].map(([device, symptoms]) => (
        <li key={device}>
          {device.includes(":") ? (
            page.texts.name(device)
          ) : (
            <a href={`/devices/${encodeURIComponent(device)}`}>{page.texts.name(device)}</a>
          )}{" "}
          {[...symptoms].join(", ")}
        </li>
      ))}
      {more > 0 ? <li>{words[page.language].others.replace("{n}", String(more))}</li> : null}
    </ul>
  );
}

/** A part may itself hold a comma (`sensor SW#1, Sensor#1`): only a piece with two bars begins a key. */
function keysOf(alarms: string): readonly string[] {
  const keys: string[] = [];
  for (const piece of alarms.split(", ")) {
    if (piece.split("|").length >= 3 || keys.length === 0) keys.push(piece);
    else keys.push(`${keys.pop() ?? ""}, ${piece}`);
  }
  return keys;
}
