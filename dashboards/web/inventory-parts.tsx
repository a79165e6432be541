/**
 * Pieces of the inventory that several pages show: what a device is, what changed, which units stood there.
 */
import type { ComponentChildren, VNode } from "preact";
import type { DeviceEventShape, DeviceInventoryShape, InventoryItemShape, UnitShape } from "../../daemon/api/contract.ts";
import type { PageContext } from "./frame.tsx";
import { words } from "./words.ts";

/** Labels and values; what is not known is left out. */
export function Pairs({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }): VNode {
  return (
    <dl class="facts">
      {rows.map(([label, value]) =>
        value === undefined || value === "" ? null : (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

/** The serial that is seen, and beside it the one in the books when it is another. */
export function Serial({ page, item }: { readonly page: PageContext; readonly item: InventoryItemShape }): VNode | null {
  const w = words[page.language];
  const { serial, serialSaid, serialDiffers, asset } = item;
  if (serial === undefined && asset.serial === undefined) return null;
  return (
    <>
      <code>{serial ?? asset.serial}</code>
      {serial === undefined ? ` (${w.inTheBooks})` : null}
      {serialSaid === undefined ? null : <span class="why">{w.serialSaid.replace("{action}", serialSaid)}</span>}
      {serialDiffers ? (
        <span class="why warned">
          <span aria-hidden="true">▲</span> {w.booksSay} <code>{asset.serial}</code>
        </span>
      ) : null}
    </>
  );
}

/** `2027-01-31 (327 jours)`, or that it is over. */
export function Warranty({ page, item }: { readonly page: PageContext; readonly item: InventoryItemShape }): VNode | null {
  const w = words[page.language];
  const { warrantyUntil, warrantyDaysLeft = 0 } = item;
  if (warrantyUntil === undefined) return null;
  const over = warrantyDaysLeft < 0;
  return (
    <span class={over ? "warned" : undefined}>
      {warrantyUntil} ({over ? w.warrantyOver : w.daysLeft.replace("{n}", String(warrantyDaysLeft))})
    </span>
  );
}

export function Inventory({ page, inventory }: { readonly page: PageContext; readonly inventory: DeviceInventoryShape }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const { asset } = inventory;
  const reading = (name: string, value: string | undefined) =>
    [texts.reading(name), value === undefined ? undefined : texts.word(value)] as const;
  return (
    <section aria-labelledby="inventory">
      <h2 id="inventory">{w.inventory}</h2>
      {inventory.facts.length === 0 ? <p class="hint">{w.noFacts}</p> : null}
      <Pairs
        rows={[
          [texts.reading("model"), inventory.model],
          [texts.reading("serial"), (inventory.serial ?? asset.serial) ? <Serial page={page} item={inventory} /> : undefined],
          [w.unitSince, inventory.unitSince === undefined ? undefined : texts.time(inventory.unitSince)],
          [texts.reading("software_version"), inventory.softwareVersion],
          reading("system_name", inventory.facts.find(({ name }) => name === "system_name")?.value),
          reading("mac_address", inventory.macAddress),
          reading("ip_address", inventory.ipAddress),
          reading("gatekeeper_address", inventory.gatekeeperAddress),
          reading("sip_proxy_address", inventory.sipProxyAddress),
          reading("auto_answer", inventory.autoAnswer),
          [w.peripherals, inventory.peripherals.length === 0 ? undefined : <Peripherals page={page} item={inventory} />],
          [w.assetTag, asset.tag],
          [w.supplier, inventory.supplierName],
          [w.contract, asset.contract],
          [w.purchased, asset.purchased],
          [w.warranty, inventory.warrantyUntil === undefined ? undefined : <Warranty page={page} item={inventory} />],
        ]}
      />
      <h3>{w.changes}</h3>
      {inventory.events.length === 0 ? <p class="hint">{w.noChanges}</p> : <Changes page={page} events={inventory.events} />}
      {inventory.units.length < 2 ? null : <Units page={page} units={inventory.units} />}
    </section>
  );
}

function Peripherals({ page, item }: { readonly page: PageContext; readonly item: InventoryItemShape }): VNode {
  const w = words[page.language];
  return (
    <ul class="flat">
      {item.peripherals.map(({ part, model, serial, version, missing }) => (
        <li key={part}>
          {page.texts.part(part)}
          {model === undefined ? "" : `${w.colon}${model}`}
          {[serial, version].some((each) => each !== undefined)
            ? ` (${[serial, version].filter((each) => each !== undefined).join(", ")})`
            : ""}
          {missing ? <strong class="warned"> {w.missing}</strong> : null}
        </li>
      ))}
    </ul>
  );
}

/** Newest first: what changed, from what to what. `named`: of several devices, so each is named. */
export function Changes(props: {
  readonly page: PageContext;
  readonly events: readonly DeviceEventShape[];
  readonly named?: boolean;
}): VNode {
  const { page, events, named = false } = props;
  const { texts } = page;
  return (
    <ol class="timeline">
      {events.map(({ device, deviceName, at, code, part, name, before, after, action }) => (
        <li key={`${device} ${at} ${code} ${name} ${part ?? ""}`}>
          <time dateTime={at}>{texts.time(at)}</time> {named ? <a href={`/devices/${encodeURIComponent(device)}`}>{deviceName}</a> : null}{" "}
          <strong>{texts.of("change", code)}</strong>
          {part === undefined ? "" : ` (${texts.part(part)})`}
          {after === undefined || (before === undefined && action === undefined) ? null : (
            <span class="why">
              {texts.reading(name)} {before === undefined ? "" : texts.word(before)} → {texts.word(after)}
              {action === undefined ? "" : ` (${action})`}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

function Units({ page, units }: { readonly page: PageContext; readonly units: readonly UnitShape[] }): VNode {
  const w = words[page.language];
  const { texts } = page;
  return (
    <>
      <h3>{w.units}</h3>
      <p class="hint">{w.unitsMeaning}</p>
      <ul>
        {units.map(({ device, deviceName, serial, model, from, to }) => (
          <li key={`${device} ${from}`}>
            <code>{serial}</code> {model === undefined ? "" : `${model}, `}
            {deviceName}
            {w.colon}
            {texts.time(from)} – {to === undefined ? w.today : texts.time(to)}
          </li>
        ))}
      </ul>
    </>
  );
}
