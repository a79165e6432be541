/**
 * A restart in an observation, as a turn takes it: told once, whoever tells it, and as the upgrade that it is.
 */
import { toldOnce, withUpgrade } from "../../rules/reboot.ts";
import type { Device } from "../model/network.ts";
import type { Observation } from "../model/observation.ts";
import type { TurnWorld } from "./intent.ts";
import type { Overlay } from "./memory.ts";

/** The observation to be judged; what is to be remembered of a restart is in the overlay. */
export function restartTold(seen: Observation, device: Device, { nightOf }: Pick<TurnWorld, "nightOf">, overlay: Overlay): Observation {
  const { observation, mark } = toldOnce(seen, device.checks, (key) => overlay.mark(key));
  if (mark !== undefined) overlay.marks.set(...mark);
  return nightOf === undefined ? observation : withUpgrade(observation, () => nightOf(device));
}
