/** Calendars as clinics publish them, to occurrences. Dates are those on which Canada changes its clocks. */
import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { NotACalendar, type Occurrence, type ParseOptions, parseCalendar } from "../../daemon/sessions/ical.ts";

const window = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

/** A calendar of events, each a list of lines. */
function calendar(events: readonly string[], more = ""): string {
  const body = events.map((each) => `BEGIN:VEVENT\n${each.trim()}\nEND:VEVENT`).join("\n");
  return `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n${more}${body}\nEND:VCALENDAR\n`.replaceAll("\n", "\r\n");
}

async function read(events: readonly string[], options: Partial<ParseOptions> & { more?: string } = {}) {
  return parseCalendar(calendar(events, options.more), { window, fallback: "America/Toronto", ...options });
}

async function starts(events: readonly string[], options: Partial<ParseOptions> & { more?: string } = {}): Promise<readonly string[]> {
  const { occurrences } = await read(events, options);
  return occurrences.map(({ from }) => new Date(from).toISOString().slice(0, 16)).sort();
}

const eastern = `BEGIN:VTIMEZONE
TZID:Clinic time
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
`;

const weekly = (zone: string, first: string) => `UID:w\nDTSTART;TZID=${zone}:${first}\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3`;

describe("zones", () => {
  it.each([
    ["IANA name without a definition", "America/Toronto", ""],
    ["the calendar's own definition", "Clinic time", eastern],
    ["Exchange's name", "Eastern Standard Time", ""],
    ["a path that ends in an IANA name", "/mozilla.org/20050126_1/America/Toronto", ""],
  ])("by %s: 09:00 stays 09:00 over the spring change", async (_title, zone, more) => {
    expect(await starts([weekly(zone, "20260301T090000")], { more })).toEqual(["2026-03-01T14:00", "2026-03-08T13:00", "2026-03-15T13:00"]);
  });

  it.each([
    [
      "the Îles-de-la-Madeleine are an hour ahead, and change with everybody",
      "America/Halifax",
      ["2026-10-25T12:00", "2026-11-01T13:00", "2026-11-08T13:00"],
    ],
    ["Blanc-Sablon never changes", "America/Blanc-Sablon", ["2026-10-25T13:00", "2026-11-01T13:00", "2026-11-08T13:00"]],
    ["Exchange's name for it neither", "SA Western Standard Time", ["2026-10-25T13:00", "2026-11-01T13:00", "2026-11-08T13:00"]],
  ])("%s", async (_title, zone, wanted) => expect(await starts([weekly(zone, "20261025T090000")])).toEqual(wanted));

  it.each([
    ["that the change skips counts from before it", "20260308T023000", "2026-03-08T07:30"],
    ["that comes twice is the first", "20261101T013000", "2026-11-01T05:30"],
    ["right after the change", "20260308T030000", "2026-03-08T07:00"],
  ])("a time %s, in the database's zones and in the calendar's own", async (_title, first, wanted) => {
    const event = (zone: string) => `UID:a\nDTSTART;TZID=${zone}:${first}\nDURATION:PT1H`;
    expect(await starts([event("America/Toronto")])).toEqual([wanted]);
    expect(await starts([event("Clinic time")], { more: eastern })).toEqual([wanted]);
  });

  it("a time without a zone is in the calendar's, else in the instance's; an unknown zone is counted, not guessed", async () => {
    const floating = "UID:a\nDTSTART:20260701T090000\nDURATION:PT1H";
    expect(await starts([floating])).toEqual(["2026-07-01T13:00"]);
    expect(await starts([floating], { more: "X-WR-TIMEZONE:America/Halifax\n" })).toEqual(["2026-07-01T12:00"]);
    expect(await starts([floating], { timezone: "America/Blanc-Sablon" })).toEqual(["2026-07-01T13:00"]);
    const { occurrences, unread } = await read(["UID:b\nDTSTART;TZID=Nowhere:20260701T090000\nDURATION:PT1H", floating]);
    expect([occurrences.length, unread["unknown-zone"]]).toEqual([1, 1]);
  });
});

