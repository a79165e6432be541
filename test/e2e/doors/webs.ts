/**
 * Web interfaces that name people: in conferences and participants of a bridge, in the connections of a Poly, in the messages of an Icon, and
 * in the page of a web server that is no interface at all.
 */
import { selfSigned } from "../../../probes/simulator/certificate.ts";
import { DeviceState } from "../../../probes/simulator/device-state.ts";
import { HttpsServer } from "../../../probes/simulator/servers/https.ts";
import { page, type WebInterface } from "../../../probes/simulator/web/frame.ts";
import { openWeb } from "../../../probes/simulator/web/open.ts";
import type { Rig } from "../rig.ts";
import { names } from "./names.ts";

const told: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "lifesize-icon": {
    Conf_getNumConnectedCalls: { _rv: 0, total: 1, message: names.iconMessage, name: names.iconMessage },
    Data_getUpgradeInProgress: { _rv: 0, upgradeInProgress: 0, by: names.iconMessage },
  },
  "codian-mcu": {
    "device.query": { model: "MCU 4510", serial: "SIM1", softwareVersion: "4.5", contact: names.mcuParticipant },
    "device.health.query": { cpuLoad: 3, fanStatus: "ok", temperatureStatus: "ok" },
    "gatekeeper.query": { gatekeeperUsage: "enabled", h323ID: names.mcuConference, h323IDStatus: "registered" },
    "conference.enumerate": { conferences: [{ conferenceName: names.mcuConference, description: names.mcuConference, uniqueId: 7 }] },
    "participant.enumerate": {
      participants: [
        { participantName: names.mcuParticipant, currentState: { displayName: names.mcuParticipant, address: names.mcuParticipant } },
      ],
    },
  },
  "poly-group": {
    "/rest/system/status": { items: [{ name: "system.status.sipserver", stateList: ["up", names.polyFarEnd] }] },
    "/rest/system": { model: "StudioX30", state: "READY", systemName: names.polyFarEnd },
    "/rest/conferences": {
      items: [
        { isActive: true, name: names.polyFarEnd, connections: [{ address: names.polyFarEnd, terms: [{ name: names.polyFarEnd }] }] },
      ],
    },
  },
};

/** A family with such an interface, or one that answers with a page; user and password are any. */
export async function web(rig: Rig, family: string, address: string, port: number): Promise<void> {
  const state = new DeviceState({ id: family, name: family, address, family, kind: "codec", parents: [] }, Date.now);
  const exchanges = Object.entries(told[family] ?? {}).map(([ask, answer]) => ({ ask, answer: JSON.stringify(answer) }));
  const wrong: WebInterface = { forgetSessions: () => undefined, answer: () => page(200, names.webPage) };
  const server = new HttpsServer({
    ...{ address, port, certificate: () => selfSigned(`${family}.invalid`, address), answers: () => true, manners: () => state.manners },
    web: told[family] === undefined ? wrong : openWeb(state, { user: "vigie", password: "any-password" }, exchanges),
    asked: () => undefined,
  });
  await server.start();
  rig.later(() => server.stop());
}

/** A family of the site's own that asks a bridge who talks with whom: as text, as a word, as a part's name. */
export const nosyWeb = {
  ...{ id: "nosy-web", kind: "bridge", name: { fr: "Indiscret", en: "Nosy" }, certainty: "manual" },
  recognise: { sys_object_id: [], sys_descr: [], banner: [] },
  checks: { https: { interval: "1s" } },
  https: {
    dialect: "xml-rpc",
    asks: [
      {
        command: "conference.enumerate",
        values: [
          { path: "conferences[]", name: "calls", as: "gauge", unit: "count" },
          { path: "conferences[].conferenceName", name: "asked_name", as: "text" },
          { path: "conferences[].description", name: "asked_about", as: "state", states: {} },
          { path: "conferences[].uniqueId", name: "asked_id", as: "state", part: "call", label: ["conferenceName"], states: {} },
        ],
      },
      {
        command: "participant.enumerate",
        values: [{ path: "participants[].currentState.address", name: "asked_address", as: "text", part: "call" }],
      },
    ],
  },
  parts: [{ prefix: "call", name: { fr: "Appel", en: "Call" } }],
};
