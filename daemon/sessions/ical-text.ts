/**
 * The text of iCalendar (RFC 5545), cut into its calendars and their events before ical.js reads any of it: one event is a small piece of
 * work, eight megabytes at once would hold the daemon up for a second.
 *
 * Of an event only the lines that are used go on: what it is about, its attachments and its alarms are never looked at.
 */

/** One VCALENDAR. */
export interface CalendarText {
  /** Its own lines and its zones, a VCALENDAR without events. */
  readonly head: string;
  /** Each a VEVENT. */
  readonly events: readonly string[];
}

/** Longer ones are not read: no calendar that anybody publishes has them. */
export const mostHeadChars = 512 * 1024;
export const mostEventChars = 64 * 1024;

const used = "UID|SEQUENCE|STATUS|SUMMARY|CATEGORIES|LOCATION|ATTENDEE|DTSTART|DTEND|DURATION|RRULE|RDATE|EXRULE|EXDATE|RECURRENCE-ID";
/** A line with those that it is folded into. */
const usedLines = new RegExp(`(?<![^\\n])(?:${used})[;:][^\\n]*(?:\\n[ \\t][^\\n]*)*`, "gi");

/** Only a line feed begins a line: to `^` and `$` other characters do so too. */
const boundaries = /(?<![^\n])(BEGIN|END):([A-Z0-9-]+)[ \t]*\r?(?=\n|$)/gi;

/** Undefined: it is no calendar, or is cut short. `pace` is awaited between pieces; false ends it, with what was found by then. */
export async function calendarsIn(text: string, pace: () => Promise<boolean>): Promise<readonly CalendarText[] | undefined> {
  const cutter = new Cutter(text);
  for (const found of text.matchAll(boundaries)) {
    if (!cutter.cut(found)) return undefined;
    if (!(await pace())) return cutter.calendars;
  }
  return cutter.ended() ? cutter.calendars : undefined;
}

class Cutter {
  readonly #text: string;
  readonly calendars: { head: string; events: string[] }[] = [];
  /** Names of the components that are open, the outermost first. */
  readonly #open: string[] = [];
  #event = "";
  #reached = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes what is before a BEGIN or END, and it. False: that is no calendar. */
  cut(found: RegExpExecArray): boolean {
    const [line, word = "", name = ""] = found;
    const end = found.index + line.length + 1;
    if (!this.#keep(found.index)) return false;
    return word.toUpperCase() === "BEGIN" ? this.#begin(name.toUpperCase(), end) : this.#end(name.toUpperCase(), end);
  }

  /** Nothing is open any more, and nothing follows. */
  ended(): boolean {
    return this.#open.length === 0 && this.calendars.length > 0 && this.#text.slice(this.#reached).trim() === "";
  }

  #begin(name: string, end: number): boolean {
    if (this.#open.length === 0) {
      if (name !== "VCALENDAR") return false;
      this.calendars.push({ head: "", events: [] });
    }
    this.#open.push(name);
    const place = this.#place();
    if (place === "zone") return this.#keep(end);
    if (place === "event") this.#event = "";
    this.#reached = end;
    return true;
  }

  #end(name: string, end: number): boolean {
    if (this.#open.at(-1) !== name) return false;
    const place = this.#place();
    if (place === "zone") this.#keep(end);
    if (place === "event") this.calendars.at(-1)?.events.push(this.#event);
    this.#open.pop();
    this.#reached = end;
    return true;
  }

  /** What was not kept yet, up to here. False: it stands outside of any calendar. */
  #keep(to: number): boolean {
    const piece = this.#text.slice(this.#reached, to);
    this.#reached = to;
    const place = this.#place();
    const calendar = this.calendars.at(-1);
    if (place === "outside") return piece.trim() === "";
    if (calendar !== undefined && (place === "head" || place === "zone")) calendar.head += piece;
    if (place === "event") this.#event += piece;
    return true;
  }

  #place(): "outside" | "head" | "zone" | "event" | "skipped" {
    if (this.#open.length === 0) return "outside";
    if (this.#open.length === 1) return "head";
    if (this.#open[1] === "VTIMEZONE") return "zone";
    return this.#open.length === 2 && this.#open[1] === "VEVENT" ? "event" : "skipped";
  }
}

export function headText(head: string): string {
  return `BEGIN:VCALENDAR\r\n${head}END:VCALENDAR\r\n`;
}

/** With the lines that are used and no others. */
export function eventText(event: string): string {
  return `BEGIN:VEVENT\r\n${(event.match(usedLines) ?? []).map((line) => `${line.trimEnd()}\r\n`).join("")}END:VEVENT\r\n`;
}
