/**
 * The status page: what is under way, what is restored and waits for a person, circuits, devices by site, and (in the demo) what was sent.
 */
import type { VNode } from "preact";
import type { DeviceShape, IncidentShape, SinkMessageShape } from "../../daemon/api/contract.ts";
import { gateOf } from "../../daemon/model/alarm.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { byUrgency, IncidentCard, isRestored } from "./incident-card.tsx";
import { LightRow } from "./lights.tsx";
import { type LinkRow, Links } from "./links.tsx";
import { Messages } from "./messages.tsx";
import { words } from "./words.ts";

export interface StatusPageProps {
  readonly page: PageContext;
  readonly incidents: readonly IncidentShape[];
  readonly devices: readonly DeviceShape[];
  /** Alarms that another failure explains. */
  readonly alarms: readonly { readonly key: string; readonly suppressedBy: string }[];
  readonly links: readonly LinkRow[];
  /** Undefined where there is no sink to show. */
  readonly messages?: readonly SinkMessageShape[];
}

/** Beyond this only what is not in service is listed. */
const listedDevices = 500;

export function StatusPage({ page, incidents, devices, alarms, links, messages }: StatusPageProps): VNode {
  const w = words[page.language];
  const underWay = incidents.filter((incident) => !isRestored(incident)).sort(byUrgency);
  const toLookAt = incidents.filter(isRestored).sort(byUrgency);
  const explained = new Map(alarms.map(({ key, suppressedBy }) => [key, suppressedBy]));
  const unsure =
    page.unwell !== undefined ||
    page.blind !== undefined ||
    devices.some((device) => shownAs(device, explained) === "unknown" && !device.commissioning);
  const cards = { page, devices };
  return (
    <Frame page={page} title={w.status}>
      <Totals page={page} underWay={underWay} toLookAt={toLookAt} devices={devices} explained={explained} />
      <section aria-labelledby="incidents">
        <h2 id="incidents">
          {w.underWay} ({underWay.length})
        </h2>
        {underWay.length > 0 ? (
          <p class="hint">{w.underWayMeaning}</p>
        ) : (
          <p class={unsure ? "hint" : "calm"}>{unsure ? w.underWayNoneUnsure : w.underWayNone}</p>
        )}
        <Cards {...cards} incidents={underWay} />
      </section>
      {toLookAt.length === 0 ? null : (
        <section aria-labelledby="to-look-at">
          <h2 id="to-look-at">
            {w.toLookAt} ({toLookAt.length})
          </h2>
          <p class="hint">{w.toLookAtMeaning}</p>
          <Cards {...cards} incidents={toLookAt} />
        </section>
      )}
      <Links page={page} links={links} />
      <Devices page={page} devices={devices} explained={explained} />
      {messages === undefined ? null : <Messages page={page} messages={messages} />}
    </Frame>
  );
}

function Cards(props: {
  readonly page: PageContext;
  readonly incidents: readonly IncidentShape[];
  readonly devices: readonly DeviceShape[];
}): VNode | null {
  const { page, incidents, devices } = props;
  if (incidents.length === 0) return null;
  const up = new Map(devices.map((device) => [device.id, device.up]));
  return (
    <ul class="cards">
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} page={page} incident={incident} up={up.get(incident.device ?? "")} />
      ))}
    </ul>
  );
}

