/** The way of a packet: what fping says of each hop, and a real way over a real router. */
import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { readHop, trace } from "../../../probes/discover/trace.ts";
import { needs, needsRoot } from "../../needs.ts";

describe("what fping says", () => {
  it.each([
    ["10.9.0.1 is alive\n", "reached"],
    ["10.9.0.1 is unreachable\nICMP Time Exceeded from 10.0.0.1 for ICMP Echo sent to 10.9.0.1\n", { hop: "10.0.0.1" }],
    ["10.9.0.1 is unreachable\n", { hop: undefined }],
    ["fping: can't create socket (must run as root?)\n", { hop: undefined }],
  ] as const)("%j", (output, said) => {
    expect(readHop(output, "10.9.0.1")).toEqual(said);
  });
});

describe("a way", () => {
  const mark = process.pid % 10_000;
  const names: string[] = [];
  afterEach(() => {
    for (const name of names.splice(0)) execFileSync("ip", ["netns", "del", name]);
  });
  const ip = (...words: string[]) => execFileSync("ip", words);

  /** Ours, a router, a far host: each in a namespace, so that nothing outside is touched. */
  function lab(): string {
    const [here, router, far] = ["h", "r", "f"].map((letter) => `vigie-way-${mark}-${letter}`) as [string, string, string];
    for (const name of [here, router, far]) {
      ip("netns", "add", name);
      names.push(name);
      ip("-n", name, "link", "set", "lo", "up");
    }
    const lay = (one: string, other: string, net: string, letter: string) => {
      const [a, b] = [`vw${mark}${letter}a`, `vw${mark}${letter}b`];
      ip("link", "add", a, "netns", one, "type", "veth", "peer", "name", b, "netns", other);
      ip("-n", one, "addr", "add", `${net}.1/24`, "dev", a);
      ip("-n", other, "addr", "add", `${net}.2/24`, "dev", b);
      ip("-n", one, "link", "set", a, "up");
      ip("-n", other, "link", "set", b, "up");
    };
    lay(here, router, "10.251.1", "n");
    lay(router, far, "10.251.2", "f");
    ip("-n", here, "route", "add", "default", "via", "10.251.1.2");
    ip("-n", far, "route", "add", "default", "via", "10.251.2.1");
    ip("netns", "exec", router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
    return here;
  }

  it("goes over the router; every packet is paid for; nobody there is given up after three silent hops", async (context) => {
    needsRoot(context);
    const fping = needs("fping", context);
    const here = lab();
    // fping inside the namespace of the near end.
    const { mkdtempSync, writeFileSync } = await import("node:fs");
    const inside = `${mkdtempSync("/tmp/vigie-way-")}/fping`;
    writeFileSync(inside, `#!/bin/sh\nexec ip netns exec ${here} ${fping} "$@"\n`, { mode: 0o755 });
    let paid = 0;
    const options = {
      fping: inside,
      pay: async (packets: number) => {
        paid += packets;
      },
      signal: new AbortController().signal,
      waitMs: 500,
    };
    expect(await trace("10.251.2.2", options)).toEqual({ hops: ["10.251.1.2"], reached: true });
    expect(paid).toBe(2);
    const nobody = await trace("10.251.2.77", { ...options, waitMs: 200 });
    expect([nobody.reached, nobody.hops[0], nobody.hops.length]).toEqual([false, "10.251.1.2", 4]);
  }, 60_000);
});
