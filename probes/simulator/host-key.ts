/**
 * Host keys of simulated codecs.
 *
 * About one in 300 Ed25519 keys that ssh2 1.17 makes cannot be read by ssh2 itself: such a one is made again.
 */
import ssh2 from "ssh2";

/** Private key in a format that ssh2 reads. */
export function newHostKey(): string {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync("ed25519").private;
    if (isReadable(made)) return made;
  }
}

export function isReadable(key: string): boolean {
  return !(ssh2.utils.parseKey(key) instanceof Error);
}

/** What equipment of 2008 has: RSA, signed with SHA-1. */
export function newLegacyHostKey(): string {
  return ssh2.utils.generateKeyPairSync("rsa", { bits: 2_048 }).private;
}
