/**
 * When failures are taken for one trouble. What is undefined is not looked for.
 */
export interface Correlation {
  /** Alike at one site or behind one parent: so many devices within the window. */
  readonly place?: { readonly windowMs: number; readonly devices: number };
  /** Alike on one model and firmware, wherever: so many devices, and at least this share (0 to 1) of all that run it. */
  readonly firmware?: { readonly windowMs: number; readonly devices: number; readonly share: number };
  /** A device of a room where somebody asked for help at most so long before it failed, or at any time after. */
  readonly room?: { readonly windowMs: number };
}
