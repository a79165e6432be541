/**
 * How long something took of the time in which our own loop had its turns: while a busy machine gives us none, nobody in this process can
 * keep a deadline, and its timers fire late.
 */
const [everyMs, countedAtMostMs] = [5, 15];

export async function ownTime<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  let [ms, lastAt] = [0, performance.now()];
  const count = () => {
    const now = performance.now();
    ms += Math.min(now - lastAt, countedAtMostMs);
    lastAt = now;
  };
  const ticks = setInterval(count, everyMs);
  try {
    const result = await work;
    count();
    return { result, ms };
  } finally {
    clearInterval(ticks);
  }
}
