/** From what was learned to proposals, and from a person's yes to the network in force. */
import { describe, expect, it } from "vitest";
import type { Learned, ParentProposal } from "../../daemon/model/learned.ts";
import { contradicted, mergeProposals, newsIn, proposalId, standingOf, withLearned } from "../../rules/learned.ts";
import { device, network } from "./made.ts";

const net = network(
  [
    device("gw", { kind: "router" }),
    device("switch-1", { kind: "switch", parents: ["gw"] }),
    device("switch-2", { kind: "switch", parents: ["gw"] }),
    device("codec-1"),
    device("codec-2", { parents: ["switch-2"] }),
  ],
  { site: "gw" },
);
const cable = (id: string, ...parents: string[]): Learned => ({
  device: id,
  parents,
  from: parents.map((to) => ({ via: "lldp" as const, to, port: "Gi0/1" })),
});
const way = (id: string, parent: string, ...hops: string[]): Learned => ({
  device: id,
  parents: [parent],
  from: [{ via: "traceroute", hops }],
});
const made = (learned: Learned, over: Partial<ParentProposal> = {}): ParentProposal => ({
  ...learned,
  id: proposalId(learned),
  firstSeenAt: 1,
  seenAt: 1,
  state: "open",
  ...over,
});

describe("news", () => {
  it.each([
    ["a switch that the file does not know of", cable("codec-1", "switch-1"), true],
    ["another switch than the file's", cable("codec-2", "switch-1"), true],
    ["two switches, where the file has one", cable("codec-2", "switch-1", "switch-2"), true],
    ["what the file says", cable("codec-2", "switch-2"), false],
    ["what follows from the site's gateway", cable("codec-1", "gw"), false],
    ["a ring", cable("gw", "codec-2"), false],
    ["itself", cable("codec-1", "codec-1"), false],
    ["somebody unknown", cable("codec-1", "switch-9"), false],
    ["of somebody unknown", cable("codec-9", "switch-1"), false],
    ["a way over a router that is above it already", way("codec-2", "gw", "gw"), false],
    ["a way over something that is not above it", way("codec-2", "switch-1", "gw", "switch-1"), true],
  ] as const)("%s: %j", (_, learned, isNews) => {
    expect(newsIn(net, [learned]).length).toBe(isNews ? 1 : 0);
  });

  it("a cable says more than a way: where both are known, the way is none", () => {
    const found = newsIn(net, [way("codec-1", "switch-2", "switch-2"), cable("codec-1", "switch-1")]);
    expect(found.map(({ parents }) => parents)).toEqual([["switch-1"]]);
  });
});

describe("keeping", () => {
  const one = cable("codec-1", "switch-1");

  it("what is new is open; seen again it is the same, and remembers when it was first seen", () => {
    const [first] = mergeProposals([], [one], new Set(["codec-1"]), 10).keep;
    expect(first).toMatchObject({ id: "codec-1~switch-1", state: "open", firstSeenAt: 10, seenAt: 10 });
    expect(mergeProposals([first!], [one], new Set(["codec-1"]), 20).keep).toMatchObject([{ firstSeenAt: 10, seenAt: 20 }]);
  });

  it("a refused one does not come back", () => {
    const refused = made(one, { state: "refused" });
    expect(mergeProposals([refused], [one], new Set(["codec-1"]), 20)).toEqual({ keep: [], drop: [] });
  });

  it("an open one goes when its device was looked at and something else is true, and stays when nobody looked", () => {
    const open = made(one);
    const moved = mergeProposals([open], [cable("codec-1", "switch-2")], new Set(["codec-1"]), 20);
    expect([moved.keep.map(({ id }) => id), moved.drop]).toEqual([["codec-1~switch-2"], ["codec-1~switch-1"]]);
    expect(mergeProposals([open], [], new Set(), 20).drop).toEqual([]);
  });
});

describe("in force", () => {
  const accepted = (learned: Learned, replaces: readonly string[], at = 1) =>
    made(learned, { state: "accepted", replaces, decided: { at, by: "ops" } });

  it("an accepted one is laid over the file, a proposed and a refused one are not", () => {
    const one = cable("codec-1", "switch-1");
    expect(withLearned(net, [accepted(one, [])]).devices.get("codec-1")?.parents).toEqual(["switch-1"]);
    expect(withLearned(net, [made(one)])).toBe(net);
    expect(withLearned(net, [made(one, { state: "refused" })])).toBe(net);
  });

  it.each([
    ["the file says what it said then", accepted(cable("codec-2", "switch-1"), ["switch-2"]), "in-force"],
    ["the file says so by now", accepted(cable("codec-2", "switch-2"), []), "in-file"],
    ["the file says something new", accepted(cable("codec-2", "switch-1"), []), "overridden"],
    ["a parent left the file", accepted(cable("codec-2", "switch-9"), ["switch-2"]), "gone"],
    ["nobody decided", made(cable("codec-1", "switch-1")), "proposed"],
  ] as const)("%s: %s", (_, proposal, standing) => {
    expect(standingOf(proposal, net)).toBe(standing);
  });

  it("two that would make a ring together: the later one does not hold", () => {
    const both = [accepted(cable("switch-1", "switch-2"), ["gw"], 1), accepted(cable("switch-2", "switch-1"), ["gw"], 2)];
    const now = withLearned(net, both);
    expect([now.devices.get("switch-1")?.parents, now.devices.get("switch-2")?.parents]).toEqual([["switch-2"], ["gw"]]);
  });

  it("says what of the file it contradicts", () => {
    expect(contradicted(cable("codec-2", "switch-1"), net)).toEqual(["switch-2"]);
    expect(contradicted(cable("codec-1", "switch-1"), net)).toBeUndefined();
  });
});
