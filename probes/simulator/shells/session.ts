/**
 * What a simulated command line is to the server that carries it (SSH, telnet, a status port).
 */

/** Says something that nobody asked for. */
export type Tell = (text: string) => void;

export interface Session {
  /** What is printed when the session opens. */
  greeting(): string;
  /** What is printed for one line; `undefined` ends the session. */
  line(raw: string): string | undefined;
  /** A line that nobody asked for, for when talk is mixed up; undefined: this shell has none. */
  aside?(): string;
  /** The session is over. */
  closed?(): void;
}

export type OpenSession = (tell: Tell) => Session;
