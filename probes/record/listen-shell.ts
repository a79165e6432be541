/**
 * Asks a device's command line everything that its family asks, for its recording: over SSH, or in clear text where the device opted in.
 *
 * One login, bounded in time and size; each packet waits for the ceiling. Nothing is written to the device.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import type { Answer, Dialect, Ears } from "../shell/dialect.ts";
import { COMMAND_LINES } from "../shell/dialects.ts";
import type { Line } from "../shell/line.ts";
import { failed, type Outcome, unknown } from "../shell/outcome.ts";
import { openConnection } from "../ssh/connection.ts";
import type { HostKey } from "../ssh/host-key.ts";
import { readLogin } from "../ssh/login.ts";
import { DIALECTS } from "../ssh/ssh-probe.ts";
import { openTelnet } from "../telnet/connection.ts";
import { readTelnetLogin } from "../telnet/login.ts";
import { asksOf } from "./answers.ts";
import type { Pay } from "./listen.ts";

/** How the command line is reached. `pinned`: no other host key is told the login. A status port is telnet without a credential. */
export type ShellAccess =
  | { readonly over: "ssh"; readonly credential: Credential; readonly pinned?: HostKey }
  | { readonly over: "telnet"; readonly credential: Credential | undefined };

export interface ShellHeard {
  readonly greeting: string;
  readonly answers: readonly ShellAnswer[];
}

export interface ShellAnswer {
  readonly command: string;
  readonly answer: Answer;
  /** The reply as it was printed, where the command line has no structure of its own: what a replay prints again. Far ends are in it. */
  readonly lines?: readonly string[];
}

const shellMs = 120_000;
const packetsOfLogin = 24;
const keepaliveMs = 60_000;
const greetingAtMost = 4_096;
const telnetPort = 23;

/** Logs in once and asks what the family asks; a sentence why when that did not work. */
export async function listenShell(
  device: Device,
  family: Family,
  access: ShellAccess,
  pay: Pay,
  ending: AbortSignal,
): Promise<ShellHeard | { readonly why: string }> {
  const asks = asksOf(family);
  const named = family.shell?.dialect ?? "exec";
  const dialect = access.over === "ssh" ? DIALECTS[named] : COMMAND_LINES[named];
  if (dialect === undefined || asks.length === 0)
    return { why: `family ${family.id} has no questions for a shell over ${access.over === "ssh" ? "SSH" : "telnet"}` };
  const signal = AbortSignal.any([ending, AbortSignal.timeout(shellMs)]);
  await pay(packetsOfLogin + 3 * asks.length, signal);
  const opened = await openLine(device, dialect, access, signal);
  if (!opened.ok) return { why: opened.failure.detail };
  try {
    const commands = asks.map(({ command }) => command);
    const heard = await listen(opened.value, dialect, commands, signal);
    return heard.ok ? heard.value : { why: heard.failure.detail };
  } finally {
    opened.value.end(unknown(`${access.over}.engine`, "the recording is made"));
  }
}

function openLine(device: Device, dialect: Dialect, access: ShellAccess, signal: AbortSignal): Promise<Outcome<Line>> {
  const note = (): void => undefined;
  if (access.over === "ssh") {
    const login = readLogin(access.credential);
    if (!login.ok) return Promise.resolve(failed(login.failure));
    const { address: host, sshPort: port, legacy } = device;
    const { pinned } = access;
    return openConnection(
      {
        ...{ host, port, login: login.value, legacy: legacy.sshAlgorithms, keepaliveMs, note, offered: () => undefined },
        ...(pinned === undefined ? {} : { pinned }),
      },
      signal,
    );
  }
  const secrets = readTelnetLogin(access.credential);
  if (!secrets.ok) return Promise.resolve(failed(secrets.failure));
  const { closedEarly } = dialect;
  return openTelnet(
    {
      ...{ host: device.address, port: device.telnetPort ?? telnetPort, secrets: secrets.value, keepaliveMs, note },
      ready: (text) => dialect.greeted?.(text) ?? false,
      ...(closedEarly === undefined ? {} : { closedEarly }),
    },
    signal,
  );
}

async function listen(line: Line, dialect: Dialect, commands: readonly string[], signal: AbortSignal): Promise<Outcome<ShellHeard>> {
  let greeting = "";
  const hear = (bytes: Buffer): void => {
    // What follows the greeting answers our own first words.
    if (dialect.greeted?.(greeting) !== true) greeting = (greeting + bytes.toString("utf8")).slice(0, greetingAtMost);
  };
  const printed = new Map<string, readonly string[]>();
  const ears: Ears = {
    note: () => undefined,
    unasked: () => undefined,
    reply: (command, lines) => void printed.set(command, lines),
  };
  const conversation = await dialect.open(overheard(line, hear), ears, signal);
  if (!conversation.ok) return conversation;
  const greeted = greetingIn(greeting);
  const answers = await conversation.value.ask(commands, signal, () => undefined);
  if (!answers.ok) return answers;
  return {
    ok: true,
    value: { greeting: greeted, answers: commands.flatMap((command, at) => pairOf(command, answers.value[at], printed)) },
  };
}

/** The line, with somebody listening to what comes over it. */
function overheard(line: Line, hear: (bytes: Buffer) => void): Line {
  const { exec } = line;
  return {
    transport: line.transport,
    get ended() {
      return line.ended;
    },
    onEnd: (watcher) => line.onEnd(watcher),
    end: (failure) => line.end(failure),
    async shell(signal, terminal) {
      const opened = await line.shell(signal, terminal);
      if (opened.ok) opened.value.on("data", hear);
      return opened;
    },
    ...(exec === undefined ? {} : { exec: (command, signal) => exec.call(line, command, signal) }),
  };
}

/** Up to the line OK that ends an xAPI greeting, where there is one: what follows answers our own first words. */
function greetingIn(heard: string): string {
  const ok = /^OK\r?$/m.exec(heard);
  return ok === null ? heard : `${heard.slice(0, ok.index)}OK\n`;
}

/** What the device does not know is no part of its recording; that it has nothing to say (no call) is. */
function pairOf(command: string, answer: Answer | undefined, printed: ReadonlyMap<string, readonly string[]>): readonly ShellAnswer[] {
  if (answer === undefined || (answer.form === "json" && answer.problem !== undefined)) return [];
  const lines = printed.get(command);
  if (lines !== undefined) return [{ command, answer, lines }];
  return answer.form === "json" && answer.status === undefined ? [] : [{ command, answer }];
}
