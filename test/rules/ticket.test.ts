/** What another system hears next of an incident, by what it was told before. */
import { describe, expect, it } from "vitest";
import type { Incident } from "../../daemon/model/incident.ts";
import type { TicketSystem } from "../../daemon/model/ticket.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { askForTicket, nextTicketEvent, referenceWithinMs, type ToldOfTicket, ticketMark, wantsTicket } from "../../rules/ticket.ts";
import { opened, start } from "./incident-made.ts";

const system = { id: "itsm", name: "ITSM", when: { severity: ["major"], level: 2, sites: ["mgh"] } } as unknown as TicketSystem;
const major = (over: Partial<Incident> = {}) => opened({ severity: "major", level: 2, ...over });
const told = (event: ToldOfTicket["event"], of: Incident, going: ToldOfTicket["going"] = "went", at = start): ToldOfTicket => ({
  ...{ event, going, at },
  mark: ticketMark(of),
});

describe("a ticket is wanted", () => {
  it.each<readonly [string, Incident, boolean]>([
    ["where all of it fits", major(), true],
    ["not of another severity", major({ severity: "minor" }), false],
    ["not below its level", major({ level: 1 }), false],
    ["not of another site", major({ site: "jgh" }), false],
    ["not of what is kept quiet", major({ muted: { by: "maintenance:1", since: start, left: { in: "wall", ms: 0 } } as never }), false],
    ["not of what works again", major({ state: "restored" }), false],
    ["of anything that a person asked for", opened({ tickets: ["itsm"], state: "restored" }), true],
    ["not of what is part of another, though a person asked", opened({ tickets: ["itsm"], foldedInto: "other" }), false],
    ["not of what is closed, though a person asked", opened({ tickets: ["itsm"], state: "closed" }), false],
  ])("%s", (_name, incident, wants) => {
    expect(wantsTicket(system, incident)).toBe(wants);
  });
});

describe("next it hears", () => {
  const next = (incident: Incident, history: readonly ToldOfTicket[], over: { system?: TicketSystem; known?: boolean; at?: number } = {}) =>
    nextTicketEvent({ system, known: true, at: start + MINUTE, incident, told: history, ...over });

  it("one thing at a time: nothing while a message waits, and what has changed meanwhile once it has gone", () => {
    const taken = major({ state: "taken" });
    expect(next(taken, [told("opened", major(), "waits")])).toBeUndefined();
    expect(next(taken, [told("opened", major())])).toBe("changed");
    expect(next(taken, [told("opened", major()), told("changed", taken)])).toBeUndefined();
  });

  it("how it ended, and nothing after that", () => {
    const first = told("opened", major());
    expect(next(major({ state: "resolved" }), [first])).toBe("resolved");
    expect(next(major({ foldedInto: "other" }), [first])).toBe("closed");
    const closed = major({ state: "closed" });
    expect(next(closed, [first, told("closed", closed)])).toBeUndefined();
    expect(next(major(), [first, told("closed", closed)]), "reopened here: closed there stays closed").toBeUndefined();
  });

  it("that nothing arrived: it opens once the incident is another, and not again as it is", () => {
    expect(next(major(), [told("opened", major(), "failed")])).toBeUndefined();
    expect(next(major({ level: 3 }), [told("opened", major(), "failed")])).toBe("opened");
    expect(next(opened(), []), "it wants none").toBeUndefined();
  });

  it("of what is closed, what was given up and asked for again: opened with how it ended and then over, or over", () => {
    const closed = major({ state: "closed" });
    const asked = { ...closed, ticketsAskedAgain: { itsm: start + 1 } };
    const lost = told("opened", major(), "failed");
    expect(next(closed, [lost]), "nobody asked").toBeUndefined();
    expect(next(asked, [lost])).toBe("opened");
    expect(next({ ...asked, foldedInto: "other" }, [lost]), "the other incident's is theirs").toBeUndefined();
    const arrived = told("opened", closed, "went", start + 2);
    expect(next(asked, [lost, arrived])).toBe("closed");
    expect(next(asked, [lost, arrived, told("closed", closed, "went", start + 3)])).toBeUndefined();
    expect(next(asked, [lost, { ...arrived, going: "failed" }]), "given up once more").toBeUndefined();
    expect(next(asked, [told("opened", major()), told("closed", closed, "failed")])).toBe("closed");
    const ask = (history: readonly ToldOfTicket[]) => askForTicket(closed, { system, told: history, by: "paul", at: start + MINUTE });
    expect(ask([lost])).toMatchObject({ incident: { state: "closed", ticketsAskedAgain: { itsm: start + MINUTE } } });
    for (const history of [[], [told("opened", major())], [told("opened", major(), "waits")]])
      expect(ask(history)).toMatchObject({ refused: expect.stringContaining("is closed") });
  });

  it("nothing before its number has come, for a quarter of an hour at most", () => {
    const numbering = { ...system, reference: { path: "id" } } as unknown as TicketSystem;
    const history = [told("opened", major())];
    const taken = major({ state: "taken" });
    expect(next(taken, history, { system: numbering, known: false, at: start + referenceWithinMs - 1 })).toBeUndefined();
    expect(next(taken, history, { system: numbering, known: false, at: start + referenceWithinMs })).toBe("changed");
    expect(next(taken, history, { system: numbering, known: true, at: start })).toBe("changed");
  });

  it("again what was given up, when a person asks after that, once", () => {
    const failed = [told("opened", major()), told("changed", major({ level: 3 }), "failed", start + MINUTE)];
    const now = major({ level: 3 });
    expect(next(now, failed)).toBeUndefined();
    const asked = askForTicket(now, { system, told: failed, by: "ann", at: start + 2 * MINUTE });
    if ("refused" in asked) throw new Error(asked.refused);
    expect(next(asked.incident, failed)).toBe("changed");
    const twice = askForTicket(asked.incident, { system, told: failed, by: "ann", at: start + 3 * MINUTE });
    expect(twice).toMatchObject({ refused: expect.stringContaining("is being told again already") });
  });
});

it("a person asks for one: refused where there is one, or one is on its way", () => {
  const ask = (incident: Incident, history: readonly ToldOfTicket[]) =>
    askForTicket(incident, { system, told: history, by: "ann", at: start });
  expect(ask(opened(), [])).toMatchObject({ incident: { tickets: ["itsm"] } });
  expect(ask(opened({ tickets: ["itsm"] }), [])).toMatchObject({ refused: expect.stringContaining("is being opened already") });
  expect(ask(major(), [told("opened", major(), "waits")])).toMatchObject({ refused: expect.stringContaining("is being opened already") });
  expect(ask(major(), [told("opened", major())])).toMatchObject({ refused: expect.stringContaining("has a ticket for it already") });
});
