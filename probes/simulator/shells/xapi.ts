/**
 * One session's tshell on a Cisco codec: echo, output modes terminal and json, questions, and feedback that it tells by itself.
 *
 * Registrations belong to the session and end with it. TC software has no JSON, and takes fewer expressions.
 */
import type { DeviceState } from "../device-state.ts";
import { softwareOf } from "../makes.ts";
import type { Session, Tell } from "./session.ts";
import { asJson, asLines, changes, covers } from "./xapi-feedback.ts";
import { configurationOf, statusOfCe, statusOfTc } from "./xapi-status.ts";
import { type Branch, find, jsonOf, leaves, quoted, spoken, words } from "./xapi-tree.ts";

/** Expressions a connection may register: RoomOS 11 takes 50, TC 38. */
const mostExpressions = { ce: 50, tc: 38 } as const;
const ok = "\r\nOK\r\n\r\n";

export class XapiShell implements Session {
  readonly #state: DeviceState;
  readonly #software: "ce" | "tc";
  readonly #tell: Tell;
  readonly #expressions = new Set<string>();
  #unwatch: (() => void) | undefined;
  #echo = true;
  #mode: "terminal" | "json" = "terminal";

  constructor(state: DeviceState, tell: Tell = () => undefined) {
    this.#state = state;
    this.#tell = tell;
    this.#software = state.device.family === "cisco-tc" ? "tc" : "ce";
  }

  greeting(): string {
    const release = `Cisco Codec Release ${softwareOf(this.#state)}`;
    return `Welcome to ${this.#state.device.name}\r\n${release}\r\nSW Release Date: 2021-03-02\r\n*r Login successful\r\n\r\nOK\r\n\r\n`;
  }

  line(raw: string): string | undefined {
    const typed = raw.trim();
    if (typed === "bye" || typed === "exit") return undefined;
    const echoed = this.#echo && typed !== "" ? `${typed}\r\n` : "";
    return echoed + this.#answer(typed);
  }

  closed(): void {
    this.#unwatch?.();
  }

  aside(): string {
    return this.#mode === "json" ? "Command not recognized.\r\n" : '*e Message Send Text: ""\r\n** end\r\n';
  }

  #answer(typed: string): string {
    const { command, resultId } = split(typed);
    const [verb = "", first = "", ...rest] = command.split(/\s+/);
    switch (verb.toLowerCase()) {
      case "":
        return "";
      case "echo":
        this.#echo = first !== "off";
        return ok;
      case "xpreferences":
        return this.#prefer(first, rest[0] ?? "", resultId);
      case "xstatus":
        return this.#show("Status", this.#status(), words(command).slice(1), resultId);
      case "xconfiguration":
        if (command.includes(":")) return this.#refuseToWrite(command, resultId);
        return this.#show("Configuration", configurationOf(this.#state), words(command).slice(1), resultId);
      case "xfeedback":
        return this.#feedback(first.toLowerCase(), rest.join(" "), resultId);
      case "xcommand":
        return this.#command([first, ...rest].join(" "), resultId);
      default:
        return this.#unknown(resultId);
    }
  }

  #status(): Branch {
    return this.#software === "tc" ? statusOfTc(this.#state) : statusOfCe(this.#state);
  }

  #prefer(what: string, value: string, resultId: string | undefined): string {
    const modes = this.#software === "tc" ? ["terminal"] : ["terminal", "json"];
    const mode = value.toLowerCase();
    if (what.toLowerCase() !== "outputmode" || !modes.includes(mode)) return this.#error("Unknown command", `/${what}`, resultId);
    this.#mode = mode === "json" ? "json" : "terminal";
    return ok;
  }

  #show(root: "Status" | "Configuration", tree: Branch, address: readonly string[], resultId: string | undefined): string {
    const found = find(tree, address);
    if (found === undefined) return this.#error("No match on address expression", `${root}/${address.join("/")}`, resultId);
    if (this.#mode === "json") {
      const empty = Array.isArray(found.node) && found.node.length === 0;
      return print({ ...(empty ? {} : { [root]: jsonOf(found) }), ...(resultId === undefined ? {} : { ResultId: resultId }) });
    }
    const mark = root === "Status" ? "*s" : "*c xConfiguration";
    const lines = leaves(found.node, found.path).map(({ path, value }) => `${mark} ${spoken(path)}: ${quoted(value)}\r\n`);
    return `${lines.join("")}** end\r\n\r\nOK\r\n\r\n`;
  }

  #feedback(verb: string, expression: string, resultId: string | undefined): string {
    const wanted = `/${words(expression).join("/")}`.toLowerCase();
    switch (verb) {
      case "register": {
        const full = this.#expressions.size >= mostExpressions[this.#software];
        if (full && !this.#expressions.has(wanted)) return this.#error("Too many feedback expressions", expression, resultId);
        this.#expressions.add(wanted);
        this.#unwatch ??= this.#state.watch(() => this.#beforeChange());
        return this.#done(resultId);
      }
      case "deregister":
        this.#expressions.delete(wanted);
        return this.#done(resultId);
      case "deregisterall":
        this.#expressions.clear();
        return this.#done(resultId);
      case "list":
        return this.#done(resultId);
      default:
        return this.#unknown(resultId);
    }
  }

  #beforeChange(): () => void {
    const before = this.#status();
    return () => {
      const all = changes(before, this.#status()).filter((change) => [...this.#expressions].some((one) => covers(one, change)));
      if (all.length > 0) this.#tell(this.#mode === "json" ? print(asJson(all)) : asLines(all));
    };
  }

  #command(command: string, resultId: string | undefined): string {
    const run = /^(SystemUnit )?Diagnostics Run\b/i.exec(command);
    if (run === null) return this.#refuseToWrite(command, resultId);
    const name = this.#software === "tc" ? "DiagnosticsResult" : "DiagnosticsRunResult";
    const messages = this.#state.diagnostics.map(({ type, level, description }, index) => ({
      id: String(index + 1),
      of: { Description: description, Level: level, References: "", Type: type },
    }));
    if (this.#mode === "json") {
      const result = { status: "OK", ...(jsonOf({ node: { Message: messages }, path: [] }) as object) };
      return print({ CommandResponse: { [name]: result }, ...(resultId === undefined ? {} : { ResultId: resultId }) });
    }
    const lines = leaves({ Message: messages }).map(({ path, value }) => `    ${spoken(path)}: ${quoted(value)}\r\n`);
    return `\r\nOK\r\n*r ${name} (status=OK):\r\n${lines.join("")}** end\r\n`;
  }

  /** The account of a monitor may read; that is all. */
  #refuseToWrite(what: string, resultId: string | undefined): string {
    this.#state.writesRefused += 1;
    return this.#error("Not allowed for this role", `/${what}`, resultId);
  }

  #done(resultId: string | undefined): string {
    return this.#mode === "json" && resultId !== undefined ? print({ ResultId: resultId }) : ok;
  }

  #unknown(resultId: string | undefined): string {
    if (this.#mode === "json" && resultId === undefined) return "Command not recognized.\r\n";
    if (this.#mode === "json")
      return print({ CommandResponse: { Result: { status: "Error", Reason: { Value: "Unknown command" } } }, ResultId: resultId });
    return '*r Result (status=Error):\r\n    Reason: "Unknown command"\r\n** end\r\n\r\nERROR\r\n\r\n';
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
