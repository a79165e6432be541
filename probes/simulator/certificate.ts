/**
 * A certificate that a device signed itself, as most of them do: X.509 (RFC 5280) by hand, for Node reads certificates and makes none.
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import { encodeOid } from "./ber.ts";

export interface SelfSigned {
  /** PEM both. */
  readonly key: string;
  readonly cert: string;
}

/** Tag, length, and what is inside. */
function der(tag: number, ...inside: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(inside);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const significant = length.subarray(length.findIndex((octet) => octet > 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | significant.length]), significant, body]);
}

const sequence = (...inside: readonly Uint8Array[]): Buffer => der(0x30, ...inside);
const oid = (dotted: string): Buffer => der(0x06, encodeOid(dotted));
const bits = (body: Uint8Array): Buffer => der(0x03, Buffer.from([0]), body);
const time = (text: string): Buffer => der(0x18, Buffer.from(text, "ascii"));

/** For the name and the address that a client may call it by; valid until 2049. */
export function selfSigned(name: string, address: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const called = sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(name, "utf8")))));
  const names = [
    der(0x82, Buffer.from(name, "ascii")),
    ...(isIPv4(address) ? [der(0x87, Buffer.from(address.split(".").map(Number)))] : []),
  ];
  const alternative = sequence(oid("2.5.29.17"), der(0x04, sequence(...names)));
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const told = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    called,
    sequence(time("20200101000000Z"), time("20491231235959Z")),
    called,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternative)),
  );
  const signed = sequence(told, algorithm, bits(sign("sha256", told, privateKey)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
