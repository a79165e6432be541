/**
 * The xAPI of a simulated Cisco codec: lines in, text out. Output modes terminal and json; the shapes are those that real codecs print.
 */
import type { DeviceState } from "./device-state.ts";

type Leaf = string;
type Node = Leaf | { readonly [key: string]: Node } | readonly Item[];
interface Item {
  readonly id: string;
  readonly of: { readonly [key: string]: Node };
}

/** What `xStatus` shows, as the state is now. */
export function statusTree(state: DeviceState): Node {
  const yes = (value: boolean): string => (value ? "True" : "False");
  return {
    Audio: {
      Input: { Connectors: { Microphone: [1, 2].map((id) => ({ id: String(id), of: { ConnectionStatus: "Connected" } })) } },
      Volume: "50",
    },
    Call: Array.from({ length: state.calls }, (_, index) => ({
      id: String(index + 1),
      of: { Status: "Connected", Direction: "Outgoing" },
    })),
    Cameras: { Camera: [{ id: "1", of: { Connected: yes(state.cameraConnected), Model: "Precision 60" } }] },
    H323: { Gatekeeper: { Status: "Registered", Reason: "" } },
    Peripherals: { ConnectedDevice: [{ id: "1001", of: { Name: "Touch 10", Status: "Connected", Type: "TouchPanel" } }] },
    SIP: {
      Registration: [
        { id: "1", of: { Status: state.sipRegistered ? "Registered" : "Failed", Reason: state.sipRegistered ? "" : "Timeout", URI: "" } },
      ],
    },
    Standby: { State: "Off" },
    SystemUnit: {
      Hardware: { Module: { SerialNumber: state.serial }, Monitoring: { Temperature: { Status: state.hot ? "High" : "Normal" } } },
      ProductId: "Cisco TelePresence SX80",
      Software: { Version: "ce9.15.3.17" },
      State: { NumberOfActiveCalls: String(state.calls), System: state.calls > 0 ? "InCall" : "Initialized" },
      Uptime: String(Math.floor(state.upSeconds)),
    },
    Video: {
      Input: {
        Connector: [
          {
            id: "1",
            of: { Connected: yes(state.cameraConnected), SignalState: state.cameraConnected ? "OK" : "NotFound", Type: "Camera" },
          },
          { id: "2", of: { Connected: "False", SignalState: "NotFound", Type: "HDMI" } },
        ],
      },
    },
  };
}

/** One session's tshell: its echo and its output mode. */
export class XapiShell {
  readonly #state: DeviceState;
  #echo = true;
  #mode: "terminal" | "json" = "terminal";

  constructor(state: DeviceState) {
    this.#state = state;
  }

  greeting(): string {
    return `Welcome to ${this.#state.device.name}\r\nCisco Codec Release ce9.15.3.17\r\nSW Release Date: 2021-03-02\r\n*r Login successful\r\n\r\nOK\r\n\r\n`;
  }

  /** What the codec prints for one line; `undefined` ends the session. */
  line(raw: string): string | undefined {
    const typed = raw.trim();
    if (typed === "bye" || typed === "exit") return undefined;
    const echoed = this.#echo && typed !== "" ? `${typed}\r\n` : "";
    return echoed + this.#answer(typed);
  }

