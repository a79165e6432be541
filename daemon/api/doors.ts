/**
 * Where what was sent is answered: links of messages, and webhooks of gateways and mail systems. No token of ours is asked for here;
 * each way proves itself by what only it can know.
 *
 * Mounted before the check of tokens, after the check of host names; a body is at most 256 KiB, of a form 1 KiB.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import express, { type Express, type Request, type Response } from "express";
import { type AckPageProps, ackPage } from "../../dashboards/web/ack-page.tsx";
import { DEFAULT_DOOR_HEADER } from "../config/defaults.ts";
import type { Channel, Door } from "../model/config.ts";
import type { Language } from "../model/time.ts";
import type { AckAnswer, Acknowledging } from "../notify/acknowledging.ts";
import { say } from "../text/catalogue.ts";
import { whatHas } from "../text/symptom.ts";
import { whyText } from "../text/why.ts";
import type { ApiDeps } from "./deps.ts";
import type { DoorSpec } from "./openapi.ts";
import { HttpProblem } from "./problem.ts";

const bodyLimitBytes = 256 * 1024;
/** A signature older than this is a repeat of somebody's. */
const signedWithinMs = 5 * 60_000;
const shownIncidents = 20;

/** What the OpenAPI document says of the doors; the pages of links are for people and stand in no document. */
export const doors: readonly DoorSpec[] = [
  {
    id: "takeHook",
    path: "/hooks/{channel}",
    summary: "A reply, a bounce or a receipt, handed over by a mail system or a gateway; the same one again changes nothing",
    bodies: { "application/json": "HookBody", "message/rfc822": undefined, "application/x-www-form-urlencoded": "HookBody" },
    answer: "HookAnswer",
    header: DEFAULT_DOOR_HEADER,
  },
];

export function mountDoors(app: Express, deps: ApiDeps): void {
  const acks = deps.acknowledging;
  app.get("/ack/:token", async (request, response) => {
    showAck(deps, request, response, await acks.look(String(request.params.token)));
  });
  const form = express.urlencoded({ extended: false, limit: 1_024, inflate: false });
  app.post("/ack/:token", form, async (request, response) => {
    const digits: unknown = (request.body as { readonly digits?: unknown } | undefined)?.digits;
    showAck(deps, request, response, await acks.answer(String(request.params.token), typeof digits === "string" ? digits : ""));
  });
  const raw = express.raw({ type: () => true, limit: bodyLimitBytes, inflate: false });
  app.post("/hooks/:channel", raw, async (request, response) => {
    const channel = deps.config().channels.get(String(request.params.channel));
    const door = channel === undefined ? undefined : doorOf(channel);
    // Whether there is such a channel is told to nobody who does not know its secret.
    if (channel === undefined || door === undefined || !proves(door, request, deps.clock.now()))
      throw new HttpProblem(
        401,
        "hook-refused",
        "This channel takes nothing in, or the secret or signature is wrong; see docs/notifications.md.",
      );
    response.json({ result: await take(acks, channel, request) });
  });
}

function doorOf(channel: Channel): Door | undefined {
  return channel.kind === "mail" || channel.kind === "sms" ? channel.inbound : undefined;
}

function contentOf(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function proves({ secret, header, signed }: Door, request: Request, now: number): boolean {
  const given = request.headers[header];
  if (typeof given !== "string") return false;
  if (signed === undefined) return same(given, secret.reveal());
  const stamp = signed.timestampHeader === undefined ? undefined : request.headers[signed.timestampHeader];
  if (signed.timestampHeader !== undefined) {
    const seconds = Number(stamp);
    const at = seconds > 1e11 ? seconds : seconds * 1000;
    if (typeof stamp !== "string" || !(Math.abs(now - at) <= signedWithinMs)) return false;
  }
  const content = contentOf(request);
  const over = typeof stamp === "string" ? Buffer.concat([Buffer.from(`${stamp}.`), content]) : content;
  const wanted = createHmac("sha256", secret.reveal()).update(over).digest(signed.encoding);
  return same(given.replace(/^(?:sha256|v1)=/, ""), wanted);
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

async function take(acks: Acknowledging, channel: Channel, request: Request): Promise<string> {
  const text = contentOf(request).toString("utf8");
  if (channel.kind === "sms") return acks.sms(channel, bodyOf(request, text));
  if (channel.kind === "mail") return acks.mail(channel, request.is("message/rfc822") ? text : bodyOf(request, text));
  throw new Error(`channel ${channel.id} has no door`);
}

function bodyOf(request: Request, text: string): unknown {
  if (request.is("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "hook-body", "The body is no JSON; send JSON, a form, or a mail as message/rfc822.");
  }
}

function showAck(deps: ApiDeps, request: Request, response: Response, answer: AckAnswer): void {
  const props = propsOf(deps, request, answer);
  response.status(answer.state === "unknown" ? 404 : answer.state === "wrong" ? 422 : answer.state === "locked" ? 410 : 200);
  response.set({
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Language": `${props.language}-CA`,
  });
  response.send(ackPage(props));
}

function propsOf(deps: ApiDeps, request: Request, answer: AckAnswer): AckPageProps {
  const { instance, contacts } = deps.config();
  const language: Language =
    answer.state === "unknown" ? (request.acceptsLanguages("fr", "en") === "en" ? "en" : instance.language) : answer.language;
  const base = { language, instanceName: instance.name, title: say(language, "ack.title"), lines: [] };
  const nameOf = (id: string) => contacts.get(id)?.name ?? id;
  switch (answer.state) {
    case "unknown":
    case "locked":
      return { ...base, lines: [say(language, `ack.${answer.state}`)] };
    case "wrong":
      return { ...base, lines: [say(language, "ack.wrong", { left: answer.left })], form: formOf(language) };
    case "done":
      return { ...base, lines: [say(language, "ack.done", { who: nameOf(answer.recipient) })] };
    case "letter":
      return { ...base, lines: [say(language, "ack.letter-done")] };
    case "already":
      return { ...base, lines: [say(language, "ack.already", { who: whyText(answer.by ?? "", language) })] };
    case "over":
      return { ...base, lines: [say(language, "ack.over", { why: say(language, "ack.over-restored") })] };
    case "asks": {
      const shown = answer.about.slice(0, shownIncidents).map((incident) => lineOf(deps, language, incident));
      const more = answer.about.length > shown.length ? [say(language, "ack.more", { n: answer.about.length - shown.length })] : [];
      const about = answer.subject === undefined ? [...shown, ...more] : [answer.subject];
      return { ...base, about, lines: [say(language, "ack.ask")], form: formOf(language) };
    }
  }
}

function formOf(language: Language): NonNullable<AckPageProps["form"]> {
  return { field: say(language, "ack.field"), button: say(language, "ack.button") };
}

/** As much as stood in the message. */
function lineOf(
  deps: ApiDeps,
  language: Language,
  incident: { number: string; site: string; room?: string; device?: string; symptom: string; rule?: string },
): string {
  const { network, rules } = deps.config();
  const device = network.devices.get(incident.device ?? "")?.name ?? incident.device;
  const where = [network.sites.get(incident.site)?.name ?? incident.site, network.rooms.get(incident.room ?? "")?.name]
    .filter(Boolean)
    .join(", ");
  return `${incident.number}  ${whatHas(language, device, incident.symptom, rules, incident.rule)} (${where})`;
}
