/**
 * A simulated call: media channels whose counters grow with time, so that whoever asks twice sees a rate.
 *
 * Pure. Loss and packets are cumulative a channel, as real codecs count them.
 */

/** How bad the media is, and what was counted up to `since`. */
export interface Call {
  readonly id: number;
  readonly startedAt: number;
  /** From when the present loss holds. */
  readonly since: number;
  readonly seconds: number;
  readonly lostSeconds: number;
  /** Share of packets that are lost, 0..1. */
  readonly lossRatio: number;
  readonly jitterMs: number;
  readonly latencyMs: number;
}

export interface Channel {
  readonly id: string;
  readonly kind: "Audio" | "Video";
  readonly direction: "Incoming" | "Outgoing";
  readonly protocol: string;
  readonly packetsPerSecond: number;
  readonly bitsPerSecond: number;
}

/** One main audio and one main video channel each way. */
export const channels: readonly Channel[] = [
  { id: "2", kind: "Audio", direction: "Incoming", protocol: "AACLD", packetsPerSecond: 50, bitsPerSecond: 64_000 },
  { id: "3", kind: "Audio", direction: "Outgoing", protocol: "AACLD", packetsPerSecond: 50, bitsPerSecond: 64_000 },
  { id: "4", kind: "Video", direction: "Incoming", protocol: "H264", packetsPerSecond: 200, bitsPerSecond: 1_536_000 },
  { id: "5", kind: "Video", direction: "Outgoing", protocol: "H264", packetsPerSecond: 200, bitsPerSecond: 1_536_000 },
];

export function newCall(id: number, at: number): Call {
  return { id, startedAt: at, since: at, seconds: 0, lostSeconds: 0, lossRatio: 0, jitterMs: 4, latencyMs: 35 };
}

/** The same call with everything up to `at` counted, before its media changes. */
export function counted(call: Call, at: number): Call {
  const more = Math.max(0, at - call.since) / 1_000;
  return { ...call, since: at, seconds: call.seconds + more, lostSeconds: call.lostSeconds + more * call.lossRatio };
}

/** What a channel has counted by `at`: packets that arrived, packets that did not, octets. Only what comes in is lost on the way. */
export function counters(
  call: Call,
  channel: Channel,
  at: number,
): { readonly packets: number; readonly lost: number; readonly octets: number } {
  const { seconds, lostSeconds } = counted(call, at);
  const missed = channel.direction === "Incoming" ? lostSeconds : 0;
  return {
    packets: Math.floor((seconds - missed) * channel.packetsPerSecond),
    lost: Math.floor(missed * channel.packetsPerSecond),
    octets: Math.floor(((seconds - missed) * channel.bitsPerSecond) / 8),
  };
}
