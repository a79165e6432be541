/**
 * A simulated codec starts with every key that is made for it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isReadable, newHostKey } from "../../../probes/simulator/host-key.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";

it("every one of 2,000 new host keys can be read", () => {
  for (let n = 0; n < 2_000; n += 1) expect(isReadable(newHostKey())).toBe(true);
});

it("a kept key that cannot be read is made again, and does not keep the network from starting for ever", async () => {
  const hostKeys = mkdtempSync(join(tmpdir(), "vigie-keys-"));
  try {
    mkdirSync(hostKeys, { recursive: true });
    writeFileSync(join(hostKeys, "codec.key"), "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n");
    const ssh = { port: 0, user: "vigie", password: "env:P" };
    const codec = { id: "codec", name: "c", address: "127.0.0.1", family: "cisco-ce", kind: "codec", parents: [], ssh } as const;
    const simulation = await startSimulatedNetwork({ devices: [codec] }, { hostKeys, env: { P: "p" } });
    expect(simulation.codecs).toBe(1);
    await simulation.stop();
  } finally {
    rmSync(hostKeys, { recursive: true });
  }
});
