/**
 * The automation command line of LifeSize: prompt `$ `, rows of fields with commas, a blank line, then `ok,00` or `error,` and a code.
 *
 * Starts in help mode, in which the last line is a bare `ok`. What it tells by itself comes after that line, before the prompt.
 */
import { type Call, channels, counters } from "../call.ts";
import type { DeviceState } from "../device-state.ts";
import { modelOf, softwareOf } from "../makes.ts";
import type { Session, Tell } from "./session.ts";

const codes = { success: 0x00, invalidParameter: 0x04, invalidCommand: 0x09, noData: 0x0d, notInCall: 0x0e, notSupported: 0x12 } as const;
type Code = (typeof codes)[keyof typeof codes];

interface Reply {
  readonly rows: readonly string[];
  readonly code: Code;
}

const good = (...rows: readonly string[]): Reply => ({ rows, code: codes.success });
const bad = (code: Code): Reply => ({ rows: [], code });
const prompt = "$ ";

export class LifesizeShell implements Session {
  readonly #state: DeviceState;
  readonly #unwatch: () => void;
  #help = true;

  constructor(state: DeviceState, tell: Tell) {
    this.#state = state;
    this.#unwatch = state.watch(() => {
      const before = state.calls;
      return () => {
        for (const call of before)
          if (!state.calls.some((one) => one.id === call.id)) tell(`CS,${call.id},1,Terminated,Video,Normal,192.0.2.31,Far end\r\n`);
        for (const call of state.calls)
          if (!before.some((one) => one.id === call.id)) tell(`CS,${call.id},1,Connected,Video,Normal,192.0.2.31,Far end\r\n`);
      };
    });
  }

  greeting(): string {
    return prompt;
  }

  line(raw: string): string | undefined {
    const typed = raw.trim();
    if (typed === "exit" || typed === "quit") return undefined;
    if (typed === "") return prompt;
    const { rows, code } = this.#answer(typed.toLowerCase().split(/\s+/));
    return `${rows.map((row) => `${row}\r\n`).join("")}\r\n${this.#ending(code)}\r\n${prompt}`;
  }

  aside(): string {
    return "PS,0,0,Stopped\r\n";
  }

  closed(): void {
    this.#unwatch();
  }

  /** `ssh auto@host get system uptime`: the rows, and the code as exit status. */
  exec(command: string): { readonly text: string; readonly status: number } {
    const { rows, code } = this.#answer(command.trim().toLowerCase().split(/\s+/));
    return { text: rows.map((row) => `${row}\n`).join(""), status: code };
  }

  #ending(code: Code): string {
    if (this.#help) return code === codes.success ? "ok" : `error,${code.toString(16).padStart(2, "0")}`;
    return `${code === codes.success ? "ok" : "error"},${code.toString(16).padStart(2, "0")}`;
  }

  #answer(said: readonly string[]): Reply {
    const [verb = "", area = "", what = ""] = said;
    switch (verb) {
      case "get":
        return this.#get(`${area} ${what}`.trim());
      case "status":
        return area === "call" ? this.#call(what) : bad(codes.invalidParameter);
      case "set":
        return this.#set(area, what);
      case "control":
      case "volume":
      case "button":
        this.#state.writesRefused += 1;
        return bad(codes.notSupported);
      default:
        return bad(codes.invalidCommand);
    }
  }

  /** Only how this session looks may be set by a monitor. */
  #set(area: string, what: string): Reply {
    if (area !== "help-mode") {
      this.#state.writesRefused += 1;
      return bad(codes.notSupported);
    }
    this.#help = what !== "off";
    return good();
  }

  #get(what: string): Reply {
    const state = this.#state;
    switch (what) {
      case "system uptime":
        return good(clock(state.upSeconds).join(","));
      case "system thermal-state":
        return good(state.hot ? "overheated" : "normal");
      case "system fans":
        return good(`1,${state.fanFailed ? 0 : 2_400 + (state.seed % 300)}`);
      case "system model":
        return good(modelOf(state));
      case "system serial-number":
        return good(state.serial);
      case "system version":
        return good(`Software Version,${softwareOf(state)}`);
      case "system name":
        return good(state.device.name);
      case "system phone-status":
        return good(panel(state) ? "connected" : "disconnected");
      case "h323 register":
        return good(state.h323Registered ? "registered" : "unregistered");
      case "sip register":
        return good(state.sipRegistered ? "registered" : "unregistered");
      case "network status":
        return good("connected");
      case "network speed":
        return good("1000 full");
      case "audio mute":
        return good(state.microphonesMuted ? "on" : "off");
      case "volume speaker":
        return good(String(state.volumePercent));
      case "video primary-input":
        return good(state.videoSource === 1 ? "hd0" : `hdmi${state.videoSource - 2}`);
      case "camera type":
        return good(
          ...state.peripherals.filter((one) => one.kind === "camera").map((one) => `${one.id},${one.connected ? one.model : "none"}`),
        );
      default:
        return bad(codes.invalidParameter);
    }
  }

  #call(what: string): Reply {
    switch (what) {
      case "active":
        return good(
          ...this.#state.calls.map(
            (call) => `${call.id},1,Connected,No,Video,192.0.2.31,Far end,No,h323,No,${duration(this.#state.now() - call.startedAt)}`,
          ),
        );
      case "statistics":
        return good(...this.#state.calls.map((call) => statistics(call, this.#state.now())));
      case "history":
        return bad(codes.noData);
      default:
        return bad(codes.invalidParameter);
    }
  }
}

function panel(state: DeviceState): boolean {
  return state.peripherals.some((one) => one.kind === "touchpanel" && one.connected);
}

/** Days, hours, minutes, seconds. */
function clock(seconds: number): readonly number[] {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60];
}

function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** The 31 columns, one line: received and sent audio and video, each with jitter, loss, cumulative loss and percent. */
function statistics(call: Call, at: number): string {
  const jitter = Math.round(call.jitterMs);
  const lost = (index: number): number => {
    const channel = channels[index];
    return channel === undefined ? 0 : counters(call, channel, at).lost;
  };
  const percent = (call.lossRatio * 100).toFixed(6);
  const sound = (sum: number, share: string) => `${jitter},50,${sum},${sum},${share}`;
  const picture = (sum: number, share: string) => `${jitter},${sum},${sum},${share},30,1280 720`;
  return [
    `${call.id},AAC_LC,64.0,AAC_LC,64.0,H264,${(1_500 * (1 - call.lossRatio)).toFixed(1)},H264,1500.0`,
    sound(lost(0), percent),
    sound(0, "0.000000"),
    picture(lost(2), percent),
    picture(0, "0.000000"),
  ].join(",");
}