  #answer(typed: string): string {
    const { command, resultId } = split(typed);
    const words = command.split(/\s+/);
    const verb = (words[0] ?? "").toLowerCase();
    switch (verb) {
      case "":
        return "";
      case "echo":
        this.#echo = words[1] !== "off";
        return "\r\nOK\r\n\r\n";
      case "xpreferences":
        if (words[1]?.toLowerCase() !== "outputmode") return this.#error("Unknown command", `/${words[1] ?? ""}`, resultId);
        this.#mode = words[2]?.toLowerCase() === "json" ? "json" : "terminal";
        return "\r\nOK\r\n\r\n";
      case "xstatus":
        return this.#status(words.slice(1), resultId);
      default:
        return this.#mode === "json"
          ? "Command not recognized.\r\n"
          : '*r Result (status=Error):\r\n    Reason: "Unknown command"\r\n** end\r\n\r\nERROR\r\n\r\n';
    }
  }

  #status(words: readonly string[], resultId: string | undefined): string {
    const found = find(statusTree(this.#state), words, []);
    if (found === undefined) return this.#error("No match on address expression", `Status/${words.join("/")}`, resultId);
    if (this.#mode === "terminal") return `${lines(found.node, found.path).join("")}** end\r\n\r\nOK\r\n\r\n`;
    const empty = Array.isArray(found.node) && found.node.length === 0;
    const value = found.path.reduceRight<unknown>(
      (inside, key) => (key.id === undefined ? { [key.name]: inside } : { [key.name]: [{ id: key.id, ...(inside as object) }] }),
      json(found.node),
    );
    return print({ ...(empty ? {} : { Status: value }), ...(resultId === undefined ? {} : { ResultId: resultId }) });
  }

  #error(reason: string, xpath: string, resultId: string | undefined): string {
    if (this.#mode === "terminal")
      return `*r Result (status=Error):\r\n    Reason: "${reason}"\r\n    XPath: "${xpath}"\r\n** end\r\n\r\nERROR\r\n\r\n`;
    const error = { status: "Error", Reason: { Value: reason }, XPath: { Value: xpath } };
    return print({ CommandResponse: { Status: error }, ...(resultId === undefined ? {} : { ResultId: resultId }) });
  }
}

function print(answer: object): string {
  return `${JSON.stringify(answer, null, 2)}\r\n`;
}

function split(typed: string): { readonly command: string; readonly resultId: string | undefined } {
  const bar = typed.lastIndexOf("|");
  if (bar < 0) return { command: typed, resultId: undefined };
  return { command: typed.slice(0, bar).trim(), resultId: /resultId="([^"]*)"/i.exec(typed.slice(bar))?.[1] };
}

interface Step {
  readonly name: string;
  readonly id?: string;
}

/** Follows the words of an address, without regard to case; a list takes an item's number. */
function find(
  node: Node,
  words: readonly string[],
  path: readonly Step[],
): { readonly node: Node; readonly path: readonly Step[] } | undefined {
  const [word, ...rest] = words;
  if (word === undefined) return { node, path };
  if (typeof node === "string") return undefined;
  if (isList(node)) {
    const item = node.find((one) => one.id === word);
    const last = path.at(-1);
    if (item === undefined || last === undefined) return undefined;
    return find(item.of, rest, [...path.slice(0, -1), { name: last.name, id: item.id }]);
  }
  const name = Object.keys(node).find((key) => key.toLowerCase() === word.toLowerCase());
  const inside = name === undefined ? undefined : node[name];
  return name === undefined || inside === undefined ? undefined : find(inside, rest, [...path, { name }]);
}

function isList(node: Exclude<Node, string>): node is readonly Item[] {
  return Array.isArray(node);
}

function json(node: Node): unknown {
  if (typeof node === "string") return { Value: node };
  if (isList(node)) return node.map((item) => ({ id: item.id, ...(json(item.of) as object) }));
  const entries = Object.entries(node).filter(([, inside]) => !(Array.isArray(inside) && inside.length === 0));
  return Object.fromEntries(entries.map(([key, inside]) => [key, json(inside)]));
}

function lines(node: Node, path: readonly Step[]): readonly string[] {
  const here = path.map((step) => (step.id === undefined ? step.name : `${step.name} ${step.id}`)).join(" ");
  if (typeof node === "string") return [`*s ${here}: ${/^\d+$|^[A-Z][A-Za-z]*$/.test(node) ? node : `"${node}"`}\r\n`];
  if (isList(node)) {
    const last = path.at(-1);
    return last === undefined ? [] : node.flatMap((item) => lines(item.of, [...path.slice(0, -1), { name: last.name, id: item.id }]));
  }
  return Object.entries(node).flatMap(([name, inside]) => lines(inside, [...path, { name }]));
}
