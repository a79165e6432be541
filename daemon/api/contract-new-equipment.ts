/**
 * The shapes of what takes new equipment into service: discovery, and the acceptance sheet of a room. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();

export const DiscoveryView = z.object({
  id: z.string(),
  state: z.enum(["running", "done", "stopped", "failed"]),
  by: z.string().describe("The name of the token that started it."),
  ranges: z.array(z.string()),
  startedAt: instant,
  endedAt: instant.optional(),
  addresses: z.int(),
  pinged: z.int(),
  answered: z.int(),
  asked: z.int().describe("Of those that answered, how many were asked to the end."),
  probes: z.int().describe("Packets and connection attempts so far."),
  skipped: z.array(z.object({ address: z.string(), device: z.string() })).describe("In the configuration already."),
  resting: z.array(z.string()).describe("Credentials that were refused so often that they were tried no more."),
  devices: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      address: z.string(),
      site: z.string().optional(),
      family: z.string(),
      sureness: z.enum(["sure", "likely", "guess"]),
      parents: z.array(z.string()),
      gateway: z.boolean(),
      snmp: z.string().optional(),
      ssh: z.string().optional(),
      https: z
        .object({
          port: z.int(),
          credential: z.string().optional(),
          fingerprint: z.string().optional().describe("To compare on the device before it is pinned; absent: an authority vouches for it."),
          old: z.boolean().describe("It speaks TLS 1.0 or 1.1 only."),
        })
        .optional()
        .describe("A look at its web interface, to be confirmed: it is in no entry yet."),
      without: z.array(z.string()).describe("Looks of its family that want a credential."),
      remarks: z.array(z.string()),
    }),
  ),
  yaml: z.string().optional().describe("The devices as YAML to review; there once it has ended."),
});
export const DiscoveryList = z.object({ items: z.array(DiscoveryView.omit({ devices: true, yaml: true })) });
export const DiscoveryBody = z.strictObject({ ranges: z.array(z.string().max(50)).min(1).max(64) });

const sheetLine = z.object({
  id: z.string().describe("`<device>/<item>`, or `test-call` for the room."),
  item: z.enum(["link", "login", "api", "registered", "ready", "firmware", "peripherals", "test-call"]),
  device: z.string().optional(),
  state: z.enum(["good", "bad", "open"]).describe("open: it cannot be seen from here; a person says."),
  value: z.string().optional().describe("What was seen: a code, a version, names of parts."),
  note: z.string().optional().describe("A person's word on an open line."),
});
export const AcceptanceView = z.object({
  id: z.string(),
  place: z.string(),
  at: instant,
  by: z.string(),
  function: z.string(),
  reason: z.string().optional(),
  devices: z.array(z.string()),
  lines: z.array(sheetLine),
  withdrawn: z.object({ at: instant, by: z.string(), reason: z.string() }).optional(),
  warnings: z.array(z.string()).optional(),
});
export const SheetView = z.object({
  place: z.string().describe("A room's id, or `site:<id>` for the equipment of a site that stands in no room."),
  devices: z.array(z.string()).describe("In commissioning: those that signing accepts."),
  lines: z.array(sheetLine),
  signed: z.array(AcceptanceView).describe("Earlier sheets of this place, newest first."),
});
export const SignBody = z.strictObject({
  notes: z.record(z.string(), z.string().trim().min(1).max(500)).default({}).describe("A person's word on each open line, by its id."),
  reason: z.string().trim().max(2_000).optional().describe("Why it is signed although a line is bad."),
});
export const WithdrawBody = z.strictObject({ reason: z.string().trim().min(1).max(2_000) });
