/**
 * A discovery from the API of a running daemon: listed networks only, one at a time, audited, and the configuration stays as it was.
 */
import { afterEach, expect, it } from "vitest";
import { needs } from "../needs.ts";
import { people, Rig, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

interface Discovery {
  readonly id: string;
  readonly state: string;
  readonly answered: number;
  readonly devices: readonly { readonly address: string; readonly site?: string }[];
  readonly yaml?: string;
}

it("what answers in a listed network is proposed; another network and a second run are refused; both ends stand in the audit", async (context) => {
  needs("fping", context);
  const rig = new Rig();
  rigs.push(rig);
  const receiver = await rig.receiver();
  const daemon = await rig.daemon(
    rig.config({
      devices: { known: { site: "mgh", address: rig.address(1), family: "ping-only" } },
      channels: { ops: { webhook: { url: receiver.url, secret: { env: "T" }, allow_private: true } } },
      ...people((who) => [{ ops: who }]),
      discovery: { ranges: [`${rig.net}.0/29`], sites: { mgh: [`${rig.net}.0/24`] }, probes_per_second: 20 },
    }),
  );
  const refused = await daemon.post("/api/v1/discoveries", { ranges: ["192.0.2.0/24"] });
  expect([refused.status, refused.body.type, refused.body.detail]).toEqual([
    422,
    "urn:vigie:problem:not-listed",
    expect.stringContaining(`not within discovery.ranges (${rig.net}.0/29)`),
  ]);
  const started = await daemon.post("/api/v1/discoveries", { ranges: [`${rig.net}.0/29`] });
  expect([started.status, started.body.state]).toEqual([200, "running"]);
  expect((await daemon.post("/api/v1/discoveries", { ranges: [`${rig.net}.0/29`] })).status).toBe(409);
  const path = `/api/v1/discoveries/${String(started.body.id)}`;
  const done = await until("the discovery ends", async () => {
    const now = await daemon.get<Discovery>(path);
    return now.state === "running" ? undefined : now;
  });
  expect(done).toMatchObject({ state: "done", answered: 5, skipped: [{ device: "known" }] });
  expect(done.devices.map(({ address, site }) => [address, site])).toEqual([2, 3, 4, 5, 6].map((last) => [rig.address(last), "mgh"]));
  expect(done.yaml).toContain("commissioning: true");
  const { items } = await daemon.get<{ items: readonly { action: string; by: string; target: string; data: object }[] }>("/api/v1/audit");
  expect(items.filter(({ action }) => action.startsWith("discovery.")).reverse()).toMatchObject([
    { action: "discovery.started", target: `${rig.net}.0/29` },
    { action: "discovery.ended", data: { state: "done", answered: 5, proposed: 5 } },
  ]);
  expect((await daemon.get<{ items: readonly object[] }>("/api/v1/devices")).items).toHaveLength(1);
});
