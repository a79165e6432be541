/**
 * What every store promises to people who are signed in to the pages, and to the daemons that share it. Part of store.contract.ts.
 */
import type { Request, Response } from "express";
import { describe, expect, it } from "vitest";
import { idleSignInMs, longestSignInMs, SignIns } from "../../daemon/api/sign-ins.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import type { OpenedStore } from "../../daemon/store/open.ts";
import { config, quiet, secret } from "../api/fixture.ts";
import type { FakeClock } from "../fakes/clock.ts";

const file = config([], {
  tokens: ["anne", "ben"].map((name) => ({ name, function: "analyst", secret: secret(`token of ${name}`) })),
});
const owner = (name: string) => ({ caller: { name, function: "analyst" }, secret: `token of ${name}` });

/** A browser that keeps one cookie. */
function browser() {
  let cookie: string | undefined;
  const response = {
    cookie: (name: string, value: string) => {
      cookie = `${name}=${value}`;
    },
    clearCookie: () => {},
  } as unknown as Response;
  return { response, request: () => ({ headers: { cookie }, path: "/my-list" }) as unknown as Request };
}

export function signInsContract(store: () => OpenedStore, clock: () => FakeClock): void {
  const daemon = () => new SignIns({ config: () => file, store: store(), clock: clock(), log: quiet });
  const kept = async () => (await store().keptAll<{ name: string; seenAt: number }>("sign-in:")).map(({ value }) => value);

  describe("who is signed in", () => {
    it("is known to every daemon on the database, ends for all of them at once, and stands in the audit", async () => {
      const [one, other] = [daemon(), daemon()];
      const [anne, ben] = [browser(), browser()];
      await one.begin(anne.response, owner("anne"));
      await other.begin(ben.response, owner("ben"));
      const signedIn = await other.of(anne.request());
      expect([signedIn?.caller.name, (await one.of(ben.request()))?.caller.name]).toEqual(["anne", "ben"]);
      expect((await one.of(anne.request()))?.formToken).toBe(signedIn?.formToken);
      if (signedIn !== undefined) await other.end(anne.request(), anne.response, signedIn);
      expect([await one.of(anne.request()), (await one.of(ben.request()))?.caller.name]).toEqual([undefined, "ben"]);
      expect((await store().auditLog(9)).map(({ by, action }) => `${by} ${action}`)).toEqual([
        "anne sign-out",
        "ben sign-in",
        "anne sign-in",
      ]);
    });

    it("is over after an hour without a page, however many daemons are asked, and is swept when somebody else signs in", async () => {
      const [one, other] = [daemon(), daemon()];
      const [anne, ben] = [browser(), browser()];
      await one.begin(anne.response, owner("anne"));
      clock().pass(idleSignInMs - MINUTE);
      // Two pages at the same moment, one of each daemon: it is touched, and stays one row.
      expect(await Promise.all([one.of(anne.request()), other.of(anne.request())])).not.toContain(undefined);
      clock().pass(idleSignInMs - MINUTE);
      expect((await other.of(anne.request()))?.caller.name).toBe("anne");
      expect(await kept()).toMatchObject([{ name: "anne", seenAt: clock().now() }]);
      clock().pass(idleSignInMs);
      expect(await one.of(anne.request())).toBeUndefined();
      await other.begin(ben.response, owner("ben"));
      expect((await kept()).map(({ name }) => name)).toEqual(["ben"]);
    });

    it("stays signed out when a page was being looked at while they left, and after twelve hours in any case", async () => {
      const [one, other] = [daemon(), daemon()];
      const anne = browser();
      await one.begin(anne.response, owner("anne"));
      clock().pass(10 * MINUTE);
      const signedIn = await one.of(anne.request());
      clock().pass(10 * MINUTE);
      await Promise.all([other.of(anne.request()), signedIn && one.end(anne.request(), anne.response, signedIn)]);
      expect([await kept(), await other.of(anne.request())]).toEqual([[], undefined]);
      await one.begin(anne.response, owner("anne"));
      for (let passed = 0; passed < longestSignInMs; passed += 30 * MINUTE) {
        expect((await other.of(anne.request()))?.caller.name).toBe("anne");
        clock().pass(30 * MINUTE);
      }
      expect(await one.of(anne.request())).toBeUndefined();
    });
  });
}
