/**
 * What a room's codecs say of themselves, by their last looks: what level 1 asks first of who telephones.
 */
import type { BoardView } from "../board.ts";
import type { Instant, Language } from "../model/time.ts";
import { say, sayCode } from "../text/catalogue.ts";

export const roomFacts = ["call", "standby", "mute", "volume", "loudspeaker", "source", "picture"] as const;
export type RoomFact = (typeof roomFacts)[number];

/** Names of readings and samples that tell it, whatever the family. */
const names: Readonly<Record<RoomFact, string>> = {
  call: "calls",
  standby: "standby",
  mute: "microphone_mute",
  volume: "volume_ratio",
  loudspeaker: "loudspeaker_mute",
  source: "video_source",
  picture: "video_mute",
};

export interface Told {
  readonly what: RoomFact;
  readonly value: string;
  /** When it was looked at. */
  readonly at: Instant;
}

export interface CodecSays {
  readonly device: string;
  readonly says: readonly Told[];
  /** What it was not heard to say: its family does not tell, or it was not asked yet. */
  readonly unknown: readonly RoomFact[];
}

export function codecSays(board: Pick<BoardView, "get">, device: string): CodecSays {
  const looks = [...(board.get(device)?.looks.values() ?? [])].sort((a, b) => b.at - a.at);
  const says = roomFacts.flatMap((what): Told[] => {
    for (const { readings, samples, at } of looks) {
      const found = readings.find(({ name }) => name === names[what]) ?? samples.find(({ name }) => name === names[what]);
      if (found !== undefined) return [{ what, value: String(found.value), at }];
    }
    return [];
  });
  return { device, says, unknown: roomFacts.filter((what) => !says.some((each) => each.what === what)) };
}

export function toldText(language: Language, { what, value }: Told): string {
  if (what === "call") return say(language, Number(value) > 0 ? "says.call.some" : "says.call.none");
  if (what === "volume") return say(language, "says.volume", { percent: Math.round(Number(value) * 100) });
  return sayCode(language, `says.${what}`, value) ?? say(language, `says.${what}`, { value });
}
