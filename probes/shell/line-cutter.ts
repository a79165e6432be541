/**
 * Cuts what a command line prints into lines, and shows the unfinished one: prompts have no end.
 *
 * Pure. UTF-8 is decoded across packets; carriage returns (a Poly with a terminal ends lines with `\r\r\n`), other control
 * characters and terminal sequences are dropped.
 */
import { StringDecoder } from "node:string_decoder";

const MAX_LINE = 4_096;
/** Terminal sequences, and every control character but tab. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const UNPRINTED = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export class LineCutter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #line: (text: string) => void;
  #held = "";

  /** @param line gets each line without its end, cut at 4,096 characters. */
  constructor(line: (text: string) => void) {
    this.#line = line;
  }

  /** The line under way. */
  get tail(): string {
    return plain(this.#held);
  }

  feed(bytes: Buffer): void {
    const pieces = this.#decoder.write(bytes).split("\n");
    for (const [at, piece] of pieces.entries()) {
      if (this.#held.length < MAX_LINE) this.#held += piece.slice(0, MAX_LINE - this.#held.length);
      if (at === pieces.length - 1) return;
      const line = plain(this.#held);
      this.#held = "";
      this.#line(line);
    }
  }
}

function plain(text: string): string {
  return text.replace(UNPRINTED, "").trimEnd();
}
