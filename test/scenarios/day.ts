/**
 * A day in the network, told by the clock on the wall in Montréal: two clinics, a hub and the procedure's people, each with a mail address
 * and a telephone. What was said is one list, so that who is not told is asserted with who is.
 */
import { DateTime } from "luxon";
import type { Session } from "../../daemon/model/session.ts";
import { type Instant, MINUTE } from "../../daemon/model/time.ts";
import { type Scenario, type ScenarioOptions, type Sent, scenario } from "./scenario.ts";

const zone = "America/Toronto";

/** `2026-11-18T09:40` in Montréal. */
export function local(text: string): Instant {
  return DateTime.fromISO(text, { zone }).toMillis();
}

const staff = ["desk", "event-coordinators", "it-technician", "chief-technician", "analyst"];
const others = ["anne-mgh", "louis-iles", "rose-gaspe", "noc-sogique", "chief-sogique", "noc-tcr"];
const everybody = [...staff, ...others];
const phoneOf = (id: string) => `+151455501${String(everybody.indexOf(id)).padStart(2, "0")}`;
const reach = (id: string) => `  ${id}: { name: ${id}, language: en, reach: [{ mail: ${id}@example.org }, { sms: "${phoneOf(id)}" }] }`;

/** The procedure's functions, the coordinators of three clinics, two partners. */
export const people = [
  "channels:",
  "  mail: { mail: { host: 127.0.0.1, from: vigie@example.org } }",
  '  sms: { sms: { url: "http://127.0.0.1/send", json: { to: "{to}", text: "{text}" }, allow_private: true } }',
  "contacts:",
  ...everybody.map(reach),
  "functions:",
  ...staff.map((id) => `  ${id}: { contacts: [${id}] }`),
  "  coordinators: { contacts: [anne-mgh, louis-iles, rose-gaspe] }",
  "partners:",
  "  sogique: { name: SOGIQUE, contacts: [noc-sogique, chief-sogique] }",
  "  tcr: { name: TCR, contacts: [noc-tcr] }",
].join("\n");

/** Rooms of the two clinics and the hub. */
export const clinics = `rooms:
  a101: { site: mgh, name: "Room A-101", coordinator: anne-mgh, phone: "514 555-0101" }
  a102: { site: mgh, name: "Room A-102", coordinator: anne-mgh }
  iles-1: { site: iles, name: "Room Iles-1", coordinator: louis-iles, phone: "418 555-0102" }
  gaspe-1: { site: gaspe, name: "Room Gaspe-1", coordinator: rose-gaspe }`;

const places = `sites: { ${["mgh", "iles", "gaspe"].map((id) => `${id}: { name: ${id}, service_hours: office }`).join(", ")} }`;

export class Day {
  readonly net: Scenario;
  readonly #date: string;
  #read = 0;

  constructor(net: Scenario, date: string) {
    this.net = net;
    this.#date = date;
  }

  /** A time of day, of the day on which it began. */
  at(time: string): Instant {
    return local(`${this.#date}T${time}`);
  }

  /** Life goes on until that time of day, or that day and time. */
  async until(time: string): Promise<void> {
    const end = time.includes("T") ? local(time) : this.at(time);
    if (end < this.net.clock.now()) throw new Error(`it is ${this.clockOf(this.net.clock.now())} already`);
    await this.net.advance(end - this.net.clock.now());
  }

  /** Days go by: the daemon turns for some minutes of each hour, which is when anything can come due. */
  async sleepUntil(time: string, everyMs = 60 * MINUTE): Promise<void> {
    const end = local(time);
    while (this.net.clock.now() + everyMs < end) {
      this.net.clock.pass(everyMs - 2 * MINUTE);
      await this.net.advance(2 * MINUTE);
    }
    await this.until(time);
  }

  clockOf(at: Instant): string {
    return DateTime.fromMillis(at, { zone }).toFormat("HH:mm:ss");
  }

  async books(id: string, rooms: readonly string[], from: string, to: string, over: Partial<Session> = {}): Promise<void> {
    const session: Session = {
      ...{ id: `test:${id}`, source: "test", rooms: [...rooms].sort(), from: this.at(from), to: this.at(to) },
      ...{ kind: "clinical", priority: "normal", state: "booked", ...over },
    };
    await this.net.store.transaction(undefined, (tx) => tx.saveSessions([session]));
    await this.net.bookings.refresh();
  }

  /** What was said since it was last asked, as of one day: `09:52 anne-mgh session-at-risk by mail`. */
  said(): readonly string[] {
    const since = this.net.sent.slice(this.#read);
    this.#read = this.net.sent.length;
    const lines = since.map(({ at, to, kind, channel }) => `${this.clockOf(at).slice(0, 5)} ${nameOf(to)} ${kind} by ${channel}`);
    return lines.sort();
  }

  /** Messages to somebody, of a kind. */
  to(who: string, kind?: string): readonly Sent[] {
    return this.net.sent.filter((each) => nameOf(each.to) === who && (kind === undefined || each.kind === kind));
  }

  /** The one text of a kind to somebody, with its subject. */
  text(who: string, kind: string): string {
    const found = this.to(who, kind);
    const [one] = found;
    if (one === undefined || found.length > 1) throw new Error(`${found.length} messages of ${kind} to ${who}`);
    return `${one.subject}\n${one.text}`;
  }
}

/** Whose address it is. */
function nameOf(to: string): string {
  return everybody.find((id) => to === phoneOf(id) || to === `${id}@example.org`) ?? to;
}

/** Begins so long before: the first looks take forty seconds. */
const readyMs = 40_000;

/** `begins`: `2026-11-18T09:30`, when the first looks have been taken. */
export async function day(begins: string, options: ScenarioOptions): Promise<Day> {
  const net = await scenario({
    ...{ people, places, rooms: clinics, together: true, looksAhead: true, start: local(begins) - readyMs },
    ...options,
  });
  return new Day(net, begins.slice(0, 10));
}
