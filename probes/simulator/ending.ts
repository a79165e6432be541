/** How the simulator's process ends. */

/** Its exit code when an address is in use: most likely by another one. */
export const addressTaken = 3;
