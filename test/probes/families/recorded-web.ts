/** A family's recorded web interface, served by the simulator over real TLS, and the look that the real probe makes of it. */
import { join } from "node:path";
import type { Family } from "../../../daemon/model/family.ts";
import type { Finding } from "../../../daemon/model/observation.ts";
import { createHttpsProbe } from "../../../probes/https/https-probe.ts";
import { startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { aimAtWeb } from "../https/aimed.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { recordings } from "./recorded.ts";

const address = "127.31.7.150";

export async function lookAtRecordedWeb(family: Family): Promise<Finding> {
  const port = await freePort();
  const https = { port, user: "vigie", password: "env:SIM_SSH" };
  const played = device(family.id, 150, { family: family.id, kind: family.kind, https, recording: join(recordings, family.id) });
  const simulation = await startSimulatedNetwork({ devices: [played] }, { env });
  const probe = createHttpsProbe({});
  try {
    return await probe.look(aimAtWeb({ id: family.id, address, port, family }), new AbortController().signal, { trace: true });
  } finally {
    await probe.stop();
    await simulation.stop();
  }
}
