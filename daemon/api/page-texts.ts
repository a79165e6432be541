/**
 * The texts of the pages that depend on data: the catalogue's words, and the names that the configuration gives to ids.
 */
import type { PageContext, Texts } from "../../dashboards/web/frame.tsx";
import type { Config } from "../model/config.ts";
import { circuitNames } from "../model/network.ts";
import { type Instant, MINUTE } from "../model/time.ts";
import { fill, say, sayCode, sayDuration, sayTime } from "../text/catalogue.ts";
import type { TextKey } from "../text/en.ts";
import { detailText, partText, rawDetail, readingText, sampleText, sayQuantity, wordText } from "../text/facts.ts";
import { reasonText } from "../text/lights.ts";
import { beforeSymptom, symptomWords } from "../text/symptom.ts";
import { configWhys, deliveryText, evidenceText, whyText } from "../text/why.ts";
import { functionName } from "./on-call.ts";

export function textsFor(language: PageContext["language"], config: Config, now: Instant): Texts {
  const { instance, rules, network, contacts } = config;
  const whys = configWhys(config);
  const code = (prefix: string) => (each: string) => sayCode(language, prefix, each) ?? each;
  const plain = (prefix: string, level: number) => say(language, `${prefix}.${Math.min(level, 4)}` as TextKey);
  const nameOf = (id: string) => {
    if (id === "link:*") return say(language, "verdict.ritm-core");
    const circuits = circuitNames(network, id);
    return (
      circuits ??
      [network.devices, network.links, network.sites, network.rooms].map((all) => all.get(id)?.name).find((name) => name !== undefined)
    );
  };
  const symptom = (of: string, rule?: string) => symptomWords(language, of, rules, rule);
  const names = { nameOf: (id: string) => nameOf(id) ?? id, symptom };
  return {
    symptom,
    beforeSymptom: (of, rule) => beforeSymptom(language, of, rules, rule),
    event: code("event"),
    why: (text) => whyText(text, language, nameOf, whys),
    delivery: (why) => deliveryText(why, language),
    evidence: (detail) => evidenceText(detail, language),
    raw: rawDetail,
    detail: (detail) => detailText(language, detail) ?? detail,
    code: code("code"),
    part: (part) => partText(language, part),
    notice: (kind, level) => fill(sayCode(language, "kind", kind) ?? kind, { level: plain("level", level) }),
    severity: code("severity"),
    urgency: code("urgency"),
    urgencyPlain: code("urgency-plain"),
    level: (level) => plain("level", level),
    levelPlain: (level) => plain("level-plain", level),
    state: code("state"),
    disposition: code("disposition"),
    probe: code("probe"),
    look: code("look"),
    certainty: code("certainty"),
    weakness: code("weakness"),
    sample: (name) => sampleText(language, name),
    quantity: (name, value) => sayQuantity(language, name, value),
    reading: (name) => readingText(language, name),
    word: (value) => wordText(language, value),
    of: (prefix, each) => code(prefix)(each),
    reason: (reason, data) => reasonText(language, reason, data, names),
    name: (id) => nameOf(id) ?? id,
    function: (id) => functionName(config, id)[language],
    contact: (id) => contacts.get(id)?.name ?? id,
    time: (at) => sayTime(Date.parse(at), instance.timezone),
    exact: (at) => sayTime(Date.parse(at), instance.timezone, true),
    since: (at) => (now - Date.parse(at) < MINUTE ? say(language, "duration.moment") : sayDuration(language, now - Date.parse(at))),
    duration: (ms) => (ms < MINUTE ? say(language, "duration.moment") : sayDuration(language, ms)),
  };
}
