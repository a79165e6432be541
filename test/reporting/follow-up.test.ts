/** Follow-up reports: made once a period, mailed with their files, caught up after a night without the daemon; and reports that are owed. */
import { afterEach, describe, expect, it } from "vitest";
import type { Channel } from "../../daemon/model/config.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import type { Message, SendResult } from "../../daemon/ports.ts";
import { nothingElse } from "../../daemon/reporting/facts.ts";
import { ReportMaker } from "../../daemon/reporting/maker.ts";
import { quiet } from "../api/fixture.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";

let net: Scenario;
afterEach(() => net.end());

/** A maker on the scenario's store, and what it mailed. `refuses`: so many first sends fail. */
function maker(refuses = 0) {
  const mailed: Message[] = [];
  let left = refuses;
  const send = async (_channel: Channel, message: Message): Promise<SendResult> => {
    if (left-- > 0) return { ok: false, retry: true, error: "mail.example.org:25: ECONNREFUSED" };
    mailed.push(message);
    return { ok: true, state: "accepted" };
  };
  const made = new ReportMaker({
    ...{ store: net.store, clock: net.clock, config: () => net.config, bookings: net.bookings, work: nothingElse, log: quiet, send },
    leases: net.leases,
  });
  return { mailed, turn: () => made.turn(new AbortController().signal), remind: () => made.remind() };
}

const rooms = 'rooms: { a101: { site: mgh, name: "Room A-101" }, a102: { site: mgh, name: "Room A-102" } }';
// 2026-11-18 is a Wednesday; 07:30 in Montréal.
const start = Date.UTC(2026, 10, 18, 12, 30);

describe("the daily report", () => {
  it("is made once the day is over, mailed to its readers in their language with PDF and CSV, and not twice", async () => {
    net = await scenario({ devices: "codec-7", start, interval: "10m" });
    const { mailed, turn } = maker();
    await turn();
    expect(mailed).toEqual([]);
    net.breaks("codec-7");
    await net.advance(10 * MINUTE);
    net.clock.pass(DAY);
    await turn();
    await turn();
    expect(mailed.map(({ to, data }) => [to, data.period])).toEqual([["desk", "daily"]]);
    const [mail] = mailed;
    expect(mail?.files?.map(({ type, bytes }) => [type, bytes.subarray(0, 3).toString("latin1")])).toEqual([
      ["application/pdf", "%PD"],
      ["text/csv", "\u00ef\u00bb\u00bf"],
    ]);
    expect(mail?.text).toMatch(/(Ouverts|Opened) : 1/);
    const [kept] = await net.store.followUps({ limit: 5 });
    expect(kept?.figures).toMatchObject({ opened: 1, closed: 0, open: 1, bySite: [{ count: 1 }] });
  });

  it("counts the sessions of the day that failures have hit, in every room whose device has joined, and the clinical minutes that they took", async () => {
    net = await scenario({ devices: "codec-7; codec-8", start, interval: "5m", together: true, rooms, extra: { "codec-8": "room: a102" } });
    const { mailed, turn } = maker();
    await turn();
    const from = net.clock.now() + 10 * MINUTE;
    const booked = { source: "api", from, to: from + HOUR, priority: "normal", state: "booked" } as const;
    await net.store.transaction(undefined, (tx) =>
      tx.saveSessions([
        { ...booked, id: "api:1", rooms: ["a101"], kind: "clinical" },
        { ...booked, id: "api:2", rooms: ["a102"], kind: "clinical" },
        { ...booked, id: "api:3", rooms: ["a102"], kind: "administrative" },
      ]),
    );
    await net.bookings.refresh();
    await net.advance(25 * MINUTE);
    for (const id of ["codec-7", "codec-8"]) net.breaks(id);
    await net.advance(20 * MINUTE);
    for (const id of ["codec-7", "codec-8"]) net.heals(id);
    await net.advance(15 * MINUTE);
    const [incident, ...others] = await net.unfolded();
    expect(others).toEqual([]);
    const lostMs = (incident?.restoredAt ?? 0) - (incident?.firstBadAt ?? 0);
    expect(Math.abs(lostMs - 20 * MINUTE)).toBeLessThanOrEqual(5 * MINUTE);
    net.clock.pass(DAY);
    await turn();
    const [kept] = await net.store.followUps({ limit: 5 });
    expect(kept?.figures.sessions).toEqual({ hit: 3, saved: 0, lost: 0, clinicalMinutes: Math.round((2 * lostMs) / MINUTE) });
    expect(mailed[0]?.text).toContain(String(Math.round((2 * lostMs) / MINUTE)));
  });

  it("is tried again in an hour when it cannot be sent, and made after days without the daemon for the last whole day only", async () => {
    net = await scenario({ devices: "codec-7", start, interval: "10m" });
    const { mailed, turn } = maker(1);
    await turn();
    net.clock.pass(3 * DAY);
    await turn();
    await turn();
    expect(mailed).toEqual([]);
    net.clock.pass(61 * MINUTE);
    await turn();
    expect(mailed).toHaveLength(1);
    expect((await net.store.followUps({ period: "daily", limit: 9 })).map(({ from }) => new Date(from).toISOString())).toEqual([
      "2026-11-20T05:00:00.000Z",
    ]);
  });
});

describe("the report of a major incident that is owed", () => {
  it("is reminded of the working day before it is due, when it is due, and every working day after; never once it is signed", async () => {
    net = await scenario({ devices: "codec-7", start, interval: "10m" });
    const { remind } = maker();
    await net.advance(MINUTE);
    net.breaks("codec-7");
    await net.advance(15 * MINUTE);
    const number = (await net.incidents())[0]?.number ?? "";
    await net.desk.severity(number, "ann", "major", "a surgery waits");
    net.heals("codec-7");
    await net.advance(30 * MINUTE);
    expect(await net.incidents()).toMatchObject([{ severity: "major", state: "restored" }]);
    const reminded = async () => net.sent.filter(({ key }) => key.split("/")[1] === "report-due").map(({ to }) => to);
    const pass = async (days: number) => {
      for (let each = 0; each < days * 2; each += 1) {
        net.clock.pass(12 * HOUR);
        await remind();
        await net.advance(1_000);
      }
    };
    // Thursday, Friday, Monday: nothing yet. Tuesday, the day before: both who owe it.
    await pass(5);
    expect(await reminded()).toEqual([]);
    await pass(1);
    expect((await reminded()).sort()).toEqual(["analyst", "chief-technician"]);
    await pass(2);
    const before = (await reminded()).length;
    expect(before).toBeGreaterThanOrEqual(6);
    await net.reported(number, "ann");
    await pass(4);
    expect(await reminded()).toHaveLength(before);
  }, 120_000);
});
