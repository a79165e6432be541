/**
 * What an incident gathers, and how it stands to others: its alarms by device, what was merged into it, what it is linked with.
 */
import type { VNode } from "preact";
import type { IncidentDetailShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { words } from "./words.ts";

type Link = IncidentDetailShape["links"][number];
type Alarm = IncidentDetailShape["alarms"][number];

export function Joined({ page, incident }: { readonly page: PageContext; readonly incident: IncidentDetailShape }): VNode | null {
  const w = words[page.language];
  const { alarms, links } = incident;
  const several = new Set(alarms.map(({ device }) => device)).size > 1;
  if (!several && links.length === 0) return null;
  return (
    <section aria-labelledby="joined">
      <h2 id="joined">{w.oneTrouble}</h2>
      {several ? (
        <ul>
          {alarms.map((alarm) => (
            <AlarmRow key={alarm.key} page={page} alarm={alarm} />
          ))}
        </ul>
      ) : null}
      {links.length === 0 ? null : (
        <ul>
          {links.map((link) => (
            <LinkRow key={`${link.direction} ${link.number}`} page={page} link={link} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AlarmRow({ page, alarm }: { readonly page: PageContext; readonly alarm: Alarm }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const part = alarm.part === undefined ? "" : ` (${texts.part(alarm.part)})`;
  const name = texts.name(alarm.device);
  return (
    <li>
      {alarm.device.includes(":") ? name : <a href={`/devices/${encodeURIComponent(alarm.device)}`}>{name}</a>}
      {`${texts.beforeSymptom(alarm.symptom)}${texts.symptom(alarm.symptom)}${part}`}
      {alarm.state === "active" ? null : ` (${w.wellNow})`}
    </li>
  );
}

function LinkRow({ page, link }: { readonly page: PageContext; readonly link: Link }): VNode {
  const w = words[page.language];
  const { number, kind, direction, by, why } = link;
  return (
    <li>
      {w.linkKind[`${kind} ${direction}`] ?? kind} <a href={`/incidents/${encodeURIComponent(number)}`}>{number}</a>
      {by === "system" ? null : ` (${by})`}
      <span class="why">{page.texts.why(why)}</span>
    </li>
  );
}
