/**
 * One device: what it is, its alarms, what the last looks found, and the trace of the last one that failed.
 */
import type { VNode } from "preact";
import type { DeviceDetailShape, IncidentShape, LookShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { sentence, UpMark } from "./status-page.tsx";
import { words } from "./words.ts";

export interface DevicePageProps {
  readonly page: PageContext;
  readonly device: DeviceDetailShape;
  readonly incidents: readonly IncidentShape[];
}

export function DevicePage({ page, device, incidents }: DevicePageProps): VNode {
  const w = words[page.language];
  return (
    <Frame page={page} title={device.name}>
      <p class="marks">
        <UpMark page={page} device={device} />
        {device.commissioning ? <Mark tone="plain" text={w.commissioning} /> : null}
      </p>
      <Facts page={page} device={device} />
      <section aria-labelledby="incidents">
        <h2 id="incidents">{w.incidents}</h2>
        {incidents.length === 0 ? <p class="calm">{w.noIncidents}</p> : null}
        <ul>
          {incidents.map((incident) => (
            <li key={incident.id}>
              <a href={`/incidents/${encodeURIComponent(incident.number)}`}>{incident.number}</a> {sentence(page, incident)}
            </li>
          ))}
        </ul>
      </section>
      <Alarms page={page} device={device} />
      <section aria-labelledby="looks">
        <h2 id="looks">{w.looks}</h2>
        {device.looks.length === 0 ? <p class="calm">{w.noLooks}</p> : null}
        {device.looks.map((look) => (
          <Look key={look.kind} page={page} look={look} />
        ))}
      </section>
    </Frame>
  );
}

function Facts({ page, device }: { readonly page: PageContext; readonly device: DeviceDetailShape }): VNode {
  const w = words[page.language];
  return (
    <dl class="facts">
      <dt>{w.site}</dt>
      <dd>{device.siteName}</dd>
      {device.roomName === undefined ? null : (
        <>
          <dt>{w.room}</dt>
          <dd>{device.roomName}</dd>
        </>
      )}
      <dt>{w.address}</dt>
      <dd>
        <code>{device.address}</code>
      </dd>
      <dt>{w.family}</dt>
      <dd>{device.family}</dd>
      {device.since === undefined ? null : (
        <>
          <dt>{w.since}</dt>
          <dd>
            {page.texts.time(device.since)} ({page.texts.since(device.since)})
          </dd>
        </>
      )}
    </dl>
  );
}

function Alarms({ page, device }: { readonly page: PageContext; readonly device: DeviceDetailShape }): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="alarms">
      <h2 id="alarms">{w.alarms}</h2>
      {device.alarmsNow.length === 0 ? <p class="calm">{w.noAlarms}</p> : null}
      <ul>
        {device.alarmsNow.map((alarm) => (
          <li key={alarm.key}>
            <Mark tone={alarm.state === "active" ? "bad" : "unsure"} text={alarm.state === "active" ? w.active : w.pending} />{" "}
            {page.texts.symptom(alarm.symptom, alarm.rule)}
            {alarm.part === undefined ? "" : ` (${alarm.part})`}, {page.texts.since(alarm.since)}
            {alarm.detail === undefined ? "" : `${w.colon}${alarm.detail}`}
            {alarm.suppressedBy === undefined ? "" : ` (${w.suppressedBy} ${alarm.suppressedBy})`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Look({ page, look }: { readonly page: PageContext; readonly look: LookShape }): VNode {
  const w = words[page.language];
  const tone = look.status === "up" ? "good" : look.status === "down" ? "bad" : "unsure";
  const values = [...look.readings.map(({ name, value, part }) => ({ name, part, value }))];
  for (const { name, value, part } of look.samples) values.push({ name, part, value: value === null ? "-" : String(round(value)) });
  return (
    <article class="card plain">
      <h3>
        <Mark tone={tone} text={look.kind.toUpperCase()} />
      </h3>
      <p>
        {page.texts.time(look.at)}, {Math.round(look.durationMs)} ms
        {look.code === undefined ? null : (
          <>
            {" "}
            · <code>{look.code}</code>
          </>
        )}
        {look.detail === undefined ? null : ` · ${look.detail}`}
      </p>
      {values.length === 0 ? null : (
        <details id={`values-${look.kind}`} open={values.length <= 12}>
          <summary>
            {w.values} ({values.length})
          </summary>
          <dl class="values">
            {values.map(({ name, part, value }) => (
              <div key={`${name} ${part ?? ""}`}>
                <dt>
                  {name}
                  {part === undefined ? "" : ` (${part})`}
                </dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {look.trace === undefined ? null : (
        <details id={`trace-${look.kind}`}>
          <summary>{w.trace}</summary>
          <pre>{look.trace.join("\n")}</pre>
        </details>
      )}
    </article>
  );
}

/** Four significant digits say enough on a page. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
