/**
 * Webhooks against a real HTTP server: what is signed, where it may go, and what an answer means.
 */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Channel } from "../../daemon/model/config.ts";
import { createWebhookNotifier } from "../../daemon/notify/webhook.ts";
import type { Message } from "../../daemon/ports.ts";
import { refusal } from "../../daemon/target.ts";
import { secret } from "../api/fixture.ts";

const message: Message = {
  key: "i1/1/1/problem/desk/hook",
  to: "desk",
  language: "fr",
  subject: "Majeur : Codec A-101 ne répond plus",
  text: "…",
  data: { number: "VIG-2026-000123-45" },
  maybeDuplicate: false,
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Got {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function receiver(answer: (response: ServerResponse) => void): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (body += chunk));
    request.once("end", () => {
      got.push({ headers: request.headers, body });
      answer(response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got };
}

function channel(url: string, allowPrivate = true): Channel {
  return { id: "hook", kind: "webhook", url, secret: secret("s3cret"), allowPrivate };
}

const never = new AbortController().signal;
const notifier = createWebhookNotifier(() => 1_770_000_000_500);

describe("a webhook", () => {
  it("is signed over its timestamp and body, and carries the key", async () => {
    const { url, got } = await receiver((response) => response.writeHead(204).end());
    expect(await notifier.send(channel(url), message, never)).toEqual({ ok: true, state: "accepted", proof: "204" });
    const [first] = got;
    const timestamp = first?.headers["vigie-timestamp"];
    expect(timestamp).toBe("1770000000");
    const expected = createHmac("sha256", "s3cret").update(`${timestamp}.${first?.body}`).digest("hex");
    expect(first?.headers["vigie-signature"]).toBe(`v1=${expected}`);
    expect(first?.headers["idempotency-key"]).toBe(message.key);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ key: message.key, data: message.data, subject: message.subject });
  });

  it.each([
    [200, true, undefined],
    [301, false, false],
    [307, false, false],
    [400, false, false],
    [404, false, false],
    [410, false, false],
    [408, false, true],
    [429, false, true],
    [500, false, true],
    [503, false, true],
  ])("answered %i is ok: %s, try again: %s", async (status, ok, retry) => {
    const { url, got } = await receiver((response) => response.writeHead(status, { Location: "http://127.0.0.1:1/" }).end("x"));
    const result = await notifier.send(channel(url), message, never);
    expect([result.ok, result.ok ? undefined : result.retry]).toEqual([ok, retry]);
    expect(got).toHaveLength(1);
  });

  it("stops reading an answer that does not end", async () => {
    const { url } = await receiver((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(16_384)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    expect((await notifier.send(channel(url), message, never)).ok).toBe(true);
  });

  it("ends at the deadline when the receiver says nothing, and is tried again", async () => {
    const { url } = await receiver(() => undefined);
    expect(await notifier.send(channel(url), message, AbortSignal.timeout(150))).toMatchObject({ ok: false, retry: true });
  });

  it("does not connect to loopback unless that is allowed, by address or by name", async () => {
    const { url, got } = await receiver((response) => response.writeHead(200).end());
    for (const address of [url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "[::ffff:127.0.0.1]")]) {
      expect(await notifier.send(channel(address, false), message, never)).toMatchObject({ ok: false, retry: false });
    }
    expect(got).toHaveLength(0);
  });

  it("that meets a closed port is tried again", async () => {
    expect(await notifier.send(channel("http://127.0.0.1:1/"), message, never)).toMatchObject({ ok: false, retry: true });
  });
});

describe("an address", () => {
  it.each([
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "255.255.255.255",
  ])("%s is refused even where private ones are allowed", (address) => {
    expect(refusal(address, true)).toBeDefined();
  });

  it.each(["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1", "2002:7f00:1::"])(
    "%s needs allow_private",
    (address) => {
      expect([refusal(address, false) === undefined, refusal(address, true)]).toEqual([false, undefined]);
    },
  );

  it.each(["8.8.8.8", "172.32.0.1", "2607:f8b0::1", "::ffff:8.8.8.8"])("%s is an outside address like any other", (address) => {
    expect(refusal(address, false)).toBeUndefined();
  });
});
