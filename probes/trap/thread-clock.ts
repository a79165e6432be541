/**
 * Monotonic milliseconds that all threads of a process share: `performance.now()` counts from the start of each thread.
 */
export function threadMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
