/**
 * E-mail over SMTP. One connection a message, ended within the deadline; whether to try again follows the reply's class.
 *
 * Message-ID comes from the idempotency key, so a repeat is recognised as one by the mail system.
 */
import { createHash } from "node:crypto";
import { connect, isIP, type Socket } from "node:net";
import nodemailer from "nodemailer";
import type SMTPConnection from "nodemailer/lib/smtp-connection/index.js";
import type SMTPTransport from "nodemailer/lib/smtp-transport/index.js";
import type { Channel } from "../model/config.ts";
import type { Message, Notifier, SendResult } from "../ports.ts";
import { repeatNote } from "../text/notice.ts";

type MailChannel = Extract<Channel, { kind: "mail" }>;

/** No step of a delivery (name, connection, greeting, silence) takes longer. */
const stepMs = 9_000;

/** What nodemailer tells of a failure. `responseCode` is the SMTP reply, when there was one; `originalCode` the system's or OpenSSL's. */
interface SmtpError {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
}

/** What OpenSSL says of a certificate that it cannot trust. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

export function createMailNotifier(): Notifier {
  const open = new Set<Socket>();
  return {
    kind: "mail",
    async send(channel, message, signal) {
      if (channel.kind !== "mail") return { ok: false, retry: false, error: `channel ${channel.id} is no mail channel` };
      const problem = addressProblem(message.to);
      if (problem !== undefined) return { ok: false, retry: false, error: problem };
      return deliver(channel, message, signal, open);
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
    },
  };
}

async function deliver(channel: MailChannel, message: Message, signal: AbortSignal, open: Set<Socket>): Promise<SendResult> {
  // The socket is ours, so that the deadline ends the conversation and not only our waiting for it.
  let socket: Socket | undefined;
  const end = () => socket?.destroy(new Error("deadline"));
  const options: SMTPTransport.Options = {
    ...transportOptions(channel),
    getSocket: (_options, done) => {
      const made = connectSocket(channel, signal, done);
      socket = made;
      open.add(made);
      made.once("close", () => open.delete(made));
    },
  };
  const transport = nodemailer.createTransport(options);
  signal.addEventListener("abort", end, { once: true });
  try {
    const info = await transport.sendMail(mailOf(channel, message));
    return { ok: true, state: "accepted", proof: oneLine(info.response).slice(0, 200) };
  } catch (error) {
    return failure(channel, error as SmtpError, signal.aborted);
  } finally {
    signal.removeEventListener("abort", end);
    transport.close();
    socket?.destroy();
  }
}

function transportOptions(channel: MailChannel): SMTPTransport.Options {
  const login = channel.user !== undefined && channel.password !== undefined;
  return {
    host: channel.host,
    port: channel.port,
    secure: channel.secure,
    // A password never crosses a network in the clear.
    requireTLS: login && !channel.secure && !isLoopback(channel.host),
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
    dnsTimeout: stepMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login ? { auth: { user: channel.user ?? "", pass: channel.password?.reveal() ?? "" } } : {}),
  };
}

function connectSocket(
  channel: MailChannel,
  signal: AbortSignal,
  done: (error: Error | null, options: SMTPConnection.Options) => void,
): Socket {
  const socket = connect({ host: channel.host, port: channel.port });
  const timer = setTimeout(() => socket.destroy(Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" })), stepMs);
  const failed = (error: Error) => {
    clearTimeout(timer);
    done(error, {});
  };
  socket.once("error", failed);
  socket.once("connect", () => {
    clearTimeout(timer);
    socket.off("error", failed);
    // nodemailer attaches its own listener; this one keeps a late reset from ending the process.
    socket.on("error", () => undefined);
    done(null, { connection: socket });
  });
  if (signal.aborted) socket.destroy(new Error("deadline"));
  return socket;
}

function mailOf(channel: MailChannel, message: Message): SMTPTransport.MailOptions {
  return {
    from: channel.from,
    to: { name: "", address: message.to },
    subject: oneLine(message.subject),
    text: message.maybeDuplicate ? `${message.text}\n\n${repeatNote(message.language)}\n` : message.text,
    ...(message.files === undefined
      ? {}
      : { attachments: message.files.map(({ name, type, bytes }) => ({ filename: name, contentType: type, content: bytes })) }),
    messageId: messageId(message.key),
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Content-Language": `${message.language}-CA` },
    encoding: "utf-8",
  };
}

/** `<40 hex digits@vigie>`; the same key gives the same id. */
export function messageId(key: string): string {
  return `<${createHash("sha256").update(key).digest("hex").slice(0, 40)}@vigie>`;
}

/**
 * By the class of the reply (RFC 5321 section 4.2.1): 4yz again later, 5yz never. No reply at all (no name, no connection,
 * silence) is again later. A refused login says nothing about the message, but about our configuration: again later.
 */
function failure(channel: MailChannel, error: SmtpError, deadline: boolean): SendResult {
  const reply = error.responseCode;
  if (error.code === "EAUTH") {
    const remedy = `check channels.${channel.id}.mail.user and .password`;
    return { ok: false, retry: true, error: `${channel.host}:${channel.port} refused the login (${reply ?? "no reply"}); ${remedy}` };
  }
  if (reply !== undefined) {
    const step = error.command ?? "the message";
    return { ok: false, retry: reply < 500, error: `${channel.host}:${channel.port} answered ${reply} to ${step}` };
  }
  if (error.originalCode !== undefined && UNTRUSTED.has(error.originalCode)) {
    const remedy = `put its authority's certificate into NODE_EXTRA_CA_CERTS, or correct channels.${channel.id}.mail.host`;
    return { ok: false, retry: true, error: `${channel.host}:${channel.port}: certificate not trusted (${error.originalCode}); ${remedy}` };
  }
  const why = deadline ? "no answer within the deadline" : (error.originalCode ?? error.code ?? "connection lost");
  return { ok: false, retry: true, error: `${channel.host}:${channel.port}: ${why}` };
}

/** One address, nothing that could end a header or name a second recipient. */
function addressProblem(address: string): string | undefined {
  if (/^[^\s<>,;:"()[\]\\\p{Cc}]+@[^\s<>,;:"()\\\p{Cc}]+$/u.test(address)) return undefined;
  return `${JSON.stringify(address.slice(0, 100))} is no mail address; correct the contact's reach`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
