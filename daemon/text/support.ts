/**
 * What a supplier asks first, as lines of a message. Only what is known is said.
 */

import type { SupportFacts } from "../model/inventory.ts";
import type { Language } from "../model/time.ts";
import { say } from "./catalogue.ts";

/** Empty when nothing at all is known. */
export function supportLines(language: Language, facts: SupportFacts): readonly string[] {
  const { model, serial, otherSerial, firmware, tag, supplier, warrantyUntil: until, warrantyDaysLeft: days = 0, contract } = facts;
  const lines = [
    model === undefined ? undefined : say(language, "support.model", { model }),
    serial === undefined ? undefined : say(language, "support.serial", { serial }),
    otherSerial === undefined ? undefined : say(language, "support.serial-differs", { serial: otherSerial }),
    firmware === undefined ? undefined : say(language, "support.firmware", { firmware }),
    tag === undefined ? undefined : say(language, "support.tag", { tag }),
    supplier === undefined ? undefined : say(language, "support.supplier", { supplier }),
    until === undefined ? undefined : say(language, days < 0 ? "support.warranty-over" : "support.warranty-left", { until, days }),
    contract === undefined ? undefined : say(language, "support.contract", { contract }),
    ...facts.contacts.map(({ name, reach }, index) =>
      say(language, "support.contact", {
        n: index + 1,
        name,
        reach: reach.length === 0 ? say(language, "support.unreachable") : reach.join(", "),
      }),
    ),
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? [] : [say(language, "support.title"), ...lines.map((line) => `  ${line}`)];
}
