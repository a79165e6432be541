/**
 * What every part of one load shares, and two small tools for building values with optional fields.
 */
import type { Findings } from "./problems.ts";
import type { SectionReader } from "./reading.ts";
import type { SecretReader } from "./secrets.ts";
import type { Source } from "./source.ts";

export interface Loading {
  readonly source: Source;
  readonly findings: Findings;
  readonly sections: SectionReader;
  readonly secrets: SecretReader;
  readonly demo: boolean;
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined fields. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** Ids that lead back to themselves, once for each circle, in the order they are met. */
export function circles(nextOf: (id: string) => readonly string[], ids: Iterable<string>): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: string[][] = [];
  for (const start of ids) {
    if (done.has(start)) continue;
    // An explicit stack: a chain of 100,000 devices must not overflow the call stack.
    const trail: { readonly id: string; readonly rest: string[] }[] = [{ id: start, rest: [...nextOf(start)] }];
    const onTrail = new Set([start]);
    while (trail.length > 0) {
      const top = trail[trail.length - 1] as (typeof trail)[number];
      const next = top.rest.shift();
      if (next === undefined) {
        trail.pop();
        onTrail.delete(top.id);
        done.add(top.id);
      } else if (onTrail.has(next)) {
        const names = trail.map((step) => step.id);
        found.push([...names.slice(names.indexOf(next)), next]);
      } else if (!done.has(next)) {
        trail.push({ id: next, rest: [...nextOf(next)] });
        onTrail.add(next);
      }
    }
  }
  return found;
}
