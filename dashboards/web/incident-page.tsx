/**
 * One incident: what and why, its timeline with the reason of each step, and who was told.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { sentence } from "./status-page.tsx";
import { words } from "./words.ts";

export interface IncidentPageProps {
  readonly page: PageContext;
  readonly incident: IncidentDetailShape;
}

export function IncidentPage({ page, incident }: IncidentPageProps): VNode {
  const { texts } = page;
  const tone = incident.severity === "major" ? "bad" : "warn";
  return (
    <Frame page={page} title={incident.number}>
      <p class="lead">{sentence(page, incident)}</p>
      <p class="marks">
        <Mark tone={tone} text={texts.severity(incident.severity)} />
        <Mark tone="plain" text={texts.level(incident.level)} />
        <Mark tone={incident.restoredAt === undefined ? "plain" : "good"} text={texts.state(incident.state)} />
      </p>
      <Facts page={page} incident={incident} />
      <Timeline page={page} incident={incident} />
      <Deliveries page={page} incident={incident} />
    </Frame>
  );
}

function Facts({ page, incident }: IncidentPageProps): VNode {
  const w = words[page.language];
  const { texts } = page;
  const device = incident.device;
  const rows: readonly (readonly [string, string | VNode | undefined])[] = [
    [w.where, incident.roomName === undefined ? incident.siteName : `${incident.siteName}, ${incident.roomName}`],
    [w.device, device === undefined ? undefined : <a href={`/devices/${encodeURIComponent(device)}`}>{incident.deviceName ?? device}</a>],
    [w.since, `${texts.time(incident.firstBadAt)} (${texts.since(incident.firstBadAt)})`],
    [w.opened, texts.time(incident.openedAt)],
    [w.restored, incident.restoredAt === undefined ? undefined : texts.time(incident.restoredAt)],
    [w.holder, incident.holder ?? w.nobody],
    [w.acknowledgedBy, incident.acknowledgedBy],
    [w.severity, `${texts.severity(incident.severity)}${w.colon}${texts.why(incident.severityWhy)}`],
    [w.urgency, `${texts.urgency(incident.urgency)}${w.colon}${texts.why(incident.urgencyWhy)}`],
    [w.next, incident.wakeAt === undefined ? undefined : texts.time(incident.wakeAt)],
    [w.occurrences, incident.occurrences > 1 ? String(incident.occurrences) : undefined],
  ];
  return (
    <dl class="facts">
      {rows.map(([label, value]) =>
        value === undefined ? null : (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

function Timeline({ page, incident }: IncidentPageProps): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{w.timeline}</h2>
      <ol class="timeline">
        {incident.timeline.map((entry) => (
          <li key={entry.seq}>
            <time dateTime={entry.at}>{page.texts.time(entry.at)}</time> <strong>{page.texts.event(entry.event)}</strong>
            {entry.by === "system" ? null : ` (${entry.by})`}
            <span class="why">{page.texts.why(entry.why)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Deliveries({ page, incident }: IncidentPageProps): VNode {
  const w = words[page.language];
  if (incident.deliveries.length === 0) {
    return (
      <section aria-labelledby="deliveries">
        <h2 id="deliveries">{w.deliveries}</h2>
        <p class="calm">{w.noDeliveries}</p>
      </section>
    );
  }
  return (
    <div>
      <h2 id="deliveries">{w.deliveries}</h2>
      <section class="scroll" tabindex={0} aria-label={w.deliveries}>
        <table>
          <thead>
            <tr>
              {[w.at, w.recipient, w.channel, w.level, w.state, w.attempts].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {incident.deliveries.map((row) => (
              <tr key={row.key}>
                <td>{page.texts.time(row.sentAt ?? row.createdAt)}</td>
                <td>{row.recipient}</td>
                <td>{row.channel}</td>
                <td>{page.texts.level(row.level)}</td>
                <td>
                  {w.delivery[row.state] ?? row.state}
                  {row.error === undefined ? null : <span class="why">{row.error}</span>}
                </td>
                <td>{row.attempts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
