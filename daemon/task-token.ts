/**
 * What lets a partner without an account answer one task: the token in the link, and four digits that stand in the message beside it.
 *
 * Both are made of one secret of this installation, so nothing of them is stored. The link alone shows the task and writes nothing:
 * what scans mails opens links, and even sends forms, but does not read digits.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock, Store } from "./ports.ts";

const secretKey = "task-secret";
const guesses = 5;
const guessWindowMs = 15 * 60_000;

export class TaskTokens {
  readonly #secret: Buffer;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();

  constructor(secret: Buffer, clock: Pick<Clock, "monotonicMs">) {
    this.#secret = secret;
    this.#clock = clock;
  }

  tokenOf(task: string): string {
    return `${Buffer.from(task).toString("base64url")}.${this.#mac("link", task).toString("base64url").slice(0, 32)}`;
  }

  digitsOf(task: string): string {
    return String(this.#mac("digits", task).readUInt32BE(0) % 10_000).padStart(4, "0");
  }

  /** The task that a link is about; undefined when it is none of ours. */
  taskOf(token: string): string | undefined {
    const [name = ""] = token.split(".");
    const task = Buffer.from(name, "base64url").toString();
    const [given, right] = [Buffer.from(token), Buffer.from(this.tokenOf(task))];
    return given.length === right.length && timingSafeEqual(given, right) ? task : undefined;
  }

  /** `wait`: too many wrong digits for this task; they are not looked at for a while. */
  check(task: string, digits: string): "right" | "wrong" | "wait" {
    const now = this.#clock.monotonicMs();
    const seen = this.#wrong.get(task);
    const running = seen !== undefined && now - seen.sinceMs < guessWindowMs ? seen : undefined;
    if ((running?.count ?? 0) >= guesses) return "wait";
    const [given, right] = [Buffer.from(digits.trim()), Buffer.from(this.digitsOf(task))];
    if (given.length === right.length && timingSafeEqual(given, right)) return "right";
    this.#wrong.set(task, { count: (running?.count ?? 0) + 1, sinceMs: running?.sinceMs ?? now });
    return "wrong";
  }

  #mac(what: string, task: string): Buffer {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify([what, task]))
      .digest();
  }
}

/** The secret is made once, by whoever comes first; a backup carries it, so that links go on working after a restore. */
export async function taskTokens(store: Store, clock: Clock): Promise<TaskTokens> {
  const known = await store.kept<string>(secretKey);
  const secret = known ?? (await store.keepFirst(secretKey, randomBytes(32).toString("base64")));
  return new TaskTokens(Buffer.from(secret, "base64"), clock);
}
