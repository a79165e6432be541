/**
 * A request is taken in, and the process is killed on either side of each statement; its sender sends it again. No number is issued twice,
 * the request is there once with one call for the evaluator, and what was reserved in vain is listed.
 */
import { describe, expect, it, type TestContext } from "vitest";
import { Taking } from "../../daemon/intake/taking.ts";
import type { Config } from "../../daemon/model/config.ts";
import { type OpenedStore, storeOn } from "../../daemon/store/open.ts";
import { formatNumber } from "../../rules/number.ts";
import { config } from "../api/fixture.ts";
import { FakeClock } from "../fakes/clock.ts";
import type { Place } from "./ground.ts";
import { groundOf } from "./grounds.ts";
import { as, Count, type Side, Victim } from "./victim.ts";

const clock = new FakeClock();
const file: Config = {
  ...config([]),
  rules: [{ id: "user-assistance", symptom: "user-assistance", opensRequest: true }] as unknown as Config["rules"],
};
const told = { room: "a101", symptom: "no-sound", key: "form-0001" } as const;

function takingOn(store: OpenedStore): Taking {
  const bookings = { sessionAhead: () => undefined };
  return new Taking({ store, clock, config: () => file, bookings, poke() {}, kick() {}, changed() {} });
}

/** Killed at its `at`-th statement; what comes after, on the same place. False: it lived through all of them. */
async function killedAt(place: Place, at: number, side: Side, work: (taking: Taking) => Promise<unknown>): Promise<boolean> {
  const victim = new Victim(new Count(), (_boundary, index) => (index === at ? side : undefined));
  const store = storeOn(victim.holds(place.connect()), { ...place, clock });
  const how = await Promise.race([as("desk", () => work(takingOn(store))).then(() => "lived" as const), victim.died]);
  if (how === "lived") await store.close();
  return how === "killed";
}

describe.each(["sqlite", "postgresql"] as const)("on %s", (kind) => {
  const playedOver = async (
    context: TestContext,
    work: (taking: Taking) => Promise<unknown>,
    then: (store: OpenedStore) => Promise<void>,
  ) => {
    const ground = await groundOf(kind, context);
    let deaths = 0;
    for (let at = 0; ; at += 1) {
      let died = false;
      for (const side of ["before", "after"] as const) {
        const place = await ground.fresh();
        const killed = await killedAt(place, at, side, work);
        await place.cutOff();
        const store = storeOn(place.connect(), { ...place, clock });
        try {
          await then(store);
        } catch (error) {
          throw new Error(`killed ${side} statement ${at}`, { cause: error });
        } finally {
          await store.close();
          await place.remove();
        }
        if (killed) deaths += 1;
        died ||= killed;
      }
      if (!died) return deaths;
    }
  };

  it("a request that is sent again after a death is there once, under one number", { timeout: 240_000 }, async (context) => {
    const deaths = await playedOver(
      context,
      (taking) => taking.take(told, "web"),
      async (store) => {
        const again = await takingOn(store).take(told, "web");
        if (!again.ok) throw new Error(again.problem);
        const other = await takingOn(store).take({ ...told, key: "form-0002" }, "web");
        const requests = await store.requests({ limit: 9 });
        expect(requests.map(({ number }) => number).sort()).toEqual([again.request.number, other.ok ? other.request.number : ""].sort());
        expect(again.request.number).not.toBe(other.ok ? other.request.number : "");
        expect(await store.inboxAfter(0, 9)).toHaveLength(2);
        const gaps = (await store.unusedNumbers(9)).map(({ prefix, year, seq }) => formatNumber(prefix, year, seq));
        expect(gaps.length).toBeLessThanOrEqual(1);
        expect(new Set([...gaps, ...requests.map(({ number }) => number)]).size).toBe(gaps.length + 2);
      },
    );
    // Two transactions of several statements each, on either side.
    expect(deaths).toBeGreaterThan(16);
  });

  it("a number that was said is nobody else's, and takes its request once", { timeout: 240_000 }, async (context) => {
    let said: string | undefined;
    const deaths = await playedOver(
      context,
      async (taking) => {
        said = undefined;
        said = await taking.reserve("web");
        await taking.take({ room: "a101", symptom: "echo", number: said }, "web");
      },
      async (store) => {
        const taking = takingOn(store);
        const next = await taking.reserve("web");
        expect(next).not.toBe(said);
        if (said === undefined) return;
        expect(await taking.take({ room: "a101", symptom: "echo", number: said }, "web")).toMatchObject({
          ok: true,
          request: { number: said },
        });
        expect((await store.requests({ limit: 9 })).map(({ number }) => number)).toEqual([said]);
        expect(await store.inboxAfter(0, 9)).toHaveLength(1);
      },
    );
    expect(deaths).toBeGreaterThan(20);
  });
});
