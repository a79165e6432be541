/**
 * Hours of service where an incident is.
 */
import type { Hours } from "../../rules/clock.ts";
import type { Config } from "../model/config.ts";

/** Sites that left the configuration fall back to always. */
export function hoursOf(config: Config, site: string, device: string | undefined): Hours {
  const zone = config.network.sites.get(site)?.timezone ?? config.instance.timezone;
  const id =
    (device === undefined ? undefined : config.network.devices.get(device)?.serviceHours) ??
    config.network.sites.get(site)?.serviceHours ??
    "always";
  const calendar = config.calendars.get(id) ?? { id: "always", always: true, weekly: {}, holidays: [] };
  return { calendar, zone };
}
