/**
 * The REST interface of Poly Studio and Group: a session by user and password, a cookie, paths that are read by GET.
 *
 * A Group names the list of words of a status `state`, a Studio `stateList`.
 */
import { randomBytes } from "node:crypto";
import type { DeviceState } from "../device-state.ts";
import { modelOf, softwareOf } from "../makes.ts";
import { json, type OpenWeb, page, type Told } from "./frame.ts";

export const openPoly: OpenWeb = (state, login, told) => {
  const sessions = new Set<string>();
  return {
    forgetSessions: () => sessions.clear(),
    answer({ method, path, headers, body }) {
      if (method === "POST" && path === "/rest/session") {
        const given = loginIn(body);
        if (state.manners.refusesLogin || given.user !== login.user || given.password !== login.password)
          return json(403, { success: false, loginStatus: { loginResult: "FAILED" } });
        const sessionId = `PS${randomBytes(24).toString("base64")}`;
        sessions.add(sessionId);
        return json(
          200,
          { success: true, session: { sessionId, role: "ADMIN" } },
          { "Set-Cookie": `session_id=${sessionId}; Path=/; Secure` },
        );
      }
      if (!sessions.has(/session_id=([^;]+)/.exec(String(headers.cookie ?? ""))?.[1] ?? "")) return page(403, "Forbidden");
      if (method !== "GET") state.writesRefused += 1;
      const answer = method === "GET" ? told(path) : undefined;
      return answer === undefined ? page(404, "Not Found") : json(200, answer);
    },
  };
};

function loginIn(body: string): { readonly user?: unknown; readonly password?: unknown } {
  try {
    return JSON.parse(body) as { readonly user?: unknown; readonly password?: unknown };
  } catch {
    // Nobody is called that.
    return {};
  }
}

export const polyTold =
  (state: DeviceState): Told =>
  (path) => {
    switch (path) {
      case "/rest/system":
        return {
          ...{ model: modelOf(state), serialNumber: state.serial, softwareVersion: softwareOf(state), systemName: state.device.name },
          ...{ state: state.standby ? "ASLEEP" : "READY", timeServerState: "TIMESERVER_UP", uptime: state.upSeconds, rebootNeeded: false },
          lanStatus: { duplex: "FULL", speedMbps: 1_000, state: "LAN_UP" },
        };
      case "/rest/system/status":
        return statusOf(state);
      case "/rest/conferences":
        return [...state.calls.map(({ id }) => conference(id)), { id: "PENDING", isActive: false, connections: [] }];
      default:
        return undefined;
    }
  };

function statusOf(state: DeviceState): unknown {
  const studio = /studio|g7500/i.test(modelOf(state));
  const list = studio ? "stateList" : "state";
  const camera = state.cameraConnected ? "all_up" : "none_up";
  const microphone = state.part("microphone", "1")?.connected === false ? "none_up" : "all_up";
  const parts: Readonly<Record<string, string>> = studio
    ? { "mr.camera": camera, "mr.audio": microphone }
    : { microphones: microphone === "all_up" ? "up" : "down" };
  const words: Readonly<Record<string, string>> = {
    ...{ ipnetwork: "up", gatekeeper: state.h323Registered ? "up" : "down", sipserver: state.sipRegistered ? "up" : "down" },
    ...{ provisioning: "off", remotecontrol: "off", globaldirectory: "off", ...parts },
  };
  return Object.entries(words).map(([name, word]) => ({ langtag: name.toUpperCase(), name: `system.status.${name}`, [list]: [word] }));
}

/** With the far end, which a monitor has no business to know. */
function conference(id: number): unknown {
  const address = `patient-${id}@example.org`;
  return {
    id: String(id),
    isActive: true,
    duration: 8,
    connections: [{ address, callType: "SIP", terms: [{ address, name: "Mme Tremblay" }] }],
  };
}