describe("recurrence", () => {
  const daily = "UID:d\nDTSTART;TZID=America/Toronto:20260302T090000\nDTEND;TZID=America/Toronto:20260302T100000\nRRULE:FREQ=DAILY;COUNT=5";

  it("leaves out exceptions, written in another zone or as a day", async () => {
    const found = await starts([`${daily}\nEXDATE:20260303T140000Z\nEXDATE;VALUE=DATE:20260305`]);
    expect(found).toEqual(["2026-03-02T14:00", "2026-03-04T14:00", "2026-03-06T14:00"]);
  });

  it("moves, cancels and shortens single occurrences, named by an instant of another zone", async () => {
    const { occurrences } = await read([
      daily,
      "UID:d\nRECURRENCE-ID:20260303T140000Z\nDTSTART;TZID=America/Toronto:20260320T150000\nDURATION:PT30M",
      "UID:d\nRECURRENCE-ID;TZID=America/Toronto:20260304T090000\nDTSTART;TZID=America/Toronto:20260304T090000\nDURATION:PT1H\nSTATUS:CANCELLED",
    ]);
    const moved = occurrences.find(({ original }) => original === Date.UTC(2026, 2, 3, 14));
    expect([moved?.from, moved?.to]).toEqual([Date.UTC(2026, 2, 20, 19), Date.UTC(2026, 2, 20, 19, 30)]);
    expect(occurrences.filter(({ cancelled }) => cancelled).map(({ from }) => from)).toEqual([Date.UTC(2026, 2, 4, 14)]);
    expect(occurrences).toHaveLength(5);
  });

  it("moves one and all that follow", async () => {
    const from = "UID:d\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260304T140000Z\nDTSTART;TZID=America/Toronto:20260304T110000\nDURATION:PT2H";
    expect(await starts([daily, from])).toEqual([
      "2026-03-02T14:00",
      "2026-03-03T14:00",
      "2026-03-04T16:00",
      "2026-03-05T16:00",
      "2026-03-06T16:00",
    ]);
  });

  it("ends with UNTIL in UTC, the evening of the last local day included", async () => {
    const evening = "UID:e\nDTSTART;TZID=America/Toronto:20260601T210000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260603T010000Z";
    expect(await starts([evening])).toEqual(["2026-06-02T01:00", "2026-06-03T01:00"]);
  });

  it("adds single dates, and an orphaned exception stands alone", async () => {
    const more = "UID:r\nDTSTART:20260601T130000Z\nDURATION:PT1H\nRDATE:20260610T130000Z,20260611T130000Z";
    const orphan = "UID:o\nRECURRENCE-ID:20260620T130000Z\nDTSTART:20260621T130000Z\nDURATION:PT1H";
    expect(await starts([more, orphan])).toEqual(["2026-06-01T13:00", "2026-06-10T13:00", "2026-06-11T13:00", "2026-06-21T13:00"]);
  });

  it("a series from years ago counts within the window only", async () => {
    const old = "UID:y\nDTSTART;TZID=America/Toronto:20160104T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO";
    const found = await starts([old], { window: { from: Date.UTC(2026, 5, 1), to: Date.UTC(2026, 5, 10) } });
    expect(found).toEqual(["2026-06-01T13:00", "2026-06-08T13:00"]);
  });

  it("a rule that never comes true keeps nobody waiting, and one that cannot be read is counted", async () => {
    const never = "UID:n\nDTSTART:20260101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30";
    const odd = "UID:s\nDTSTART:20260101T100000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY";
    // The first date of a series is in it, whether the rule fits it or not (RFC 5545, 3.8.5.3).
    const { occurrences, unread } = await read([never, odd]);
    expect(occurrences.map(({ from }) => new Date(from).toISOString())).toEqual(["2026-01-01T10:00:00.000Z"]);
    expect(unread.recurrence).toBe(1);
  });

  // Not compared with ical.js 2.2, which takes the first date of the series though it is not the one of its month.
  it.each([
    ["the last working day", "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-01-30T15:00", "2026-02-27T15:00", "2026-03-31T14:00"]],
    ["the second Tuesday", "BYDAY=TU;BYSETPOS=2", ["2026-01-13T15:00", "2026-02-10T15:00", "2026-03-10T14:00"]],
    ["the first and the last weekend day", "BYDAY=SA,SU;BYSETPOS=1,-1", ["2026-01-31T15:00", "2026-02-01T15:00", "2026-02-28T15:00"]],
  ])("of a month takes %s", async (_title, rule, wanted) => {
    const event = (day: string) => `UID:p\nDTSTART;TZID=America/Toronto:${day}T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;${rule};COUNT=3`;
    expect(await starts([event(`${wanted[0]?.slice(0, 10).replaceAll("-", "")}`)])).toEqual(wanted);
  });

  it("agrees with ical.js on rules that both understand", async () => {
    const day = fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU");
    const days = fc.uniqueArray(day, { minLength: 1, maxLength: 4 });
    const rules = fc.oneof(
      fc.record({ FREQ: fc.constant("DAILY"), INTERVAL: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ FREQ: fc.constant("WEEKLY"), INTERVAL: fc.integer({ min: 1, max: 4 }), BYDAY: days.map(String), WKST: day }),
      fc.record({ FREQ: fc.constant("MONTHLY"), BYMONTHDAY: fc.integer({ min: 1, max: 28 }) }),
      fc.record({
        FREQ: fc.constant("MONTHLY"),
        BYDAY: fc.tuple(fc.constantFrom("1", "2", "3", "4", "-1"), day).map((each) => each.join("")),
      }),
    );
    await fc.assert(
      fc.asyncProperty(rules, fc.integer({ min: 0, max: 300 }), async (rule, offset) => {
        const text = Object.entries({ ...rule, COUNT: 12 })
          .map(([name, value]) => `${name}=${value}`)
          .join(";");
        const begin = new Date(Date.UTC(2026, 0, 1 + offset)).toISOString().slice(0, 10);
        const iterator = ICAL.Recur.fromString(text).iterator(ICAL.Time.fromString(`${begin}T10:00:00`, undefined as never));
        const first = Date.parse(`${begin}T10:00:00Z`);
        const theirs: number[] = [];
        for (let next = iterator.next(); next !== null && next !== undefined; next = iterator.next())
          theirs.push(Date.parse(`${next.toString()}Z`));
        const wide = { from: 0, to: Date.UTC(2040, 0, 1) };
        const { occurrences } = await read([`UID:p\nDTSTART:${begin.replaceAll("-", "")}T100000Z\nDURATION:PT1H\nRRULE:${text}`], {
          window: wide,
        });
        const ours = occurrences.map(({ from }) => from).filter((at) => at !== first || theirs[0] === first);
        expect(ours.sort((a, b) => a - b)).toEqual(theirs);
      }),
      { numRuns: 150 },
    );
  });
});

