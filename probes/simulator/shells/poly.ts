/**
 * The command line of Polycom HDX and Poly Group: prompt `-> `, the prompt's line repeats what was typed, answers without an end mark.
 *
 * It wants 200 ms between commands: one that comes sooner is lost, as the worst of them do. Some answers come without being asked for.
 */
import { channels, counters } from "../call.ts";
import type { DeviceState } from "../device-state.ts";
import { modelOf, softwareOf } from "../makes.ts";
import type { Session, Tell } from "./session.ts";

/** A little below what the manual asks for: a network may bring two commands closer together. */
const closestMs = 150;
const prompt = "-> ";

export class PolyShell implements Session {
  readonly #state: DeviceState;
  readonly #notified = new Set<string>();
  readonly #unwatch: () => void;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(state: DeviceState, tell: Tell) {
    this.#state = state;
    this.#unwatch = state.watch(() => {
      const before = state.calls.length;
      return () => {
        if (this.#notified.has("callstatus") && state.calls.length !== before) tell(notification(state));
      };
    });
  }

  greeting(): string {
    return `${this.#whoami()}${prompt}`;
  }

  line(raw: string): string | undefined {
    const typed = raw.trim();
    const at = this.#state.now();
    const hurried = at - this.#lastAt < closestMs;
    this.#lastAt = at;
    if (typed === "exit" || typed === "quit") return undefined;
    if (typed === "") return `\r\n${prompt}`;
    return hurried ? `${typed}\r\n` : `${typed}\r\n${this.#answer(typed.split(/\s+/))}${prompt}`;
  }

  aside(): string {
    return "notification:mutestatus:near:near:near:near:muted\r\n";
  }

  closed(): void {
    this.#unwatch();
  }

  #answer(said: readonly string[]): string {
    const [verb = "", what = "", which = ""] = said.map((word) => word.toLowerCase());
    const state = this.#state;
    switch (verb) {
      case "whoami":
        return this.#whoami();
      case "status":
        return statusList(state);
      case "getcallstate":
        return callState(state);
      case "callinfo":
        return what === "all" ? callInfo(state) : "error: command needs more parameters to execute successfully\r\n";
      case "advnetstats":
        return state.calls.length === 0 ? "system is not in a call\r\n" : advancedStatistics(state);
      case "netstats":
        return state.calls.length === 0 ? "system is not in a call\r\n" : statistics(state);
      case "systemsetting":
        return this.#setting(what, which);
      case "uptime":
        return `${uptime(state.upSeconds)}\r\n`;
      case "gatekeeperip":
        return what === "get" ? `gatekeeperip ${state.gatekeeper}\r\n` : this.#refuseToWrite();
      case "version":
        return `version "${softwareOf(state)}"\r\n`;
      case "serialnum":
        return `serialnum "${state.serial}"\r\n`;
      case "notify":
        return this.#notify(what);
      case "camera":
        return this.#camera(what, which);
      case "mute":
        return what === "near" && which === "get" ? `mute near ${state.microphonesMuted ? "on" : "off"}\r\n` : this.#refuseToWrite();
      case "volume":
        return what === "get" ? `volume ${Math.round(state.volumePercent / 2)}\r\n` : this.#refuseToWrite();
      case "dial":
      case "hangup":
      case "reboot":
      case "setpassword":
        return this.#refuseToWrite();
      default:
        return "error: command not found\r\n";
    }
  }

  #camera(what: string, which: string): string {
    if (what !== "near") return this.#refuseToWrite();
    if (which === "source") return `camera near source ${this.#state.videoSource}\r\n`;
    return which === "getposition" ? "camera near position 0 0 0\r\n" : this.#refuseToWrite();
  }

  #setting(what: string, name: string): string {
    if (what === "") return "error: command needs more parameters to execute successfully\r\n";
    if (what !== "get") return this.#refuseToWrite();
    const values: Readonly<Record<string, string>> = {
      model: modelOf(this.#state),
      sipregistrarserver: this.#state.sipProxy,
      autoanswer: "no",
    };
    const value = values[name];
    return value === undefined ? "error: command not found\r\n" : `systemsetting ${name} "${value}"\r\n`;
  }

  #notify(what: string): string {
    if (!["callstatus", "mutestatus", "sysstatus", "sysalert"].includes(what)) return "error: command not found\r\n";
    if (this.#notified.has(what)) return `info: event/notification already active:${what}\r\n`;
    this.#notified.add(what);
    return `notify ${what} success\r\n`;
  }

  #refuseToWrite(): string {
    this.#state.writesRefused += 1;
    return "error: command not permitted for this user\r\n";
  }

  #whoami(): string {
    const state = this.#state;
    const fields = [
      `Hi, my name is : ${state.device.name}`,
      "Here is what I know about myself:",
      `Model: ${modelOf(state)}`,
      `Serial Number: ${state.serial}`,
      `Software Version: ${softwareOf(state)}`,
      "Build Information: simulated",
      "Contact Number: <empty>",
      "Time In Last Call: 0:00:00",
      "Total Time In Calls: 12:30:00",
      "Total Calls: 25",
      "SNTP Time Service: auto (resolved to 192.0.2.7)",
      `IP Video Number: ${state.device.address}`,
      "H323 Enabled: True",
      "SNMP Enabled: True",
    ];
    return `${fields.join("\r\n")}\r\n`;
  }
}

