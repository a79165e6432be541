/**
 * Credentials: exactly one kind each, secrets by reference, a successor of the same trade for rotation.
 */
import type { z } from "zod";
import type { Credential } from "../model/config.ts";
import { circles, given, type Loading } from "./context.ts";
import { LEAST_SNMP_KEY } from "./defaults.ts";
import type { Path } from "./problems.ts";
import { checkReference, type Section } from "./reading.ts";
import * as schema from "./schema.ts";

type Raw = z.output<typeof schema.credential>;

const KINDS = ["snmp_v3", "snmp_community", "ssh_password", "ssh_key", "telnet_password", "https_password"] as const;

/** What a device's key of that name accepts. A password for telnet is of its own trade: one for SSH is never sent in clear text. */
export type Trade = "snmp" | "ssh" | "telnet" | "https";

export function tradeOf(kind: Credential["kind"]): Trade {
  switch (kind) {
    case "snmp-v3":
    case "snmp-community":
      return "snmp";
    case "ssh-password":
    case "ssh-key":
      return "ssh";
    case "telnet-password":
      return "telnet";
    case "https-password":
      return "https";
  }
}

export async function readCredentials(loading: Loading): Promise<Section<Credential>> {
  const { entries, ids } = loading.sections.section("credentials", schema.credential);
  const credentials = new Map<string, Credential>();
  for (const [id, raw] of entries) {
    const path = ["credentials", id];
    const kinds = KINDS.filter((kind) => raw[kind] !== undefined);
    if (kinds.length !== 1) {
      const found = kinds.length === 0 ? "has no kind" : `has several kinds (${kinds.join(", ")})`;
      loading.findings.problem(path, `${found}; write one of ${KINDS.join(", ")}`);
      continue;
    }
    const made =
      (await v3(loading, id, raw)) ??
      (await community(loading, id, raw)) ??
      (await ssh(loading, id, raw)) ??
      (await telnet(loading, id, raw)) ??
      (await https(loading, id, raw));
    if (made !== undefined) credentials.set(id, raw.successor === undefined ? made : { ...made, successor: raw.successor });
  }
  checkSuccessors(loading, credentials, ids);
  return { entries: credentials, ids };
}

async function v3(loading: Loading, id: string, raw: Raw): Promise<Credential | undefined> {
  const given3 = raw.snmp_v3;
  if (given3 === undefined) return undefined;
  const path: Path = ["credentials", id, "snmp_v3"];
  const { auth, priv } = given3;
  if (priv !== undefined && auth === undefined) {
    loading.findings.problem([...path, "priv"], "is encryption without authentication, which SNMPv3 does not have; add auth");
  }
  const authKey = auth && (await loading.secrets.read([...path, "auth", "key"], auth.key, LEAST_SNMP_KEY));
  const privKey = priv && (await loading.secrets.read([...path, "priv", "key"], priv.key, LEAST_SNMP_KEY));
  weaknesses(loading, path, auth?.protocol, priv?.protocol);
  if ((auth !== undefined && authKey === undefined) || (priv !== undefined && (privKey === undefined || auth === undefined)))
    return undefined;
  return {
    id,
    kind: "snmp-v3",
    user: given3.user,
    ...(auth === undefined || authKey === undefined ? {} : { auth: { protocol: auth.protocol, key: authKey } }),
    ...(priv === undefined || privKey === undefined ? {} : { priv: { protocol: priv.protocol, key: privKey } }),
    ...given({ context: given3.context }),
  };
}

function weaknesses({ findings }: Loading, path: Path, auth: string | undefined, priv: string | undefined): void {
  if (auth === undefined) findings.warn(path, "is a weakness: SNMPv3 without authentication; add auth and priv where the device can");
  else if (auth === "md5") findings.warn([...path, "auth", "protocol"], "is a weakness: MD5; use sha256 where the device can");
  if (auth !== undefined && priv === undefined)
    findings.warn(path, "is a weakness: SNMPv3 without encryption; add priv where the device can");
  if (priv === "des") findings.warn([...path, "priv", "protocol"], "is a weakness: DES; use aes where the device can");
}

async function community(loading: Loading, id: string, raw: Raw): Promise<Credential | undefined> {
  const given2 = raw.snmp_community;
  if (given2 === undefined) return undefined;
  const path = ["credentials", id, "snmp_community"];
  loading.findings.warn(
    path,
    `is a weakness: SNMP v${given2.version} sends its community readable to all; use snmp_v3 where the device can`,
  );
  const secret = await loading.secrets.read([...path, "community"], given2.community);
  return secret && { id, kind: "snmp-community", version: given2.version, community: secret };
}

async function ssh(loading: Loading, id: string, raw: Raw): Promise<Credential | undefined> {
  const path: Path = ["credentials", id];
  if (raw.ssh_password !== undefined) {
    const password = await loading.secrets.read([...path, "ssh_password", "password"], raw.ssh_password.password);
    return password && { id, kind: "ssh-password", user: raw.ssh_password.user, password };
  }
  if (raw.ssh_key === undefined) return undefined;
  const key = await loading.secrets.read([...path, "ssh_key", "key"], raw.ssh_key.key);
  const reference = raw.ssh_key.passphrase;
  const passphrase = reference && (await loading.secrets.read([...path, "ssh_key", "passphrase"], reference));
  if (key === undefined || (reference !== undefined && passphrase === undefined)) return undefined;
  return { id, kind: "ssh-key", user: raw.ssh_key.user, key, ...given({ passphrase }) };
}

async function telnet(loading: Loading, id: string, raw: Raw): Promise<Credential | undefined> {
  const written = raw.telnet_password;
  if (written === undefined) return undefined;
  const password = await loading.secrets.read(["credentials", id, "telnet_password", "password"], written.password);
  return password && { id, kind: "telnet-password", password, ...given({ user: written.user }) };
}

async function https(loading: Loading, id: string, raw: Raw): Promise<Credential | undefined> {
  const written = raw.https_password;
  if (written === undefined) return undefined;
  const password = await loading.secrets.read(["credentials", id, "https_password", "password"], written.password);
  return password && { id, kind: "https-password", user: written.user, password };
}

function checkSuccessors({ findings }: Loading, credentials: ReadonlyMap<string, Credential>, ids: ReadonlySet<string>): void {
  for (const { id, kind, successor } of credentials.values()) {
    if (successor === undefined) continue;
    const path = ["credentials", id, "successor"];
    if (!checkReference(findings, path, "credential", successor, ids)) continue;
    const other = credentials.get(successor);
    if (other !== undefined && tradeOf(other.kind) !== tradeOf(kind)) {
      findings.problem(
        path,
        `"${successor}" is for ${tradeOf(other.kind)} and this one for ${tradeOf(kind)}; name one for ${tradeOf(kind)}`,
      );
    }
  }
  const next = (id: string): string[] => [credentials.get(id)?.successor].filter((successor) => successor !== undefined);
  for (const round of circles(next, credentials.keys())) {
    findings.problem(["credentials", round[0] ?? "", "successor"], `goes in a circle: ${round.join(" → ")}; the newest has no successor`);
  }
}
