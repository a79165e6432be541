/**
 * The shapes of actions: what was changed about an incident. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const short = z.string().trim().min(1).max(200);
const kind = z.enum(["ip-change", "swap", "restart", "configuration", "firmware", "cabling", "other"]);

const said = {
  kind: kind.describe("ip-change: the device is quiet until the configuration in force has `after`. swap: names `serialAfter`."),
  what: z.string().trim().min(1).max(2_000),
  device: short.optional().describe("Where: device, room or link, one at most. Left out: what the incident is about."),
  room: short.optional(),
  link: short.optional(),
  part: short
    .optional()
    .describe("Of a swap: which part of the device, as its inventory names it. Left out: as `serialBefore` tells, or the device."),
  before: short.optional().describe("Of an address change, left out: the configured address."),
  after: short.optional(),
  serialBefore: short.optional().describe("Of the unit that went; left out: as it was seen."),
  serialAfter: short.optional().describe("Of the unit that came."),
};

export const NewActionBody = z.strictObject(said);
export const ActionView = z.object({
  id: z.string(),
  incident: z.string(),
  ...said,
  by: z.string(),
  at: instant,
  state: z
    .enum(["done", "waiting", "expired"])
    .describe("waiting: the configuration in force does not have it. expired: it had not in time."),
  appliedAt: instant.optional(),
  quietUntil: instant.optional().describe("Its device is quiet until the configuration has it, at most until then."),
  silence: z.string().optional().describe("The silence that keeps it quiet, in /api/v1/maintenance."),
  write: z
    .object({ file: z.string(), line: z.int().optional(), path: z.string(), from: z.string(), to: z.string() })
    .optional()
    .describe("What to change in the configuration, while it waits; `line` is that of the device's id."),
});
export const ActionList = z.object({ items: z.array(ActionView) });

/** Named in the OpenAPI document. */
export const actionShapes = { NewAction: NewActionBody, Action: ActionView, ActionList } as const;

export type ActionShape = z.infer<typeof ActionView>;
