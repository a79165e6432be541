/**
 * A lane: a small shell that lives long and starts one fping at a time for us.
 *
 * Why: starting a process from a large one stops the event loop (0.8 ms at 50 MB, 5 to 10 ms at 470 MB); from a shell of 1 MB it costs us nothing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/**
 * Reads `flag count period timeout interval`, and prints `end <exit code>`. What fping says goes to the file behind descriptor 3: it writes
 * five small pieces a host, and each would wake whoever reads a pipe. The addresses are in the file behind descriptor 4, opened anew: a shell
 * reads a pipe octet by octet, 6 ms of CPU for 333 of them.
 */
const script = `fping=$1
while read -r flag count period timeout interval; do
  "$fping" "$flag" -C "$count" -q -p "$period" -t "$timeout" -i "$interval" -r 0 </dev/fd/4 >&3 2>&3
  printf 'end %d\\n' "$?"
done`;

/** More than the longest run says; what a fping writes beyond it is not read. */
const saidAtMost = 1 << 20;

/**
 * Milliseconds between two packets of a run. At 0.1 fping slept and woke for each packet: 999 packets cost 50 ms of CPU, and cost 20 ms so.
 * How many packets leave in a second is for the ceilings, before a run.
 */
const packetGapMs = 0.01;

/** A timer that fires this much late says that our own loop was held up. */
const heldUpMs = 100;

/** One run of fping. Addresses are parsed IP addresses of one version. */
export interface LaneRun {
  readonly version: 4 | 6;
  readonly addresses: readonly string[];
  readonly count: number;
  readonly periodMs: number;
  readonly answerMs: number;
  /** The lane is killed when it is not done by then. */
  readonly killAfterMs: number;
}

/** What came of it. `died`: the lane is gone. */
export type LaneResult =
  | { readonly kind: "done"; readonly exitCode: number; readonly lines: readonly string[] }
  | { readonly kind: "died"; readonly why: string };

interface Files {
  readonly said: number;
  readonly asked: number;
}

export class Lane {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  /** What fping is asked and what it says; undefined once they are closed. */
  #files: Files | undefined;
  #rest = "";
  #settle: ((result: LaneResult) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dead: string | undefined;

  private constructor(child: ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable }, files: Files) {
    this.#child = child;
    this.#stdin = child.stdin;
    this.#files = files;
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => this.#read(text));
    child.stderr.resume();
    // A broken pipe tells itself by the exit of the shell.
    child.stdin.on("error", () => this.#die("its input closed"));
    child.on("error", (error: NodeJS.ErrnoException) => this.#die(`it did not start (${error.code ?? "unknown"})`));
    child.on("exit", (code, signal) => this.#die(`it ended (${signal ?? code})`));
  }

  /**
   * Starts a lane for this fping. A process group of its own, so that the fping under it ends with it.
   *
   * @throws where no folder for passing files can be written to
   */
  static start(fping: string): Lane {
    const files = openFiles();
    const child = spawn("/bin/sh", ["-c", script, "vigie-fping", fping], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe", files.said, files.asked],
      env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
    });
    return new Lane(child as typeof child & { stdin: Writable; stdout: Readable; stderr: Readable }, files);
  }

  get idle(): boolean {
    return this.#settle === undefined && this.#dead === undefined;
  }

  get dead(): boolean {
    return this.#dead !== undefined;
  }

  /** The id of the shell's process, for tests and the log. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** One run at a time. */
  run(run: LaneRun): Promise<LaneResult> {
    if (this.#dead !== undefined || this.#files === undefined) return Promise.resolve({ kind: "died", why: this.#dead ?? "it ended" });
    if (this.#settle !== undefined) throw new Error("the lane is busy; ask `idle` first");
    const { asked } = this.#files;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#endBy(run.killAfterMs);
      try {
        ftruncateSync(asked, 0);
        writeSync(asked, `${run.addresses.join("\n")}\n`);
      } catch (error) {
        this.#die(`the hosts to ask cannot be written down (${error instanceof Error ? error.message : String(error)})`);
        return;
      }
      this.#stdin.write(`-${run.version} ${run.count} ${run.periodMs} ${run.answerMs} ${packetGapMs}\n`);
    });
  }

  /** Ends the shell and the fping under it. */
  stop(): void {
    this.#die("it was stopped");
  }

  /** What fping said waits in the pipe while our own loop is held up: a deadline that is told late is given once more. */
  #endBy(ms: number): void {
    const dueMs = performance.now() + ms;
    this.#timer = setTimeout(() => {
      const lateMs = performance.now() - dueMs;
      if (lateMs > heldUpMs) this.#endBy(Math.max(heldUpMs, Math.min(ms, lateMs)));
      else this.#die("fping did not end in time");
    }, ms);
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split("\n");
    this.#rest = (parts.pop() ?? "").slice(0, 10_000);
    for (const line of parts) {
      const end = /^end (\d+)$/.exec(line);
      if (end !== null) this.#finish({ kind: "done", exitCode: Number(end[1]), lines: this.#takeSaid() });
    }
  }

  /** The lines that fping wrote in this run; the file is empty for the next one. */
  #takeSaid(): readonly string[] {
    if (this.#files === undefined) return [];
    const { said } = this.#files;
    const bytes = Buffer.allocUnsafe(Math.min(saidAtMost, fstatSync(said).size));
    const length = readSync(said, bytes, 0, bytes.length, 0);
    ftruncateSync(said, 0);
    return bytes.toString("utf8", 0, length).split("\n");
  }

  #finish(result: LaneResult): void {
    clearTimeout(this.#timer);
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }

  #die(why: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = why;
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // The group is gone already: nothing is left to end.
      }
    }
    if (this.#files !== undefined) for (const file of Object.values(this.#files)) closeSync(file);
    this.#files = undefined;
    this.#finish({ kind: "died", why });
  }
}

function openFiles(): Files {
  const said = namelessFile();
  try {
    return { said, asked: namelessFile() };
  } catch (error) {
    closeSync(said);
    throw error;
  }
}

/** A file of ours alone that has no name any more: in memory where there is such a folder, and gone with us whatever happens. */
function namelessFile(): number {
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND } = constants;
  const name = `vigie-fping-${process.pid}-${Math.random().toString(36).slice(2)}`;
  let why: unknown;
  for (const folder of ["/dev/shm", tmpdir()]) {
    const path = join(folder, name);
    try {
      const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0o600);
      unlinkSync(path);
      return file;
    } catch (error) {
      why = error;
    }
  }
  throw why;
}
