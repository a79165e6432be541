/**
 * Who came in and who did not, as the audit has it: enough to see it, never so much that it hides the rest.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createArrivals } from "../../daemon/api/arrivals.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { at, clock, quiet, serve, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let monotonic = 1_000;

beforeEach(async () => {
  monotonic = 1_000;
  made = world();
  Object.assign(made.deps, { clock: { ...clock, monotonicMs: () => monotonic } });
  server = await serve(made);
});
afterEach(() => server.close());

const get = async (authorization: string) =>
  (await fetch(`${server.url}/api/v1/devices`, { headers: { Authorization: authorization } })).status;
const right = `Bearer ${tokenText}`;
const ofKind = (action: string) => made.arrived.filter((entry) => entry.action === action);

describe("a token that is known", () => {
  it("is signed in by its first request, and again after eight hours without one; not by each", async () => {
    for (let n = 0; n < 3; n += 1) expect(await get(right)).toBe(200);
    const entry = { at, by: "ops", action: "sign-in", target: "api", data: { function: "it-technician", address: "127.0.0.1" } };
    expect(ofKind("sign-in")).toEqual([entry]);
    monotonic += 8 * HOUR - 1;
    await get(right);
    monotonic += 8 * HOUR - 1;
    await get(right);
    expect(ofKind("sign-in")).toHaveLength(1);
    monotonic += 8 * HOUR;
    await get(right);
    expect(ofKind("sign-in")).toEqual([entry, entry]);
  });

  it("comes in although the audit cannot be written", async () => {
    made.deps.store.transaction = async () => {
      throw new Error("disk full");
    };
    expect([await get(right), await get("Bearer wrong")]).toEqual([200, 401]);
  });
});

describe("a token that is not known", () => {
  it("is in the audit at once, and what follows in the minute as a number; the token itself is nowhere", async () => {
    for (let n = 0; n < 7; n += 1) expect(await get(n === 3 ? `Basic ${btoa("ann:wrong-3")}` : `Bearer wrong-${n}`)).toBe(401);
    const entry = { at, by: "unknown", action: "sign-in.refused", target: "127.0.0.1" };
    const since = new Date(at).toISOString();
    expect(made.arrived).toEqual([{ ...entry, data: { times: 1, since } }]);
    monotonic += MINUTE;
    await get(right);
    expect(ofKind("sign-in.refused")).toEqual([
      { ...entry, data: { times: 1, since } },
      { ...entry, data: { times: 6, since } },
    ]);
    monotonic += MINUTE;
    await get(right);
    expect(ofKind("sign-in.refused"), "and nothing more when nothing more came").toHaveLength(2);
    expect(JSON.stringify(made.arrived)).not.toContain("wrong-");
  });

  it("tried from a thousand addresses is a hundred rows a minute and one for all others", () => {
    const arrivals = createArrivals({ store: made.deps.store, clock: made.deps.clock, log: quiet });
    for (let n = 0; n < 1_000; n += 1) arrivals.wrong(`2001:db8::${n.toString(16)}`);
    expect(ofKind("sign-in.refused")).toHaveLength(101);
    monotonic += MINUTE;
    arrivals.wrong("127.0.0.1");
    expect(
      ofKind("sign-in.refused")
        .map(({ target, data }) => [target, data?.times])
        .slice(101),
    ).toEqual([
      ["others", 899],
      ["127.0.0.1", 1],
    ]);
  });
});
