/** What a partner is asked: whose turn it is, who hears when nobody answers, and how long it was in their court. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import type { PartnerTask, TaskState } from "../../daemon/model/work.ts";
import { deadline, nextService } from "../../rules/clock.ts";
import {
  askPartner,
  courtTime,
  type Heard,
  hearTask,
  notHearable,
  openTasksOf,
  type TaskTerms,
  wakeTask,
  withTask,
} from "../../rules/task.ts";
import { always, local, office, opened, start } from "./incident-made.ts";

const terms: TaskTerms = { theirs: always, ours: office, answerWithin: { ms: 4 * HOUR, in: "service" }, fallback: ["analyst"] };
const incident = opened({ urgency: "now", severity: "major" });
const ask = (over: Partial<Parameters<typeof askPartner>[1]> = {}, at = start, how = terms) =>
  askPartner(incident, { id: "T1", partner: "telco", ladder: ["noc", "boss"], asked: "look at the circuit", by: "ann", at, ...over }, how);
const word = (over: Partial<Heard> = {}): Heard => ({ by: "ann", at: start + HOUR, how: "telephone", note: "heard", ...over });
const due = ({ wakeAt = 0 }: PartnerTask) => wakeAt;

describe("asking", () => {
  it("tells their first contact, is in their court from then on, and is looked at when their time to answer is over", () => {
    const { task, notices, timeline } = ask();
    expect(task).toMatchObject({ state: "waiting", court: [{ from: start }], rung: 0, wakeAt: start + 4 * HOUR });
    expect(notices).toMatchObject([{ kind: "task", contacts: ["noc"], tell: [], notBefore: start }]);
    expect(timeline).toMatchObject([{ event: "task-opened", by: "ann", data: { task: "T1", partner: "telco" } }]);
  });

  it("waits for what they promise, and measures their time to answer by their own hours", () => {
    expect(due(ask({ promisedBy: start + 3 * DAY }).task)).toBe(start + 3 * DAY);
    const friday = local("2026-11-20T16:00");
    expect(due(ask({}, friday, { ...terms, theirs: office }).task)).toBe(local("2026-11-23T10:00"));
  });

  it("over the telephone is a contact already; whom nobody can write to is ours to chase", () => {
    expect(ask({ spokenTo: "Luc" }).task.contacts.map(({ how, who }) => [how, who])).toEqual([
      ["telephone", "Luc"],
      ["message", "noc"],
    ]);
    const none = ask({ ladder: [] });
    expect(none.notices).toEqual([]);
    expect(wakeTask(none.task, incident, terms, due(none.task))?.notices).toMatchObject([{ kind: "task-silent", tell: ["analyst"] }]);
  });
});

describe("silence", () => {
  it("goes to their next contact, then to our own people, once a working day until somebody does something", () => {
    let { task } = ask();
    const told: (readonly [string, readonly string[], Instant])[] = [];
    for (let n = 0; n < 4; n += 1) {
      expect(wakeTask(task, incident, terms, due(task) - 1), "not before its time").toBeUndefined();
      const at = due(task);
      const decision = wakeTask(task, incident, terms, at);
      if (decision === undefined) throw new Error("nothing was due");
      for (const { kind, tell, contacts = [] } of decision.notices) told.push([kind, [...contacts, ...tell], at]);
      task = decision.task;
    }
    // A Friday at 10:00: the boss at 14:00, our own people four hours later but by day, then once a working day.
    expect(told).toEqual([
      ["task", ["boss"], local("2026-11-20T14:00")],
      ["task-silent", ["analyst"], local("2026-11-23T07:30")],
      ["task-silent", ["analyst"], local("2026-11-24T07:30")],
    ]);
    expect(task.rung, "their ladder has an end").toBe(2);
  });

  it("after a promise that passed is a promise broken, and says so", () => {
    const { task } = ask({ promisedBy: start + 2 * HOUR });
    const decision = wakeTask(task, incident, terms, start + 2 * HOUR);
    expect(decision?.task).toMatchObject({ broken: 1, rung: 1 });
    expect(decision?.task.promisedBy).toBeUndefined();
    expect(decision?.timeline[0]?.why).toBe("what telco promised has passed");
    expect(wakeTask(ask().task, incident, terms, start + 4 * HOUR)?.task.broken, "silence alone breaks no promise").toBe(0);
  });

  it("is none once they have answered, or it is over", () => {
    for (const state of ["answered", "done", "withdrawn"] as const) {
      const { task } = hearTask(ask().task, incident, word({ state }), terms);
      expect(task.wakeAt).toBeUndefined();
      expect(wakeTask(task, incident, terms, start + 300 * DAY)).toBeUndefined();
    }
  });
});

describe("what is heard of them", () => {
  it("begins their time anew; a new promise stands in place of the old one", () => {
    expect(due(hearTask(ask().task, incident, word(), terms).task)).toBe(start + 5 * HOUR);
    const promised = hearTask(ask({ promisedBy: start + DAY }).task, incident, word({ promisedBy: start + 2 * DAY }), terms);
    expect(promised.task).toMatchObject({ promisedBy: start + 2 * DAY, wakeAt: start + 2 * DAY });
    expect(promised.timeline).toMatchObject([{ event: "task-promised", data: { until: start + 2 * DAY } }]);
    expect(due(hearTask(ask({ promisedBy: start + DAY }).task, incident, word(), terms).task), "a word breaks no promise").toBe(
      start + DAY,
    );
  });

  it("an answer keeps the promise: asked again later, they have not broken it, and have their whole time", () => {
    const asked = ask({ promisedBy: start + 2 * HOUR }).task;
    const answered = hearTask(asked, incident, word({ state: "answered" }), terms).task;
    expect(answered, "what they promised stays on record").toMatchObject({ promisedBy: start + 2 * HOUR, answer: "heard" });
    for (const at of [start + 90 * MINUTE, start + 3 * HOUR]) {
      const again = hearTask(answered, incident, word({ at, state: "waiting" }), terms).task;
      expect(due(again)).toBe(at + 4 * HOUR);
      expect(wakeTask(again, incident, terms, due(again))).toMatchObject({ task: { broken: 0 } });
    }
  });

  it("an answer is told to the level that has it, at night only where the incident cannot wait", () => {
    const night = word({ state: "answered", at: local("2026-11-20T22:00") });
    const starts = (urgency: "now" | "service-hours") =>
      hearTask(ask().task, { ...incident, urgency }, night, terms).notices.map(({ tell, notBefore }) => [tell, notBefore]);
    expect(starts("now")).toEqual([[["desk"], night.at]]);
    expect(starts("service-hours")).toEqual([[["desk"], local("2026-11-23T07:30")]]);
  });

  it("withdrawn, those of theirs who were asked hear it, and nobody else", () => {
    const { task } = ask();
    const one = hearTask(task, incident, word({ state: "withdrawn" }), terms);
    expect(one.notices).toMatchObject([{ kind: "task-withdrawn", contacts: ["noc"], tell: [] }]);
    const climbed = wakeTask(task, incident, terms, due(task))?.task ?? task;
    const both = hearTask(climbed, incident, word({ at: start + 5 * HOUR, state: "withdrawn" }), terms);
    expect(both.notices).toMatchObject([{ contacts: ["noc", "boss"] }]);
    expect(notHearable(both.task)).toBeDefined();
    expect(notHearable(climbed)).toBeUndefined();
  });
});

const acts = fc.array(
  fc.record({
    act: fc.constantFrom("word", "answered", "waiting", "promise", "done", "withdrawn", "wake", "wake", "wake"),
    afterMs: fc.integer({ min: 1, max: 30 * HOUR }),
  }),
  { maxLength: 14 },
);

describe("whatever is heard, and whenever", () => {
  it("its court has no overlap and is open exactly while it waits; a task that waits has a time, any other none; no two messages are one", () => {
    const ladders = fc.constantFrom([], ["noc"], ["noc", "boss"]);
    const nights = fc.constantFrom(start, local("2026-03-08T01:30"), local("2026-11-01T00:45"));
    fc.assert(
      fc.property(ladders, nights, fc.constantFrom(always, office), acts, (ladder, from, theirs, story) => {
        const how = { ...terms, theirs };
        const first = ask({ ladder }, from, how);
        let { task } = first;
        const about = first.notices.map((each) => each.about);
        let at = from;
        for (const { act, afterMs } of story) {
          if (notHearable(task) !== undefined) break;
          at = act === "wake" ? Math.max(at, task.wakeAt ?? at) : at + afterMs;
          const states: Readonly<Record<string, TaskState>> = {
            answered: "answered",
            waiting: "waiting",
            done: "done",
            withdrawn: "withdrawn",
          };
          const said = word({ at, state: states[act], promisedBy: act === "promise" ? at + HOUR : undefined });
          const decision = act === "wake" ? wakeTask(task, incident, how, at) : hearTask(task, incident, said, how);
          if (decision === undefined) continue;
          expect(decision.task.version).toBe(task.version + 1);
          ({ task } = decision);
          for (const each of decision.notices) {
            about.push(each.about);
            if (each.kind === "task-silent") expect(nextService(office, each.notBefore), "nobody of ours at night").toBe(each.notBefore);
          }
          expect(task.wakeAt !== undefined).toBe(task.state === "waiting");
          if (task.wakeAt !== undefined) expect(task.wakeAt).toBeGreaterThan(at);
          const last = task.court.at(-1);
          expect(last !== undefined && last.to === undefined).toBe(task.state === "waiting");
          for (const [index, span] of task.court.entries()) {
            expect(span.to ?? at).toBeGreaterThanOrEqual(span.from);
            if (index > 0) expect(task.court[index - 1]?.to ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(span.from);
          }
          const { wallMs, serviceMs } = courtTime(task, office, at);
          expect(serviceMs).toBeLessThanOrEqual(wallMs);
          expect(wallMs).toBeLessThanOrEqual(at - from);
          expect(task.rung).toBeLessThanOrEqual(ladder.length);
          const known = openTasksOf([{ id: "T0", partner: "other", waiting: true }], task);
          expect(known.map(({ id }) => id)).toEqual(notHearable(task) === undefined ? ["T0", "T1"] : ["T0"]);
          expect(withTask(incident, task).openTasks).toEqual(notHearable(task) === undefined ? known.slice(1) : undefined);
        }
        expect(new Set(about).size).toBe(about.length);
      }),
    );
  });

  it("their time is told by the wall and by their own hours: over the night on which the clocks go back it has an hour more", () => {
    const { task } = ask({}, local("2026-10-31T12:00"));
    const now = local("2026-11-01T12:00");
    expect(courtTime(task, always, now).wallMs).toBe(25 * HOUR);
    expect(courtTime(task, office, now).serviceMs, "a weekend").toBe(0);
    expect(deadline(always, { ms: HOUR, in: "wall" }, now)).toBe(now + HOUR);
  });
});
