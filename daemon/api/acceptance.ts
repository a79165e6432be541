/**
 * Commissioning over REST: what is new, the acceptance sheet of a room, signing it, taking that back.
 */

import { type Acceptance, placeOf } from "../model/acceptance.ts";
import type { Config } from "../model/config.ts";
import type { DeviceShape, SheetShape } from "./contract.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { patientWarning } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { deviceView, iso } from "./views.ts";

/** The name of a room, or of a site for what stands in no room; undefined when there is no such place. */
export function placeName(config: Config, place: string): string | undefined {
  const { rooms, sites } = config.network;
  if (place.startsWith("site:")) return sites.get(place.slice("site:".length))?.name;
  const room = rooms.get(place);
  return room === undefined ? undefined : `${room.name}, ${sites.get(room.site)?.name ?? room.site}`;
}

function placeIn(deps: ApiDeps, id: string | undefined): string {
  const place = id ?? "";
  if (placeName(deps.config(), place) !== undefined) return place;
  throw new HttpProblem(
    404,
    "no-such-place",
    "No room has this id; for what stands in no room write site:<site>. GET /api/v1/commissioning lists them.",
  );
}

function acceptanceView(acceptance: Acceptance) {
  const { withdrawn, at, lines, devices, ...rest } = acceptance;
  const taken = withdrawn === undefined ? {} : { withdrawn: { ...withdrawn, at: iso(withdrawn.at) } };
  return { ...rest, at: iso(at), devices: [...devices], lines: lines.map((each) => ({ ...each })), ...taken };
}

/** The sheet as it stands, with those that were signed before. */
export async function sheetView(deps: ApiDeps, id: string | undefined): Promise<SheetShape> {
  const place = placeIn(deps, id);
  const [sheet, signed] = await Promise.all([deps.accepting.sheet(place), deps.store.acceptances(place)]);
  return { place, devices: [...sheet.devices], lines: sheet.lines.map((each) => ({ ...each })), signed: signed.map(acceptanceView) };
}

export function inCommissioning(deps: ApiDeps): readonly { place: string; placeName: string; devices: DeviceShape[] }[] {
  const { network } = deps.config();
  const places = new Map<string, DeviceShape[]>();
  for (const device of network.devices.values()) {
    if (!device.commissioning) continue;
    const place = placeOf(device);
    places.set(place, [...(places.get(place) ?? []), deviceView(device, network, deps.board)]);
  }
  return [...places]
    .map(([place, devices]) => ({ place, placeName: placeName(deps.config(), place) ?? place, devices }))
    .sort((a, b) => (a.placeName < b.placeName ? -1 : 1));
}

export const acceptanceOperations: readonly Operation[] = [
  operation({
    id: "listCommissioning",
    method: "get",
    path: "/api/v1/commissioning",
    summary: "Devices in commissioning, by room: looked at and shown, paging nobody until their sheet is signed.",
    access: "read",
    may: "read",
    answer: "CommissioningList",
    run: async ({ deps }) => ({ content: { items: inCommissioning(deps) } }),
  }),
  operation({
    id: "getAcceptance",
    method: "get",
    path: "/api/v1/rooms/{id}/acceptance",
    summary:
      "The acceptance sheet of a room (or of `site:<id>`): what is seen to be right, what a person has to look at, and earlier sheets.",
    access: "read",
    may: "read",
    answer: "AcceptanceSheet",
    run: async ({ deps, params }) => ({ content: await sheetView(deps, params.id) }),
  }),
  operation({
    id: "signAcceptance",
    method: "post",
    path: "/api/v1/rooms/{id}/acceptance",
    summary: "Signs the sheet: its devices leave commissioning and count from now on. Kept with what was seen; audited.",
    access: "write",
    may: "decide",
    body: "SignBody",
    answer: "Acceptance",
    run: async ({ deps, params, body, caller }) => {
      const place = placeIn(deps, params.id);
      const notes = new Map(Object.entries(body.notes));
      const signing = { notes, ...(body.reason === undefined ? {} : { reason: body.reason }) };
      const outcome = await deps.accepting.sign(place, caller, signing);
      if (!outcome.ok)
        throw new HttpProblem(outcome.status, outcome.status === 409 ? "nothing-to-sign" : "not-to-be-signed", outcome.problem);
      const warning = patientWarning("A note", [...notes.values(), body.reason], "withdraw the sheet and sign it again without");
      return { content: { ...acceptanceView(outcome.acceptance), ...(warning === undefined ? {} : { warnings: [warning] }) } };
    },
  }),
  operation({
    id: "withdrawAcceptance",
    method: "post",
    path: "/api/v1/rooms/{id}/acceptance/withdraw",
    summary: "Takes the signed sheets of a place back: its devices are in commissioning again, where the file says so. Audited.",
    access: "write",
    may: "decide",
    body: "WithdrawBody",
    answer: "Acceptance",
    run: async ({ deps, params, body, caller }) => {
      const outcome = await deps.accepting.withdraw(placeIn(deps, params.id), caller, body.reason);
      if (outcome.ok) return { content: acceptanceView(outcome.acceptance) };
      throw new HttpProblem(outcome.status, "nothing-to-withdraw", outcome.problem);
    },
  }),
];
