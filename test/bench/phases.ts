/**
 * Says where a long bench is: a line a phase, with the seconds since it began, so that somebody who waits sees that it goes on.
 */
export interface Phases {
  /** A phase begins, or one says how far it is. */
  say(what: string): void;
}

/** @param plan what is to come and about how long it takes. */
export function phases(name: string, plan: string): Phases {
  const began = performance.now();
  const say = (what: string): void => console.log(`${name} ${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s: ${what}`);
  say(plan);
  return { say };
}
