/**
 * The status port of a GNU Gatekeeper: every reply ends with a line `;`, and what happens on the gatekeeper comes in between.
 *
 * The lines are those that its source prints: `RCF|address:port|aliases|kind|id`.
 */
import type { DeviceState } from "../device-state.ts";
import type { Registered, Registrar } from "../registrar.ts";
import type { Session, Tell } from "./session.ts";

const end = ";\r\n";

export class GnugkShell implements Session {
  readonly #state: DeviceState;
  readonly #registrar: Registrar;
  readonly #unwatch: () => void;
  /** 0: replies only. 2: everything, as it starts. */
  #level = 2;

  constructor(state: DeviceState, registrar: Registrar, tell: Tell) {
    this.#state = state;
    this.#registrar = registrar;
    this.#unwatch = registrar.watch((endpoint, registered) => {
      if (this.#level < 2) return;
      tell(registered ? `RCF|${row(endpoint)}\r\n${end}` : `URQ|${endpoint.address}|${endpoint.id}_endp|ttlExpired\r\n${end}`);
    });
  }

  greeting(): string {
    return `Version:\r\nGatekeeper(GNU) Version(3.6) Ext(simulated=1)\r\nToolkit: Simulated\r\nStartup: ${Math.floor(this.#state.bootedAt / 1_000)}   Running: ${Math.floor(this.#state.upSeconds / 86_400)} days\r\n${end}`;
  }

  line(raw: string): string | undefined {
    const [verb = "", what = ""] = raw.trim().toLowerCase().split(/\s+/);
    switch (verb) {
      case "":
        return "";
      case "exit":
      case "quit":
      case "q":
        return undefined;
      case "printallregistrations":
      case "r":
      case "?":
        return this.#registrations();
      case "printcurrentcalls":
      case "c":
      case "!":
        return `CurrentCalls\r\nNumber of Calls: ${this.#state.calls.length} Active: ${this.#state.calls.length} From Neighbor: 0 From Parent: 0 Proxied: 0\r\n${end}`;
      case "version":
      case "v":
        return this.greeting();
      case "trace":
        this.#level = Number(what.replace("min", "0").replace("max", "2"));
        return `Output trace level is ${this.#level}\r\n`;
      case "unregisterallendpoints":
      case "unregisterip":
      case "disconnectip":
      case "reload":
      case "shutdown":
        this.#state.writesRefused += 1;
        return `Not allowed\r\n${end}`;
      default:
        return `Error: Unknown command ${verb}\r\n`;
    }
  }

  aside(): string {
    return `RCF|192.0.2.77:1720|elsewhere:h323_ID|terminal|77_endp\r\n${end}`;
  }

  closed(): void {
    this.#unwatch();
  }

  #registrations(): string {
    const all = this.#registrar.h323();
    return `AllRegistrations\r\n${all.map((one) => `RCF|${row(one)}\r\n`).join("")}Number of Endpoints: ${all.length}\r\n${end}`;
  }
}

function row({ address, alias, id }: Registered): string {
  return `${address}:1720|${alias}:h323_ID=${1_000 + (Number.parseInt(id, 10) % 9_000)}:dialedDigits|terminal|${id}_endp`;
}
