/**
 * Mail against aiosmtpd, a real SMTP server that is no sibling of the client.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { Channel } from "../../daemon/model/config.ts";
import { createMailNotifier, messageId } from "../../daemon/notify/mail.ts";
import type { Message } from "../../daemon/ports.ts";
import { secret } from "../api/fixture.ts";
import { needs } from "../needs.ts";
import { freePort } from "../port.ts";

/** aiosmtpd with a handler that answers by the recipient's name and prints what it took. */
const handler = `
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        for code in ("450", "550"):
            if address.startswith("code" + code): return code + " as asked"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        import json
        print(json.dumps({"to": envelope.rcpt_tos, "from": envelope.mail_from, "data": envelope.content.decode("utf8", "replace")}), flush=True)
        return "250 2.0.0 taken as queue-id-7"
`;

let folder: string;
let server: ChildProcess | undefined;
let port = 0;
let output = "";

async function start(context: TestContext): Promise<void> {
  const python = needs("aiosmtpd", context);
  if (server !== undefined) return;
  port = await freePort();
  server = spawn(python, ["-n", "-l", `127.0.0.1:${port}`, "-c", "vigie_handler.Handler"], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: folder },
  });
  server.stdout?.on("data", (chunk) => (output += chunk));
  await until(async () => {
    const socket = connect(port, "127.0.0.1");
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    return open;
  });
}

async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await done())) {
    if (Date.now() > end) throw new Error("not within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-mail-"));
  writeFileSync(join(folder, "vigie_handler.py"), handler);
});
afterAll(() => {
  server?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const notifier = createMailNotifier();
const never = new AbortController().signal;

function channel(more: Partial<Extract<Channel, { kind: "mail" }>> = {}): Channel {
  return { id: "mail", kind: "mail", host: "127.0.0.1", port, secure: false, from: "vigie@example.org", ...more };
}

function message(more: Partial<Message> = {}): Message {
  const usual = { to: "desk@example.org", subject: "Majeur : Codec A-101 ne répond plus", text: "Où : Hôpital général\n" };
  return { key: "i1/1/1/problem/desk/mail", language: "fr", ...usual, data: {}, maybeDuplicate: false, ...more };
}

interface Taken {
  to: string[];
  from: string;
  data: string;
}

async function lastTaken(count: number): Promise<Taken> {
  await until(() => output.trim().split("\n").filter(Boolean).length >= count);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Taken;
}

describe("a mail", () => {
  it("arrives as UTF-8 text, marked as generated, with the key in its Message-ID", async (context) => {
    await start(context);
    const result = await notifier.send(channel(), message(), never);
    expect(result).toMatchObject({ ok: true, state: "accepted", proof: expect.stringContaining("queue-id-7") });
    const { to, from, data } = await lastTaken(1);
    expect([to, from]).toEqual([["desk@example.org"], "vigie@example.org"]);
    expect(data).toContain(`Message-ID: ${messageId("i1/1/1/problem/desk/mail")}`);
    expect(data).toContain("Auto-Submitted: auto-generated");
    expect(data).toMatch(/Content-Type: text\/plain; charset=utf-8/i);
    expect(data).toContain("=?UTF-8?");
  });

  it("carries no header that a subject or a name tries to add, and goes to one address", async (context) => {
    await start(context);
    const before = output.trim().split("\n").filter(Boolean).length;
    await notifier.send(channel(), message({ subject: "x\r\nBcc: thief@example.org\r\n\r\nbody" }), never);
    const { to, data } = await lastTaken(before + 1);
    expect(to).toEqual(["desk@example.org"]);
    expect(data).not.toMatch(/^Bcc:/m);
    for (const address of ["a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", "<a@example.org>", "not an address"]) {
      expect(await notifier.send(channel(), message({ to: address }), never)).toMatchObject({ ok: false, retry: false });
    }
  });

  it("says so when it may be a repeat", async (context) => {
    await start(context);
    const before = output.trim().split("\n").filter(Boolean).length;
    await notifier.send(channel(), message({ maybeDuplicate: true, language: "en" }), never);
    expect((await lastTaken(before + 1)).data).toContain("may be a repeat");
  });

  it.for([
    ["code450@example.org", true],
    ["code550@example.org", false],
  ] as const)("to %s is tried again: %s", async ([to, retry], context) => {
    await start(context);
    expect(await notifier.send(channel(), message({ to }), never)).toMatchObject({ ok: false, retry });
  });

  it("to a server that is not there is tried again", async () => {
    expect(await notifier.send(channel({ port: 1 }), message(), never)).toMatchObject({ ok: false, retry: true });
  });

  it("to a server that never greets ends at the deadline, its connection closed", async () => {
    let closed = false;
    const mute = createServer((socket) => {
      sockets.push(socket);
      socket.once("close", () => (closed = true));
      socket.resume();
    });
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const began = performance.now();
    const result = await notifier.send(channel({ port: (mute.address() as { port: number }).port }), message(), AbortSignal.timeout(200));
    expect(result).toMatchObject({ ok: false, retry: true });
    expect(performance.now() - began).toBeLessThan(2_000);
    await until(() => closed);
    mute.close();
  });

  it("does not send a password in the clear to another machine's server that offers no TLS", async () => {
    const heard: string[] = [];
    const plain = createServer((socket) => {
      sockets.push(socket);
      socket.write("220 plain\r\n");
      socket.on("data", (chunk) => {
        heard.push(chunk.toString());
        socket.write(chunk.toString().startsWith("EHLO") ? "250-plain\r\n250 AUTH PLAIN LOGIN\r\n" : "502 no\r\n");
      });
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.2", resolve));
    // The name is not one of loopback's, though it leads there.
    const login = { host: "0x7f000002", port: (plain.address() as { port: number }).port, user: "v", password: secret("hunter2") };
    expect((await notifier.send(channel(login), message(), AbortSignal.timeout(3_000))).ok).toBe(false);
    expect(heard.join("")).toContain("EHLO");
    expect(heard.join("")).not.toContain("AUTH");
    plain.close();
  });

  it("whose login is refused is tried again, and names the setting to check", async () => {
    const strict = createServer((socket) => {
      sockets.push(socket);
      socket.write("220 strict\r\n");
      socket.on("data", (chunk) => {
        socket.write(chunk.toString().startsWith("EHLO") ? "250-strict\r\n250 AUTH PLAIN\r\n" : "535 5.7.8 no\r\n");
      });
    });
    await new Promise<void>((resolve) => strict.listen(0, "127.0.0.1", resolve));
    const login = { port: (strict.address() as { port: number }).port, user: "v", password: secret("hunter2") };
    const result = await notifier.send(channel(login), message(), AbortSignal.timeout(3_000));
    expect(result).toMatchObject({ ok: false, retry: true, error: expect.stringContaining("channels.mail.mail") });
    expect(JSON.stringify(result)).not.toContain("hunter2");
    strict.close();
  });
});