function Totals(props: {
  readonly page: PageContext;
  readonly underWay: readonly IncidentShape[];
  readonly toLookAt: readonly IncidentShape[];
  readonly devices: readonly DeviceShape[];
  readonly explained: Explained;
}): VNode {
  const { page, underWay, toLookAt, devices, explained } = props;
  const w = words[page.language];
  const count = (shown: Shown) => devices.filter((device) => shownAs(device, explained) === shown && !device.commissioning).length;
  const major = underWay.filter((incident) => incident.severity === "major").length;
  const numbers: readonly (readonly [number, string, string])[] = [
    [underWay.length, w.underWay, underWay.length > 0 ? "warn" : ""],
    [major, w.majors, major > 0 ? "bad" : ""],
    [toLookAt.length, w.toLookAt, ""],
    [count("up"), w.inService, ""],
    [count("down"), w.outOfService, count("down") > 0 ? "bad" : ""],
    [count("out-of-reach"), w.outOfReach, ""],
    [count("unknown"), w.unknown, ""],
    ...(count("away") === 0 ? [] : [[count("away"), w.away, ""] as const]),
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

export type Shown = DeviceShape["up"] | "out-of-reach" | "away";

/**
 * A device whose every alarm another failure explains has not failed as far as we can tell: it is out of reach. One that does not answer while
 * nobody is due in its room, or that said it is switched off, is away.
 */
export function shownAs(device: DeviceShape, explained: Explained): Shown {
  const by = device.alarms.map((key) => explained.get(key));
  const explainedAll = by.length > 0 && by.every((each) => each !== undefined);
  if (device.up === "unknown" && by.some((each) => gateOf(each)?.kind === "presence" || each === "state:off")) return "away";
  return device.up === "down" && explainedAll ? "out-of-reach" : device.up;
}

export function UpMark({ page, shown }: { readonly page: PageContext; readonly shown: Shown }): VNode {
  const w = words[page.language];
  switch (shown) {
    case "out-of-reach":
      return <Mark tone="unsure" text={w.outOfReach} />;
    case "away":
      return <Mark tone="plain" text={w.away} />;
    case "up":
      return <Mark tone="good" text={w.inService} />;
    case "down":
      return <Mark tone="bad" text={w.outOfService} />;
    case "unknown":
      return <Mark tone="unsure" text={w.unknown} />;
  }
}

type Explained = ReadonlyMap<string, string>;

function Devices(props: { readonly page: PageContext; readonly devices: readonly DeviceShape[]; readonly explained: Explained }): VNode {
  const { page, devices, explained } = props;
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
          <SiteDevices key={site} page={page} site={site} all={all} limited={limited} explained={explained} />
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
  readonly explained: Explained;
}): VNode {
  const { page, site, all, limited, explained } = props;
  const w = words[page.language];
  const count = (shown: Shown) => all.filter((device) => shownAs(device, explained) === shown).length;
  const [down, beyond, away, unsure] = [count("down"), count("out-of-reach"), count("away"), count("unknown")];
  const shown = limited ? all.filter((device) => device.up !== "up") : all;
  return (
    <details id={`site-${site}`} open={!limited || down > 0}>
      <summary>
        <span class="site">{all[0]?.siteName ?? site}</span>{" "}
        <span class="count">
          {all.length - down - beyond - away - unsure}/{all.length}
        </span>{" "}
        {down > 0 ? <Mark tone="bad" text={`${down} ${w.outOfService.toLowerCase()}`} /> : null}{" "}
        {beyond > 0 ? <Mark tone="unsure" text={`${beyond} ${w.outOfReach.toLowerCase()}`} /> : null}{" "}
        {away > 0 ? <Mark tone="plain" text={`${away} ${w.away.toLowerCase()}`} /> : null}{" "}
        {unsure > 0 ? <Mark tone="unsure" text={`${unsure} ${w.unknown.toLowerCase()}`} /> : null}
      </summary>
      <ul class="devices">
        {shown.map((device) => (
          <li key={device.id}>
            <UpMark page={page} shown={shownAs(device, explained)} />
            <span>
              <a href={`/devices/${encodeURIComponent(device.id)}`}>{device.name}</a>
              {device.commissioning ? <em> ({w.commissioning})</em> : null}
              <LightRow page={page} lights={device.lights} activity={device.activity} />
              {device.alarms.length === 0 ? null : <AlarmWords page={page} device={device} explained={explained} />}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/**
 * Why a device's own alarm is not its own failure, or none for now; `root` is a device, a link (`link:<id>`), a credential, `blind`, a state of
 * the device (`state:in-call`) or a room where nobody is due (`presence:<room>`).
 */
export function explanation(page: PageContext, root: string): string {
  const w = words[page.language];
  const gate = gateOf(root);
  if (gate?.kind === "state") return `${w.excused} ${page.texts.of("activity", gate.what)}`;
  if (gate?.kind === "presence") return `${w.nobodyDue} ${page.texts.name(gate.what)}`;
  return root === "blind" ? w.explainedByBlind : `${w.explainedBy} ${page.texts.name(root)}`;
}

/** An alarm that another failure explains is no failure of this device, and what we cannot see is not said to be down. */
function AlarmWords(props: { readonly page: PageContext; readonly device: DeviceShape; readonly explained: Explained }): VNode {
  const { page, device, explained } = props;
  const own = device.alarms.filter((key) => !explained.has(key));
  const roots = new Set(device.alarms.flatMap((key) => explained.get(key) ?? []));
  const said = new Set(own.map((key) => page.texts.symptom(key.split("|")[1] ?? key)));
  const because = [...roots].map((root) => explanation(page, root));
  return (
    <>
      {said.size === 0 ? null : <span class={device.up === "unknown" ? "why" : "alarms"}>{[...said].join(", ")}</span>}
      {because.length === 0 || said.size > 0 ? null : <span class="why">{because.join(", ")}</span>}
    </>
  );
}
