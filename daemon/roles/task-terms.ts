/**
 * What a task of a partner is measured by: their hours, ours, and how long they may be silent.
 */
import type { Hours } from "../../rules/clock.ts";
import type { TaskTerms } from "../../rules/task.ts";
import { DEFAULT_PARTNER } from "../config/defaults.ts";
import type { Config } from "../model/config.ts";
import type { Incident } from "../model/incident.ts";
import { hoursOf } from "./hours.ts";

/** A partner that left the configuration keeps the shipped terms. */
export function taskTerms(config: Config, partner: string, incident: Pick<Incident, "site" | "device">): TaskTerms {
  const { answerWithin, afterThem } = config.partners.get(partner) ?? DEFAULT_PARTNER;
  return { theirs: partnerHours(config, partner), ours: officeOf(config, incident), answerWithin, fallback: afterThem };
}

export function partnerHours(config: Config, id: string): Hours {
  const partner = config.partners.get(id);
  const calendar = config.calendars.get(partner?.hours ?? DEFAULT_PARTNER.hours) ?? {
    id: "always",
    always: true,
    weekly: {},
    holidays: [],
  };
  return { calendar, zone: partner?.timezone ?? config.instance.timezone };
}

/** A partner's silence wakes nobody at night, not for a site with service around the clock either. */
function officeOf(config: Config, { site, device }: Pick<Incident, "site" | "device">): Hours {
  const hours = hoursOf(config, site, device);
  const office = config.calendars.get(DEFAULT_PARTNER.hours);
  return hours.calendar.always && office !== undefined ? { calendar: office, zone: hours.zone } : hours;
}
