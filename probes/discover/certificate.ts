/**
 * Is there a web interface, and which certificate does it show: one TLS handshake, on which nothing is asked and no login is sent.
 *
 * What is shown is told and believed by nobody: whoever answers may show any certificate, so a person compares it on the device.
 */
import type { PeerCertificate } from "node:tls";
import { openTls, Unfit } from "../https/trust.ts";
import type { Asking } from "./asking.ts";
import { accepts } from "./greeting.ts";
import type { WebInterface } from "./seen.ts";

/** Two large RSA numbers on a codec of 2008. */
const handshakeMs = 4_000;
const wordsAtMost = 80;

/** Undefined: nobody speaks TLS there. */
export async function webInterfaceAt(ip: string, asking: Asking): Promise<WebInterface | undefined> {
  const { httpsPort: port, signal } = asking;
  const pay = () => asking.pay(1);
  if (!(await accepts({ host: ip, port, timeoutMs: handshakeMs, pay }, signal))) return undefined;
  const shown = await shake(ip, asking, false);
  // What has no version of TLS in common with us may be as old as TLS 1.0: one more handshake says so.
  return shown === "too-old" ? orNone(await shake(ip, asking, true)) : orNone(shown);
}

type Shaken = WebInterface | "too-old" | "none";

function orNone(shown: Shaken): WebInterface | undefined {
  return typeof shown === "string" ? undefined : shown;
}

async function shake(host: string, { httpsPort: port, pay, signal }: Asking, old: boolean): Promise<Shaken> {
  // Counted as a connection, as a greeting is.
  const left = await pay(1);
  if (left === undefined) return "none";
  try {
    const socket = await openTls({ host, port, old, unverified: true }, AbortSignal.any([signal, AbortSignal.timeout(handshakeMs)]));
    const certificate = socket.getPeerCertificate();
    const isVouched = socket.authorized;
    socket.destroy();
    const isRead = typeof certificate.fingerprint256 === "string";
    return isRead ? { ...{ port, isVouched, isOld: old, fingerprint: certificate.fingerprint256 }, ...wordsOf(certificate) } : "none";
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return error.failure.code === "https.tls" && !old ? "too-old" : "none";
  } finally {
    left();
  }
}

/** Whose it says it is, by whom, and until when: for the person who compares. */
function wordsOf({ subject, issuer, valid_to: until }: PeerCertificate): Pick<WebInterface, "subject" | "issuer" | "until"> {
  const at = Date.parse(until);
  return {
    ...named("subject", subject),
    ...named("issuer", issuer),
    ...(Number.isNaN(at) ? {} : { until: new Date(at).toISOString().slice(0, 10) }),
  };
}

function named<K extends string>(key: K, name: PeerCertificate["subject"] | undefined): { readonly [k in K]?: string } {
  const words = [name?.CN, name?.O].flat().filter((word) => typeof word === "string" && word !== "");
  return words.length === 0 ? {} : ({ [key]: words.join(", ").slice(0, wordsAtMost) } as { readonly [k in K]?: string });
}
