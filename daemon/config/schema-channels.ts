/**
 * The shape of channels: what messages go out over, and how what comes back proves where it comes from.
 */
import { z } from "zod";
import * as scalars from "./scalars.ts";
import { Refused, scalar } from "./scalars.ts";
import { keys } from "./schema.ts";
import { secretReference } from "./secrets.ts";

const { flag, line, oneOf, reference, whole } = scalars;
const port = whole(1, 65_535);

const door = {
  secret: secretReference,
  header: line(100).optional(),
  signature: keys({ encoding: oneOf(["hex", "base64"]).optional(), timestamp: line(100).optional() }).optional(),
};
/** Of mail addresses. */
const domain = scalar((raw) =>
  typeof raw === "string" && /^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(raw)
    ? raw.toLowerCase()
    : new Refused("is no domain; write hospital.example.org"),
);
/** Where in a JSON body something stands: `messages.0.id`. */
const place = line(200);
const filled = z.record(z.string(), line(2_000));

const sms = keys({
  url: scalars.url,
  method: oneOf(["POST", "PUT", "GET"]).optional(),
  headers: filled.optional(),
  secret: secretReference.optional(),
  json: z.record(z.string(), z.unknown()).optional(),
  form: filled.optional(),
  query: filled.optional(),
  id: place.optional(),
  allow_private: flag.optional(),
  inbound: keys({
    ...door,
    reply: keys({ id: place.optional(), from: place, text: place }).optional(),
    receipt: keys({
      id: place.optional(),
      message: place,
      status: place,
      delivered: z.array(line(100)),
      failed: z.array(line(100)).optional(),
    }).optional(),
  }).optional(),
});

export const channel = keys({
  sms: sms.optional(),
  alertmanager: keys({
    url: scalars.url,
    user: line(200).optional(),
    password: secretReference.optional(),
    allow_private: flag.optional(),
  }).optional(),
  mail: keys({
    host: scalars.address,
    port: port.optional(),
    secure: flag.optional(),
    user: line(200).optional(),
    password: secretReference.optional(),
    from: scalar((raw) =>
      typeof raw === "string" && !scalars.badMail(raw) ? raw : new Refused("is not an e-mail address; write vigie@example.org"),
    ),
    inbound: keys({ ...door, requests: keys({ domains: z.array(domain).optional() }).optional() }).optional(),
  }).optional(),
  webhook: keys({ url: scalars.url, secret: secretReference, allow_private: flag.optional() }).optional(),
  sink: keys({}).optional(),
  behind: z.array(reference("device, link or site")).optional(),
});
