/**
 * What devices are, as correlation asks it: model and firmware out of an inventory, and back.
 */
import type { DeviceInventory } from "../model/inventory.ts";
import type { Product } from "../model/looks.ts";

const [modelFact, firmwareFact] = ["model", "software_version"] as const;

export function productOf({ device, facts }: DeviceInventory): Product {
  const fact = (name: string) => facts.find((each) => each.name === name && each.part === undefined)?.value;
  const [model, firmware] = [fact(modelFact), fact(firmwareFact)];
  return { device, ...(model === undefined ? {} : { model }), ...(firmware === undefined ? {} : { firmware }) };
}

/** As much of an inventory as that tells. */
export function inventoryOf({ device, model, firmware }: Product): DeviceInventory {
  const fact = (name: string, value: string | undefined) => (value === undefined ? [] : [{ name, value, since: 0, check: "" }]);
  return { device, facts: [...fact(modelFact, model), ...fact(firmwareFact, firmware)] };
}
