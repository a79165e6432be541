/**
 * Five lights and the activity of a device, from its last looks, its alarms and what gatekeepers list of it.
 *
 * Pure. `since` is when the state began; a change of the reason alone does not move it. When nothing changed the same object comes
 * back, so that an unchanged look is nothing to write.
 */
import type { Activity, DeviceLights, Light, LightName, ReasonData } from "../daemon/model/lights.ts";
import type { Instant } from "../daemon/model/time.ts";
import { judgeApi, judgeLink, judgeLogin } from "./lights-reach.ts";
import { judgeActivity, judgeReady } from "./lights-ready.ts";
import { judgeRegistered } from "./lights-registered.ts";
import { type Judged, type LightInput, type Verdict, verdict } from "./lights-seen.ts";

export type { LightInput, Seen, Side } from "./lights-seen.ts";

/** Every light of the device as it is at `at`. */
export function judgeLights(input: LightInput): DeviceLights {
  const { device, before, at } = input;
  const link = judgeLink(input);
  const login = judgeLogin(input, link);
  const api = judgeApi(input, link, login);
  const judged: Readonly<Record<LightName, Judged>> = {
    link,
    login,
    api,
    registered: judgeRegistered(input, link),
    ready: judgeReady(input, link, api),
  };
  const settle = (name: LightName) => settled(judged[name], before?.lights[name], verdict("unknown", "not-yet"), at);
  const lights: Readonly<Record<LightName, Light>> = {
    link: settle("link"),
    login: settle("login"),
    api: settle("api"),
    registered: settle("registered"),
    ready: settle("ready"),
  };
  const doing = judgeActivity(input, link);
  const activity: Activity | undefined =
    doing === undefined ? undefined : settled(doing, before?.activity, { state: "unknown", code: "not-yet" }, at);
  const same =
    before !== undefined &&
    before.activity === activity &&
    Object.values(lights).every((light, index) => light === Object.values(before.lights)[index]);
  if (same) return before;
  return { device: device.id, lights, ...(activity === undefined ? {} : { activity }) };
}

interface Lasting<S> extends Verdict<S> {
  readonly since: Instant;
}

/** What is held, or said again, is the object that was. */
function settled<S>(now: Verdict<S> | "hold", before: Lasting<S> | undefined, atFirst: Verdict<S>, at: Instant): Lasting<S> {
  if (now === "hold") return before ?? lasting(atFirst, at);
  if (before === undefined || before.state !== now.state) return lasting(now, at);
  return before.code === now.code && sameData(before.data, now.data) ? before : lasting(now, before.since);
}

/** Field by field: of a spread the engine may keep a shape for each object, and there are five a device. */
function lasting<S>({ state, code, data }: Verdict<S>, since: Instant): Lasting<S> {
  return data === undefined ? { state, code, since } : { state, code, data, since };
}

function sameData(a: ReasonData = {}, b: ReasonData = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
