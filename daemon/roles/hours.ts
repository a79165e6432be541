/**
 * Hours of service where an incident is.
 */
import type { Hours, Night } from "../../rules/clock.ts";
import type { Config } from "../model/config.ts";
import type { Device, NightWindow, Room } from "../model/network.ts";

/** 23:00 to 05:00 (ours), where neither the device nor its site names another. */
const NIGHT_WINDOW: NightWindow = { fromMinute: 23 * 60, toMinute: 5 * 60 };

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

/** When somebody is due in a room whose presence is scheduled: its own schedule, else the service hours of its site. */
export function scheduleOf(config: Config, room: Room): Hours {
  const { calendar, zone } = hoursOf(config, room.site, undefined);
  return { calendar: (room.schedule === undefined ? undefined : config.calendars.get(room.schedule)) ?? calendar, zone };
}

/** When a device may restart for an upgrade: its own window, its site's, else the shipped one; in the zone of its site. */
export function nightOf(config: Config, device: Device): Night {
  const site = config.network.sites.get(device.site);
  return { window: device.nightWindow ?? site?.nightWindow ?? NIGHT_WINDOW, zone: site?.timezone ?? config.instance.timezone };
}
