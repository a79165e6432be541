/**
 * `vigie notify test CONTACT`: sends a test message over each channel of a contact, and says what became of it.
 *
 * Without a daemon and without a store. It asks before it sends: a test at night wakes a person.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Channel, Config, Contact } from "../model/config.ts";
import { createNotifiers } from "../notify/notifiers.ts";
import { createSink } from "../notify/sink.ts";
import type { Message, SendResult } from "../ports.ts";
import { say } from "../text/catalogue.ts";
import { smsSegment } from "../text/sms.ts";
import type { Io } from "./io.ts";

const help = `Usage: vigie notify test CONTACT [--channel ID] [--yes] [--config vigie.yaml] [--json]
Sends one test message over each channel of a contact, in the order of its reach, and prints what the far end said.

  --channel ID  over this channel only
  --yes         send without asking
  --config      the file; default vigie.yaml
  --json        print one JSON object: contact, results
  --help        this text

Exit code: 0 every channel took it, 1 one did not or the answer was no, 2 wrong use.`;

const sendMs = 10_000;

interface Asked {
  readonly contact: string;
  readonly channel: string | undefined;
  readonly file: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `confirm` asks the person at the terminal; without a terminal the answer is no. */
export async function notify(argv: readonly string[], io: Io, confirm: (question: string) => Promise<boolean> = ask): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie notify: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const loaded = await loadConfig(asked.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) io.err(formatProblem(problem));
    return 1;
  }
  const whom = whomToTell(loaded.config, asked, io);
  if (typeof whom === "number") return whom;
  const { contact, ways } = whom;
  const where = ways.map(({ channel, address }) => `${channel} to ${address}`).join(", ");
  if (!asked.yes && !(await confirm(`Send a test message to ${contact.name}: ${where}? [y/N] `))) {
    io.err("vigie notify: nothing was sent; answer y, or write --yes");
    return 1;
  }
  const results = await sendAll(loaded.config, contact, ways);
  if (asked.json) io.out(JSON.stringify({ contact: contact.id, results }, null, 2));
  else for (const { channel, address, result } of results) io.out(`${channel}  ${address}  ${saidOf(result)}`);
  return results.every(({ result }) => result.ok) ? 0 : 1;
}

function saidOf(result: SendResult): string {
  if (!result.ok) return `FAILED: ${result.error}`;
  return result.proof === undefined ? result.state : `${result.state} (${result.proof})`;
}

/** A number is the exit code, and everything is said already. */
function whomToTell(config: Config, asked: Asked, io: Io): { readonly contact: Contact; readonly ways: Contact["channels"] } | number {
  const contact = config.contacts.get(asked.contact);
  if (contact === undefined) {
    io.err(`vigie notify: there is no contact "${asked.contact}"; there is ${[...config.contacts.keys()].join(", ") || "none"}`);
    return 2;
  }
  const ways = contact.channels.filter(({ channel }) => asked.channel === undefined || channel === asked.channel);
  if (ways.length > 0) return { contact, ways };
  io.err(`vigie notify: ${contact.id} has no ${asked.channel === undefined ? "channel; give it a reach" : `reach over ${asked.channel}`}`);
  return 1;
}

async function sendAll(config: Config, contact: Contact, ways: Contact["channels"]) {
  const notifiers = createNotifiers({ now: () => Date.now(), sink: createSink(() => Date.now()) });
  const id = randomUUID();
  const results: { readonly channel: string; readonly address: string; readonly result: SendResult }[] = [];
  try {
    for (const { channel: name, address } of ways) {
      const channel = config.channels.get(name);
      const notifier = channel && notifiers.get(channel.kind);
      const signal = AbortSignal.timeout(sendMs);
      const gone: SendResult = { ok: false, retry: false, error: `channel ${name} is not configured` };
      const result = channel && notifier ? await notifier.send(channel, messageTo(config, contact, channel, address, id), signal) : gone;
      results.push({ channel: name, address, result });
    }
  } finally {
    for (const notifier of notifiers.values()) await notifier.stop();
  }
  return results;
}

function messageTo(config: Config, contact: Contact, channel: Channel, to: string, id: string): Message {
  const { language } = contact;
  const about = { instance: config.instance.name, channel: channel.id };
  const subject = say(language, "test.subject", about);
  const key = `test/${id}/${contact.id}/${channel.id}`;
  const text = `${say(language, "test.text", about)}\n`;
  return { key, to, language, subject, text, sms: smsSegment(subject), data: { kind: "test" }, maybeDuplicate: false };
}

function readArgs(argv: readonly string[]): Asked | string {
  try {
    const options = {
      config: { type: "string" },
      channel: { type: "string" },
      json: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    if (values.help === true) return "help";
    const [act, contact, ...more] = positionals;
    if (act !== "test" || contact === undefined || more.length > 0) return "write test and one contact";
    const { config: file = "vigie.yaml", channel, yes, json } = values;
    return existsSync(file) ? { contact, channel, file, yes, json } : `${file} is not there; name the file with --config`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes|o|oui)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