describe("one event", () => {
  const one = async (lines: string): Promise<Occurrence | undefined> => (await read([lines])).occurrences[0];

  it("of whole days begins and ends at midnight of the zone, also on the night that has 23 hours", async () => {
    const day = await one("UID:a\nDTSTART;VALUE=DATE:20260308");
    expect([day?.allDay, day?.from, (day?.to ?? 0) - (day?.from ?? 0)]).toEqual([true, Date.UTC(2026, 2, 8, 5), 23 * HOUR]);
  });

  it("without a length, or that ends before it begins, is none", async () => {
    expect(await one("UID:a\nDTSTART:20260601T130000Z")).toBeUndefined();
    expect(await one("UID:a\nDTSTART:20260601T130000Z\nDTEND:20260601T120000Z")).toBeUndefined();
  });

  it("listed twice counts as its later version, and a cancelled calendar cancels all", async () => {
    const first = "UID:a\nSEQUENCE:1\nDTSTART:20260601T130000Z\nDURATION:PT1H";
    const second = "UID:a\nSEQUENCE:2\nDTSTART:20260601T150000Z\nDURATION:PT1H";
    expect(await starts([second, first])).toEqual(["2026-06-01T15:00"]);
    expect((await read([first], { more: "METHOD:CANCEL\n" })).occurrences[0]?.cancelled).toBe(true);
  });

  it("names those invited who have not declined", async () => {
    const invited = "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Salle-A@example.org\nATTENDEE;PARTSTAT=DECLINED:mailto:salle-b@example.org";
    expect((await one(`UID:a\nDTSTART:20260601T130000Z\nDURATION:PT1H\n${invited}`))?.attendees).toEqual(["Salle-A@example.org"]);
  });
});

