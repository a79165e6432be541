/**
 * The dead-man: sent only while we are well, and a planned stop says that the silence is meant.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createHeartbeat, type FetchLike } from "../../daemon/notify/heartbeat.ts";
import { clock, quiet } from "../api/fixture.ts";

async function beats(count: number, healthy: () => boolean): Promise<string[]> {
  const sent: string[] = [];
  const stop = new AbortController();
  let slept = 0;
  const heartbeat = createHeartbeat({
    url: "http://127.0.0.1/ping",
    intervalMs: 60_000,
    clock: {
      ...clock,
      sleep: async () => {
        slept += 1;
        if (slept === count) stop.abort();
      },
    },
    log: quiet,
    healthy: () => ({ ok: healthy(), why: "the auditor found an incident without a timer" }),
    fetch: async (url) => {
      sent.push(url);
      return { ok: true, status: 200 };
    },
  });
  await heartbeat.run(stop.signal);
  return sent;
}

describe("the heartbeat", () => {
  it("goes out once an interval while healthy", async () => {
    expect(await beats(3, () => true)).toHaveLength(3);
  });

  it("is withheld while we are not well", async () => {
    let asked = 0;
    expect(await beats(4, () => ++asked > 2)).toHaveLength(2);
  });

  it("tells a planned stop, and for how long", async () => {
    const got: string[] = [];
    const server = createServer((request, response) => {
      got.push(`${request.method} ${request.url}`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping?id=7`;
    const heartbeat = createHeartbeat({
      url,
      intervalMs: 60_000,
      clock,
      log: quiet,
      healthy: () => ({ ok: true, why: "" }),
      fetch: fetch as FetchLike,
    });
    expect(await heartbeat.plannedStop(600_000)).toBe(true);
    expect(got).toEqual(["POST /ping?id=7&status=planned-stop&for=600"]);
    server.closeAllConnections();
    server.close();
  });

  it("survives a receiver that is gone", async () => {
    const options = { url: "http://127.0.0.1:1/", intervalMs: 1_000, clock, log: quiet, healthy: () => ({ ok: true, why: "" }) };
    expect(await createHeartbeat({ ...options, fetch: fetch as FetchLike }).plannedStop(1_000)).toBe(false);
  });
});
