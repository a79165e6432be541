/**
 * The REST interface of a LifeSize Icon: sessions that end after 30 s without a call, calls by name, `_rv` below 0 for no.
 *
 * How a session that is over is told, and what an unknown call is answered, is in no manual: both are `_rv` here.
 */
import { randomBytes } from "node:crypto";
import type { DeviceState } from "../device-state.ts";
import { isBasic, json, type OpenWeb, page, type Told } from "./frame.ts";

const idleMs = 30_000;

export const openIcon: OpenWeb = (state, login, told) => {
  const sessions = new Map<string, number>();
  const request = (session: string, body: string) => {
    const usedAt = sessions.get(session);
    if (usedAt === undefined || state.now() - usedAt > idleMs) {
      sessions.delete(session);
      return json(200, { _rv: -2, message: "no such session" });
    }
    sessions.set(session, state.now());
    const called = callIn(body);
    if (!/_(?:get|is|has)[A-Z]/.test(called)) state.writesRefused += 1;
    const answer = told(called);
    return answer === undefined ? json(200, { _rv: -1, message: "unknown call" }) : json(200, answer);
  };
  return {
    forgetSessions: () => sessions.clear(),
    answer(asked) {
      if (state.manners.refusesLogin || !isBasic(asked, login)) return page(401, "Unauthorized");
      if (asked.path === "/rest/new") {
        const session = randomBytes(12).toString("hex");
        sessions.set(session, state.now());
        return json(200, { _rv: 0, session });
      }
      const session = /^\/rest\/request\/([\w.~-]+)$/.exec(asked.path)?.[1];
      return session === undefined || asked.method === "GET" ? page(404, "Not Found") : request(session, asked.body);
    },
  };
};

function callIn(body: string): string {
  try {
    const said = JSON.parse(body) as { readonly call?: unknown };
    return typeof said.call === "string" ? said.call : "";
  } catch {
    // No JSON is no call.
    return "";
  }
}

export const iconTold =
  (state: DeviceState): Told =>
  (call) => {
    if (call === "Conf_getNumConnectedCalls") return { _rv: 0, total: state.calls.length };
    if (call === "Data_getUpgradeInProgress") return { _rv: 0, upgradeInProgress: 0 };
    return undefined;
  };