describe("bad input", () => {
  it.each([
    ["BYEASTER=0, which nobody's standard has", "RRULE:FREQ=DAILY;COUNT=3;BYEASTER=0"],
    ["RSCALE, a calendar of another people", "RRULE:RSCALE=HEBREW;FREQ=YEARLY;COUNT=3"],
    ["hours of the day", "RRULE:FREQ=DAILY;COUNT=3;BYHOUR=9,14"],
    ["a rule of exceptions", "RRULE:FREQ=DAILY;COUNT=3\nEXRULE:FREQ=WEEKLY"],
  ])("a recurrence with %s counts as unread, and is not taken for a plainer one", async (_, rule) => {
    const { occurrences, unread } = await read([`UID:a\nDTSTART:20260601T130000Z\nDURATION:PT1H\n${rule}`]);
    expect([occurrences.length, unread.recurrence]).toEqual([0, 1]);
  });

  it("a zone whose rule is not understood is unknown, not taken for one with a plainer rule", async () => {
    const more = eastern.replace("BYMONTH=11;BYDAY=1SU", "BYMONTH=11;BYDAY=1SU;BYEASTER=1");
    expect((await read([weekly("Clinic time", "20260301T090000")], { more })).unread["unknown-zone"]).toBe(1);
  });

  it("an event that cannot be read takes its series with it: which of them it moved is not known", async () => {
    const moved = "UID:w\nRECURRENCE-ID:2026-tomorrow\nDTSTART:20260601T130000Z\nDURATION:PT1H";
    const other = "UID:a\nDTSTART:20260601T130000Z\nDURATION:PT1H";
    const { occurrences, unread } = await read([weekly("America/Toronto", "20260301T090000"), moved, other]);
    expect([occurrences.map(({ uid }) => uid), unread.broken + unread["no-time"]]).toEqual([["a"], 1]);
  });

  it("what is not looked at does no harm: alarms in an event, other components, lines of nobody's standard, an attachment", async () => {
    const alarm = "BEGIN:VALARM\nDURATION:PT5M\nSUMMARY:x\nDTSTART:20260701T130000Z\nEND:VALARM";
    const strange = `no colon here\nATTACH;ENCODING=BASE64:${"A".repeat(200_000)}\nDESCRIPTION:a\u2028BEGIN:VEVENT`;
    const event = `UID:a\n${alarm}\n${strange}\nDTSTART:20260601\n T130000Z\nDURATION:PT1H\nSUMMARY:one\n  two`;
    const more = "BEGIN:VTODO\nUID:t\nDTSTART:20260601T130000Z\nEND:VTODO\n";
    const { occurrences, unread } = await read([event], { more });
    expect(occurrences).toMatchObject([{ uid: "a", words: ["one two"], to: Date.UTC(2026, 5, 1, 14) }]);
    expect(Object.values(unread)).toEqual([0, 0, 0, 0]);
  });

  it("several calendars in one file count, each with its own zone, a byte order mark and lower case too", async () => {
    const one = (zone: string, uid: string) => calendar([`UID:${uid}\nDTSTART:20260701T090000\nDURATION:PT1H`], `X-WR-TIMEZONE:${zone}\n`);
    const text = `\uFEFF${one("America/Toronto", "a")}\r\n${one("America/Halifax", "b").replaceAll("VEVENT", "vevent")}`;
    const { occurrences } = await parseCalendar(text, { window, fallback: "UTC" });
    expect(occurrences.map(({ from }) => new Date(from).getUTCHours())).toEqual([13, 12]);
  });

  it("a calendar as large as may be read holds the daemon up for no longer than a piece of it takes", async () => {
    const lines = (n: number) =>
      `UID:m${n}\nDTSTART;TZID=America/Toronto:20250101T090000\nDURATION:PT1H\nSUMMARY:s\nDESCRIPTION:${"lorem ".repeat(150)}`;
    const text = calendar(Array.from({ length: 8_000 }, (_, n) => lines(n)));
    expect(text.length).toBeGreaterThan(7_500_000);
    let longestMs = 0;
    let last = performance.now();
    const tick = () => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
      next = setImmediate(tick);
    };
    let next = setImmediate(tick);
    const begunMs = performance.now();
    const { tooMany } = await parseCalendar(text, { window, fallback: "America/Toronto" });
    tick();
    clearImmediate(next);
    // By shares, not by milliseconds: other tests run beside this one.
    expect([tooMany, longestMs / (performance.now() - begunMs) < 0.25]).toEqual([false, true]);
  });

  it.each(["", "hello", "BEGIN:VCARD\r\nEND:VCARD", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "{}"])("%j is no calendar", async (text) => {
    await expect(parseCalendar(text, { window, fallback: "America/Toronto" })).rejects.toThrow(NotACalendar);
  });

  it("one broken event takes no other with it, and its text is in no error", async () => {
    const { occurrences, unread } = await read(["UID:x\nDTSTART:Jean Tremblay", "UID:a\nDTSTART:20260601T130000Z\nDURATION:PT1H"]);
    expect(occurrences).toHaveLength(1);
    expect(unread["no-time"] + unread.broken).toBe(1);
    await expect(parseCalendar("BEGIN:VCALENDAR\r\nJean Tremblay\r\nEND:VCALENDAR", { window, fallback: "UTC" })).rejects.not.toThrow(
      /Tremblay/,
    );
  });

  it("a calendar cut or changed anywhere never throws but NotACalendar", async () => {
    const whole = calendar([weekly("Clinic time", "20260301T090000"), "UID:b\nDTSTART;VALUE=DATE:20260308"], eastern);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.string({ maxLength: 4 }), fc.nat(5), async (at, put, cut) => {
        const text = whole.slice(0, at) + put + whole.slice(at + cut);
        await parseCalendar(text, { window, fallback: "America/Toronto" }).catch((error: unknown) =>
          expect(error).toBeInstanceOf(NotACalendar),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("too many occurrences are cut, and it is said", async () => {
    const events = Array.from(
      { length: 120 },
      (_, n) => `UID:m${n}\nDTSTART:20260101T130000Z\nDURATION:PT${MINUTE / MINUTE}M\nRRULE:FREQ=DAILY`,
    );
    const { occurrences, tooMany } = await read(events);
    expect([occurrences.length, tooMany]).toEqual([20_000, true]);
  });
});
