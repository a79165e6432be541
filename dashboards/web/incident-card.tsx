/**
 * One incident in a list: what, where, how long it can wait, who has it. The words stand alone for a reader who is no technician.
 */
import type { VNode } from "preact";
import type { DeviceShape, IncidentShape } from "../../daemon/api/contract.ts";
import { Mark, type PageContext } from "./frame.tsx";
import { maintenanceWords } from "./maintenance-words.ts";
import { words } from "./words.ts";

const order = { now: 0, "before-session": 1, "service-hours": 2 } as const;

/** Service is back; it waits for people only. */
export function isRestored(incident: IncidentShape): boolean {
  return incident.state === "restored" || incident.state === "resolved";
}

/** Urgent before patient, then major before minor, then the oldest. */
export function byUrgency(a: IncidentShape, b: IncidentShape): number {
  const rank = (incident: IncidentShape) => order[incident.urgency] * 10 + (incident.severity === "major" ? 0 : 1);
  return rank(a) - rank(b) || (a.firstBadAt < b.firstBadAt ? -1 : 1);
}

/** "Codec A-101 does not answer". */
export function sentence(
  page: PageContext,
  of: Pick<IncidentShape, "deviceName" | "linkName" | "symptom" | "rule" | "part" | "verdict">,
): string {
  const part = of.part === undefined ? "" : ` (${page.texts.part(of.part)})`;
  const symptom = page.texts.symptom(of.symptom, of.rule);
  if (of.deviceName === undefined && of.linkName !== undefined) return `${of.linkName}${words[page.language].colon}${symptom}${part}`;
  // Several circuits at once have no name together.
  if (of.deviceName === undefined && of.verdict !== undefined)
    return capital(`${page.texts.of("verdict", of.verdict)}${words[page.language].colon}${symptom}`);
  return capital(
    of.deviceName === undefined ? `${symptom}${part}` : `${of.deviceName}${page.texts.beforeSymptom(of.symptom, of.rule)}${symptom}${part}`,
  );
}

/** "Minor, provisional": the mark of an incident that is not settled yet. */
export function severityText({ texts }: PageContext, { severity, severitySettled, foldedInto }: IncidentShape): string {
  return severitySettled === undefined && foldedInto === undefined
    ? `${texts.severity(severity)}, ${texts.of("severity-settled", "short")}`
    : texts.severity(severity);
}

export function capital(text: string): string {
  return `${text.charAt(0).toLocaleUpperCase()}${text.slice(1)}`;
}

export function IncidentCard(props: {
  readonly page: PageContext;
  readonly incident: IncidentShape;
  readonly up?: DeviceShape["up"] | undefined;
}): VNode {
  const { page, incident, up } = props;
  const w = words[page.language];
  const { texts } = page;
  const restored = isRestored(incident);
  const tone = restored ? "good" : incident.severity === "major" ? "bad" : "warn";
  return (
    <li class={`card ${tone}`}>
      <p class="marks">
        <Mark tone={tone} text={restored ? texts.state(incident.state) : texts.urgencyPlain(incident.urgency)} />
        <Mark tone="plain" text={severityText(page, incident)} />
        {restored ? null : <Mark tone="plain" text={texts.levelPlain(incident.level)} />}
        {incident.muted === undefined ? null : <Mark tone="plain" text={maintenanceWords[page.language].muted} />}
        {up === "unknown" && !restored ? <Mark tone="unsure" text={w.unseenNow} /> : null}
      </p>
      <h3>
        <a href={`/incidents/${encodeURIComponent(incident.number)}`}>{sentence(page, incident)}</a>
      </h3>
      <p class="where">
        {incident.siteName}
        {incident.roomName === undefined ? "" : `, ${incident.roomName}`}
      </p>
      {restored ? <RestoredFacts page={page} incident={incident} /> : <OpenFacts page={page} incident={incident} />}
      <p class="number">
        {incident.number}
        {incident.occurrences > 1 ? ` · ${incident.occurrences} ${w.times}` : ""}
      </p>
    </li>
  );
}

function OpenFacts({ page, incident }: { readonly page: PageContext; readonly incident: IncidentShape }): VNode {
  const w = words[page.language];
  const { texts } = page;
  return (
    <dl>
      <dt>{w.since}</dt>
      <dd>
        {texts.time(incident.firstBadAt)} ({texts.since(incident.firstBadAt)})
      </dd>
      <dt>{w.holder}</dt>
      <dd>{incident.holder ?? incident.acknowledgedBy ?? w.nobody}</dd>
      <dt>{w.why}</dt>
      <dd>{texts.why(incident.severityWhy)}</dd>
      <dt>{w.whyUrgency}</dt>
      <dd>{texts.why(incident.urgencyWhy)}</dd>
    </dl>
  );
}

function RestoredFacts({ page, incident }: { readonly page: PageContext; readonly incident: IncidentShape }): VNode {
  const w = words[page.language];
  const { texts } = page;
  return (
    <dl>
      <dt>{w.since}</dt>
      <dd>{texts.time(incident.firstBadAt)}</dd>
      {incident.restoredAt === undefined ? null : (
        <>
          <dt>{w.restored}</dt>
          <dd>
            {texts.time(incident.restoredAt)} ({texts.since(incident.restoredAt)})
          </dd>
        </>
      )}
      <dt>{w.holder}</dt>
      <dd>{incident.holder ?? incident.acknowledgedBy ?? w.nobody}</dd>
    </dl>
  );
}
