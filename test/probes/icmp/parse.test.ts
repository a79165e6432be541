/** The pure parts of the ICMP probe: addresses, fping's lines, what echoes mean, how a run is laid out. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, Resolver } from "../../../probes/icmp/address.ts";
import { jitterOf, judgeEchoes } from "../../../probes/icmp/echo.ts";
import { readFping, readFpingLine, whyNoResult } from "../../../probes/icmp/fping-output.ts";
import { hostsPerRun, planRun } from "../../../probes/icmp/pacing.ts";
import { readPing } from "../../../probes/icmp/ping.ts";

describe("addresses", () => {
  it.each([
    ["10.1.2.3", { kind: "ip", ip: "10.1.2.3", version: 4 }],
    ["2001:DB8:0:0::1", { kind: "ip", ip: "2001:db8::1", version: 6 }],
    ["fe80::1%eth0", { kind: "ip", ip: "fe80::1%eth0", version: 6 }],
    ["Codec-1.mgh.example.org.", { kind: "name", name: "codec-1.mgh.example.org" }],
    ["codec_7", { kind: "name", name: "codec_7" }],
    ["", { kind: "refused" }],
    ["127.1", { kind: "refused" }],
    ["0x7f000001", { kind: "refused" }],
    ["10.0.0.0/8", { kind: "refused" }],
    ["-f/etc/passwd", { kind: "refused" }],
    ["$(reboot)", { kind: "refused" }],
    ["a b", { kind: "refused" }],
    ["a;b", { kind: "refused" }],
    [`${"a".repeat(64)}.org`, { kind: "refused" }],
  ])("%s is read as it is meant", (text, wanted) => {
    expect(parseAddress(text)).toEqual(wanted);
  });

  it("nothing that is not an address or a name passes, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseAddress(text);
        const used = parsed.kind === "ip" ? parsed.ip : parsed.kind === "name" ? parsed.name : "x";
        expect(used).toMatch(/^[\w:][\w.:%-]*$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("a name that stops resolving keeps its last address, and one that never did is unknown", async () => {
    let at = 0;
    let alive = true;
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      if (!alive) throw new Error("no name server");
      return { ip: "10.0.0.1", version: 4 as const };
    };
    const resolver = new Resolver({ lookup, now: () => at, keepMs: 100, keepFailureMs: 100 });
    expect(await resolver.resolve("a.example")).toEqual({ ip: "10.0.0.1", version: 4 });
    expect(await resolver.resolve("a.example")).toEqual({ ip: "10.0.0.1", version: 4 });
    expect(asked).toBe(1);
    alive = false;
    at = 200;
    expect(await resolver.resolve("a.example")).toEqual({ ip: "10.0.0.1", version: 4 });
    expect(await resolver.resolve("b.example")).toBeUndefined();
    expect(asked).toBe(3);
  });
});

describe("what fping prints", () => {
  it.each([
    ["127.0.0.1 : 0.093 0.058 0.052", { host: "127.0.0.1", trips: [0.093, 0.058, 0.052] }],
    ["10.9.9.9    : - - -", { host: "10.9.9.9", trips: [undefined, undefined, undefined] }],
    ["::1 : 0.1 - 12", { host: "::1", trips: [0.1, undefined, 12] }],
    ["fping: can't create socket (must run as root?)", undefined],
    ["10.0.0.1 : error while sending ping: Operation not permitted", undefined],
    ["", undefined],
    [" : 1", undefined],
  ])("%j", (line, wanted) => {
    expect(readFpingLine(line)).toEqual(wanted);
  });

  it("lines that are no result are kept as the reason, at most twenty, cut", () => {
    const read = readFping(["10.0.0.1 : 1.0", ...Array.from({ length: 50 }, () => "x".repeat(500))]);
    expect(read.trips.size).toBe(1);
    expect(read.other).toHaveLength(20);
    expect(read.other[0]).toHaveLength(200);
  });

  it.each([
    [4, ["can't create socket (must run as root?)"], "no-permission"],
    [126, ["vigie-fping: 3: /usr/bin/fping: Operation not permitted"], "no-permission"],
    [4, [], "no-permission"],
    [4, ["out of memory"], "engine"],
    [127, ["not found"], "engine"],
    [3, [], "engine"],
  ] as const)("exit code %i with %j is %s", (code, other, wanted) => {
    expect(whyNoResult(code, other)).toBe(wanted);
  });
});

describe("what echoes mean", () => {
  it("one answer of three is up with two thirds lost", () => {
    const finding = judgeEchoes("10.0.0.1", [undefined, 20, undefined]);
    expect(finding.status).toBe("up");
    expect(finding.samples).toContainEqual({ name: "icmp_loss_ratio", value: 2 / 3 });
    expect(finding.samples.find((sample) => sample.name === "icmp_jitter_seconds")).toBeUndefined();
  });

  it("no answer is down, with everything lost and no round trip time", () => {
    const finding = judgeEchoes("10.0.0.1", [undefined, undefined]);
    expect(finding).toMatchObject({ status: "down", code: "icmp.no-answer", samples: [{ name: "icmp_loss_ratio", value: 1 }] });
  });

  it("jitter is the mean absolute difference of consecutive round trips, in seconds", () => {
    const { samples } = judgeEchoes("10.0.0.1", [10, 30, 20]);
    expect(samples.find((sample) => sample.name === "icmp_jitter_seconds")?.value).toBeCloseTo(0.015, 9);
    expect(jitterOf([1])).toBeUndefined();
  });

  it("minimum, average and maximum are always in order and in seconds", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 20 }), (trips) => {
        const value = (name: string) => judgeEchoes("x", trips).samples.find((sample) => sample.name === name)?.value ?? Number.NaN;
        const [low, middle, high] = [value("icmp_rtt_min_seconds"), value("icmp_rtt_avg_seconds"), value("icmp_rtt_max_seconds")];
        expect(low).toBeLessThanOrEqual(middle + 1e-12);
        expect(middle).toBeLessThanOrEqual(high + 1e-12);
        expect(high).toBeLessThanOrEqual(5);
      }),
    );
  });
});

describe("the plan of a run", () => {
  it("ends before the deadline, for every timeout from half a second and every number of hosts that is let in", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 20_000 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (timeoutMs, count, share) => {
          const hosts = Math.max(1, Math.floor(hostsPerRun(timeoutMs, count) * share));
          const plan = planRun({ timeoutMs, count, periodMs: 250, hosts });
          const sending = Math.max((count - 1) * plan.periodMs + hosts * 0.12, count * hosts * 0.12);
          expect(plan.gatherMs + sending + plan.answerMs).toBeLessThanOrEqual(timeoutMs);
          expect(plan.answerMs).toBeGreaterThanOrEqual(timeoutMs * 0.15);
        },
      ),
    );
  });
});

describe("what ping prints", () => {
  it("statistics are a result, lost packets last", () => {
    expect(readPing({ output: "PING 127.0.0.1\n3 packets transmitted, 1 received", times: [1.5] }, 3)).toEqual({
      kind: "trips",
      trips: [1.5, undefined, undefined],
    });
  });

  it("a missing right is never a host that is down", () => {
    const echoes = readPing({ output: "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted", times: [] }, 3);
    expect(echoes.kind === "blind" && echoes.code).toBe("icmp.no-permission");
    const broken = readPing({ output: "ping: 127.0.0.1: Temporary failure", times: [] }, 3);
    expect(broken.kind === "blind" && broken.code).toBe("icmp.engine");
  });
});
