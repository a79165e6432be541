/**
 * How far a long command is: a bar on a terminal, a plain line each tenth of the way anywhere else.
 */

export interface ProgressBar {
  /** `share` is 0 to 1. */
  tell(share: number, sentence: string): void;
  /** Leaves the terminal on a fresh line. Idempotent. */
  end(): void;
}

const width = 30;
const redrawMs = 100;

export function progressOn(stream: { readonly isTTY?: boolean; write(text: string): unknown }, line: (text: string) => void): ProgressBar {
  return stream.isTTY === true ? bar(stream) : lines(line);
}

function bar(stream: { write(text: string): unknown }): ProgressBar {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let last = "";
  const draw = () => void stream.write(`\r\x1b[2K${last}`);
  return {
    tell(share, sentence) {
      const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
      last = `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${sentence}`;
      const now = performance.now();
      if (now - drawnAt < redrawMs) return;
      drawnAt = now;
      draw();
    },
    end() {
      if (last === "") return;
      draw();
      stream.write("\n");
      last = "";
    },
  };
}

function lines(line: (text: string) => void): ProgressBar {
  let tenths = -1;
  return {
    tell(share, sentence) {
      const now = Math.floor(share * 10);
      if (now <= tenths) return;
      tenths = now;
      line(sentence);
    },
    end: () => undefined,
  };
}
