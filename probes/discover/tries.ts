/**
 * Which credential may still be tried on a stranger: in the spirit of the login guard, and harder.
 *
 * Pure. A credential goes to a device at most twice, and the second time only because the first was met by silence; two refusals, of
 * whatever credentials, end the asking of that device. A credential that three devices refused and none accepted rests until the end
 * of the run: it is wrong, and trying it on three hundred devices will not make it right.
 */

const triesAtMost = 2;
const refusalsAtMost = 2;
const devicesBeforeRest = 3;

export class Tries {
  readonly #tries = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #refusedBy = new Map<string, number>();
  readonly #accepted = new Set<string>();

  /** Counts the try when it says yes. */
  may(device: string, credential: string): boolean {
    const key = `${device} ${credential}`;
    const tries = this.#tries.get(key) ?? 0;
    if (tries >= triesAtMost || (this.#refusals.get(device) ?? 0) >= refusalsAtMost || this.rests(credential)) return false;
    this.#tries.set(key, tries + 1);
    return true;
  }

  refused(device: string, credential: string): void {
    this.#tries.set(`${device} ${credential}`, triesAtMost);
    this.#refusals.set(device, (this.#refusals.get(device) ?? 0) + 1);
    this.#refusedBy.set(credential, (this.#refusedBy.get(credential) ?? 0) + 1);
  }

  accepted(credential: string): void {
    this.#accepted.add(credential);
  }

  /** Some device took it: who refuses it now is another's, not a sign of a wrong password. */
  isProven(credential: string): boolean {
    return this.#accepted.has(credential);
  }

  rests(credential: string): boolean {
    return !this.#accepted.has(credential) && (this.#refusedBy.get(credential) ?? 0) >= devicesBeforeRest;
  }

  /** Credentials that rest, for the report. */
  resting(): readonly string[] {
    return [...this.#refusedBy.keys()].filter((credential) => this.rests(credential));
  }
}
