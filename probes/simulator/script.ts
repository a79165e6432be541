/**
 * The demo's script: what happens when, in both languages, and the player that makes it happen.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";
import type { Language, Text } from "../../daemon/model/time.ts";
import { type Command, faults } from "./fault.ts";

const seconds = z
  .string()
  .regex(/^\d+s$/, { error: "a time is in whole seconds: 20s" })
  .transform((text) => Number.parseInt(text, 10) * 1_000);
const scriptSchema = z.strictObject({
  loop_every: seconds,
  sessions: z.array(z.strictObject({ at: seconds, lasts: seconds, rooms: z.array(z.string()).min(1) })).default([]),
  steps: z
    .array(
      z.strictObject({
        at: seconds,
        device: z.union([z.string(), z.array(z.string()).min(1)]),
        fault: z.enum(faults),
        part: z.string().optional(),
        caption: z.strictObject({ fr: z.string().min(1), en: z.string().min(1) }),
      }),
    )
    .min(1),
});

export interface Step {
  readonly atMs: number;
  /** One a device. */
  readonly commands: readonly Command[];
  readonly caption: Text;
}

/** A teleconsultation that is booked at the start of each round, for a time from that start. */
export interface ScriptSession {
  readonly atMs: number;
  readonly lastsMs: number;
  readonly rooms: readonly string[];
}

export interface Script {
  readonly loopEveryMs: number;
  readonly sessions: readonly ScriptSession[];
  /** In the order of time. */
  readonly steps: readonly Step[];
}

/** Throws with all problems in one message when the file is not a script. */
export function loadScript(file: string): Script {
  const parsed = scriptSchema.safeParse(parse(readFileSync(file, "utf8")));
  if (!parsed.success)
    throw new Error(`${file}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`);
  const steps = parsed.data.steps.map(({ at, device, fault, part, caption }) => ({
    atMs: at,
    commands: [device].flat().map((each) => ({ device: each, fault, ...(part === undefined ? {} : { part }) })),
    caption,
  }));
  const sessions = parsed.data.sessions.map(({ at, lasts, rooms }) => ({ atMs: at, lastsMs: lasts, rooms }));
  return { loopEveryMs: parsed.data.loop_every, sessions, steps: steps.toSorted((a, b) => a.atMs - b.atMs) };
}

/** The table "what will happen when", a line a step: `  0:12  caption`. */
export function describeScript(script: Script, language: Language): readonly string[] {
  const again = {
    fr: `puis tout recommence, toutes les ${script.loopEveryMs / 60_000} min`,
    en: `then all over again, every ${script.loopEveryMs / 60_000} min`,
  };
  return [
    ...script.steps.map((step) => `  ${clockText(step.atMs)}  ${step.caption[language]}`),
    `  ${clockText(script.loopEveryMs)}  ${again[language]}`,
  ];
}

function clockText(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Plays the script round after round until the signal aborts. `elapsedMs` never jumps. */
export async function play(
  script: Pick<Script, "loopEveryMs" | "steps">,
  act: (step: Step) => Promise<void>,
  options: { readonly signal: AbortSignal; readonly elapsedMs: () => number },
): Promise<void> {
  for (let round = 0; !options.signal.aborted; round += 1) {
    const began = round * script.loopEveryMs;
    for (const step of script.steps) {
      await pause(began + step.atMs - options.elapsedMs(), options.signal);
      if (options.signal.aborted) return;
      await act(step);
    }
    await pause(began + script.loopEveryMs - options.elapsedMs(), options.signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
