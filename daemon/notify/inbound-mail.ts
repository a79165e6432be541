/**
 * A mail that came in: what it answers, who wrote it, its words. Nothing of it is kept, but one line of a request (rules/request-words.ts).
 *
 * Pure. As JSON with the fields below, or as the mail itself (message/rfc822). What a machine wrote is told apart, so that no machine
 * is ever answered and none acknowledges.
 */
import { createHash } from "node:crypto";

export interface InboundMail {
  /** Its Message-ID; of a mail without one, what it says and when. */
  readonly id: string;
  /** Lower-case. */
  readonly from: string;
  /** Message-IDs it answers, as `<…@vigie>`. */
  readonly answers: readonly string[];
  /** A task that its subject names, `VIG-2026-000123-45-T2`; nothing else of the subject is kept. */
  readonly task: string | undefined;
  /** Read when it asks for help, and kept nowhere. */
  readonly subject: string;
  readonly text: string;
  /** The first line that the sender wrote. */
  readonly firstLine: string;
  /** Why it is no person's; undefined: a person's. */
  readonly machine: string | undefined;
  /** A report that a mail did not arrive (RFC 3464); one that it is late is none. */
  readonly bounced: boolean;
}

type Headers = ReadonlyMap<string, string>;

interface Part {
  readonly headers: Headers;
  readonly body: string;
}

const ours = /<[0-9a-f]{40}@vigie>/g;
const quoted = /^(?:>|--\s*$|-{3,}|_{5,}|On .* wrote:$|Le .* a écrit\s*:$|De\s?:|From\s?:|Envoyé de|Sent from)/i;

/** Undefined: not even a sender could be read. */
export function readMail(body: unknown, own: string): InboundMail | undefined {
  const mail = typeof body === "string" ? fromMime(body) : fromJson(body);
  if (mail === undefined) return undefined;
  const { headers, text, whole } = mail;
  const from = addressOf(headers.get("from") ?? "");
  const bounced = /report-type="?delivery-status/i.test(headers.get("content-type") ?? "") && /^Action:\s*failed/im.test(whole);
  if (from === undefined && !bounced) return undefined;
  const replied = `${headers.get("in-reply-to") ?? ""} ${headers.get("references") ?? ""}`;
  const subject = decodedWords(headers.get("subject") ?? "").slice(0, 200);
  const made = () =>
    createHash("sha256")
      .update(JSON.stringify([from, headers.get("date"), subject, text]))
      .digest("hex");
  return {
    id: headers.get("message-id")?.slice(0, 250) ?? made(),
    subject,
    text: text.slice(0, 10_000),
    from: from ?? "",
    answers: [...new Set((bounced ? `${replied} ${whole}` : replied).match(ours) ?? [])],
    task: /\[([A-Z]{2,5}-\d{4}-\d+-\d{2}-T\d+)\]/.exec(subject)?.[1],
    firstLine: firstLineOf(text),
    machine: machineOf(headers, from, own),
    bounced,
  };
}

const aboutOurs = /\[[A-Z]{2,5}-\d{4}-\d+-\d{2}(?:-T\d+)?\]/;
const agreeing = /^(?:ok|okay|oui|yes|vu|lu|re[çc]u|ack|acquitt[ée]|acknowledged|seen|got it|\D{0,3}\d{4})[\s.!]*$/i;

/** A person's, and an answer to nothing of ours: it may ask for help. */
export function mayAskForHelp({ machine, bounced, answers, subject, firstLine }: InboundMail): boolean {
  if (machine !== undefined || bounced || answers.length > 0 || aboutOurs.test(subject)) return false;
  return !agreeing.test(firstLine);
}

/** RFC 2047: `=?utf-8?Q?Pas_d=27image?=`. */
function decodedWords(text: string): string {
  return text
    .replace(/(\?=)\s+(=\?)/g, "$1$2")
    .replace(/=\?([\w-]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, how: string, body: string) =>
      decoded(
        /b/i.test(how) ? body : body.replace(/_/g, " "),
        /b/i.test(how) ? "base64" : "quoted-printable",
        /^utf-?8$/i.test(charset) ? "utf8" : "latin1",
      ),
    );
}

function fromJson(body: unknown) {
  if (body === null || typeof body !== "object") return undefined;
  const given = body as Readonly<Record<string, unknown>>;
  const word = (value: unknown) => (typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : "");
  const headers = new Map<string, string>();
  const more = given.headers !== null && typeof given.headers === "object" ? Object.entries(given.headers) : [];
  for (const [name, value] of more) headers.set(name.toLowerCase(), word(value));
  for (const [name, header] of [
    ["from", "from"],
    ["subject", "subject"],
    ["id", "message-id"],
    ["inReplyTo", "in-reply-to"],
    ["references", "references"],
  ] as const)
    if (given[name] !== undefined) headers.set(header, word(given[name]));
  const text = word(given.text);
  return { headers, text, whole: text };
}

function fromMime(raw: string) {
  const top = partOf(raw);
  return { headers: top.headers, text: plainText(top, 0) ?? "", whole: top.body };
}

function partOf(raw: string): Part {
  const [head = "", ...rest] = raw.split(/\r?\n\r?\n/);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return { headers, body: rest.join("\n\n") };
}

/** The first text/plain of a mail; a mail in HTML alone has none that is looked at. */
function plainText({ headers, body }: Part, depth: number): string | undefined {
  const type = headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary !== undefined && depth < 4) {
    for (const piece of body.split(`--${boundary}`).slice(1)) {
      const found = piece.startsWith("--") ? undefined : plainText(partOf(piece.replace(/^\r?\n/, "")), depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!/^text\/plain/i.test(type)) return undefined;
  return decoded(
    body,
    headers.get("content-transfer-encoding") ?? "",
    /charset="?(?:iso-8859|windows-1252)/i.test(type) ? "latin1" : "utf8",
  );
}

function decoded(body: string, encoding: string, charset: "latin1" | "utf8"): string {
  if (/base64/i.test(encoding)) return Buffer.from(body, "base64").toString(charset);
  if (!/quoted-printable/i.test(encoding)) return body;
  const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString(charset);
}

/** `<a@b>`, or `a@b` with nothing beside it but a comment: how Postfix signs its reports. */
function addressOf(header: string): string | undefined {
  const found = /<([^<>\s]+@[^<>\s]+)>/.exec(header)?.[1] ?? /^\s*([^<>\s,()]+@[^<>\s,()]+)\s*(?:\([^()]*\)\s*)?$/.exec(header)?.[1];
  return found?.toLowerCase().slice(0, 254);
}

function firstLineOf(text: string): string {
  const lines = text
    .slice(0, 10_000)
    .split(/\r?\n/)
    .map((line) => line.trim());
  const first = lines.find((line) => line !== "");
  return first === undefined || quoted.test(first) ? "" : first.slice(0, 200);
}

/** RFC 3834: what answers by itself says so; what does not say so is known by its habits. */
function machineOf(headers: Headers, from: string | undefined, own: string): string | undefined {
  const auto = headers.get("auto-submitted");
  if (auto !== undefined && !/^no\b/i.test(auto)) return "auto-submitted";
  if (/^(?:bulk|junk|list|auto_reply)/i.test(headers.get("precedence") ?? "")) return "precedence";
  if (
    ["x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress", "list-id", "x-loop"].some((name) => headers.has(name))
  )
    return "automatic";
  if (from === own.toLowerCase()) return "our own address";
  if (from !== undefined && /^(?:mailer-daemon|postmaster|no-?reply)@/.test(from)) return "no person's address";
  return headers.get("return-path") === "<>" ? "without a sender" : undefined;
}
