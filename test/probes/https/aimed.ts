/** The shipped families with a web interface, played by the simulator over real TLS, and a look at one of them. */
import type { Credential } from "../../../daemon/model/config.ts";
import type { Family } from "../../../daemon/model/family.ts";
import type { Device } from "../../../daemon/model/network.ts";
import { loadFamilies, shippedFamilies } from "../../../probes/families.ts";
import type { Target } from "../../../probes/probe.ts";
import { type Simulation, startSimulatedNetwork } from "../../../probes/simulator/simulation.ts";
import { aimAt } from "../shell/player.ts";
import { device, env, freePort } from "../simulator/network.ts";
import { secret } from "../ssh/peer.ts";

export const shipped = loadFamilies([shippedFamilies()]).families;

export const webPassword = (value: string, user = "vigie"): Credential => ({
  id: "web",
  kind: "https-password",
  user,
  password: secret(value),
});

export function familyOf(id: string): Family {
  const family = shipped.get(id);
  if (family === undefined) throw new Error(`no family ${id}`);
  return family;
}

export interface WebAim {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly family: Family;
  readonly timeoutMs?: number;
  readonly credential?: Credential;
  readonly device?: Partial<Device>;
}

/** By default whatever certificate is shown is believed, so that a test is about something else. */
export function aimAtWeb({ id, address, port, family, timeoutMs = 5_000, credential, device: own }: WebAim): Target {
  const made = aimAt({ kind: "ssh", port: 22, dialect: "poly", asks: [], id, address, timeoutMs });
  return {
    check: { ...made.check, id: `${id}/https`, kind: "https" },
    device: { ...made.device, kind: family.kind, httpsPort: port, legacy: { sshAlgorithms: false, unverifiedTls: true }, ...own },
    family,
    credential: credential ?? webPassword(env.SIM_SSH),
  };
}

export const web = [
  { id: "icon", family: "lifesize-icon", kind: "codec", address: "127.31.7.141" },
  { id: "mcu", family: "codian-mcu", kind: "bridge", address: "127.31.7.142" },
  { id: "group", family: "poly-group", kind: "codec", address: "127.31.7.143" },
  { id: "studio", family: "poly-studio", kind: "codec", address: "127.31.7.144" },
] as const;
export type WebId = (typeof web)[number]["id"];

export async function playWeb(): Promise<{ readonly simulation: Simulation; readonly port: number }> {
  const port = await freePort();
  const devices = web.map(({ id, family, kind, address }) =>
    device(id, 0, { family, kind, address, https: { port, user: "vigie", password: "env:SIM_SSH" } }),
  );
  return { simulation: await startSimulatedNetwork({ devices }, { env }), port };
}

/** A Studio is of the Group's family. */
export const aimAtPlayed = (id: WebId, port: number, more: Partial<WebAim> = {}): Target => {
  const played = web.find((each) => each.id === id);
  if (played === undefined) throw new Error(id);
  const family = familyOf(played.family === "poly-studio" ? "poly-group" : played.family);
  return aimAtWeb({ id, address: played.address, port, family, ...more });
};
