/**
 * What is remembered of each sender: allowed or not, and its token bucket. Bounded; asked on the raw datagram's peer.
 *
 * Pure: `nowMs` is an argument (monotonic).
 */

interface Source {
  readonly allowed: boolean;
  tokens: number;
  seenMs: number;
  limited: number;
}

export type Admission = "admitted" | "refused" | "rate-limited";

export interface SourceRules {
  readonly isAllowed: (address: string) => boolean;
  readonly perSecond: number;
  readonly burst: number;
  /** Senders remembered; the ones heard longest ago are forgotten. Default 50,000. */
  readonly maxSources?: number;
}

export interface Sources {
  admit(address: string, nowMs: number): Admission;
  /** Datagrams over the rate, worst first. */
  limited(atMost: number): { source: string; count: number }[];
}

export function sourcesOf(rules: SourceRules): Sources {
  const known = new Map<string, Source>();
  const max = rules.maxSources ?? 50_000;

  function learn(address: string, nowMs: number): Source {
    if (known.size >= max) forgetOldest(known, max);
    const source = { allowed: rules.isAllowed(address), tokens: rules.burst, seenMs: nowMs, limited: 0 };
    known.set(address, source);
    return source;
  }

  return {
    admit(address, nowMs) {
      const source = known.get(address) ?? learn(address, nowMs);
      if (!source.allowed) return "refused";
      source.tokens = Math.min(rules.burst, source.tokens + ((nowMs - source.seenMs) * rules.perSecond) / 1000);
      source.seenMs = nowMs;
      if (source.tokens < 1) {
        source.limited++;
        return "rate-limited";
      }
      source.tokens -= 1;
      return "admitted";
    },
    limited(atMost) {
      return [...known]
        .filter(([, source]) => source.limited > 0)
        .map(([address, source]) => ({ source: address, count: source.limited }))
        .sort((a, b) => b.count - a.count)
        .slice(0, atMost);
    },
  };
}

/** Forgets a tenth at once, so that a flood of new senders does not pay for a sort each. Refused ones go first: they hold nothing. */
function forgetOldest(known: Map<string, Source>, max: number): void {
  const byAge = [...known].sort(([, a], [, b]) => Number(a.allowed) - Number(b.allowed) || a.seenMs - b.seenMs);
  for (const [address] of byAge.slice(0, Math.ceil(max / 10))) known.delete(address);
}
