/**
 * What proves that a person has read a message: a token in its link, and four digits beside it. Hashes alone are kept.
 *
 * A mail scanner opens links and posts forms; it does not read the digits in the text and type them in.
 */
import { createHash, randomBytes, randomInt } from "node:crypto";
import type { OutboxRow } from "../model/incident.ts";
import { DAY, type Instant } from "../model/time.ts";
import type { AckCode } from "../ports-notify.ts";

/** A page of yesterday is no answer to today's (ours). */
export const ackLifeMs = DAY;
/** So many wrong digits, and the link is dead (ours): one guess in two thousand gets through. */
export const ackTries = 5;

export interface NewCode {
  /** 128 bits, base64url. */
  readonly token: string;
  readonly digits: string;
  readonly code: AckCode;
}

export function newAckCode(row: OutboxRow, at: Instant): NewCode {
  const token = randomBytes(16).toString("base64url");
  const digits = String(randomInt(10_000)).padStart(4, "0");
  const tokenHash = hashToken(token);
  const { key, incident, recipient, channel } = row;
  // Found again by where a reply comes from, however its sender writes it.
  const address = row.address.toLowerCase();
  const code = { tokenHash, digitsHash: hashDigits(tokenHash, digits), key, incident, recipient, channel, address };
  return { token, digits, code: { ...code, createdAt: at, expiresAt: at + ackLifeMs, failures: 0 } };
}

export function hashToken(token: string): string {
  return createHash("sha256").update(`vigie ack ${token}`).digest("hex");
}

export function hashDigits(tokenHash: string, digits: string): string {
  return createHash("sha256").update(`${tokenHash} ${digits}`).digest("hex");
}
