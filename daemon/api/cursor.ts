/**
 * Where a page of incidents ended, as an opaque text: keyset paging, so that new incidents do not shift the pages.
 */
import type { Instant } from "../model/time.ts";
import { HttpProblem } from "./problem.ts";

interface Place {
  readonly openedAt: Instant;
  readonly id: string;
}

export function encodeCursor({ openedAt, id }: Place): string {
  return Buffer.from(`${openedAt}:${id}`).toString("base64url");
}

export function decodeCursor(text: string): Place {
  const found = /^(\d{1,16}):(.{1,200})$/.exec(Buffer.from(text, "base64url").toString("utf8"));
  if (found === null) throw new HttpProblem(400, "bad-cursor", "`before` must be the `next` of the page before.");
  return { openedAt: Number(found[1]), id: found[2] ?? "" };
}
