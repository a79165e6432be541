/**
 * What messages go out over, and what comes back: mail, SMS gateways described in data, webhooks, Alertmanager, the demo's sink.
 */
import type { z } from "zod";
import type { Channel, Door } from "../model/config.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_DOOR_HEADER, MAIL_PORT, MAIL_PORT_TLS } from "./defaults.ts";
import type { Path } from "./problems.ts";
import type { Section } from "./reading.ts";
import * as schema from "./schema-channels.ts";

type RawChannel = z.output<typeof schema.channel>;
type RawDoor = NonNullable<NonNullable<RawChannel["mail"]>["inbound"]>;
type RawSms = NonNullable<RawChannel["sms"]>;

const kindsOf = ["mail", "sms", "webhook", "alertmanager", "sink"] as const;

export async function readChannels(loading: Loading): Promise<Section<Channel>> {
  const { entries, ids } = loading.sections.section("channels", schema.channel);
  const channels = new Map<string, Channel>();
  for (const [id, raw] of entries) {
    const path = ["channels", id];
    const kinds = kindsOf.filter((kind) => raw[kind] !== undefined);
    if (kinds.length !== 1) {
      const found = kinds.length === 0 ? "no kind" : `several kinds (${kinds.join(", ")})`;
      loading.findings.problem(path, `has ${found}; write one of ${kindsOf.join(", ")}`);
      continue;
    }
    const channel = await readChannel(loading, id, raw);
    if (channel !== undefined) channels.set(id, { ...channel, ...given({ behind: raw.behind }) });
  }
  return { entries: channels, ids };
}

async function readChannel(loading: Loading, id: string, raw: RawChannel): Promise<Channel | undefined> {
  if (raw.mail !== undefined) return mail(loading, id, raw.mail);
  if (raw.sms !== undefined) return sms(loading, id, raw.sms);
  if (raw.webhook !== undefined) return webhook(loading, id, raw.webhook);
  if (raw.alertmanager !== undefined) return alertmanager(loading, id, raw.alertmanager);
  return { id, kind: "sink" };
}

function pairOf(loading: Loading, path: Path, raw: { readonly user?: string | undefined; readonly password?: unknown }): void {
  if ((raw.user === undefined) === (raw.password === undefined)) return;
  const missing = raw.user === undefined ? "user" : "password";
  loading.findings.problem([...path, missing], "is missing; user and password go together");
}

/** Undefined: its secret could not be read, which is told where it stands. */
async function doorOf(loading: Loading, path: Path, raw: RawDoor): Promise<Door | undefined> {
  const secret = await loading.secrets.read([...path, "secret"], raw.secret, 16);
  const header = (raw.header ?? DEFAULT_DOOR_HEADER).toLowerCase();
  if (!/^[a-z0-9-]+$/.test(header))
    loading.findings.problem([...path, "header"], `"${header}" is no name of a header; write X-Hook-Secret`);
  const { signature } = raw;
  const timestamp = signature?.timestamp === undefined ? {} : { timestampHeader: signature.timestamp.toLowerCase() };
  const signed = signature && { encoding: signature.encoding ?? "hex", ...timestamp };
  return secret && { secret, header, ...given({ signed }) };
}

async function mail(loading: Loading, id: string, raw: NonNullable<RawChannel["mail"]>): Promise<Channel | undefined> {
  const path: Path = ["channels", id, "mail"];
  pairOf(loading, path, raw);
  const password = raw.password && (await loading.secrets.read([...path, "password"], raw.password));
  const door = raw.inbound && (await doorOf(loading, [...path, "inbound"], raw.inbound));
  const asks = raw.inbound?.requests;
  const inbound = door && { ...door, ...given({ requests: asks && { domains: asks.domains ?? [] } }) };
  if ((raw.password !== undefined && password === undefined) || (raw.inbound !== undefined && inbound === undefined)) return undefined;
  const secure = raw.secure ?? false;
  const port = raw.port ?? (secure ? MAIL_PORT_TLS : MAIL_PORT);
  return { id, kind: "mail", host: raw.host, port, secure, from: raw.from, ...given({ user: raw.user, password, inbound }) };
}

