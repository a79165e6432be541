/**
 * The shape of a device family file (probes/devices/*.yaml) as people write it: strict, so that a misspelt key is a problem and not a silence.
 */
import { z } from "zod";

const oid = z
  .string({ error: "an OID is text of numbers and dots: 1.3.6.1.2.1.1.3.0" })
  .regex(/^\d+(\.\d+)+$/, { error: "not an OID; write numbers and dots: 1.3.6.1.2.1.1.3.0" });
const certainty = z.enum(["recording", "manual", "memory"]);
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "a name is lower case words with underscores: temperature_celsius" });
const code = z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "a code is lower case words with hyphens: sip-unregistered" });

/** The units a number may have; the base ones, so that nothing is ever converted twice. */
export const units = ["seconds", "octets_per_second", "packets_per_second", "ratio", "celsius", "volts", "count", "bool"] as const;

const readAs = {
  name,
  as: z.enum(["gauge", "counter", "state", "text"]),
  scale: z.number().positive().optional(),
  states: z.record(z.string(), z.string().regex(/^[a-z0-9-]+$/, { error: "a state is lower case with hyphens: in-call" })).optional(),
  unit: z.enum(units).optional(),
  certainty: certainty.optional(),
};

interface Meaning {
  readonly as: string;
  readonly unit?: string | undefined;
  readonly states?: unknown;
}

function hasMeaning(read: Meaning, context: z.RefinementCtx): void {
  const number = read.as === "gauge" || read.as === "counter";
  if (number && read.unit === undefined)
    context.addIssue({ code: "custom", message: `a ${read.as} needs a unit; one of ${units.join(", ")}` });
  if (!number && read.unit !== undefined)
    context.addIssue({ code: "custom", path: ["unit"], message: `a ${read.as} has no unit; remove it` });
  if (read.as === "state" && read.states === undefined)
    context.addIssue({ code: "custom", message: "a state needs states: { raw value: word }" });
}

const scalar = z.strictObject({ oid, ...readAs }).superRefine(hasMeaning);
const column = z
  .strictObject({
    oid,
    ...readAs,
    part: code,
    label_oid: oid.optional(),
    bits: z.union([z.literal(32), z.literal(64)]).optional(),
    where: z.strictObject({ oid, in: z.array(z.string()).min(1) }).optional(),
  })
  .superRefine(hasMeaning);
const shellValue = z
  .strictObject({
    path: z.string().min(1),
    ...readAs,
    part: code.optional(),
    whole: z.boolean().optional(),
    where: z.strictObject({ field: z.string().min(1), in: z.array(z.string()).min(1) }).optional(),
  })
  .superRefine(hasMeaning);
const trap = z.strictObject({
  oid,
  name: z.string().min(1),
  symptom: code.optional(),
  effect: z.enum(["raise", "clear", "event"]),
  part: z.strictObject({ prefix: code, oid, from: z.enum(["value", "index"]) }).optional(),
  certainty,
});
const duration = z.string().regex(/^\d+(ms|s|m|h)$/, { error: "a duration is a number and ms, s, m or h: 30s" });
const look = z.strictObject({ interval: duration, timeout: duration.optional() });

/** Facts that several families have in common. */
export const setSchema = z.strictObject({
  set: code,
  scalars: z.array(scalar).optional(),
  columns: z.array(column).optional(),
  traps: z.array(trap).optional(),
});

export const familySchema = z.strictObject({
  id: code,
  kind: z.enum(["codec", "bridge", "gatekeeper", "switch", "router", "ups", "host", "endpoint"]),
  name: z.strictObject({ fr: z.string().min(1), en: z.string().min(1) }),
  certainty,
  recognise: z.strictObject({ sys_object_id: z.array(oid), sys_descr: z.array(z.string()), banner: z.array(z.string()) }),
  checks: z.strictObject({ icmp: look.optional(), snmp: look.optional(), ssh: look.optional() }),
  sets: z.array(code).optional(),
  snmp: z.strictObject({ scalars: z.array(scalar).optional(), columns: z.array(column).optional() }).optional(),
  shell: z
    .strictObject({
      dialect: z.enum(["xapi", "exec"]),
      asks: z.array(z.strictObject({ command: z.string().min(1), values: z.array(shellValue).min(1) })).min(1),
    })
    .optional(),
  traps: z.array(trap).optional(),
});

export type SetFile = z.infer<typeof setSchema>;
export type FamilyFile = z.infer<typeof familySchema>;
