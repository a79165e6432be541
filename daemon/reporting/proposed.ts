/**
 * The cause as the last diagnosis would put it, for whoever writes a report. A proposal: it is in no report before a person accepts it.
 */
import { adviceFor } from "../../rules/diagnosis.ts";
import type { Config } from "../model/config.ts";
import type { Diagnosis } from "../model/diagnosis.ts";
import type { ProposedCause } from "../model/report.ts";
import { say } from "../text/catalogue.ts";
import { configWhys, whyText } from "../text/why.ts";

/** The last diagnosis first. Undefined where nothing says where the fault lies. */
export function proposedCause(config: Pick<Config, "diagnosis" | "severity">, all: readonly Diagnosis[]): ProposedCause | undefined {
  const found = all.find((each) => each.judged !== undefined);
  const judged = found?.judged;
  if (found === undefined || judged === undefined || judged.verdict === "unknown") return undefined;
  const { cause } = adviceFor(config.diagnosis.table, judged);
  const whys = configWhys(config);
  const said = (language: "fr" | "en") =>
    say(language, "diagnosis.report-cause", {
      cause: cause[language],
      verdict: say(language, `diagnosis-verdict.${judged.verdict}`),
      confidence: judged.confidence,
      why: whyText(judged.why, language, undefined, whys),
    });
  return { diagnosis: found.id, verdict: judged.verdict, confidence: judged.confidence, texts: { fr: said("fr"), en: said("en") } };
}
