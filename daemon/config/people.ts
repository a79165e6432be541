/**
 * Who is told: contacts, functions, partners, tokens.
 */
import type { Channel, Config, Contact, FunctionEntry } from "../model/config.ts";
import type { Language } from "../model/time.ts";
import { given, type Loading } from "./context.ts";
import { DEFAULT_FUNCTIONS, DEFAULT_ON_CALL, LEAST_TOKEN } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section, withIds } from "./reading.ts";
import { badMail, UNREAD } from "./scalars.ts";
import * as schema from "./schema.ts";

/** What is wrong with an address on a channel, and what to write. */
export function badAddress(kind: Channel["kind"] | undefined, address: string): string | undefined {
  if (address === UNREAD) return undefined;
  if (kind === "mail" && badMail(address)) return "not an e-mail address; write desk@example.org";
  return kind === "sms" && !/^\+[1-9]\d{6,14}$/.test(address) ? 'not a telephone number; write "+15145550100"' : undefined;
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
      const wrong = badAddress(channels.entries.get(channel)?.kind, address);
      if (wrong !== undefined) findings.problem([...path, channel], `${JSON.stringify(address)} is ${wrong}`);
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

export async function readTokens(
  loading: Loading,
  functions: Section<FunctionEntry>,
  sites: ReadonlySet<string>,
): Promise<Config["tokens"]> {
  const { entries } = loading.sections.section("tokens", schema.token);
  const tokens: Config["tokens"][number][] = [];
  for (const [name, raw] of entries) {
    const path: Path = ["tokens", name];
    checkReference(loading.findings, [...path, "function"], "function", raw.function, functions.ids);
    for (const [index, site] of (raw.sites ?? []).entries())
      checkReference(loading.findings, [...path, "sites", index], "site", site, sites);
    const secret = await loading.secrets.read([...path, "secret"], raw.secret, LEAST_TOKEN);
    if (secret === undefined) continue;
    const twin = tokens.find((token) => token.secret.reveal() === secret.reveal());
    if (twin !== undefined) loading.findings.problem([...path, "secret"], `is the same as that of tokens.${twin.name}; give each its own`);
    tokens.push({ name, function: raw.function, secret, ...given({ sites: raw.sites }) });
  }
  return tokens;
}
