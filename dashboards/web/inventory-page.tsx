/**
 * The inventory: what every device says it is beside what the books say, with a search, and as a file for a spreadsheet.
 */
import type { VNode } from "preact";
import type { DeviceEventShape, InventoryItemShape } from "../../daemon/api/contract.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { Changes, Serial, Warranty } from "./inventory-parts.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

export interface InventoryPageProps {
  readonly page: PageContext;
  readonly search: string;
  /** Those in which the search is found. */
  readonly items: readonly InventoryItemShape[];
  /** How many devices there are. */
  readonly all: number;
  /** Changes of the last days that decide who can call whom. */
  readonly changes: readonly DeviceEventShape[];
}

/** More rows are no page any more; the search and the file have all. */
const listed = 500;

export function InventoryPage({ page, search, items, all, changes }: InventoryPageProps): VNode {
  const w = words[page.language];
  const file = `/inventory.csv${search === "" ? "" : `?search=${encodeURIComponent(search)}`}`;
  return (
    <Frame page={page} title={w.inventory}>
      <p class="lead">{w.inventoryMeaning}</p>
      <form class="search" method="get" action="/inventory">
        <label for="search">{w.search}</label> <input id="search" name="search" type="search" value={search} maxLength={100} />{" "}
        <button type="submit">{w.find}</button> <a href={file}>{w.asCsv}</a>
      </form>
      <p class="hint">
        {w.found.replace("{n}", String(items.length)).replace("{all}", String(all))}
        {items.length > listed ? ` ${w.onlyFirst.replace("{n}", String(listed))}` : ""}
      </p>
      {items.length === 0 ? (
        <p class="hint">{all === 0 ? w.noDevices : w.nothingFound}</p>
      ) : (
        <Items page={page} items={items.slice(0, listed)} />
      )}
      <section aria-labelledby="changes">
        <h2 id="changes">{w.recentChanges}</h2>
        {changes.length === 0 ? <p class="hint">{w.noRecentChanges}</p> : <Changes page={page} events={changes} named />}
      </section>
    </Frame>
  );
}

function Items({ page, items }: { readonly page: PageContext; readonly items: readonly InventoryItemShape[] }): VNode {
  const w = words[page.language];
  const { texts } = page;
  return (
    <Table
      label={w.inventory}
      heads={[
        w.device,
        w.where,
        texts.reading("model"),
        texts.reading("serial"),
        texts.reading("software_version"),
        w.address,
        w.supplier,
        w.warranty,
      ]}
    >
      {items.map((item) => (
        <tr key={item.device}>
          <th scope="row">
            <a href={`/devices/${encodeURIComponent(item.device)}`}>{item.name}</a>
            {item.asset.tag === undefined ? null : <span class="why">{item.asset.tag}</span>}
          </th>
          <td>
            {item.siteName}
            {item.roomName === undefined ? null : <span class="why">{item.roomName}</span>}
          </td>
          <td>{item.model}</td>
          <td>
            <Serial page={page} item={item} />
          </td>
          <td>{item.softwareVersion}</td>
          <td>
            <code>{item.address}</code>
          </td>
          <td>
            {item.supplierName}
            {item.asset.contract === undefined ? null : <span class="why">{item.asset.contract}</span>}
          </td>
          <td>
            <Warranty page={page} item={item} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
