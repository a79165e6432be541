/**
 * The command line. Small: each command is a file in cli/.
 *
 * Exit code 0, 1 (the answer is no), 2 (wrong use).
 */
import { setFlagsFromString } from "node:v8";
import { answer } from "./cli/commands.ts";

/** Who reads may stop reading (`vigie probe … | head`): the rest goes nowhere, the exit code stays the answer, and a daemon goes on watching. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
}

// V8 would let the heap of a large network double before it collects; this costs about one collection a minute and saves the memory.
setFlagsFromString("--heap-growing-percent=60");
// What a first look leaves on the board lives long, and V8 would from then on make all that later ones allocate there long-lived from the start.
setFlagsFromString("--no-allocation-site-pretenuring");
outliveReaders();
process.exitCode = await answer(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
