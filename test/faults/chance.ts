/**
 * What a process draws at random (salts, codes, marks of a revision) comes out the same in every story, so that what two of them leave
 * can be compared in every byte. A process that is started again draws a row of its own.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const { randomBytes, randomInt, randomUUID } = crypto;

let life = 0;
let drawn = 0;

function bytes(size: number): Buffer {
  const parts: Buffer[] = [];
  drawn += 1;
  for (let at = 0; at < size; at += 32) parts.push(crypto.createHash("sha256").update(`${life}/${drawn}/${at}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

/** From now on, until `trueChance`: what the process draws in its n-th life. */
export function fixedChance(ofLife: number): void {
  life = ofLife;
  drawn = 0;
  Object.assign(crypto, {
    randomBytes: bytes,
    randomInt: (below: number) => bytes(6).readUIntBE(0, 6) % below,
    randomUUID: () => {
      const hex = bytes(16).toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
    },
  });
  syncBuiltinESMExports();
}

export function trueChance(): void {
  Object.assign(crypto, { randomBytes, randomInt, randomUUID });
  syncBuiltinESMExports();
}
