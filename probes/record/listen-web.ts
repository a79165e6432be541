/**
 * Asks a device's web interface everything that its family asks, for its recording.
 *
 * One login, bounded in time and size; each packet waits for the ceiling. Only questions that read are sent.
 */
import type { Credential } from "../../daemon/model/config.ts";
import type { Family } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";
import { HTTPS_DIALECTS } from "../https/dialects.ts";
import { endpointOf, readHttpsLogin } from "../https/https-probe.ts";
import { Wire } from "../https/wire.ts";
import { down } from "../shell/outcome.ts";
import type { Pay } from "./listen.ts";
import type { ShellAnswer } from "./listen-shell.ts";

const webMs = 60_000;
const packetsOfLogin = 16;

/** Logs in once and asks; a sentence why when that did not work. What the device does not know, or does not allow, is no part of it. */
export async function listenWeb(
  device: Device,
  family: Family,
  credential: Credential | undefined,
  pay: Pay,
  ending: AbortSignal,
): Promise<readonly ShellAnswer[] | { readonly why: string }> {
  const { https } = family;
  if (https === undefined) return { why: `family ${family.id} has no questions for a web interface` };
  const secrets = readHttpsLogin(credential);
  if (!secrets.ok) return { why: secrets.failure.detail };
  const dialect = HTTPS_DIALECTS[https.dialect];
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(down("https.timeout", "no answer in time")), webMs);
  const signal = AbortSignal.any([ending, late.signal]);
  await pay(packetsOfLogin + 4 * https.asks.length, signal);
  const wire = new Wire(endpointOf(device), signal);
  try {
    const session = await dialect.session?.open(wire, secrets.value);
    if (session?.ok === false) return { why: session.failure.detail };
    const answers: ShellAnswer[] = [];
    for (const { command } of https.asks.filter((ask) => dialect.reads.test(ask.command))) {
      const said = await dialect.ask(wire, { secrets: secrets.value, session: session?.value }, command);
      if (said.ok) {
        const { answer } = said.value;
        if (answer.form === "json" && answer.problem === undefined) answers.push({ command, answer });
      } else if (said.failure.code !== "https.auth-refused" || answers.length === 0) return { why: said.failure.detail };
    }
    return answers.length === 0 ? { why: "it knows none of the questions" } : answers;
  } finally {
    clearTimeout(timer);
    wire.end();
  }
}
