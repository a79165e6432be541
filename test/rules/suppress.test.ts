/** Whose failure explains this one: parents, circuits, our own sight. */
import { describe, expect, it } from "vitest";
import type { Link } from "../../daemon/model/network.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { childrenOf } from "../../rules/cuts.ts";
import {
  below,
  CORE,
  type CutDown,
  explain,
  judgeBlind,
  judgeCore,
  judgeCut,
  parentsToLookAt,
  type Seen,
  topologyOf,
  verdictOf,
  witnesses,
} from "../../rules/suppress.ts";
import { device, network, rule } from "./made.ts";

/** All answered at 100; what is down failed at 200 and was called down at 204; what goes on answering did so at 210. */
const states =
  (down: readonly string[], unknown: readonly string[] = [], over: Readonly<Record<string, Seen>> = {}) =>
  (id: string): Seen => {
    if (over[id] !== undefined) return over[id];
    if (down.includes(id)) return { state: "down", answeredAt: 100, failingSince: 200, downSince: 204 };
    return unknown.includes(id) ? { state: "unknown" } : { state: "up", answeredAt: 210 };
  };
const why = (net: ReturnType<typeof network>, id: string, seen: (id: string) => Seen, over = {}) =>
  explain({ device: net.devices.get(id)!, network: net, seen, rule: rule(), ...over });

const behind = (net: ReturnType<typeof network>, id: string) => below({ children: childrenOf(net) }, id);

describe("parents", () => {
  const net = network([
    device("core"),
    device("router", { parents: ["core"] }),
    device("second", { parents: ["core"] }),
    device("switch", { parents: ["router", "second"] }),
    device("codec", { parents: ["switch"] }),
  ]);

  it.each([
    ["only it is down", "codec", ["codec"], undefined],
    ["its parent is down", "codec", ["codec", "switch"], ["switch", "switch"]],
    ["all above are down: the topmost is the root", "codec", ["codec", "switch", "router", "second", "core"], ["switch", "core"]],
    ["one of two redundant parents is down", "switch", ["switch", "router"], undefined],
    ["both redundant parents are down", "switch", ["switch", "router", "second"], ["router", "router"]],
    ["its grandparent is down, its parent answers", "codec", ["codec", "core"], undefined],
  ] as const)("%s", (_, id, down, wanted) => {
    const explained = why(net, id, states(down));
    expect(explained === undefined ? undefined : [explained.by, explained.root]).toEqual(wanted);
  });

  it("a parent that nobody polls is gone when all above it is", () => {
    expect(why(net, "codec", states(["codec", "router", "second"], ["switch"]))).toMatchObject({ by: "switch", root: "router" });
    expect(why(net, "codec", states(["codec"], ["switch"]))).toBeUndefined();
  });

  it("a rule that is not suppressible is never explained", () => {
    expect(why(net, "codec", states(["switch"]), { rule: rule({ suppressible: false }) })).toBeUndefined();
  });

  it("a ring of parents ends", () => {
    const ring = network([device("a", { parents: ["b"] }), device("b", { parents: ["a"] })]);
    expect(why(ring, "a", states(["a", "b"])), "nobody is silenced by himself").toBeUndefined();
    expect(parentsToLookAt(ring, ring.devices.get("a")!)).toEqual(["b"]);
    expect([...behind(ring, "a")]).toEqual(["b"]);
  });

  it("the site's gateway is the parent of devices that name none, and not its own", () => {
    const site = network([device("gw"), device("codec")], { site: "gw" });
    expect(why(site, "codec", states(["gw", "codec"]))?.root).toBe("gw");
    expect(why(site, "gw", states(["gw", "codec"]))).toBeUndefined();
    expect([...behind(site, "gw")]).toEqual(["codec"]);
  });

  it("all that stands above is looked at, nearest first, if it can be", () => {
    const net2 = network([device("core"), device("mute", { parents: ["core"], checks: [] }), device("codec", { parents: ["mute"] })]);
    expect(parentsToLookAt(net2, net2.devices.get("codec")!)).toEqual(["core"]);
    expect(parentsToLookAt(net, net.devices.get("codec")!)).toEqual(["switch", "router", "second", "core"]);
  });

  it("of redundant parents that are gone the last to fail is the cause: only then was there no way left", () => {
    const at = (second: number) => states(["codec", "switch", "router"], [], { second: { state: "down", downSince: second } });
    expect(why(net, "switch", at(204 + 3 * MINUTE))?.root).toBe("second");
    expect(why(net, "switch", at(204 + MINUTE))?.root, "at once: the first by name").toBe("router");
  });
});

