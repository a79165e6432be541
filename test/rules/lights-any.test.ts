/** The lights, whatever was seen: each has a state and a reason, order makes no difference, and nothing is good that nobody has seen so. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { ProbeKind } from "../../daemon/model/observation.ts";
import { judgeLights, type LightInput, type Seen, type Side } from "../../rules/lights.ts";
import { device } from "./made.ts";
import "../seed.ts";

const kinds = ["icmp", "snmp", "ssh", "telnet", "https", "tcp"] as const;
const check = (kind: ProbeKind) => ({ id: `c/${kind}`, device: "c", kind, intervalMs: 30_000, timeoutMs: 1_000 });
const look = (kind: ProbeKind): fc.Arbitrary<Seen> =>
  fc
    .record({
      status: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
      code: fc.constantFrom("timeout", "auth-refused", "host-key-changed", "paced"),
      word: fc.constantFrom(undefined, "registered", "rejected", "inactive", "unregistered"),
      calls: fc.constantFrom(undefined, 0, 1),
    })
    .map(({ status, code, word, calls }) => ({
      ...{ kind, at: 1_000, status },
      ...(status === "up" ? {} : { code: code === "paced" ? "probe.paced" : `${kind}.${code}` }),
      samples: status === "up" && calls !== undefined && kind !== "icmp" ? [{ name: "calls", value: calls }] : [],
      readings: status === "up" && word !== undefined && kind !== "icmp" ? [{ name: "sip_registration", value: word }] : [],
    }));
const alarm = fc
  .record({
    of: fc.constantFrom<readonly [string, string?]>(
      ...([["unreachable"], ["high-loss"], ["fan-failed"], ["sip-unregistered"], ["camera-disconnected", "camera 1"]] as const),
      ...([
        ["silent", "ssh"],
        ["silent", "snmp"],
        ["login-refused", "ssh"],
        ["login-refused", "snmp"],
      ] as const),
    ),
    state: fc.constantFrom("pending" as const, "active" as const),
    suppressedBy: fc.constantFrom(undefined, undefined, "router", "blind", "state:in-call", "presence:a101", "maintenance:m"),
  })
  .map(({ of: [symptom, part], state, suppressedBy }): Alarm => {
    const of = { key: `c|${symptom}|${part ?? ""}`, device: "c", symptom, rule: symptom, state, since: 0, badLooks: 1, goodLooks: 0 };
    const rest = { movedAt: 0, movedSeq: 0, flapRing: 0, flapping: false, raisedBy: "look" as const };
    return { ...of, ...rest, ...(part === undefined ? {} : { part }), ...(suppressedBy === undefined ? {} : { suppressedBy }) };
  });
const sides: fc.Arbitrary<readonly Side[]> = fc.uniqueArray(
  fc.record({ gatekeeper: fc.constantFrom("gk-1", "gk-2"), listed: fc.constantFrom(true, false, undefined) }),
  { selector: ({ gatekeeper }) => gatekeeper, maxLength: 2 },
);
const input: fc.Arbitrary<LightInput> = fc
  .record({
    checks: fc.subarray([...kinds], { minLength: 1 }),
    looked: fc.subarray([...kinds]),
    looks: fc.tuple(...kinds.map(look)),
    alarms: fc.uniqueArray(alarm, { selector: ({ key }) => key, maxLength: 4 }),
    sides,
    kind: fc.constantFrom("codec" as const, "bridge" as const, "switch" as const),
    isDue: fc.boolean(),
    presence: fc.constantFrom(undefined, "always" as const, "scheduled" as const),
  })
  .map(({ checks, looked, looks, isDue, kind, presence, ...rest }) => ({
    ...{ device: device("c", { kind, checks: checks.map(check) }), family: undefined, at: 5_000, isDue: () => isDue },
    looks: looks.filter((each) => checks.includes(each.kind as never) && looked.includes(each.kind as never)),
    ...rest,
    ...(presence === undefined ? {} : { presence }),
  }));

const names = ["link", "login", "api", "registered", "ready"] as const;
const answers = ({ looks }: LightInput) => looks.some(({ kind, status }) => kind !== "icmp" && status === "up");

it("each light has a state and a reason, and again it is the same object", () => {
  fc.assert(
    fc.property(input, (seen) => {
      const lights = judgeLights(seen);
      for (const name of names) {
        expect(["good", "warning", "bad", "unknown", "not-applicable"]).toContain(lights.lights[name].state);
        expect(lights.lights[name].code).not.toBe("");
        expect(lights.lights[name].since).toBe(seen.at);
      }
      expect(judgeLights({ ...seen, before: lights, at: 99_000 })).toBe(lights);
      expect((lights.activity === undefined) === (seen.device.kind === "switch")).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it("the order of looks and of alarms makes no difference", () => {
  fc.assert(
    fc.property(input, (seen) => {
      const turned = { ...seen, looks: [...seen.looks].reverse(), alarms: [...seen.alarms].reverse() };
      const states = (each: LightInput) => names.map((name) => judgeLights(each).lights[name].state);
      expect(states(turned)).toEqual(states(seen));
    }),
    { numRuns: 500 },
  );
});

it("nothing is good that nobody has seen so: no link without a ping that came back, no login and no answer without one, nothing behind a dead link", () => {
  fc.assert(
    fc.property(input, (seen) => {
      const { lights } = judgeLights(seen);
      const pinged = seen.looks.some(({ kind, status }) => kind === "icmp" && status === "up");
      if (lights.link.state === "good") expect(pinged).toBe(true);
      if (!answers(seen)) {
        for (const name of ["login", "api"] as const) expect(lights[name].state, name).not.toBe("good");
        // A login that was refused is seen all the same.
        if (lights.link.state === "bad") expect(lights.api.state).not.toBe("bad");
      }
    }),
    { numRuns: 500 },
  );
});

it("what another's failure, a plan of people or an empty room explains makes no light bad by itself", () => {
  fc.assert(
    fc.property(input, fc.constantFrom("router", "blind", "presence:a101"), (seen, by) => {
      const looks = seen.looks.map((each): Seen => {
        const { code: _, ...rest } = each;
        return each.kind === "icmp" ? { ...rest, status: "up" } : each;
      });
      const alarms = seen.alarms.map((each) => ({ ...each, suppressedBy: by }));
      expect(judgeLights({ ...seen, looks, alarms }).lights.link.state).not.toBe("bad");
      expect(judgeLights({ ...seen, looks, alarms }).lights.ready.state).not.toBe("bad");
    }),
    { numRuns: 500 },
  );
});
