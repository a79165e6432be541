/** What a device tells twice, and by which of the two it is told. */
import { describe, expect, it } from "vitest";
import type { Hiding } from "../../daemon/model/rule.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { hiddenUntil, maskedBy, saysForOthers } from "../../rules/hiding.ts";

const told = (name: string) => {
  const [symptom = "", part] = name.split("|");
  return part === undefined ? { symptom } : { symptom, part };
};
const sip: readonly Hiding[] = [{ symptom: "sip-unregistered" }];
const camera: readonly Hiding[] = [{ symptom: "camera-disconnected", parts: ["camerapairing"] }];
const clock: readonly Hiding[] = [{ symptom: "device-diagnostic", of: ["ntpstatus"] }];

describe("on the same device", () => {
  it.each<readonly [string, readonly string[], string | undefined, readonly Hiding[]]>([
    ["silent", ["unreachable"], "unreachable", []],
    ["high-loss", ["on-battery", "unreachable"], "unreachable", []],
    ["unobserved", ["login-refused"], "login-refused", []],
    ["on-battery", ["unreachable"], undefined, []],
    ["unreachable", ["unreachable"], undefined, []],
    ["silent", ["high-loss"], undefined, []],
    ["silent", ["constructor"], undefined, []],
    ["device-diagnostic", ["high-loss", "sip-unregistered"], "sip-unregistered", sip],
    ["device-diagnostic", ["high-loss"], undefined, sip],
    ["device-diagnostic|camerapairing", ["camera-disconnected|camera 2"], "camera-disconnected", camera],
    ["device-diagnostic|microphoneoverloaded", ["camera-disconnected|camera 2"], undefined, camera],
    ["device-diagnostic", ["camera-disconnected|camera 2"], undefined, camera],
    ["time-server-unreachable", ["device-diagnostic|fanstatus", "device-diagnostic|ntpstatus"], "device-diagnostic", clock],
    ["time-server-unreachable", ["device-diagnostic|fanstatus", "device-diagnostic"], undefined, clock],
  ])("%s beside %j is masked by %s", (own, active, by, hiddenBy) => {
    expect(maskedBy(told(own), active.map(told), hiddenBy)?.symptom).toBe(by);
  });

  it("a symptom that a rule leaves the telling to is known as one", () => {
    const rules = [{}, { hiddenBy: camera }];
    expect(["camera-disconnected", "device-diagnostic"].map((symptom) => saysForOthers(symptom, rules))).toEqual([true, false]);
  });
});

describe("what was told by another counts as told until five minutes after that was over", () => {
  const overAt = (symptom: string) => ({ "camera-disconnected": 7 * MINUTE, "device-diagnostic": 9 * MINUTE })[symptom];

  it.each<readonly [string, readonly Hiding[] | undefined, object | undefined]>([
    ["device-diagnostic|camerapairing", camera, { by: "camera-disconnected", at: 12 * MINUTE }],
    ["device-diagnostic|fanstatus", camera, undefined],
    ["device-diagnostic|camerapairing", sip, undefined],
    ["device-diagnostic|camerapairing", undefined, undefined],
    ["device-diagnostic|camerapairing", [...clock, ...camera], { by: "device-diagnostic", at: 14 * MINUTE }],
  ])("%s", (own, hiddenBy, until) => {
    expect(hiddenUntil(told(own), hiddenBy, overAt)).toEqual(until);
  });
});
