/**
 * Who is told and how: channels, contacts, functions, partners, tokens.
 */
import type { z } from "zod";
import type { Channel, Config, Contact, FunctionEntry } from "../model/config.ts";
import type { Language } from "../model/time.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_FUNCTIONS, DEFAULT_ON_CALL, LEAST_TOKEN, MAIL_PORT, MAIL_PORT_TLS } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section, withIds } from "./reading.ts";
import { badMail, UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";

export async function readChannels(loading: Loading): Promise<Section<Channel>> {
  const { entries, ids } = loading.sections.section("channels", schema.channel);
  const channels = new Map<string, Channel>();
  for (const [id, raw] of entries) {
    const path = ["channels", id];
    const kinds = (["mail", "webhook", "sink"] as const).filter((kind) => raw[kind] !== undefined);
    if (kinds.length !== 1) {
      loading.findings.problem(
        path,
        `has ${kinds.length === 0 ? "no kind" : `several kinds (${kinds.join(", ")})`}; write one of mail, webhook, sink`,
      );
      continue;
    }
    const channel =
      raw.sink === undefined
        ? ((await mail(loading, id, raw.mail)) ?? (await webhook(loading, id, raw.webhook)))
        : { id, kind: "sink" as const };
    if (channel !== undefined) channels.set(id, channel);
  }
  return { entries: channels, ids };
}

type RawChannel = z.output<typeof schema.channel>;

async function mail(loading: Loading, id: string, raw: RawChannel["mail"]): Promise<Channel | undefined> {
  if (raw === undefined) return undefined;
  const path: Path = ["channels", id, "mail"];
  if ((raw.user === undefined) !== (raw.password === undefined)) {
    const missing = raw.user === undefined ? "user" : "password";
    loading.findings.problem([...path, missing], "is missing; user and password go together");
  }
  const password = raw.password && (await loading.secrets.read([...path, "password"], raw.password));
  if (raw.password !== undefined && password === undefined) return undefined;
  const secure = raw.secure ?? false;
  const port = raw.port ?? (secure ? MAIL_PORT_TLS : MAIL_PORT);
  return { id, kind: "mail", host: raw.host, port, secure, from: raw.from, ...given({ user: raw.user, password }) };
}

async function webhook(loading: Loading, id: string, raw: RawChannel["webhook"]): Promise<Channel | undefined> {
  if (raw === undefined) return undefined;
  const path: Path = ["channels", id, "webhook"];
  const host = new URL(raw.url).hostname;
  if (/^169\.254\./.test(host) || /^\[fe[89ab]/i.test(host)) {
    loading.findings.problem([...path, "url"], "goes to a link-local address, where cloud machines keep their secrets; name another host");
  }
  const secret = await loading.secrets.read([...path, "secret"], raw.secret);
  return secret && { id, kind: "webhook", url: raw.url, secret, allowPrivate: raw.allow_private ?? false };
}

export function readContacts({ sections, findings }: Loading, channels: Section<Channel>, language: Language): Section<Contact> {
  const { entries, ids } = sections.section("contacts", schema.contact);
  const contacts = new Map<string, Contact>();
  for (const [id, raw] of entries) {
    const reached: { channel: string; address: string }[] = [];
    for (const [index, way] of (raw.reach ?? []).entries()) {
      const path: Path = ["contacts", id, "reach", index];
      const [first, ...more] = Object.entries(way);
      if (first === undefined || more.length > 0) {
        findings.problem(path, "must be one channel and its address; write - mail: desk@example.org");
        continue;
      }
      const [channel, address] = first;
      if (!checkReference(findings, [...path, channel], "channel", channel, channels.ids)) continue;
      if (channels.entries.get(channel)?.kind === "mail" && address !== UNREAD && badMail(address)) {
        findings.problem([...path, channel], `${JSON.stringify(address)} is not an e-mail address; write desk@example.org`);
      }
      if (reached.some((other) => other.channel === channel && other.address === address)) {
        findings.problem([...path, channel], "stands here twice; keep one");
      }
      reached.push({ channel, address });
    }
    contacts.set(id, { id, name: raw.name ?? id, language: raw.language ?? language, channels: reached });
  }
  return { entries: contacts, ids };
}

export function readFunctions({ sections, findings }: Loading, contacts: Section<Contact>): Section<FunctionEntry> {
  const { entries, ids } = sections.section("functions", schema.functionEntry);
  const functions = new Map(DEFAULT_FUNCTIONS.map((entry) => [entry.id, entry]));
  for (const [id, raw] of entries) {
    const before = functions.get(id);
    if (raw.name === undefined && before === undefined) {
      findings.problem(["functions", id, "name"], "is missing; write { fr: …, en: … }");
    }
    for (const [index, contact] of (raw.contacts ?? []).entries()) {
      checkReference(findings, ["functions", id, "contacts", index], "contact", contact, contacts.ids);
    }
    functions.set(id, { id, name: raw.name ?? before?.name ?? { fr: id, en: id }, contacts: raw.contacts ?? [] });
  }
  return { entries: functions, ids: withIds(ids, functions.keys()) };
}

/** How far ahead holes are looked for and who hears of them; how often every channel is tried. */
export function readOnCall({ sections, findings }: Loading, functions: Section<FunctionEntry>): Config["duty"] {
  const raw = sections.setting("on_call", schema.onCall);
  if (raw?.tell?.length === 0) findings.problem(["on_call", "tell"], "is empty, so nobody would hear of a hole; name a function");
  for (const [index, id] of (raw?.tell ?? []).entries())
    checkReference(findings, ["on_call", "tell", index], "function", id, functions.ids);
  const { horizonMs, tell, checkEveryMs } = DEFAULT_ON_CALL;
  return { horizonMs: raw?.horizon ?? horizonMs, tell: raw?.tell ?? tell, checkEveryMs: raw?.check_every ?? checkEveryMs };
}

export async function readTokens(loading: Loading, functions: Section<FunctionEntry>): Promise<Config["tokens"]> {
  const { entries } = loading.sections.section("tokens", schema.token);
  const tokens: Config["tokens"][number][] = [];
  for (const [name, raw] of entries) {
    const path: Path = ["tokens", name];
    checkReference(loading.findings, [...path, "function"], "function", raw.function, functions.ids);
    const secret = await loading.secrets.read([...path, "secret"], raw.secret, LEAST_TOKEN);
    if (secret === undefined) continue;
    const twin = tokens.find((token) => token.secret.reveal() === secret.reveal());
    if (twin !== undefined) loading.findings.problem([...path, "secret"], `is the same as that of tokens.${twin.name}; give each its own`);
    tokens.push({ name, function: raw.function, secret });
  }
  return tokens;
}
