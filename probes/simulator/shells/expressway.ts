/**
 * The tshell of a VCS or Expressway: like a codec's, but it prints the document nested, from `*s Name:` to `*s/end`, and knows no JSON.
 */
import type { DeviceState } from "../device-state.ts";
import { softwareOf } from "../makes.ts";
import type { Registered, Registrar } from "../registrar.ts";
import type { Session } from "./session.ts";
import { type Branch, find, type Item, isList, type Node, quoted, words } from "./xapi-tree.ts";

const ok = "\r\nOK\r\n\r\n";

export class ExpresswayShell implements Session {
  readonly #state: DeviceState;
  readonly #registrar: Registrar;

  constructor(state: DeviceState, registrar: Registrar) {
    this.#state = state;
    this.#registrar = registrar;
  }

  greeting(): string {
    return `Welcome to ${this.#state.device.name}\r\nTANDBERG Video Communication Server Release ${softwareOf(this.#state)}\r\nSW Release Date: 2021-06-01\r\n${ok}`;
  }

  line(raw: string): string | undefined {
    const typed = raw.trim();
    const [verb = "", ...rest] = words(typed);
    switch (verb.toLowerCase()) {
      case "":
        return "";
      case "bye":
      case "exit":
        return undefined;
      case "echo":
      case "xpreferences":
        return rest[1]?.toLowerCase() === "json" ? `\r\nERROR: "Unknown value: json"\r\n\r\n` : ok;
      case "xstatus":
        return this.#show(rest);
      case "xfeedback":
      case "xconfiguration":
      case "xcommand":
        this.#state.writesRefused += 1;
        return '*r Result (status=Error):\r\n  Reason: "Not allowed for this account"\r\n*r/end\r\n\r\nERROR\r\n\r\n';
      default:
        return "\r\nERROR: unknown command\r\n\r\n";
    }
  }

  #show(address: readonly string[]): string {
    const tree = this.#status();
    const found = find(tree, address.slice(0, 1));
    const name = found?.path[0]?.name;
    if (found === undefined || name === undefined)
      return address.length === 0
        ? `${Object.entries(tree)
            .map(([each, node]) => block(each, node))
            .join("")}${ok}`
        : '*r Result (status=Error):\r\n  Reason: "No match on address expression"\r\n*r/end\r\n\r\nERROR\r\n\r\n';
    return `${block(name, found.node)}${ok}`;
  }

  #status(): Branch {
    const state = this.#state;
    const all = [...this.#registrar.h323().map((one) => h323(one)), ...this.#registrar.sip().map((one) => sip(one))];
    return {
      Alarm: state.diagnostics.map((one, index) => ({ id: String(index + 1), of: { ID: String(15_000 + one.id), Severity: one.level } })),
      Calls: { Call: state.calls.map((call) => ({ id: String(call.id), of: { State: "Connected" } })) },
      NTP: { Status: "Synchronized" },
      Registrations: { Registration: all.map((of, index) => ({ id: String(index + 1), of })) },
      SystemUnit: {
        Hardware: { SerialNumber: state.serial },
        Product: "TANDBERG VCS",
        Software: { Version: softwareOf(state) },
        Uptime: String(Math.floor(state.upSeconds)),
      },
    };
  }
}

function h323({ address, alias, id, vendor }: Registered): Branch {
  return {
    Aliases: { Alias: [{ id: "1", of: { Type: "H323Id", Origin: "Endpoint", Value: alias } }] },
    Authenticated: "True",
    CallSignalAddresses: { Address: `${address}:1720` },
    Node: `00000000-0000-0000-0000-${id.padStart(12, "0")}`,
    Protocol: "H323",
    VendorInfo: vendor,
  };
}

function sip({ address, alias, id, vendor }: Registered): Branch {
  return {
    AOR: `${alias}@example.invalid`,
    Authenticated: "True",
    Contact: `sip:${alias}@${address}:5060`,
    Node: `00000000-0000-0000-0001-${id.padStart(12, "0")}`,
    Protocol: "SIP",
    VendorInfo: vendor,
  };
}

/** A list at the top is a block an item. */
function block(name: string, node: Node): string {
  if (typeof node !== "string" && isList(node) && node.length > 0) return node.map((item) => block(`${name} ${item.id}`, item.of)).join("");
  return `*s ${name}:${nested(node, "  ") === "" ? " /" : ""}\r\n${nested(node, "  ")}*s/end\r\n`;
}

function nested(node: Node, indent: string): string {
  if (typeof node === "string") return `${indent}${quoted(node)}\r\n`;
  if (isList(node)) return node.map((item) => numbered("Item", item, indent)).join("");
  return Object.entries(node)
    .map(([name, inside]) => {
      if (typeof inside === "string")
        return `${indent}${name}: ${/^\d+$/.test(inside) || !strings.has(name) ? quoted(inside) : `"${inside}"`}\r\n`;
      if (isList(inside)) return inside.map((item) => numbered(name, item, indent)).join("");
      return `${indent}${name}:\r\n${nested(inside, `${indent}  `)}`;
    })
    .join("");
}

/** Values that are text even when they look like a word. */
const strings = new Set(["ID", "Protocol", "Node", "VendorInfo", "Value", "AOR", "Product"]);

function numbered(name: string, item: Item, indent: string): string {
  return `${indent}${name} ${item.id}:\r\n${nested(item.of, `${indent}  `)}`;
}
