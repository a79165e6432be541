/**
 * Whose certificate is believed, and the connection that is opened on it: nothing is sent before it is.
 *
 * Verified by default: a chain to a known authority and the device's name. Pinned: exactly this certificate, whoever signed it. Unverified
 * only where the device's entry says so, which is a weakness that is listed.
 */
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { down, type Failure, unknown } from "../shell/outcome.ts";

export interface Trust {
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` prints it: 32 octets in hexadecimal with colons. */
  readonly fingerprint?: string;
  /** The device's own opt-out. */
  readonly unverified: boolean;
  /** The device's own opt-in: TLS 1.0 and 1.1, and the ciphers of their time. */
  readonly old: boolean;
}

export interface Endpoint extends Trust {
  readonly host: string;
  readonly port: number;
}

/** What went wrong, carried through a library that only knows exceptions. */
export class Unfit extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** An open connection to whoever is believed to be the device. Rejects with an `Unfit`. */
export function openTls(at: Endpoint, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: at.host,
      port: at.port,
      ...(isIP(at.host) === 0 ? { servername: at.host } : {}),
      ALPNProtocols: ["http/1.1"],
      // Judged below, so that the reason can name the certificate that was shown. Nothing is written before.
      rejectUnauthorized: false,
      ...(at.old ? { minVersion: "TLSv1" as const, ciphers: "DEFAULT@SECLEVEL=0" } : {}),
    });
    const giveUp = (): void => refuse(down("https.timeout", "no answer in time"));
    const refuse = (failure: Failure): void => {
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      reject(new Unfit(failure));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    socket.on("error", (error: NodeJS.ErrnoException) => refuse(failureOf(error, at)));
    socket.once("secureConnect", () => {
      const distrust = judge(socket, at);
      if (distrust !== undefined) return refuse(distrust);
      signal.removeEventListener("abort", giveUp);
      resolve(socket);
    });
  });
}

/** Undefined: it is believed. */
function judge(socket: TLSSocket, { host, port, fingerprint, unverified }: Endpoint): Failure | undefined {
  const shown = socket.getPeerCertificate().fingerprint256;
  const where = `${host}:${port}`;
  if (fingerprint !== undefined) {
    if (shown === fingerprint.toUpperCase()) return undefined;
    return unknown("https.certificate", `${where} shows the certificate ${shown}, and ${fingerprint} is pinned; no password was sent`);
  }
  if (unverified || socket.authorized) return undefined;
  const why = String(socket.authorizationError).slice(0, 80);
  const remedy = "compare it on the device, then write tls_fingerprint";
  return unknown("https.certificate", `${where} shows a certificate that nobody vouches for (${why}): ${shown}; ${remedy}`);
}

const OURS: ReadonlySet<unknown> = new Set(["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EMFILE", "ENFILE", "EACCES", "EPERM", "EINVAL"]);
const NO_NAME: ReadonlySet<unknown> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL"]);

/** By code, never by text. */
export function failureOf(error: NodeJS.ErrnoException, { host, port }: Endpoint): Failure {
  const where = `${host}:${port}`;
  if (error instanceof Unfit) return error.failure;
  const code = error.code ?? "";
  if (NO_NAME.has(code)) return unknown("https.name", `the name ${host} cannot be found`);
  if (OURS.has(code)) return unknown("https.engine", `no connection can be made from here to ${where} (${code})`);
  if (code === "ECONNREFUSED") return down("https.refused", `${where} refuses connections`);
  if (code === "ETIMEDOUT" || code === "EHOSTUNREACH") return down("https.timeout", `${where} does not answer`);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_"))
    return unknown("https.tls", `${where} and this computer have no TLS version or cipher in common (${code}); is it one for legacy.tls?`);
  return down("https.protocol", `${where} broke the connection off${code === "" ? "" : ` (${code})`}`);
}
