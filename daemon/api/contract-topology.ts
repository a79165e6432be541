/**
 * The shapes of what is reached through what: today's tree, the circuits, and what was learned and waits for a person. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const up = z.enum(["up", "down", "unknown"]);

export const LearnedFromView = z.discriminatedUnion("via", [
  z.object({ via: z.enum(["lldp", "cdp", "shell"]), to: z.string(), port: z.string().optional() }),
  z.object({ via: z.literal("traceroute"), hops: z.array(z.string()) }),
]);

export const ParentProposalView = z.object({
  id: z.string(),
  device: z.string(),
  deviceName: z.string(),
  parents: z.array(z.string()).describe("Several: any one is enough to reach it."),
  from: z.array(LearnedFromView).describe("What says so."),
  state: z.enum(["open", "accepted", "refused"]),
  standing: z
    .enum(["proposed", "in-force", "in-file", "overridden", "gone", "refused"])
    .describe("What it is worth today: in-force is laid over the file; overridden was accepted, and the file was changed since."),
  contradicts: z.array(z.string()).optional().describe("The parents in the file that it says otherwise than."),
  firstSeenAt: instant,
  seenAt: instant,
  decided: z.object({ at: instant, by: z.string(), reason: z.string().optional() }).optional(),
  write: z.object({ file: z.string(), line: z.int().optional(), yaml: z.string() }).describe("The line to write, and below which one."),
});
export const ParentProposalList = z.object({ items: z.array(ParentProposalView) });
export const RefuseBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });
export const ConfirmBody = z.strictObject({ accept: z.literal(true) });

export const TopologyView = z.object({
  sites: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      gateway: z.string().optional(),
      devices: z
        .array(
          z.object({
            id: z.string(),
            name: z.string(),
            kind: z.string(),
            up,
            parents: z.array(z.string()).describe("In force: of the file, of an accepted proposal, or the site's gateway."),
            by: z.enum(["file", "proposal", "gateway", "none"]).describe("Who says so."),
          }),
        )
        .describe("Parents before their children."),
    }),
  ),
  links: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      ends: z.array(z.string()),
      state: up,
      owner: z.string().optional(),
      circuit: z.string().optional(),
      since: instant.optional(),
      incident: z.string().optional(),
      alone: z.array(z.string()).describe("Sites that nothing else leads to."),
    }),
  ),
  canary: z.string().optional(),
});

export const topologyShapes = {
  Topology: TopologyView,
  ParentProposal: ParentProposalView,
  ParentProposalList,
  ConfirmBody,
  RefuseBody,
} as const;

export type TopologyShape = z.infer<typeof TopologyView>;
export type ParentProposalShape = z.infer<typeof ParentProposalView>;
