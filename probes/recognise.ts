/**
 * Which family a device is, by what it says about itself.
 */
import type { Family } from "../daemon/model/family.ts";
import { patternTextLimit, type SafePattern, safePattern } from "./safe-pattern.ts";

/** What a device says about itself. */
export interface Said {
  readonly sysObjectId?: string;
  readonly sysDescr?: string;
  readonly banner?: string;
}

/**
 * The family that fits best: the longest object id prefix first, then the words of sysDescr, then of the banner; undefined when nothing fits.
 * Where families share an object id, the one whose words fit wins over one that names no words; one whose words do not fit comes last.
 */
export function recognise(families: ReadonlyMap<string, Family>, said: Said): Family | undefined {
  let best: { readonly family: Family; readonly score: number } | undefined;
  for (const family of families.values()) {
    const score = likeness(family, said);
    // As alike as one before: the later one is, because a site's own come after the shipped ones.
    if (score > 0 && (best === undefined || score >= best.score)) best = { family, score };
  }
  return best?.family;
}

/** Words that a family knows, while its object id is not known, say more than that something is an SNMP agent (1.3.6.1), and less than a product's arc. */
const wordsAlone = 6;

function likeness(family: Family, said: Said): number {
  const { sysObjectId, sysDescr, banner } = family.recognise;
  const byOid = Math.max(0, ...sysObjectId.map((prefix) => prefixLength(prefix, said.sysObjectId)));
  const byDescr = anyMatches(sysDescr, said.sysDescr);
  const byWords = byDescr && sysObjectId.length === 0 ? wordsAlone : 0;
  const wordsMissed = sysDescr.length > 0 && said.sysDescr !== undefined && !byDescr;
  return Math.max(byOid, byWords) * 4 + (byDescr ? 2 : 0) + (anyMatches(banner, said.banner) ? 1 : 0) - (wordsMissed ? 1 : 0);
}

function prefixLength(prefix: string, oid: string | undefined): number {
  if (oid === undefined) return 0;
  const plain = oid.startsWith(".") ? oid.slice(1) : oid;
  return plain === prefix || plain.startsWith(`${prefix}.`) ? prefix.split(".").length : 0;
}

function anyMatches(sources: readonly string[], text: string | undefined): boolean {
  if (text === undefined) return false;
  const cut = text.slice(0, patternTextLimit);
  return sources.some((source) => {
    const pattern: SafePattern | { readonly refused: string } = safePattern(source);
    return "matches" in pattern && pattern.matches(cut);
  });
}