/** A host that is never connected to is a slip that no test message should have to find. */
function checkHost({ findings }: Loading, path: Path, url: string): void {
  const host = new URL(url).hostname;
  if (/^169\.254\./.test(host) || /^\[fe[89ab]/i.test(host)) {
    findings.problem([...path, "url"], "goes to a link-local address, where cloud machines keep their secrets; name another host");
  }
}

async function webhook(loading: Loading, id: string, raw: NonNullable<RawChannel["webhook"]>): Promise<Channel | undefined> {
  const path: Path = ["channels", id, "webhook"];
  checkHost(loading, path, raw.url);
  const secret = await loading.secrets.read([...path, "secret"], raw.secret);
  return secret && { id, kind: "webhook", url: raw.url, secret, allowPrivate: raw.allow_private ?? false };
}

async function alertmanager(loading: Loading, id: string, raw: NonNullable<RawChannel["alertmanager"]>): Promise<Channel | undefined> {
  const path: Path = ["channels", id, "alertmanager"];
  checkHost(loading, path, raw.url);
  pairOf(loading, path, raw);
  const password = raw.password && (await loading.secrets.read([...path, "password"], raw.password));
  if (raw.password !== undefined && password === undefined) return undefined;
  return { id, kind: "alertmanager", url: raw.url, allowPrivate: raw.allow_private ?? false, ...given({ user: raw.user, password }) };
}

type SmsChannel = Extract<Channel, { kind: "sms" }>;

async function sms(loading: Loading, id: string, raw: RawSms): Promise<Channel | undefined> {
  const path: Path = ["channels", id, "sms"];
  checkHost(loading, path, raw.url);
  const body = bodyOf(loading, path, raw);
  const secret = raw.secret && (await loading.secrets.read([...path, "secret"], raw.secret));
  const door = raw.inbound && (await doorOf(loading, [...path, "inbound"], raw.inbound));
  checkFilled(loading, path, raw);
  if (body === undefined || (raw.secret !== undefined && secret === undefined)) return undefined;
  if (raw.inbound !== undefined && door === undefined) return undefined;
  const inbound = door && { ...door, ...given({ reply: replyOf(raw), receipt: receiptOf(raw) }) };
  const { url, method = "POST", headers = {}, allow_private: allowPrivate = false } = raw;
  return { id, kind: "sms", url, method, headers, body, allowPrivate, ...given({ secret, idAt: raw.id, inbound }) };
}

function replyOf({ inbound }: RawSms): NonNullable<SmsChannel["inbound"]>["reply"] {
  const reply = inbound?.reply;
  return reply && { from: reply.from, text: reply.text, ...given({ id: reply.id }) };
}

function receiptOf({ inbound }: RawSms): NonNullable<SmsChannel["inbound"]>["receipt"] {
  const receipt = inbound?.receipt;
  if (receipt === undefined) return undefined;
  const { message, status, delivered, failed = [], id } = receipt;
  return { message, status, delivered, failed, ...given({ id }) };
}

function bodyOf({ findings }: Loading, path: Path, raw: RawSms): SmsChannel["body"] | undefined {
  const ways = (["json", "form", "query"] as const).filter((way) => raw[way] !== undefined);
  const [way] = ways;
  if (way === undefined || ways.length > 1) {
    findings.problem(path, `has ${way === undefined ? "no body" : `several bodies (${ways.join(", ")})`}; write one of json, form, query`);
    return undefined;
  }
  if (raw.method === "GET" && way !== "query") findings.problem([...path, way], "goes with no GET; write query, or method: POST");
  if (way === "json") return { as: "json", value: raw.json };
  return { as: way, value: raw[way] ?? {} };
}

/** Whom it goes to and what it says must be somewhere; a secret that is named must be there. */
function checkFilled({ findings }: Loading, path: Path, raw: RawSms): void {
  const whole = JSON.stringify([raw.url, raw.headers, raw.json, raw.form, raw.query]);
  // Without a body that is told already.
  const names = raw.json === undefined && raw.form === undefined && raw.query === undefined ? [] : (["to", "text"] as const);
  for (const name of names)
    if (!whole.includes(`{${name}}`)) findings.problem(path, `says {${name}} nowhere; write where the gateway wants it`);
  if (raw.inbound?.receipt !== undefined && raw.id === undefined)
    findings.problem([...path, "id"], "is missing, so no receipt could be told to belong to a message; write where the answer has it");
  if (whole.includes("{secret}") && raw.secret === undefined) findings.problem([...path, "secret"], "is missing; {secret} is named");
}
