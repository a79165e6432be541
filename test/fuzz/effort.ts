/**
 * How much is tried: little in `npm test`, a million each in `npm run fuzz`; and where what was found is kept.
 *
 * A case that broke something is written to the corpus, and every later run begins with the corpus.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** True under `npm run fuzz`. */
export const thorough = process.env.VIGIE_FUZZ !== undefined;

/** VIGIE_FUZZ_SEED repeats a run; else a fixed one in `npm test`, and a new one each time in `npm run fuzz`. Printed with every failure. */
export const seed = Number(process.env.VIGIE_FUZZ_SEED ?? (thorough ? Date.now() % 2 ** 31 : 20_261_126));

/** So many cases: `few` in `npm test`. */
export function cases(few: number, many = 1_000_000): number {
  return thorough ? Number(process.env.VIGIE_FUZZ_CASES ?? many) : few;
}

const root = join(import.meta.dirname, "corpus");

/** The bytes kept under a name, as hexadecimal text, one file each; lines that begin with # say why. */
export function corpus(name: string): readonly Buffer[] {
  return readdirSync(join(root, name)).map((file) => {
    const lines = readFileSync(join(root, name, file), "utf8").split("\n");
    return Buffer.from(
      lines
        .filter((line) => !line.startsWith("#"))
        .join("")
        .trim(),
      "hex",
    );
  });
}

/** Runs one case; when it throws, its bytes are kept first. */
export function keeping<T>(name: string, bytes: Buffer, run: () => T): T {
  try {
    return run();
  } catch (error) {
    mkdirSync(join(root, name), { recursive: true });
    const file = join(root, name, `found-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.hex`);
    writeFileSync(file, `# seed ${seed}\n${bytes.toString("hex")}\n`);
    throw error;
  }
}

/** Bytes of the heap that are in use after a collection. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
