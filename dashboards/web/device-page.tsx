/**
 * One device: how it is and since when, its incidents and alarms, the last looks, 24 hours of it, traps, and how sure we are of all that.
 */
import type { ComponentChildren, VNode } from "preact";
import type {
  AlarmShape,
  DeviceDetailShape,
  DeviceFamilyShape,
  DeviceInventoryShape,
  IncidentShape,
  TrapShape,
} from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { sentence } from "./incident-card.tsx";
import { Inventory } from "./inventory-parts.tsx";
import { Known } from "./known.tsx";
import { LightList } from "./lights.tsx";
import { Look } from "./look.tsx";
import { type HistorySeries, Sparkline } from "./sparkline.tsx";
import { explanation, shownAs, UpMark } from "./status-page.tsx";
import { words } from "./words.ts";

export interface DeviceKnowledge {
  readonly familyName: string;
  /** Undefined when the family has left the configuration. */
  readonly certainty?: "recording" | "manual" | "memory";
  /** Codes: `snmp-v2c`, `legacy-ssh`. */
  readonly weaknesses: readonly string[];
  readonly parents: readonly { readonly id: string; readonly name: string }[];
}

export interface DevicePageProps {
  readonly page: PageContext;
  readonly device: DeviceDetailShape;
  readonly incidents: readonly IncidentShape[];
  readonly history: readonly HistorySeries[];
  readonly traps: readonly TrapShape[];
  readonly knowledge: DeviceKnowledge;
  readonly inventory: DeviceInventoryShape;
  /** Undefined when the family has left the configuration. */
  readonly known: DeviceFamilyShape | undefined;
}

export function DevicePage(props: DevicePageProps): VNode {
  const { page, device, incidents, history } = props;
  const w = words[page.language];
  const explained = new Map(device.alarmsNow.flatMap(({ key, suppressedBy }) => (suppressedBy === undefined ? [] : [[key, suppressedBy]])));
  const shown = shownAs(device, explained);
  return (
    <Frame page={page} title={device.name}>
      <p class="marks">
        <UpMark page={page} shown={shown} />
        {device.commissioning ? (
          <a href={`/rooms/${encodeURIComponent(device.room ?? `site:${device.site}`)}/acceptance`}>
            <Mark tone="plain" text={w.commissioning} />
          </a>
        ) : null}
      </p>
      {shown === "out-of-reach" || shown === "away" ? (
        <p>{[...new Set(explained.values())].map((root) => explanation(page, root)).join("; ")}</p>
      ) : null}
      {shown === "unknown" ? <p class="hint">{w.unknownMeaning}</p> : null}
      <LightList page={page} lights={device.lights} activity={device.activity} />
      <Facts {...props} />
      <section aria-labelledby="incidents">
        <h2 id="incidents">{w.incidents}</h2>
        {incidents.length === 0 ? <p class={shown === "up" ? "calm" : "hint"}>{w.noIncidents}</p> : null}
        <ul>
          {incidents.map((incident) => (
            <li key={incident.id}>
              <a href={`/incidents/${encodeURIComponent(incident.number)}`}>{incident.number}</a> {sentence(page, incident)} (
              {page.texts.state(incident.state).toLowerCase()})
            </li>
          ))}
        </ul>
      </section>
      <Alarms page={page} device={device} />
      <Inventory page={page} inventory={props.inventory} />
      <section aria-labelledby="looks">
        <h2 id="looks">{w.looks}</h2>
        {device.looks.length === 0 ? <p class="hint">{w.noLooks}</p> : null}
        {device.looks.map((look) => (
          <Look key={look.kind} page={page} look={look} alarms={device.alarmsNow} />
        ))}
      </section>
      <section aria-labelledby="history">
        <h2 id="history">{w.history}</h2>
        {history.length === 0 ? <p class="hint">{w.noHistory}</p> : null}
        <div class="sparks">
          {history.map((series) => (
            <Sparkline key={`${series.name} ${series.part ?? ""}`} page={page} series={series} />
          ))}
        </div>
      </section>
      <Traps {...props} />
      <Known page={page} known={props.known} />
    </Frame>
  );
}

