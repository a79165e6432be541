/**
 * The operations about families: what is known of each, and of one device's.
 */
import type { ApiDeps } from "./deps.ts";
import { deviceFamily, familyView } from "./family-view.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { deviceOf } from "./reads.ts";

export const familyOperations: readonly Operation[] = [
  operation({
    id: "listFamilies",
    method: "get",
    path: "/api/v1/families",
    summary: "Device families, shipped and of the site: how many facts, how sure each, and what is not known; ordered by id.",
    access: "read",
    may: "read",
    answer: "FamilyList",
    run: async ({ deps }) => {
      const families = [...deps.config().families.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      return { content: { items: families.map(familyView) } };
    },
  }),
  operation({
    id: "getDeviceFamily",
    method: "get",
    path: "/api/v1/devices/{id}/family",
    summary:
      "What we know of this device's model: its family's facts, the oddities that fit it, and the family its own words fit, if another.",
    access: "read",
    may: "read",
    answer: "DeviceFamily",
    run: async ({ deps, params }) => {
      const device = deviceOf(deps, params.id);
      const known = deviceFamily(deps.config().families, device.family, saidBy(deps, device.id));
      if (known === undefined) throw new HttpProblem(404, "no-such-family", "The device's family has left the configuration; reload it.");
      return { content: known };
    },
  }),
];

/** What the device said in its last looks, over whatever way. */
export function saidBy({ board }: ApiDeps, device: string): (reading: string) => string | undefined {
  const readings = [...(board.get(device)?.looks.values() ?? [])].flatMap((look) => look.readings);
  return (name) => readings.find((reading) => reading.name === name && reading.part === undefined)?.value;
}
