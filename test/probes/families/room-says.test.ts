/** What level 1 asks first of who telephones, from each family's recording to the words on the screen, in both languages. */
import { expect, it } from "vitest";
import type { DeviceState } from "../../../daemon/board.ts";
import { codecSays, toldText } from "../../../daemon/intake/room-says.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import { decodeShell, recordingOf } from "./recorded.ts";

const families = loadFamilies([shippedFamilies()]).families;

it.each<readonly [string, readonly string[], readonly string[], readonly string[]]>([
  [
    "cisco-ce",
    ["in a call", "awake", "microphones muted", "volume at 35 %", "loudspeakers not muted", "shows source 2", "sends no picture (muted)"],
    [
      "en appel",
      "éveillé",
      "touche discrétion activée (microphones coupés)",
      "volume à 35 %",
      "haut-parleurs ouverts",
      "montre la source 2",
      "n'envoie pas d'image (coupée)",
    ],
    [],
  ],
  [
    "cisco-tc",
    ["in a call", "awake", "microphones not muted", "volume at 70 %", "shows source 1"],
    ["en appel", "éveillé", "microphones ouverts", "volume à 70 %", "montre la source 1"],
    ["loudspeaker", "picture"],
  ],
  ...(["poly-hdx", "poly-group"] as const).map(
    (id) =>
      [
        id,
        ["in a call", "microphones muted", "volume at 48 %", "shows source 2"],
        ["en appel", "touche discrétion activée (microphones coupés)", "volume à 48 %", "montre la source 2"],
        ["standby", "loudspeaker", "picture"],
      ] as const,
  ),
  [
    "lifesize-classic",
    ["in a call", "microphones not muted", "volume at 60 %", "shows source hd0"],
    ["en appel", "microphones ouverts", "volume à 60 %", "montre la source hd0"],
    ["standby", "loudspeaker", "picture"],
  ],
])("%s", async (id, english, french, unknown) => {
  const family = families.get(id);
  const recording = recordingOf(id);
  if (family === undefined || recording === undefined) throw new Error(id);
  const { samples, readings } = await decodeShell(family, recording);
  const look = { kind: "ssh", at: 1, status: "up", samples, readings, faults: [] };
  const standing = { looks: new Map([["codec/ssh", look]]) } as unknown as DeviceState;
  const said = codecSays({ get: () => standing }, "codec");
  expect(said.says.map((told) => toldText("en", told))).toEqual(english);
  expect(said.says.map((told) => toldText("fr", told))).toEqual(french);
  expect(said.unknown).toEqual(unknown);
});
