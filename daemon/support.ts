/**
 * What a supplier asks first, about one device: what it is, whether it is under warranty, by which contract, and whom to call.
 *
 * What the device says and what the books say, put side by side; nothing is decided.
 */
import { daysLeft, factOf } from "../rules/inventory.ts";
import type { Config } from "./model/config.ts";
import type { DeviceInventory, SupportFacts } from "./model/inventory.ts";
import type { Device } from "./model/network.ts";
import type { Instant } from "./model/time.ts";

export function supportOf(device: Device, config: Config, inventory: DeviceInventory | undefined, at: Instant): SupportFacts {
  const { asset = {}, supplier, warrantyUntil, site } = device;
  const partner = supplier === undefined ? undefined : config.partners.get(supplier);
  const zone = config.network.sites.get(site)?.timezone ?? config.instance.timezone;
  const seen = factOf(inventory, "serial");
  const facts = {
    model: factOf(inventory, "model"),
    serial: seen ?? asset.serial,
    otherSerial: seen !== undefined && asset.serial !== undefined && asset.serial !== seen ? asset.serial : undefined,
    firmware: factOf(inventory, "software_version"),
    tag: asset.tag,
    supplier: partner?.name ?? supplier,
    warrantyUntil,
    warrantyDaysLeft: warrantyUntil === undefined ? undefined : daysLeft(warrantyUntil, at, zone),
    contract: asset.contract ?? partner?.contract,
  };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { ...known, contacts: contactsOf(partner?.contacts ?? [], config) };
}

function contactsOf(ids: readonly string[], { contacts }: Config): SupportFacts["contacts"] {
  return ids.map((id) => {
    const contact = contacts.get(id);
    return { name: contact?.name ?? id, reach: (contact?.channels ?? []).map(({ address }) => address) };
  });
}
