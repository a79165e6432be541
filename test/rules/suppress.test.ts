/** Whose failure explains this one: parents, circuits, our own sight. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Link } from "../../daemon/model/network.ts";
import { type DeviceUp, descendants, explain, judgeBlind, judgeLinks, maskedBy, parentsToLookAt } from "../../rules/suppress.ts";
import { device, network, rule } from "./made.ts";

const states =
  (down: readonly string[], unknown: readonly string[] = []) =>
  (id: string): DeviceUp =>
    down.includes(id) ? "down" : unknown.includes(id) ? "unknown" : "up";
const why = (net: ReturnType<typeof network>, id: string, state: (id: string) => DeviceUp, over = {}) =>
  explain({ device: net.devices.get(id)!, network: net, state, symptom: "unreachable", rule: rule(), ...over });

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
    expect(why(ring, "a", states(["a", "b"]))?.by).toBe("b");
    expect(parentsToLookAt(ring, ring.devices.get("a")!)).toEqual(["b"]);
    expect([...descendants(ring, "a")]).toEqual(["b"]);
  });

  it("the site's gateway is the parent of devices that name none, and not its own", () => {
    const site = network([device("gw"), device("codec")], { site: "gw" });
    expect(why(site, "codec", states(["gw", "codec"]))?.root).toBe("gw");
    expect(why(site, "gw", states(["gw", "codec"]))).toBeUndefined();
    expect([...descendants(site, "gw")]).toEqual(["codec"]);
  });

  it("all that stands above is looked at, nearest first, if it can be", () => {
    const net2 = network([device("core"), device("mute", { parents: ["core"], checks: [] }), device("codec", { parents: ["mute"] })]);
    expect(parentsToLookAt(net2, net2.devices.get("codec")!)).toEqual(["core"]);
    expect(parentsToLookAt(net, net.devices.get("codec")!)).toEqual(["switch", "router", "second", "core"]);
  });

  it("a router with 100 children gives the same root in every order of observation, once it is seen down itself", () => {
    const children = Array.from({ length: 100 }, (_, n) => `c${n}`);
    const wide = network([device("router"), ...children.map((id) => device(id, { parents: ["router"] }))]);
    fc.assert(
      fc.property(fc.shuffledSubarray(["router", ...children], { minLength: 101, maxLength: 101 }), (order) => {
        const down = new Set<string>();
        const before: string[] = [];
        for (const id of order) {
          down.add(id);
          const explained = why(wide, id, (each) => (down.has(each) ? "down" : "up"));
          if (explained === undefined) before.push(id);
          else expect(explained.root).toBe("router");
        }
        // Those seen before the router opened on their own; afterwards they are explained, and the router never is.
        const after = before.filter((id) => why(wide, id, (each) => (down.has(each) ? "down" : "up")) === undefined);
        expect(after).toEqual(["router"]);
        for (const id of before) if (id !== "router") expect(descendants(wide, "router").has(id)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe("circuits", () => {
  const link = (id: string, from: string, to: string, over: Partial<Link> = {}): Link => ({ id, name: id, ends: [from, to], ...over });
  const at = (site: string, count: number) => Array.from({ length: count }, (_, n) => device(`${site}-${n}`, { site }));
  const devices = [device("canary", { site: "home" }), ...at("a", 2), ...at("b", 2), ...at("c", 1)];
  const links = [link("la", "home", "a"), link("core", "home", "hub"), link("lb", "hub", "b"), link("lc", "hub", "c")];
  const net = network([...devices, device("hub-x", { site: "hub", checks: [] })], {}, links, "canary");
  const judged = (down: readonly string[], unknown: readonly string[] = []) =>
    Object.fromEntries(judgeLinks(net, states(down, unknown)).map((one) => [one.link, one]));

  it("one whose site is dark while others answer is down: a site link", () => {
    expect(judged(["a-0", "a-1"])).toMatchObject({ la: { down: true, verdict: "site link", sites: ["a"] }, core: { down: false } });
  });

  it("one with a device that answers is not down", () => {
    expect(judged(["a-0"]).la).toMatchObject({ down: false });
  });

  it("one device down at a site of one is too few to tell", () => {
    expect(judged(["c-0"]).lc).toMatchObject({ down: undefined });
  });

  it("one that carries several dark sites is the core, and those behind it cannot be judged", () => {
    const all = judged(["b-0", "b-1", "c-0"]);
    expect(all.core).toMatchObject({ down: true, verdict: "RITM core", sites: ["b", "c", "hub"] });
    expect([all.lb?.down, all.lc?.down]).toEqual([undefined, undefined]);
  });

  it("two that fail at once, a site each, point at the core", () => {
    const pair = network(devices, {}, [link("la", "home", "a"), link("lb", "home", "b")], "canary");
    expect(judgeLinks(pair, states(["a-0", "a-1", "b-0", "b-1"])).map((one) => one.verdict)).toEqual(["RITM core", "RITM core"]);
  });

  it("nothing is said when nothing answers anywhere", () => {
    expect(judged(["a-0", "a-1", "b-0", "b-1", "c-0"], ["canary"]).la).toMatchObject({ down: undefined });
  });

  it("one that has a polled device is judged by it", () => {
    const own = network(devices, {}, [link("la", "home", "a", { device: "a-0" })], "canary");
    expect(judgeLinks(own, states(["a-0"]))[0]).toMatchObject({ down: true, verdict: "site link" });
    expect(judgeLinks(own, states([], ["a-0"]))[0]?.down).toBeUndefined();
  });

  it("one with another way round it is never called down", () => {
    const ring = network(devices, {}, [link("l1", "home", "a"), link("l2", "home", "a")], "canary");
    expect(judgeLinks(ring, states(["a-0", "a-1"])).map((one) => one.down)).toEqual([undefined, undefined]);
  });

  it("a judged circuit is the root of what is behind it", () => {
    const state = states(["a-0", "a-1"]);
    expect(why(net, "a-0", state, { links: judgeLinks(net, state) })).toMatchObject({ by: "la", root: "la" });
    expect(why(net, "b-0", state, { links: judgeLinks(net, state) })).toBeUndefined();
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
    ["all is well", [], false],
    ["the canary is gone", ["canary"], true],
    ["our gateway is gone", ["gw"], true],
    ["a far device is gone", ["x"], false],
  ] as const)("%s", (_, down, blind) => {
    expect(judgeBlind(net, states(down)).blind).toBe(blind);
  });

  it("while blind everything but the witness is explained by it", () => {
    const blind = judgeBlind(net, states(["canary"]));
    expect(why(net, "x", states(["canary", "x"]), { blind })).toMatchObject({ by: "blind", root: "blind" });
    expect(why(net, "canary", states(["canary", "gw"]), { blind })?.root).not.toBe("blind");
  });

  it("without a canary, darkness at two sites and no answer at all is ours", () => {
    const bare = network([device("a", { site: "a" }), device("b", { site: "b" })]);
    expect(judgeBlind(bare, states(["a", "b"])).blind).toBe(true);
    expect(judgeBlind(bare, states(["a"])).blind).toBe(false);
  });
});

describe("on the same device", () => {
  it.each([
    ["silent", ["unreachable"], "unreachable"],
    ["high-loss", ["on-battery", "unreachable"], "unreachable"],
    ["unobserved", ["login-refused"], "login-refused"],
    ["on-battery", ["unreachable"], undefined],
    ["unreachable", ["unreachable"], undefined],
    ["silent", ["high-loss"], undefined],
    ["silent", ["constructor"], undefined],
  ] as const)("%s beside %j is masked by %s", (symptom, active, by) => {
    expect(maskedBy(symptom, active)).toBe(by);
  });
});
