/** Where a command writes: answers to `out`, problems to `err`, a line at a time. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
}
