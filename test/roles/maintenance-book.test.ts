/** The book of what keeps quiet: the same answers as without a memory, and each worked out once. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MaintenanceBook } from "../../daemon/maintenance-book.ts";
import type { Alarm } from "../../daemon/model/alarm.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Maintenance, MaintenanceWhen } from "../../daemon/model/maintenance.ts";
import { DAY, HOUR } from "../../daemon/model/time.ts";
import type { GateQuestion } from "../../daemon/roles/intent.ts";
import { FakeClock } from "../fakes/clock.ts";
import { device, network, rule } from "../rules/made.ts";
import "../seed.ts";

const start = Date.UTC(2026, 10, 18, 14);
const net = network([device("codec-1"), device("codec-2", { site: "other" })]);
const config = () => ({ network: net, rules: [] }) as unknown as Config;
const fresh = () => new MaintenanceBook({ store: { maintenances: async () => [] }, clock: new FakeClock(start), config });
const alarmOf = (id: string) => ({ key: `${id}|unreachable|`, device: id, symptom: "unreachable" }) as Alarm;

function plan(id: string, when: MaintenanceWhen, over: Partial<Maintenance> = {}): Maintenance {
  const by = { by: "ann", function: "desk", createdAt: start - 90 * DAY, ended: [] };
  return { id, kind: "maintenance", scope: { devices: ["codec-1"] }, when, zone: "America/Toronto", reason: id, ...by, ...over };
}

const asked = (book: MaintenanceBook, id: string, at: number) =>
  book.keeper({ alarm: alarmOf(id), device: net.devices.get(id), rule: rule(), at } as unknown as GateQuestion);

it("says of any alarm at any time what a book that is asked for the first time says", () => {
  const hours = fc.integer({ min: -24 * 30, max: 24 * 30 });
  const plans = fc.array(
    fc.record({
      from: hours,
      length: fc.integer({ min: 1, max: 24 * 20 }),
      kind: fc.constantFrom("maintenance", "silence"),
      site: fc.boolean(),
    }),
    { maxLength: 5 },
  );
  const asks = fc.array(fc.tuple(fc.constantFrom("codec-1", "codec-2"), hours), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(plans, fc.boolean(), asks, (list, nightly, questions) => {
      const all = list.map(({ from, length, kind, site }, n) =>
        plan(
          `m${n}`,
          { kind: "once", from: start + from * HOUR, to: start + (from + length) * HOUR },
          {
            kind: kind as "silence",
            ...(site ? { scope: { sites: ["site"] } } : {}),
          },
        ),
      );
      if (nightly) all.push(plan("n", { kind: "recurring", rule: "FREQ=DAILY", firstDay: "2026-10-01", fromMinute: 60, minutes: 120 }));
      const book = fresh();
      book.take(all);
      for (const [id, hour] of questions) {
        const at = start + hour * HOUR;
        const first = fresh();
        first.take(all);
        expect(asked(book, id, at)).toEqual(asked(first, id, at));
      }
    }),
    { numRuns: 60 },
  );
});

it("works out what recurs once for each of the times that are asked about in turn, and asks no plan again about what it keeps quiet", () => {
  const when = { kind: "recurring", rule: "FREQ=DAILY", firstDay: "2026-10-01", fromMinute: 0, minutes: 1_440 } as const;
  let [reads, fits] = [0, 0];
  const counted: Maintenance = {
    ...plan("n", when),
    get when() {
      reads += 1;
      return when;
    },
    get scope() {
      fits += 1;
      return { devices: ["codec-1"] };
    },
  };
  const book = fresh();
  book.take([counted]);
  const ask = () => {
    for (const at of [start, start - 12 * DAY, start + DAY]) for (let n = 0; n < 3; n += 1) expect(book.quietAt(at + n)).toBe(true);
    for (let n = 0; n < 50; n += 1) expect(asked(book, "codec-1", start + n)?.by).toBe("maintenance:n");
  };
  ask();
  const before = [reads, fits];
  for (let n = 0; n < 20; n += 1) ask();
  expect([reads, fits]).toEqual(before);
});