describe("circuits", () => {
  const link = (id: string, from: string, to: string, over: Partial<Link> = {}): Link => ({ id, name: id, ends: [from, to], ...over });
  const at = (site: string, count: number) => Array.from({ length: count }, (_, n) => device(`${site}-${n}`, { site }));
  const devices = [device("canary", { site: "home" }), ...at("a", 2), ...at("b", 2), ...at("c", 1)];
  const links = [link("la", "home", "a"), link("core", "home", "hub"), link("lb", "hub", "b"), link("lc", "hub", "c")];
  const net = network([...devices, device("hub-x", { site: "hub", checks: [] })], {}, links, "canary");
  type Seeing = (id: string) => Seen;
  const judgedIn = (of: typeof net, seen: Seeing) => {
    const { cuts, bySite } = topologyOf(of);
    return Object.fromEntries(cuts.map((cut) => [cut.holder.slice("link:".length), judgeCut(cut, bySite, seen)]));
  };
  const judged = (down: readonly string[], over: Readonly<Record<string, Seen>> = {}) => judgedIn(net, states(down, [], over));
  const downIn = (of: typeof net, seen: Seeing): readonly CutDown[] =>
    Object.values(judgedIn(of, seen)).flatMap(({ cut, down }) => (down === true ? [{ cut, since: 204 }] : []));

  it("one whose site is dark while others answer is down: a site link", () => {
    const all = judged(["a-0", "a-1"]);
    expect([all.la?.down, all.core?.down]).toEqual([true, false]);
    expect(verdictOf(all.la!.cut, topologyOf(net).bySite)).toBe("site-link");
  });

  it.each([
    ["a device behind it answers after the failure", ["a-0"], {}, false],
    [
      "a device behind it answered before the failure, and was not looked at since",
      ["a-0"],
      { "a-1": { state: "up", answeredAt: 150 } },
      undefined,
    ],
    ["it fails too, not confirmed yet", ["a-0"], { "a-1": { state: "unknown", answeredAt: 150, failingSince: 201 } }, undefined],
    [
      "one was dead before the last answer, the other fails now",
      ["a-0"],
      { "a-1": { state: "down", answeredAt: 90, failingSince: 95, downSince: 99 } },
      undefined,
    ],
    [
      "nobody elsewhere was looked at since it failed",
      ["a-0", "a-1"],
      { canary: { state: "up", answeredAt: 190 }, "b-0": { state: "unknown" }, "b-1": { state: "unknown" }, "c-0": { state: "unknown" } },
      undefined,
    ],
  ] as const)("with one site: %s", (_, down, over, wanted) => {
    expect(judged(down, over as Readonly<Record<string, Seen>>).la?.down).toBe(wanted);
  });

  it("three silent in a row, with no answer between, stand for a large site", () => {
    const large = network([device("canary", { site: "home" }), ...at("a", 20)], {}, [link("la", "home", "a")], "canary");
    const stale = Object.fromEntries(at("a", 20).map(({ id }) => [id, { state: "up", answeredAt: 150 } as Seen]));
    const failing = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, states([id])(id)]));
    expect(judgedIn(large, states([], [], { ...stale, ...failing(["a-0", "a-1"]) })).la?.down).toBeUndefined();
    expect(judgedIn(large, states([], [], { ...stale, ...failing(["a-0", "a-1", "a-2"]) })).la?.down).toBe(true);
  });

  it("one device down at a site of one is too few to tell", () => {
    expect(judged(["c-0"]).lc).toMatchObject({ down: undefined });
  });

  it("one that carries several dark sites is the core, and explains what is behind it, its circuits too", () => {
    const seen = states(["b-0", "b-1", "c-0"]);
    expect(judgedIn(net, seen).core?.down).toBe(true);
    expect(verdictOf(judgedIn(net, seen).core!.cut, topologyOf(net).bySite)).toBe("ritm-core");
    expect(why(net, "b-0", seen, { cuts: downIn(net, seen) })).toMatchObject({ by: "link:core", root: "link:core" });
  });

  it("several that fail at once point at what they share; one that failed earlier does not", () => {
    const [one, two, three] = ["a", "b", "c"].map((site) => ({
      holder: `link:l${site}`,
      links: [`l${site}`],
      sites: [site],
      devices: [],
      polled: false,
    }));
    const core = (since: readonly number[], known?: number) =>
      judgeCore(
        [one!, two!, three!].slice(0, since.length).map((cut, n) => ({ cut, since: since[n]! })),
        known,
      );
    expect(core([MINUTE, 2 * MINUTE])).toMatchObject({ down: true, since: MINUTE });
    expect(core([0, 3 * MINUTE]).down).toBe(false);
    expect(core([0, 3 * MINUTE, 4 * MINUTE])).toMatchObject({ down: true, since: 3 * MINUTE });
    expect(core([5, 60 * MINUTE], 5), "while it lasts, what fails next is part of it").toMatchObject({ down: true });
    expect(core([5], 5).down).toBe(false);
  });

  it("one that has a polled device is judged by it, and that device is the cause of what is behind", () => {
    const own = network(devices, {}, [link("la", "home", "a", { device: "a-0" })], "canary");
    const seen = states(["a-0", "a-1"]);
    expect(judgedIn(own, states(["a-0"])).la?.down).toBe(true);
    expect(judgedIn(own, states([], ["a-0"])).la?.down).toBeUndefined();
    expect(why(own, "a-1", seen, { cuts: downIn(own, seen) })).toMatchObject({ by: "a-0", root: "a-0" });
    expect(why(own, "a-0", seen, { cuts: downIn(own, seen) })).toBeUndefined();
    expect(why(own, "a-1", seen, { cuts: downIn(own, seen), coreSince: 204 })).toMatchObject({ by: "a-0", root: CORE });
  });

  it("two circuits to one site are one cause, when both are gone", () => {
    const two = network(devices, {}, [link("l1", "home", "a"), link("l2", "home", "a")], "canary");
    expect(Object.keys(judgedIn(two, states([])))).toEqual(["l1+l2"]);
    expect(judgedIn(two, states(["a-0", "a-1"]))["l1+l2"]?.down).toBe(true);
    const seen = states(["a-0", "a-1"]);
    expect(why(two, "a-0", seen, { cuts: downIn(two, seen) })?.root).toBe("link:l1+l2");
  });

  it("two with a polled device each: the site is cut off when both are down, by the last to fail", () => {
    const routers = [device("r1", { site: "hub" }), device("r2", { site: "hub" })];
    const both = [link("l1", "home", "a", { device: "r1" }), link("l2", "home", "a", { device: "r2" })];
    const two = network([...devices, ...routers], {}, both, "canary");
    expect(judgedIn(two, states(["r1", "a-0", "a-1"]))["l1+l2"]?.down).toBe(false);
    const seen = states(["r2", "a-0", "a-1"], [], { r1: { state: "down", downSince: 204 + 10 * MINUTE } });
    expect(why(two, "a-0", seen, { cuts: downIn(two, seen) })?.root).toBe("r1");
  });

  it("one of which only one has a device that answers is not down", () => {
    const half = [link("l1", "home", "a", { device: "canary" }), link("l2", "home", "a")];
    expect(judgedIn(network(devices, {}, half, "canary"), states(["a-0", "a-1"]))["l1+l2"]?.down).toBe(false);
  });

  it("a ring is cut by two of its circuits, three to a site by all three, and nothing more is a cut", () => {
    const ring = network(devices, {}, [link("l1", "home", "a"), link("l2", "a", "b"), link("l3", "b", "home")], "canary");
    const cuts = Object.fromEntries(topologyOf(ring).cuts.map(({ holder, sites }) => [holder, sites]));
    expect(cuts).toEqual({ "link:l1+l2": ["a"], "link:l1+l3": ["a", "b"], "link:l2+l3": ["b"] });
    const triple = network(devices, {}, [link("l1", "home", "a"), link("l2", "home", "a"), link("l3", "home", "a")], "canary");
    expect(topologyOf(triple).cuts.map(({ holder }) => holder)).toEqual(["link:l1+l2+l3"]);
  });

  it("who is looked at before a circuit is judged: some of its site, some of those behind with it, some elsewhere", () => {
    const { cutsBySite, bySite } = topologyOf(net);
    expect(witnesses("b", cutsBySite.get("b")!, bySite)).toEqual(["b-0", "b-1", "c-0", "canary", "a-0"]);
    expect(witnesses("home", cutsBySite.get("home") ?? [], bySite)).toEqual([]);
  });
});

describe("our own sight", () => {
  const net = network(
    [device("gw", { site: "home" }), device("canary", { site: "home" }), device("x", { site: "far" })],
    { home: "gw" },
    [],
    "canary",
  );

  it.each([
    ["all is well", [], {}, false],
    ["the canary is gone", ["canary", "x"], {}, true],
    ["the canary is gone, and somebody beyond it has not been looked at since", ["canary"], { x: { state: "up", answeredAt: 190 } }, true],
    ["the canary alone is gone: somebody beyond it answers since", ["canary"], {}, false],
    ["our gateway is gone", ["gw", "x"], {}, true],
    ["a far device is gone", ["x"], {}, false],
  ] as const)("%s", (_, down, over, blind) => {
    expect(judgeBlind(net, states(down, [], over)).blind).toBe(blind);
  });

  it("without a canary, darkness at two sites and no answer since is ours", () => {
    const bare = network([device("a", { site: "a" }), device("b", { site: "b" })]);
    expect(judgeBlind(bare, states(["a", "b"])).blind).toBe(true);
    expect(judgeBlind(bare, states(["a"])).blind).toBe(false);
  });
});
