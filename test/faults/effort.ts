/** How much is tried: some seconds in `npm test`; in `npm run faults` every boundary, on either side, one death a story. */

/** True under `npm run faults`. */
export const thorough = process.env.VIGIE_FAULTS !== undefined;

/** VIGIE_FAULTS_SEED repeats a run with other moments. */
const seed = Number(process.env.VIGIE_FAULTS_SEED ?? 20_261_126);

/** VIGIE_FAULTS_FROM goes on where a long run was stopped; VIGIE_FAULTS_EVERY takes only every n-th boundary. */
export const from = Number(process.env.VIGIE_FAULTS_FROM ?? 0);
export const every = Number(process.env.VIGIE_FAULTS_EVERY ?? 1);

/** The same numbers from 0 to 1 at every run. */
export function dice(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
