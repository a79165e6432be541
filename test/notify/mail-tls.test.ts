/**
 * Mail over TLS against aiosmtpd: implicit (SMTPS) and by STARTTLS, with a certificate that is trusted and one that is not.
 *
 * Who is trusted is settled when Node starts (NODE_EXTRA_CA_CERTS), so each send is a process of its own, from the built files.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { SendResult } from "../../daemon/ports.ts";
import { builtFile } from "../../probes/built.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";

const folder = mkdtempSync(join(tmpdir(), "vigie-mail-tls-"));
const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
const servers: ChildProcess[] = [];
const taken: string[] = [];

beforeAll(() => {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", [...make, ...names, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  writeFileSync(
    join(folder, "vigie_tls_handler.py"),
    `class Handler:
    async def handle_DATA(self, server, session, envelope):
        print("taken over " + ("TLS" if session.ssl or server.transport.get_extra_info("ssl_object") else "a clear line"), flush=True)
        return "250 2.0.0 taken"
`,
  );
});
afterAll(() => {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function serve(context: TestContext, kind: "smtps" | "tls"): Promise<number> {
  const python = needs("aiosmtpd", context);
  const port = await freePort();
  const args = ["-n", "-l", `localhost:${port}`, `--${kind}cert`, certificate, `--${kind}key`, key, "-c", "vigie_tls_handler.Handler"];
  const server = spawn(python, args, { cwd: folder, env: { ...process.env, PYTHONPATH: folder } });
  servers.push(server);
  server.stdout?.on("data", (chunk) => taken.push(String(chunk).trim()));
  await expect.poll(() => accepts(port), { timeout: 15_000 }).toBe(true);
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** One mail, sent by a process that trusts the authority or does not. */
async function send(
  channel: { readonly host: string; readonly port: number; readonly secure: boolean },
  trusting: boolean,
): Promise<SendResult> {
  const script = `import { createMailNotifier } from ${JSON.stringify(builtFile("daemon/notify/mail.js"))};
    const channel = ${JSON.stringify({ id: "mail", kind: "mail", from: "vigie@example.org", ...channel })};
    const message = { key: "i1/1/1", language: "fr", to: "desk@example.org", subject: "s", text: "t", data: {}, maybeDuplicate: false };
    console.log(JSON.stringify(await createMailNotifier().send(channel, message, AbortSignal.timeout(9000))));`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusting ? certificate : "" };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env });
  return JSON.parse(stdout) as SendResult;
}

describe("a mail over TLS", () => {
  it("goes to a server that begins with TLS", async (context) => {
    const port = await serve(context, "smtps");
    expect(await send({ host: "localhost", port, secure: true }, true)).toMatchObject({ ok: true, state: "accepted" });
    await expect.poll(() => taken).toContain("taken over TLS");
  });

  it("changes to TLS by STARTTLS where the server offers it", async (context) => {
    const port = await serve(context, "tls");
    taken.length = 0;
    expect(await send({ host: "localhost", port, secure: false }, true)).toMatchObject({ ok: true });
    await expect.poll(() => taken).toContain("taken over TLS");
  });

  it("does not go to a server whose certificate nobody vouches for, and says what to do", async (context) => {
    const port = await serve(context, "smtps");
    taken.length = 0;
    expect(await send({ host: "localhost", port, secure: true }, false)).toEqual({
      ok: false,
      retry: true,
      error: `localhost:${port}: certificate not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); put its authority's certificate into NODE_EXTRA_CA_CERTS, or correct channels.mail.mail.host`,
    });
    expect(taken).toEqual([]);
  });
});
