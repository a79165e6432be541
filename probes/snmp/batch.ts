/**
 * How many names to ask in one request: learnt per device, as Zabbix does.
 *
 * Pure. Too big, or silent but alive: back to what worked, or half. Answered: grow, up to 128, staying below what failed; a failure is forgiven after 200 answers
 * in a row, since a lost packet looks like a request too big. A device that cannot bear GETBULK is walked by GETNEXT.
 */

export interface BatchMemory {
  /** Names in the next request. */
  readonly size: number;
  /** The most that was answered; 0 before the first answer. */
  readonly mostWorked: number;
  /** The least that was not; undefined: none. */
  readonly leastFailed: number | undefined;
  readonly answersInARow: number;
  /** False: GETNEXT instead of GETBULK. */
  readonly bulk: boolean;
}

export const namesAtMost = 128;
const forgiveAfter = 200;

export function newBatch(): BatchMemory {
  return { size: 32, mostWorked: 0, leastFailed: undefined, answersInARow: 0, bulk: true };
}

/** What became of a request for `names` names. `silent`: no answer, while sysUpTime.0 alone is answered. */
export type BatchOutcome = { readonly kind: "answered" | "too-big" | "silent"; readonly names: number } | { readonly kind: "no-bulk" };

export function afterRequest(memory: BatchMemory, outcome: BatchOutcome): BatchMemory {
  switch (outcome.kind) {
    case "no-bulk":
      return { ...memory, bulk: false };
    case "answered":
      return afterAnswer(memory, outcome.names);
    case "too-big":
    case "silent": {
      const leastFailed = Math.max(2, Math.min(outcome.names, memory.leastFailed ?? Number.POSITIVE_INFINITY));
      // What worked before and fails now says nothing any more: start from half.
      const mostWorked = outcome.names > memory.mostWorked ? memory.mostWorked : 0;
      const size = mostWorked > 0 ? mostWorked : Math.max(1, Math.floor(outcome.names / 2));
      return { ...memory, size, leastFailed, mostWorked, answersInARow: 0 };
    }
  }
}

function afterAnswer(memory: BatchMemory, names: number): BatchMemory {
  const answersInARow = memory.answersInARow + 1;
  const forgiven = answersInARow >= forgiveAfter || names >= (memory.leastFailed ?? Number.POSITIVE_INFINITY);
  const leastFailed = forgiven ? undefined : memory.leastFailed;
  const mostWorked = Math.max(memory.mostWorked, names);
  const { size: asked, bulk } = memory;
  if (names < asked) return { size: asked, mostWorked, leastFailed, answersInARow, bulk };
  // Below a known failure by halves of what lies between, else by halves of itself.
  const step = Math.floor((leastFailed === undefined ? memory.size : leastFailed - names) / 2);
  const ceiling = leastFailed === undefined ? namesAtMost : leastFailed - 1;
  const size = Math.max(1, Math.min(memory.size + Math.max(1, step), ceiling, namesAtMost));
  return { size, mostWorked, leastFailed, answersInARow, bulk };
}
