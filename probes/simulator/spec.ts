/**
 * What to simulate, derived from the configuration that watches it: one list of devices, not two.
 *
 * Secrets stay references (`env:NAME`, `file:/path`), so that a spec may be written to a file.
 */
import { readFileSync } from "node:fs";
import type { Config, Credential, SnmpAuth, SnmpPriv } from "../../daemon/model/config.ts";
import type { DeviceKind } from "../../daemon/model/family.ts";
import type { Device } from "../../daemon/model/network.ts";

export interface SnmpAccess {
  /** Reference to the community of v1 and v2c. */
  readonly community?: string;
  /** The v3 user; keys are references. */
  readonly user?: {
    readonly name: string;
    readonly auth?: { readonly protocol: SnmpAuth; readonly key: string };
    readonly priv?: { readonly protocol: SnmpPriv; readonly key: string };
  };
}

export interface SimulatedDevice {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly family: string;
  readonly kind: DeviceKind;
  /** Devices it is reached through: when none of them answers, it does not either. */
  readonly parents: readonly string[];
  readonly snmp?: SnmpAccess & { readonly port: number };
  readonly ssh?: {
    readonly port: number;
    readonly user: string;
    readonly password: string;
    /** Offers only the algorithms of old equipment. */
    readonly legacy?: boolean;
  };
  /** A command line in clear text, or a status port. Without a password it asks for none. */
  readonly telnet?: { readonly port: number; readonly user?: string; readonly password?: string };
  /** A web interface over TLS, with a certificate that it signed itself. */
  readonly https?: { readonly port: number; readonly user: string; readonly password: string };
  /** TCP ports that accept: H.323 and SIP signalling. */
  readonly tcp?: readonly number[];
  /** The form of its traps; default: its make's, or v3 when it has a v3 user. */
  readonly trapForm?: "v1" | "v2c" | "v3";
  /** Folder of a recording that is played instead of its make. */
  readonly recording?: string;
}

export interface SimulatedNetworkSpec {
  readonly devices: readonly SimulatedDevice[];
  /** Where devices send their traps; undefined: nowhere. */
  readonly traps?: { readonly host: string; readonly port: number; readonly access: SnmpAccess };
}

const telnetPort = 23;
const httpsPort = 443;

/** The simulated other end of a configuration. Devices without a look over SNMP or SSH get an address of their own and nothing more. */
export function specFrom(config: Config): SimulatedNetworkSpec {
  const devices = [...config.network.devices.values()].map((device) => simulated(device, config));
  const heard = (config.traps?.credentials ?? []).flatMap((id) => snmpAccess(config.credentials.get(id)) ?? []);
  const access: SnmpAccess = Object.assign({}, ...heard);
  const { traps } = config;
  if (traps === undefined) return { devices };
  return { devices, traps: { host: traps.host === "0.0.0.0" ? "127.0.0.1" : traps.host, port: traps.port, access } };
}

function simulated(device: Device, config: Config): SimulatedDevice {
  const looks = new Set(device.checks.map((check) => check.kind));
  const snmp = looks.has("snmp") ? snmpAccess(config.credentials.get(device.credentials.snmp ?? "")) : undefined;
  const login = looks.has("ssh") ? config.credentials.get(device.credentials.ssh ?? "") : undefined;
  const gateway = config.network.sites.get(device.site)?.gateway;
  const parents = device.parents.length > 0 || gateway === undefined || gateway === device.id ? device.parents : [gateway];
  return {
    id: device.id,
    name: device.name,
    address: device.address,
    family: device.family,
    kind: device.kind,
    parents,
    ...(snmp === undefined ? {} : { snmp: { ...snmp, port: device.snmpPort } }),
    ...(login?.kind === "ssh-password"
      ? {
          ssh: {
            port: device.sshPort,
            user: login.user,
            password: login.password.ref,
            ...(device.legacy.sshAlgorithms ? { legacy: true } : {}),
          },
        }
      : {}),
    ...(looks.has("telnet") ? { telnet: telnetOf(device, config.credentials.get(device.credentials.telnet ?? "")) } : {}),
    ...(looks.has("https") ? httpsOf(device, config.credentials.get(device.credentials.https ?? "")) : {}),
    ...(looks.has("tcp") ? { tcp: (config.families.get(device.family)?.tcp ?? []).map(({ port }) => port) } : {}),
  };
}

function httpsOf(device: Device, login: Credential | undefined): Pick<SimulatedDevice, "https"> {
  if (login?.kind !== "https-password") return {};
  return { https: { port: device.httpsPort ?? httpsPort, user: login.user, password: login.password.ref } };
}

/** Without a credential it asks for no password, as a status port does. */
function telnetOf(device: Device, login: Credential | undefined): NonNullable<SimulatedDevice["telnet"]> {
  const port = device.telnetPort ?? telnetPort;
  if (login?.kind !== "telnet-password") return { port };
  return { port, password: login.password.ref, ...(login.user === undefined ? {} : { user: login.user }) };
}

function snmpAccess(credential: Credential | undefined): SnmpAccess | undefined {
  switch (credential?.kind) {
    case "snmp-community":
      return { community: credential.community.ref };
    case "snmp-v3":
      return {
        user: {
          name: credential.user,
          ...(credential.auth === undefined ? {} : { auth: { protocol: credential.auth.protocol, key: credential.auth.key.ref } }),
          ...(credential.priv === undefined ? {} : { priv: { protocol: credential.priv.protocol, key: credential.priv.key.ref } }),
        },
      };
    case "ssh-password":
    case "ssh-key":
    case "telnet-password":
    case "https-password":
    case undefined:
      return undefined;
  }
}

/** The secret behind a reference. Throws when it is not there: a simulator without its passwords was started wrongly. */
export function resolveRef(ref: string, env: NodeJS.ProcessEnv = process.env): string {
  const [kind, ...rest] = ref.split(":");
  const name = rest.join(":");
  if (kind === "file") return readFileSync(name, "utf8").trim();
  const value = kind === "env" ? env[name] : undefined;
  if (value === undefined || value === "") throw new Error(`the simulator has no secret ${ref}; set it before the start`);
  return value;
}
