/** When maintenance is in force, about what, and how much of a time counts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../seed.ts";
import type { Maintenance, MaintenanceScope, MaintenanceWhen } from "../../daemon/model/maintenance.ts";
import { DAY, HOUR, MINUTE } from "../../daemon/model/time.ts";
import { canBegin, countedMs, coverAt, fitsScope, scopeWarnings, spansOf, standingOf, subjectOf } from "../../rules/maintenance.ts";
import { device, network, rule } from "./made.ts";

const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);

function planned(when: MaintenanceWhen, over: Partial<Maintenance> = {}): Maintenance {
  return {
    ...{ id: "m-1", kind: "maintenance", scope: { devices: ["codec-7"] }, when, zone: "America/Toronto" },
    ...{ reason: "new firmware", by: "ann", function: "desk", createdAt: 0, ended: [] },
    ...over,
  };
}
const nightly = (fromMinute: number, minutes: number, firstDay = "2026-01-01"): MaintenanceWhen => ({
  ...{ kind: "recurring", rule: "FREQ=DAILY", firstDay, fromMinute, minutes },
});
const spans = (maintenance: Maintenance, from: string, to: string) =>
  spansOf(maintenance, at(from), at(to)).map((span) => `${iso(span.from)} ${iso(span.to)}`);

describe("times in force", () => {
  it("goes by the clock on the wall in the nights of 23 and of 25 hours", () => {
    // Midnight to 04:00 in Montréal: 3 hours on 8 March, 5 on 1 November, 4 else.
    expect(spans(planned(nightly(0, 240)), "2026-03-07T05:00Z", "2026-03-09T12:00Z")).toEqual([
      "2026-03-07T05:00 2026-03-07T09:00",
      "2026-03-08T05:00 2026-03-08T08:00",
      "2026-03-09T04:00 2026-03-09T08:00",
    ]);
    expect(spans(planned(nightly(0, 240)), "2026-11-01T04:00Z", "2026-11-02T12:00Z")).toEqual([
      "2026-11-01T04:00 2026-11-01T09:00",
      "2026-11-02T05:00 2026-11-02T09:00",
    ]);
  });

  it("begins with the first minute there is, where the night skips its own", () => {
    expect(spans(planned(nightly(150, 45)), "2026-03-08T05:00Z", "2026-03-08T12:00Z")).toEqual(["2026-03-08T07:00 2026-03-08T07:15"]);
    // 02:15 to 02:45 is not on the clock that night.
    expect(spans(planned(nightly(135, 30)), "2026-03-08T05:00Z", "2026-03-08T12:00Z")).toEqual([]);
    // Blanc-Sablon changes nothing.
    const blancSablon = { zone: "America/Blanc-Sablon" };
    expect(spans(planned(nightly(135, 30), blancSablon), "2026-03-08T05:00Z", "2026-03-08T12:00Z")).toEqual([
      "2026-03-08T06:15 2026-03-08T06:45",
    ]);
  });

  it("takes the first of two, where the night shows a minute twice", () => {
    // 01:30 is 05:30 and again 06:30; 02:30 comes once, an hour later than on other days.
    expect(spans(planned(nightly(90, 60)), "2026-11-01T05:00Z", "2026-11-01T12:00Z")).toEqual(["2026-11-01T05:30 2026-11-01T07:30"]);
  });

  it("is in force from the evening to the morning, and where nights touch without a gap", () => {
    expect(spans(planned(nightly(22 * 60, 480)), "2026-11-18T05:00Z", "2026-11-18T06:00Z")).toEqual(["2026-11-18T03:00 2026-11-18T11:00"]);
    expect(spans(planned(nightly(0, 24 * 60)), "2026-11-18T05:00Z", "2026-11-20T05:00Z")).toHaveLength(1);
  });

  it("is never in force before somebody wrote it, nor after it was called off", () => {
    const once = planned(
      { kind: "once", from: at("2026-11-18T10:00Z"), to: at("2026-11-18T12:00Z") },
      { createdAt: at("2026-11-18T11:00Z") },
    );
    expect(spans(once, "2026-11-18T00:00Z", "2026-11-19T00:00Z")).toEqual(["2026-11-18T11:00 2026-11-18T12:00"]);
    const off = { ...once, cancelled: { at: at("2026-11-18T11:15Z"), by: "ann" } };
    expect(spans(off, "2026-11-18T00:00Z", "2026-11-19T00:00Z")).toEqual(["2026-11-18T11:00 2026-11-18T11:15"]);
    expect(standingOf(off, at("2026-11-18T11:20Z")).phase).toBe("over");
  });

  it("ends what is in force and comes again", () => {
    const ended = planned(nightly(0, 240), { ended: [{ at: at("2026-11-18T06:00Z"), by: "ann" }] });
    expect(spans(ended, "2026-11-18T05:00Z", "2026-11-19T12:00Z")).toEqual([
      "2026-11-18T05:00 2026-11-18T06:00",
      "2026-11-19T05:00 2026-11-19T09:00",
    ]);
    expect(standingOf(ended, at("2026-11-18T07:00Z"))).toEqual({
      phase: "coming",
      span: { from: at("2026-11-19T05:00Z"), to: at("2026-11-19T09:00Z") },
    });
  });

  it("waits, flexible, for the first failure, and lasts its length from then on", () => {
    const flexible = planned({ kind: "flexible", from: at("2026-11-18T22:00Z"), to: at("2026-11-19T04:00Z"), lengthMs: 2 * HOUR });
    expect([canBegin(flexible, at("2026-11-18T21:59Z")), canBegin(flexible, at("2026-11-18T22:00Z"))]).toEqual([false, true]);
    expect(canBegin(flexible, at("2026-11-19T04:00Z"))).toBe(false);
    expect(standingOf(flexible, at("2026-11-18T23:00Z")).phase).toBe("coming");
    expect(standingOf(flexible, at("2026-11-19T04:00Z")).phase).toBe("over");
    const begun = { ...flexible, beganAt: at("2026-11-19T03:30Z") };
    expect(canBegin(begun, at("2026-11-19T03:40Z"))).toBe(false);
    expect(spans(begun, "2026-11-18T00:00Z", "2026-11-20T00:00Z")).toEqual(["2026-11-19T03:30 2026-11-19T05:30"]);
  });
});

describe("what it is about", () => {
  const circuit = { id: "l1", name: "l1", ends: ["mgh", "north"] as const, device: "router-1" };
  const devices = [
    device("codec-7", { site: "mgh", room: "a101", labels: { vendor: "cisco" } }),
    device("router-1", { site: "north" }),
    device("codec-9", { site: "north" }),
  ];
  const bare = network(devices, {}, [circuit]);
  const mgh = { id: "mgh", name: "mgh", timezone: "America/Toronto", serviceHours: "office", labels: { region: "west" } };
  const rooms = new Map([["a101", { id: "a101", site: "mgh", name: "A-101", presence: "always" as const }]]);
  const net = { ...bare, rooms, sites: new Map([...bare.sites, ["mgh", mgh]]) };
  const about = (id: string, symptom = "unreachable", over = {}) => subjectOf(net, { device: id, symptom }, rule(over));

  it.each<[MaintenanceScope, string, boolean]>([
    [{ sites: ["mgh"] }, "codec-7", true],
    [{ sites: ["mgh"] }, "codec-9", false],
    [{ rooms: ["a101"] }, "codec-7", true],
    [{ rooms: ["a101"] }, "codec-9", false],
    [{ devices: ["codec-9", "codec-7"] }, "codec-7", true],
    [{ labels: { vendor: "cisco" } }, "codec-7", true],
    [{ labels: { vendor: "cisco", region: "west" } }, "codec-7", true],
    [{ labels: { region: "east" } }, "codec-7", false],
    [{ sites: ["mgh"], symptoms: ["unreachable"] }, "codec-7", true],
    [{ sites: ["mgh"], symptoms: ["camera-disconnected"] }, "codec-7", false],
    [{ sites: ["north"], rooms: ["a101"] }, "codec-7", false],
    [{ links: ["l1"] }, "link:l1", true],
    [{ links: ["l1"] }, "router-1", true],
    // Its reach is what a circuit takes away.
    [{ links: ["l1"] }, "codec-9", true],
    [{ links: ["l1"] }, "codec-7", false],
    [{ sites: ["north"] }, "link:l1", false],
    [{ symptoms: ["unreachable"] }, "link:l1", true],
  ])("%j and %s: %s", (scope, id, fits) => {
    expect(fitsScope(scope, about(id))).toBe(fits);
  });

  it("a circuit excuses the reach of what is behind it, and nothing else", () => {
    expect(fitsScope({ links: ["l1"] }, about("codec-9", "camera-disconnected", { outOfService: false }))).toBe(false);
  });

  it("a person who asks for help is kept quiet only by name", () => {
    const help = about("codec-7", "user-assistance", { opensRequest: true });
    expect(fitsScope({ sites: ["mgh"] }, help)).toBe(false);
    expect(fitsScope({ sites: ["mgh"], symptoms: ["user-assistance"] }, help)).toBe(true);
  });

  it("a call from a room is kept quiet by that room and the name of it", () => {
    const call = subjectOf(net, { device: "room:a101", symptom: "user-assistance" }, rule({ opensRequest: true }));
    expect(fitsScope({ rooms: ["a101"], symptoms: ["user-assistance"] }, call)).toBe(true);
    expect(fitsScope({ rooms: ["a101"] }, call)).toBe(false);
    expect(fitsScope({ rooms: ["b202"], symptoms: ["user-assistance"] }, call)).toBe(false);
  });

  it("our own sight is kept quiet only where the canary or the symptom is named", () => {
    const blind = subjectOf(
      { ...net, canary: "router-1" },
      { device: "blind", symptom: "blind-poller" },
      rule({ symptom: "blind-poller" }),
    );
    expect(fitsScope({ sites: ["north"] }, blind)).toBe(false);
    expect(fitsScope({ devices: ["router-1"] }, blind)).toBe(true);
    expect(fitsScope({ symptoms: ["blind-poller"] }, blind)).toBe(true);
  });

  it("warns of what it can never fit", () => {
    const symptoms = new Set(["unreachable"]);
    expect(scopeWarnings({ devices: ["codec-77"] }, net, symptoms)).toEqual([expect.stringContaining('scope.devices: "codec-77"')]);
    expect(scopeWarnings({ sites: ["north"], rooms: ["a101"] }, net, symptoms)).toEqual([expect.stringContaining("no device fits all")]);
    expect(scopeWarnings({ sites: ["mgh"], symptoms: ["unreachable"] }, net, symptoms)).toEqual([]);
    expect(scopeWarnings({ links: ["l1"] }, net, symptoms)).toEqual([]);
  });

  it("overlapping ones are one time, and maintenance says it before a silence", () => {
    const entries = [
      { maintenance: planned({ kind: "once", from: 0, to: 0 }, { id: "a", kind: "silence" as const }), spans: [{ from: 0, to: 20 }] },
      { maintenance: planned({ kind: "once", from: 0, to: 0 }, { id: "b" }), spans: [{ from: 10, to: 30 }] },
      { maintenance: planned({ kind: "once", from: 0, to: 0 }, { id: "c", scope: { devices: ["other"] } }), spans: [{ from: 0, to: 90 }] },
    ];
    expect(coverAt(entries, about("codec-7"), 5)).toMatchObject({ by: "silence:a", from: 0, to: 30 });
    expect(coverAt(entries, about("codec-7"), 15)).toMatchObject({ by: "maintenance:b", from: 0, to: 30 });
    expect(coverAt(entries, about("codec-7"), 30)).toBeUndefined();
  });
});

describe("time that counts", () => {
  const instant = fc.integer({ min: 0, max: 5_000 });
  const window = fc.tuple(instant, instant).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

  it("is the minutes that lie in no window, one by one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.array(window, { maxLength: 6 }),
        (from, length, windows) => {
          let counted = 0;
          for (let each = from; each < from + length; each += 1) if (!windows.some((w) => w.from <= each && each < w.to)) counted += 1;
          expect(countedMs(from, from + length, windows)).toBe(counted);
        },
      ),
    );
  });

  it("adds up, wherever it is cut, and no window makes it longer", () => {
    fc.assert(
      fc.property(fc.tuple(instant, instant, instant), fc.array(window, { maxLength: 6 }), window, (points, windows, one) => {
        const [a = 0, b = 0, c = 0] = [...points].sort((x, y) => x - y);
        expect(countedMs(a, b, windows) + countedMs(b, c, windows)).toBe(countedMs(a, c, windows));
        expect(countedMs(a, c, [...windows, one])).toBeLessThanOrEqual(countedMs(a, c, windows));
      }),
    );
    expect(countedMs(DAY, 0, [])).toBe(0);
    expect(countedMs(0, HOUR, [{ from: -MINUTE, to: MINUTE }])).toBe(59 * MINUTE);
  });
});
