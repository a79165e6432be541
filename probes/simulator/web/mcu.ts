/**
 * XML-RPC of a Codian or Cisco bridge: user and password in every call, faults by number, enumerations in pages.
 *
 * Its conferences and participants have names, so that a test can look for them where none may be.
 */
import type { DeviceState } from "../device-state.ts";
import { modelOf, softwareOf } from "../makes.ts";
import { type OpenWeb, page, type Told, type WebAnswer } from "./frame.ts";

/** Participants a page; the device's own number is between 10 and 20. */
const pageSize = 10;

export const openMcu: OpenWeb = (state, login, told) => ({
  forgetSessions: () => undefined,
  answer({ method, path, body }) {
    if (method !== "POST" || path !== "/RPC2") return page(404, "Not Found");
    const called = /<methodName>([^<]*)<\/methodName>/.exec(body)?.[1] ?? "";
    const user = textOf(body, "authenticationUser");
    const isLogin = user === login.user && textOf(body, "authenticationPassword") === login.password;
    if (state.manners.refusesLogin || !isLogin) return fault(14, "authorization failed");
    if (!/\.(?:query|enumerate|status)$/.test(called)) state.writesRefused += 1;
    const answer = told(called);
    if (answer === undefined) return fault(1, "method not supported");
    return xml(`<params><param>${written(paged(answer, Number(textOf(body, "enumerateID") ?? 0)))}</param></params>`);
  },
});

function textOf(body: string, name: string): string | undefined {
  const value = new RegExp(`<member><name>${name}</name><value><string>([^<]*)</string></value></member>`).exec(body)?.[1];
  return value?.replace(/&(lt|gt|quot|apos|amp);/g, (_, called: string) => signs[called] ?? "");
}

const signs: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const escapeText = (text: string): string => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;" })[sign] ?? "&gt;");

/** Lists longer than a page go out in pieces, each with the number of the next. */
function paged(answer: unknown, from: number): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const long = Object.values(answer).some((value) => Array.isArray(value) && value.length > from + pageSize);
  const cut = Object.entries(answer).map(([name, value]): readonly [string, unknown] => [
    name,
    Array.isArray(value) ? value.slice(from, from + pageSize) : value,
  ]);
  return { ...Object.fromEntries(cut), ...(long ? { enumerateID: String(from + pageSize) } : {}) };
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `<value><array><data>${value.map(written).join("")}</data></array></value>`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, child]) => `<member><name>${escapeText(name)}</name>${written(child)}</member>`);
    return `<value><struct>${members.join("")}</struct></value>`;
  }
  if (typeof value === "boolean") return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (typeof value === "number") return `<value><int>${Math.trunc(value)}</int></value>`;
  return `<value><string>${escapeText(String(value))}</string></value>`;
}

function xml(inside: string): WebAnswer {
  return { status: 200, type: "text/xml", body: `<?xml version="1.0"?>\n<methodResponse>${inside}</methodResponse>\n` };
}

function fault(faultCode: number, faultString: string): WebAnswer {
  return xml(`<fault>${written({ faultCode, faultString })}</fault>`);
}

export const mcuTold =
  (state: DeviceState): Told =>
  (method) => {
    const health = (failed: boolean) => (failed ? "critical" : "ok");
    const { calls } = state;
    switch (method) {
      case "device.query":
        return {
          ...{ model: modelOf(state), serial: state.serial, softwareVersion: softwareOf(state), buildVersion: "6.18", apiVersion: "2.10" },
          ...{ totalVideoPorts: 20, totalAudioOnlyPorts: 0, uptime: Math.floor(state.upSeconds) },
        };
      case "device.health.query":
        return {
          ...{ cpuLoad: 12 + 5 * calls.length, mediaLoad: 10 * calls.length, audioLoad: 2 * calls.length, videoLoad: 9 * calls.length },
          ...{
            fanStatus: health(state.fanFailed),
            temperatureStatus: state.hot ? "outOfSpec" : "ok",
            voltagesStatus: health(state.supplyFailed),
          },
          ...{ rtcBatteryStatus: "ok", operationalStatus: "active" },
        };
      case "gatekeeper.query":
        return { gatekeeperUsage: "enabled", address: state.gatekeeper, h323ID: state.device.name, h323IDStatus: registered(state) };
      case "conference.enumerate":
        return {
          conferences: calls.map(({ id }) => ({ conferenceName: `Consultation Tremblay ${id}`, uniqueId: id, conferenceActive: true })),
        };
      case "participant.enumerate":
        return { participants: calls.flatMap(({ id }) => [1, 2].map((leg) => participant(id, leg))) };
      default:
        return undefined;
    }
  };

function registered(state: DeviceState): string {
  return state.h323Registered ? "registered" : "waitingRetry";
}

function participant(call: number, leg: number): unknown {
  return {
    ...{ participantName: `Dre Gagnon ${call}-${leg}`, conferenceName: `Consultation Tremblay ${call}`, participantProtocol: "h323" },
    currentState: { displayName: `Dre Gagnon ${call}-${leg}`, address: `5145550${call}${leg}`, callState: "connected" },
  };
}
