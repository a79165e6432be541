/**
 * What a value means, in colour **and** in words: nobody has to tell red from green.
 *
 * A scale with `words` shows them instead of the number; one with thresholds alone shows the number, and its panel's
 * description says what the colours mean.
 */
import { MappingType, SpecialValueMatch, type Threshold, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { catalogues } from "../../../daemon/text/catalogue.ts";

export interface Scale {
  readonly words: readonly ValueMapping[];
  readonly thresholds: readonly Threshold[];
}

const good = "green";
const watch = "yellow";
const bad = "red";
const neutral = "blue";
const unknown = "#808080";

const steps = (...pairs: readonly (readonly [from: number | null, color: string])[]): readonly Threshold[] =>
  pairs.map(([value, color]) => ({ value, color }));

const values = (words: Readonly<Record<string, readonly [text: string, color: string]>>): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }])),
});

/** Both ends inside, and the first that fits counts: so the worst comes first, and there is no gap between two. */
const range = (from: number | null, to: number | null, text: string, color: string): ValueMapping => ({
  type: MappingType.RangeToText,
  options: { from, to, result: { text, color } },
});

const notANumber: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NotANumber, result: { text: "Inconnu / unknown", color: unknown } },
};

/** The words of daemon/text, so that a symptom is called the same here and in a mail. */
const symptoms = Object.fromEntries(
  Object.entries(catalogues.fr).flatMap(([key, french]) => {
    const [prefix, code] = key.split(".");
    if (prefix !== "symptom" || code === undefined || code === "other") return [];
    return [[code, [`${french} / ${catalogues.en[key as keyof typeof catalogues.en]}`, "text"] as const] as const];
  }),
);

export const scales = {
  up: {
    words: [values({ "1": ["En service / up", good], "0": ["HORS SERVICE / down", bad] }), notANumber],
    thresholds: steps([null, bad], [1, good]),
  },
  interface: {
    words: [values({ "1": ["Active / up", good], "0": ["HORS SERVICE / down", bad] }), notANumber],
    thresholds: steps([null, bad], [1, good]),
  },
  light: {
    words: [values({ "1": ["Bon / good", good], "0.5": ["À SURVEILLER / to watch", watch], "0": ["EN PANNE / bad", bad] }), notANumber],
    thresholds: steps([null, bad], [0.5, watch], [1, good]),
  },
  activity: {
    words: [values({ "1": ["oui / yes", good] })],
    thresholds: steps([null, good]),
  },
  registered: {
    words: [values({ "1": ["Enregistré / registered", good], "0": ["NON ENREGISTRÉ / not registered", bad] })],
    thresholds: steps([null, bad], [1, good]),
  },
  connected: {
    words: [values({ "1": ["Branché / connected", good], "0": ["DÉBRANCHÉ / disconnected", bad] })],
    thresholds: steps([null, bad], [1, good]),
  },
  power: {
    words: [values({ "1": ["Secteur / mains", good], "0": ["PAS SUR SECTEUR / not on mains", bad] })],
    thresholds: steps([null, bad], [1, good]),
  },
  healthy: {
    words: [values({ "1": ["Saine / healthy", good], "0": ["EN DÉFAUT / at fault", bad] })],
    thresholds: steps([null, bad], [1, good]),
  },
  taken: {
    words: [values({ "1": ["Acceptée / accepted", good], "0": ["REFUSÉE / refused", bad] })],
    thresholds: steps([null, bad], [1, good]),
  },
  /** A count that ought to be none. */
  noneIsGood: {
    words: [values({ "0": ["0 : aucun / none", good] })],
    thresholds: steps([null, good], [1, bad]),
  },
  noneIsBetter: {
    words: [values({ "0": ["0 : aucun / none", good] })],
    thresholds: steps([null, good], [1, watch]),
  },
  availability: { words: [], thresholds: steps([null, bad], [0.95, watch], [0.995, good]) },
  /** The shipped rule raises high-loss above 1 %. */
  loss: { words: [], thresholds: steps([null, good], [0.01, watch], [0.1, bad]) },
  lossWords: {
    words: [range(0.1, null, "MAUVAIS / bad", bad), range(0.01, 0.1, "à surveiller / watch", watch), range(null, 0.01, "bon / good", good)],
    thresholds: steps([null, good], [0.01, watch], [0.1, bad]),
  },
  /** ITU-T G.114: up to 150 ms one way nobody notices; a round trip of 300 ms is that. */
  rtt: { words: [], thresholds: steps([null, good], [0.15, watch], [0.3, bad]) },
  rttWords: {
    words: [range(0.3, null, "MAUVAIS / bad", bad), range(0.15, 0.3, "à surveiller / watch", watch), range(null, 0.15, "bon / good", good)],
    thresholds: steps([null, good], [0.15, watch], [0.3, bad]),
  },
  jitter: { words: [], thresholds: steps([null, good], [0.03, watch], [0.05, bad]) },
  /** The shipped rule raises over-temperature above 40 degrees where the device says nothing itself. */
  temperature: { words: [], thresholds: steps([null, good], [37, watch], [40, bad]) },
  charge: { words: [], thresholds: steps([null, bad], [0.3, watch], [0.8, good]) },
  load: { words: [], thresholds: steps([null, good], [0.7, watch], [0.9, bad]) },
  waiting: { words: [], thresholds: steps([null, good], [60, watch], [300, bad]) },
  late: { words: [], thresholds: steps([null, good], [0.25, watch], [1, bad]) },
  /** Three in 30 days suggest a look at the cause; they prove nothing. */
  recurrences: { words: [], thresholds: steps([null, neutral], [3, watch], [5, bad]) },
  recurrenceWords: {
    words: [
      range(null, 2, "isolé / isolated", neutral),
      range(3, 4, "à examiner / look into it", watch),
      range(5, null, "RÉCURRENT / recurring", bad),
    ],
    thresholds: steps([null, neutral], [3, watch], [5, bad]),
  },
  plain: { words: [], thresholds: steps([null, neutral]) },
  severity: { words: [values({ major: ["majeur / major", bad], minor: ["mineur / minor", watch] })], thresholds: steps([null, neutral]) },
  urgency: {
    words: [
      values({
        now: ["maintenant / now", bad],
        "before-session": ["avant la séance / before session", watch],
        "service-hours": ["heures de service / service hours", neutral],
      }),
    ],
    thresholds: steps([null, neutral]),
  },
  symptom: { words: [values(symptoms)], thresholds: steps([null, "text"]) },
} satisfies Record<string, Scale>;

export type ScaleId = keyof typeof scales;
