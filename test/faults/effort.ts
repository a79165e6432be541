/**
 * How much is tried: some seconds in `npm test`; in `npm run faults` a death on either side of every boundary.
 *
 * Two deaths that leave the same in every row, at the same moment of the story, go on alike: one of them is played to the end, and of the
 * others one in thirty, which has to end alike in every row. `VIGIE_FAULTS_WHOLE=1` plays each of them.
 */

const { env } = process;

/** True under `npm run faults`. */
export const thorough = env.VIGIE_FAULTS !== undefined;

/** VIGIE_FAULTS_SEED repeats a run with other moments. */
const seed = Number(env.VIGIE_FAULTS_SEED ?? 20_261_126);

/** Every death is played to the end of its story. */
export const whole = env.VIGIE_FAULTS_WHOLE !== undefined;

/** Of `count` processes that share a run, the n-th: `VIGIE_FAULTS_SHARD=1/2`. */
const [shard = 1, shards = 1] = (env.VIGIE_FAULTS_SHARD ?? "1/1").split("/").map(Number);

/** VIGIE_FAULTS_FROM goes on where a long run was stopped, VIGIE_FAULTS_EVERY takes only every n-th. */
const from = Number(env.VIGIE_FAULTS_FROM ?? 0);
const every = Number(env.VIGIE_FAULTS_EVERY ?? 1);

/** The same numbers from 0 to 1 at every run. */
export function dice(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Does a long run's work: this process's share of it, from where it was stopped. Says how far it is; what fails does not end it. */
export async function workThrough<T>(name: string, list: readonly T[], work: (each: T) => Promise<void>): Promise<readonly unknown[]> {
  const mine = list
    .map((each, at) => ({ each, at }))
    .filter(({ at }) => at >= from && at % every === 0 && (at / every) % shards === shard - 1);
  const failures: unknown[] = [];
  const beganMs = Date.now();
  let saidMs = 0;
  for (const [done, { each, at }] of mine.entries()) {
    const nowMs = Date.now();
    if (nowMs - saidMs > 15_000) {
      saidMs = nowMs;
      const left = done === 0 ? "" : `, ${minutes(((nowMs - beganMs) / done) * (mine.length - done))} left`;
      say(`${name}: ${done} of ${mine.length}${left}; ${failures.length} failed; stopped here, it goes on with --from ${at}`);
    }
    try {
      await work(each);
    } catch (error) {
      failures.push(error);
      say(`${name}: ${error instanceof Error ? `${error.message}\n${String(error.cause ?? "")}` : String(error)}`);
    }
  }
  say(`${name}: all ${mine.length} of this process done in ${minutes(Date.now() - beganMs)}; ${failures.length} failed`);
  return failures;
}

const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;

export function say(line: string): void {
  process.stderr.write(`${shards === 1 ? "" : `[${shard}/${shards}] `}${line}\n`);
}
