/** A secret read from the environment or a file. Prints as `***` in every form but `reveal()`. */
export interface Secret {
  /** `env:NAME` or `file:/path`. */
  readonly ref: string;
  reveal(): string;
  toJSON(): string;
  toString(): string;
}
