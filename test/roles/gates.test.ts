/** Whether anybody is due where something fails: asked in every turn, of every alarm that stands behind it. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import type { Room } from "../../daemon/model/network.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { placeOf } from "../../daemon/roles/gates.ts";
import { absentBecause } from "../../rules/presence.ts";
import { network } from "../rules/made.ts";
import "../seed.ts";

// The night on which clocks go back, and the day before.
const start = Date.UTC(2026, 9, 31, 12);
const span = [{ fromMinute: 30, toMinute: 17 * 60 + 30 }];
const room = (id: string): Room => ({ id, site: "site", name: id, presence: "scheduled" });

function world() {
  let reads = 0;
  const office = {
    ...{ id: "office", always: false, holidays: [] },
    get weekly() {
      reads += 1;
      return { 1: span, 3: span, 6: span, 7: span };
    },
  };
  const net = network([]);
  const sites = new Map([["site", { id: "site", name: "s", timezone: "America/Toronto", serviceHours: "office", labels: {} }]]);
  const config = { network: { ...net, sites }, calendars: new Map([["office", office]]), instance: { timezone: "America/Toronto" } };
  return { config: config as unknown as Config, office, reads: () => reads };
}

it("is worked out once a minute for all rooms of one schedule", () => {
  const { config, reads } = world();
  const place = placeOf(config, undefined);
  for (let n = 0; n < 3; n += 1) place.absence(room(`r${n}`), start);
  const before = reads();
  for (let n = 0; n < 500; n += 1) expect(place.absence(room(`r${n}`), start + n)).toBeUndefined();
  expect(reads()).toBe(before);
});

it("is what the rule says of each room at each time, over the night on which clocks go back too", () => {
  const { config, office } = world();
  const place = placeOf(config, undefined);
  const hours = () => ({ calendar: office, zone: "America/Toronto" }) as never;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 * HOUR }), fc.integer({ min: 0, max: MINUTE }), (ms, more) => {
      const at = start + ms;
      for (const each of [at, at + more])
        expect(place.absence(room("a"), each)).toBe(absentBecause({ room: room("a"), hours, bookedAround: () => false, at: each }));
    }),
  );
});
