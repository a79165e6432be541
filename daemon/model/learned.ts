/**
 * What was learned of how devices are reached: from their neighbours and from the way packets take. Proposals, until a person confirms one.
 */
import type { Instant } from "./time.ts";

/** One thing that says so. */
export type LearnedFrom =
  /** A cable, as one of its ends tells it (IEEE 802.1AB, CISCO-CDP-MIB, the device's own shell). */
  | { readonly via: "lldp" | "cdp" | "shell"; readonly to: string; readonly port?: string }
  /** The hops before the device, nearest to us first: ids where they are ours, addresses where not, `*` where nobody said a word. */
  | { readonly via: "traceroute"; readonly hops: readonly string[] };

/** A device and those that it is reached through. */
export interface Learned {
  readonly device: string;
  /** Sorted. Several: any one is enough. */
  readonly parents: readonly string[];
  readonly from: readonly LearnedFrom[];
}

export interface ParentProposal extends Learned {
  /** `codec-7~switch-1+switch-2`: the same finding is the same proposal, so that a refused one does not come back. */
  readonly id: string;
  readonly firstSeenAt: Instant;
  readonly seenAt: Instant;
  readonly state: "open" | "accepted" | "refused";
  readonly decided?: { readonly at: Instant; readonly by: string; readonly reason?: string };
  /** The parents in the file when it was accepted: once the file says something else, the file holds. */
  readonly replaces?: readonly string[];
}

/**
 * `proposed`: waits for a person. `in-force`: accepted, laid over the file. `in-file`: the file says so by now. `overridden`: accepted, and the
 * file was changed since: the file holds. `gone`: a device of it left the configuration. `refused`.
 */
export type ProposalStanding = "proposed" | "in-force" | "in-file" | "overridden" | "gone" | "refused";
