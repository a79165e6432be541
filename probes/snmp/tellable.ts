/**
 * What of an agent's texts may leave the probe. Pure.
 *
 * Numbers, object ids and addresses are what they are; in octet strings, URIs, mail addresses and telephone numbers are nobody's business.
 */
import type { ReadAs } from "../../daemon/model/family.ts";
import { REMOVED, scrubReading } from "../privacy.ts";
import { isPrivateObject } from "../private-objects.ts";
import { textOf, type Varbind } from "./value.ts";

const octetString = 4;
const none: ReadonlySet<string> = new Set();

/** For the trace: the text of a value, undefined when it is none, `[removed]` for an object about people or a far end. */
export function tellableText(varbind: Varbind, name = ""): string | undefined {
  const text = textOf(varbind);
  if (text === undefined || varbind.type !== octetString) return text;
  return isPrivateObject(varbind.oid) ? REMOVED : scrubReading(name, text, none);
}

/** The value of a reading. Of an object about people or a far end only the family's own words are told, never what the device says. */
export function toldOf({ name, as, states }: ReadAs, varbind: Varbind): string | undefined {
  const word = as === "state" ? states?.[textOf(varbind) ?? ""] : undefined;
  if (word !== undefined) return word;
  if (isPrivateObject(varbind.oid)) return undefined;
  const text = tellableText(varbind, name);
  return as === "state" ? text?.toLowerCase() : text;
}
