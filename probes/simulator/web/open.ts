/**
 * Which web interface a make has, and what it tells: live from the device's state, or as it was recorded.
 */
import type { DeviceState } from "../device-state.ts";
import { makeOf, type WebKind } from "../makes.ts";
import type { Exchange } from "../recording.ts";
import type { OpenWeb, Told, WebInterface, WebLogin } from "./frame.ts";
import { iconTold, openIcon } from "./icon.ts";
import { mcuTold, openMcu } from "./mcu.ts";
import { openPoly, polyTold } from "./poly.ts";

const kinds: Readonly<Record<WebKind, { readonly open: OpenWeb; readonly told: (state: DeviceState) => Told }>> = {
  icon: { open: openIcon, told: iconTold },
  mcu: { open: openMcu, told: mcuTold },
  poly: { open: openPoly, told: polyTold },
};

/** A make without one gets the Icon's: it refuses what it does not know. */
export function openWeb(state: DeviceState, login: WebLogin, recorded: readonly Exchange[] | undefined): WebInterface {
  const kind = kinds[makeOf(state.device.family).web ?? "icon"];
  return kind.open(state, login, recorded === undefined ? kind.told(state) : recordedTold(recorded));
}

/** The same question, whatever it was given: `conference.enumerate moreThanFour=true`. */
function recordedTold(exchanges: readonly Exchange[]): Told {
  const answers = new Map(exchanges.map(({ ask, answer }) => [ask.split(" ")[0], answer]));
  return (question) => {
    const answer = answers.get(question);
    if (answer === undefined) return undefined;
    const tree = JSON.parse(answer) as { readonly items?: unknown };
    return Array.isArray(tree.items) && Object.keys(tree).length === 1 ? tree.items : tree;
  };
}
