/**
 * The words that a report takes from the configuration: names of places and people, the zone of its times.
 */
import type { FollowUpVoice } from "../../dashboards/reports/follow-up.ts";
import type { ReportVoice } from "../../dashboards/reports/major.ts";
import type { Config } from "../model/config.ts";
import { circuitNames } from "../model/network.ts";
import type { Language } from "../model/time.ts";
import { say, sayCode, sayTime } from "../text/catalogue.ts";
import { partText } from "../text/facts.ts";
import { symptomWords, whatHas } from "../text/symptom.ts";
import { configWhys, whyText } from "../text/why.ts";

export function voiceOf(config: Config, language: Language): ReportVoice & FollowUpVoice {
  const { instance, network, rules, partners, contacts, functions, demo } = config;
  const whys = configWhys(config);
  const nameOf = (id: string) =>
    id === "link:*"
      ? say(language, "verdict.ritm-core")
      : (circuitNames(network, id) ??
        [network.devices, network.links, network.sites, network.rooms, partners]
          .map((all) => all.get(id)?.name)
          .find((name) => name !== undefined));
  const symptom = (code: string, rule?: string) => symptomWords(language, code, rules, rule);
  return {
    language,
    issuer: instance.name,
    demo,
    name: (id) => nameOf(id) ?? id,
    who: (id) => contacts.get(id)?.name ?? functions.get(id)?.name[language] ?? partners.get(id)?.name ?? id,
    role: (id) => functions.get(id)?.name[language] ?? id,
    time: (at) => sayTime(at, instance.timezone),
    exact: (at) => sayTime(at, instance.timezone, true),
    event: (code) => sayCode(language, "event", code) ?? code,
    why: (text) => whyText(text, language, nameOf, whys),
    what: ({ device, rootCause, symptom: code, rule, part }) => {
      const about = device === undefined ? circuitNames(network, rootCause) : (nameOf(device) ?? device);
      return `${whatHas(language, about, code, rules, rule)}${part === undefined ? "" : ` (${partText(language, part)})`}`;
    },
    symptom,
    outcome: (code) => sayCode(language, "outcome", code) ?? code,
  };
}
