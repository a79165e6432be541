/**
 * The status page: incidents first, then devices by site, then (in the demo) the messages that were sent.
 */
import type { VNode } from "preact";
import type { DeviceShape, IncidentShape, SinkMessageShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export interface StatusPageProps {
  readonly page: PageContext;
  readonly incidents: readonly IncidentShape[];
  readonly devices: readonly DeviceShape[];
  /** Undefined where there is no sink to show. */
  readonly messages?: readonly SinkMessageShape[];
}

/** Beyond this only what is not in service is listed. */
const listedDevices = 500;

const order = { now: 0, "before-session": 1, "service-hours": 2 } as const;

export function StatusPage({ page, incidents, devices, messages }: StatusPageProps): VNode {
  const w = words[page.language];
  const sorted = [...incidents].sort((a, b) => rank(a) - rank(b) || (a.openedAt < b.openedAt ? 1 : -1));
  return (
    <Frame page={page} title={w.status}>
      <Totals page={page} incidents={incidents} devices={devices} />
      <section aria-labelledby="incidents">
        <h2 id="incidents">
          {w.incidents} ({incidents.length})
        </h2>
        {sorted.length === 0 ? <p class="calm">{w.noIncidents}</p> : null}
        <ul class="cards">
          {sorted.map((incident) => (
            <IncidentCard key={incident.id} page={page} incident={incident} />
          ))}
        </ul>
      </section>
      <Devices page={page} devices={devices} />
      {messages === undefined ? null : <Messages page={page} messages={messages} />}
    </Frame>
  );
}

/** Unrestored before restored, major before minor, urgent before patient. */
function rank(incident: IncidentShape): number {
  const restored = incident.state === "restored" || incident.state === "resolved" ? 100 : 0;
  return restored + (incident.severity === "major" ? 0 : 10) + order[incident.urgency];
}

function Totals({ page, incidents, devices }: StatusPageProps): VNode {
  const w = words[page.language];
  const count = (up: DeviceShape["up"]) => devices.filter((device) => device.up === up && !device.commissioning).length;
  const major = incidents.filter((incident) => incident.severity === "major").length;
  const numbers: readonly (readonly [number, string, string])[] = [
    [incidents.length, w.incidents, incidents.length > 0 ? "warn" : ""],
    [major, page.texts.severity("major"), major > 0 ? "bad" : ""],
    [count("up"), w.inService, ""],
    [count("down"), w.outOfService, count("down") > 0 ? "bad" : ""],
    [count("unknown"), w.unknown, ""],
  ];
  return (
    <ul class="totals">
      {numbers.map(([number, label, tone]) => (
        <li key={label} class={tone}>
          <strong>{number}</strong> {label}
        </li>
      ))}
    </ul>
  );
}

function IncidentCard({ page, incident }: { readonly page: PageContext; readonly incident: IncidentShape }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const restored = incident.restoredAt !== undefined && incident.state !== "open" && incident.state !== "taken";
  const tone = restored ? "good" : incident.severity === "major" ? "bad" : "warn";
  return (
    <li class={`card ${tone}`}>
      <p class="marks">
        <Mark tone={tone} text={restored ? texts.state(incident.state) : texts.severity(incident.severity)} />
        <Mark tone="plain" text={texts.level(incident.level)} />
        <Mark tone="plain" text={`${w.urgency}${w.colon}${texts.urgency(incident.urgency)}`} />
        <Mark tone="plain" text={restored ? texts.severity(incident.severity) : texts.state(incident.state)} />
      </p>
      <h3>
        <a href={`/incidents/${encodeURIComponent(incident.number)}`}>{sentence(page, incident)}</a>
      </h3>
      <p class="where">
        {incident.siteName}
        {incident.roomName === undefined ? "" : `, ${incident.roomName}`}
      </p>
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
      <p class="number">{incident.number}</p>
    </li>
  );
}

/** "Codec A-101 does not answer". */
export function sentence(page: PageContext, of: Pick<IncidentShape, "deviceName" | "symptom" | "rule" | "part">): string {
  const part = of.part === undefined ? "" : ` (${of.part})`;
  return `${of.deviceName ?? ""} ${page.texts.symptom(of.symptom, of.rule)}${part}`.trim();
}

export function UpMark({ page, device }: { readonly page: PageContext; readonly device: DeviceShape }): VNode {
  const w = words[page.language];
  switch (device.up) {
    case "up":
      return <Mark tone="good" text={w.inService} />;
    case "down":
      return <Mark tone="bad" text={w.outOfService} />;
    case "unknown":
      return <Mark tone="unsure" text={w.unknown} />;
  }
}

function Devices({ page, devices }: { readonly page: PageContext; readonly devices: readonly DeviceShape[] }): VNode {
  const w = words[page.language];
  const bySite = new Map<string, DeviceShape[]>();
  for (const device of devices) bySite.set(device.site, [...(bySite.get(device.site) ?? []), device]);
  const limited = devices.length > listedDevices;
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">{w.devices}</h2>
      <p class="hint">{w.unknownMeaning}</p>
      {limited ? <p class="hint">{w.limited}</p> : null}
      <div class="sites">
        {[...bySite].map(([site, all]) => (
          <SiteDevices key={site} page={page} site={site} all={all} limited={limited} />
        ))}
      </div>
    </section>
  );
}

function SiteDevices(props: {
  readonly page: PageContext;
  readonly site: string;
  readonly all: readonly DeviceShape[];
  readonly limited: boolean;
}): VNode {
  const { page, site, all, limited } = props;
  const w = words[page.language];
  const down = all.filter((device) => device.up === "down").length;
  const unsure = all.filter((device) => device.up === "unknown").length;
  const shown = limited ? all.filter((device) => device.up !== "up") : all;
  return (
    <details id={`site-${site}`} open={!limited || down > 0}>
      <summary>
        <span class="site">{all[0]?.siteName ?? site}</span>{" "}
        <span class="count">
          {all.length - down - unsure}/{all.length}
        </span>{" "}
        {down > 0 ? <Mark tone="bad" text={`${down} ${w.outOfService.toLowerCase()}`} /> : null}
      </summary>
      <ul class="devices">
        {shown.map((device) => (
          <li key={device.id}>
            <UpMark page={page} device={device} />
            <span>
              <a href={`/devices/${encodeURIComponent(device.id)}`}>{device.name}</a>
              {device.commissioning ? <em> ({w.commissioning})</em> : null}
              {device.alarms.length === 0 ? null : <AlarmWords page={page} device={device} />}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function AlarmWords({ page, device }: { readonly page: PageContext; readonly device: DeviceShape }): VNode {
  const said = new Set(device.alarms.map((key) => page.texts.symptom(key.split("|")[1] ?? key)));
  return <span class="alarms">{[...said].join(", ")}</span>;
}

function Messages({ page, messages }: { readonly page: PageContext; readonly messages: readonly SinkMessageShape[] }): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="messages">
      <h2 id="messages">{w.messages}</h2>
      {messages.length === 0 ? <p class="calm">{w.noMessages}</p> : null}
      <div class="messages">
        {messages.map((message) => (
          <details key={`${message.key}${message.at}`} id={`message-${message.key}`}>
            <summary>
              <time dateTime={message.at}>{page.texts.time(message.at)}</time> {w.to} {message.to}
              {w.colon}
              {message.subject}
            </summary>
            <pre lang={`${message.language}-CA`}>{message.text}</pre>
          </details>
        ))}
      </div>
    </section>
  );
}