function Facts({ page, device, knowledge }: DevicePageProps): VNode {
  const w = words[page.language];
  const { texts } = page;
  const weak = knowledge.weaknesses.map((code) => <li key={code}>{texts.weakness(code)}</li>);
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [w.since, device.since === undefined ? undefined : `${texts.time(device.since)} (${texts.since(device.since)})`],
    [w.site, device.siteName],
    [w.room, device.roomName],
    [w.address, <code key="address">{device.address}</code>],
    [w.reachedThrough, knowledge.parents.length === 0 ? undefined : <Parents parents={knowledge.parents} />],
    [w.family, knowledge.familyName],
    [w.facts2, knowledge.certainty === undefined ? undefined : texts.certainty(knowledge.certainty)],
    [w.weaknesses, weak.length === 0 ? w.noWeaknesses : <ul class="flat">{weak}</ul>],
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

function Parents({ parents }: { readonly parents: DeviceKnowledge["parents"] }): VNode {
  return (
    <>
      {parents.map(({ id, name }) => (
        <a key={id} class="inline" href={`/devices/${encodeURIComponent(id)}`}>
          {name}
        </a>
      ))}
    </>
  );
}

function Alarms({ page, device }: { readonly page: PageContext; readonly device: DeviceDetailShape }): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="alarms">
      <h2 id="alarms">{w.alarms}</h2>
      {device.alarmsNow.length === 0 ? <p class={device.up === "unknown" ? "hint" : "calm"}>{w.noAlarms}</p> : null}
      <ul>
        {device.alarmsNow.map((alarm) => (
          <AlarmLine key={alarm.key} page={page} alarm={alarm} />
        ))}
      </ul>
    </section>
  );
}

function AlarmLine({ page, alarm }: { readonly page: PageContext; readonly alarm: AlarmShape }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const { detail, part, suppressedBy } = alarm;
  const said = detail === undefined ? undefined : texts.detail(detail);
  const own = alarm.state === "active" && suppressedBy === undefined;
  return (
    <li>
      <Mark tone={own ? "bad" : "unsure"} text={alarm.state === "active" ? w.active : w.pending} />{" "}
      {texts.symptom(alarm.symptom, alarm.rule)}
      {part === undefined ? "" : ` (${texts.part(part)})`}, {w.since.toLowerCase()} {texts.time(alarm.since)} ({texts.since(alarm.since)})
      {suppressedBy === undefined ? null : <span class="why">{explanation(page, suppressedBy)}</span>}
      {said === undefined ? null : <span class="why">{said}</span>}
      {detail === undefined || detail === said ? null : <span class="raw">{texts.raw(detail) ?? detail}</span>}
    </li>
  );
}

function Traps({ page, traps }: DevicePageProps): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="traps">
      <h2 id="traps">{w.traps}</h2>
      <p class="hint">{w.trapsMeaning}</p>
      {traps.length === 0 ? <p class="hint">{w.noTraps}</p> : null}
      <ul class="traps">
        {traps.map((trap) => (
          <li key={`${trap.at}${trap.sha256}`}>
            <time dateTime={trap.at}>{page.texts.exact(trap.at)}</time>{" "}
            <strong>{trap.undecodable === undefined ? (trap.name ?? w.notInCatalogue) : w.undecodable}</strong>
            {trap.version === undefined ? "" : ` · SNMP v${trap.version}`}
            {trap.inform ? " · inform" : ""}
            <span class="raw">
              {[trap.oid, trap.undecodable, ...trap.varbinds.map(varbind)].filter((each) => each !== undefined).join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function varbind({ oid, name, value }: TrapShape["varbinds"][number]): string {
  return `${name ?? oid} = ${value}`;
}
