/**
 * The form of a rule's test case, strict: an unknown key is a problem. What the keys mean is in docs/rules.md.
 */
import { z } from "zod";
import { code, duration, name, polled, sentence } from "./packscalars.ts";

/** Stands for each word of the case's `each`, wherever a step has a text. */
export const EACH = "$each";

/** Looks of one step at most. */
const mostTimes = 10_000;

const said = z.strictObject({
  part: z.string().optional(),
  samples: z.record(name, z.number()).optional(),
  readings: z.record(name, z.string()).optional(),
});

const step = z
  .strictObject({
    at: duration,
    /** The same look again and again, `times` times in all, or as long as it is not later than `until`. */
    every: duration.optional(),
    times: z
      .number()
      .int()
      .min(2, { error: "must be 2 or more" })
      .max(mostTimes, { error: `must be ${mostTimes} or less` })
      .optional(),
    until: duration.optional(),
    look: polled.optional(),
    /** The code of a look that is down. */
    down: z.string().optional(),
    /** The code of a look that could not be made. */
    unknown: z.string().optional(),
    ...said.shape,
    /** What the same look says of other parts. */
    also: z.array(said).min(1).optional(),
    /** Readings of which this look lists all parts: one that it does not name is gone. */
    whole: z.array(name).optional(),
    /** A trap about the rule's symptom. */
    trap: z.enum(["raise", "clear", "event"]).optional(),
    /** The same, said in a look: a probe's own finding (a reboot). */
    says: z.enum(["raise", "clear", "event"]).optional(),
    /** Another symptom than the rule's, that the trap or the look speaks about. */
    about: code.optional(),
    want: z.enum(["inactive", "pending", "active"]).optional(),
    /** What is told at this step, in order. */
    told: z.array(z.enum(["raised", "cleared", "good-look", "flapping", "settled", "event"])).optional(),
    /** Words in what the alarm says it saw. */
    detail: sentence.optional(),
    /** The parts whose alarm is active after it; `device` is the device as a whole. */
    active: z.array(sentence).optional(),
    /** The next look is asked for this soon; `never`: it may take its time. */
    again: z.union([z.literal("never"), duration]).optional(),
  })
  .superRefine((entry, context) => {
    const told = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const bounds = [entry.times, entry.until].filter((each) => each !== undefined).length;
    if (entry.every !== undefined && bounds !== 1) told("every", "needs its end: write times or until");
    if (entry.every === undefined && bounds > 0)
      told(entry.times === undefined ? "until" : "times", "has no use without every; write how often");
    if (entry.every === 0) told("every", "must be longer than 0; write 1s or more");
    if (entry.every !== undefined && entry.until !== undefined && (entry.until - entry.at) / entry.every >= mostTimes)
      told("until", `is over ${mostTimes} looks away; write a longer every or an earlier until`);
    if (entry.until !== undefined && entry.until <= entry.at) told("until", "is not after at; write a later time");
    const speaks = [entry.down, entry.unknown, entry.samples, entry.readings, entry.also, entry.whole, entry.says];
    if (entry.look === undefined && entry.trap === undefined && speaks.some((each) => each !== undefined))
      told("at", "says what a look saw, and names no look; write look: icmp, snmp, ssh, telnet, https or tcp");
  });

export const testCase = z.strictObject({
  name: sentence,
  /** One case a word. */
  each: z.array(z.string()).min(1).optional(),
  steps: z.array(step).min(1),
});

export type TestEntry = z.infer<typeof testCase>;
export type StepEntry = z.infer<typeof step>;
export type SaidEntry = z.infer<typeof said>;