function statusList(state: DeviceState): string {
  const on = (value: boolean) => (value ? "online" : "offline");
  const microphones = state.peripherals.filter((one) => one.kind === "microphone");
  const lines: readonly (readonly [string, boolean])[] = [
    ["inacall", state.calls.length > 0],
    ["autoanswerp2p", false],
    ["remotecontrol", true],
    ["microphones", microphones.some((one) => one.connected)],
    ["visualboard", false],
    ["globaldirectory", true],
    ["presenceservice", true],
    ["ipnetwork", true],
    ["gatekeeper", state.h323Registered],
    ["sipserver", state.sipRegistered],
    ["logthreshold", true],
    ["meetingpassword", true],
    ["provisioning", true],
    ["rpms", false],
    ["modularroom", false],
  ];
  return `${lines.map(([name, value]) => `${name} ${on(value)}`).join("\r\n")}\r\nstatus end\r\n`;
}

function callState(state: DeviceState): string {
  const active = state.calls.map((call) => `cs: call[${call.id}] speed[1024] dialstr[far.end@example.invalid] state[connected]`);
  return `${(active.length > 0 ? active : ["cs: call[1] inactive", "cs: call[2] inactive"]).join("\r\n")}\r\n`;
}

function callInfo(state: DeviceState): string {
  if (state.calls.length === 0) return "system is not in a call\r\n";
  const rows = state.calls.map((call) => `callinfo:${call.id}:Far.End:192.0.2.31:1024:connected:notmuted:outgoing:videocall`);
  return `callinfo begin\r\n${rows.join("\r\n")}\r\ncallinfo end\r\n`;
}

function notification(state: DeviceState): string {
  const call = state.calls.at(-1);
  const what = call === undefined ? "1:Far.End:192.0.2.31:disconnected" : `${call.id}:Far.End:192.0.2.31:connected`;
  return `notification:callstatus:outgoing:${what}:1024:0:videocall\r\n`;
}

/** Loss is counted in packets, transmit and receive; what the unit has no value for is `---`. */
function advancedStatistics(state: DeviceState): string {
  return state.calls
    .map((call, index) => {
      const [, , video] = channels;
      const [audio] = channels;
      if (video === undefined || audio === undefined) return "";
      const [lostVideo, lostAudio] = [counters(call, video, state.now()).lost, counters(call, audio, state.now()).lost];
      const jitter = Math.round(call.jitterMs);
      return [
        `call:${index} tar:64 K rar:64 K tvr:1536 K rvr:1536 K`,
        `tvru:1490 K rvru:${Math.round(1_490 * (1 - call.lossRatio))} K tvfr:30 rvfr:30 vfe:0`,
        `tapl:0 rapl:${lostAudio} taj:${jitter} ms raj:${jitter} ms tvpl:0 rvpl:${lostVideo}`,
        `tvj:${jitter} ms rvj:${jitter} ms dc:Disabled rsid:--- ccaps:---`,
        "",
      ].join("\r\n");
    })
    .join("");
}

function statistics(state: DeviceState): string {
  return state.calls
    .map((call, index) => {
      const percent = (call.lossRatio * 100).toFixed(1);
      return `call:${index} txrate:1600 K rxrate:1600 K pktloss:${Math.round(call.lossRatio * 1_000)} %pktloss:${percent} %\r\ntvp:H.264 rvp:H.264 tvf:1280x720 rvf:1280x720 tap:G.722.1 rap:G.722.1 tcp:H.323 rcp:H.323\r\n`;
    })
    .join("");
}

/** `1 Hour, 10 Minutes`. */
function uptime(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const of = (count: number, name: string) => `${count} ${name}${count === 1 ? "" : "s"}`;
  return `${of(hours, "Hour")}, ${of(minutes, "Minute")}`;
}
