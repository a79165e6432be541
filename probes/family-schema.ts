/**
 * The shape of a device family file (probes/devices/*.yaml) as people write it: strict, so that a misspelt key is a problem and not a silence.
 */
import { z } from "zod";
import { CATEGORIES } from "../daemon/model/family.ts";

const oid = z
  .string({ error: "an OID is text of numbers and dots: 1.3.6.1.2.1.1.3.0" })
  .regex(/^\d+(\.\d+)+$/, { error: "not an OID; write numbers and dots: 1.3.6.1.2.1.1.3.0" });
const certainty = z.enum(["recording", "manual", "memory"], { error: "how sure is it? one of recording, manual, memory" });
const text = z.strictObject({ fr: z.string().min(1), en: z.string().min(1) }, { error: "a text is { fr: …, en: … }, both" });
/** What a notification says is kept in both languages with a bar between them (probes/trap/meaning.ts). */
const trapText = text.refine(({ fr, en }) => !`${fr}${en}`.includes("|"), { error: "no | in what a notification says; write it without" });
const category = z.enum(CATEGORIES, { error: `one of ${CATEGORIES.join(", ")} (docs/families.md)` });
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "a name is lower case words with underscores: temperature_celsius" });
const code = z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "a code is lower case words with hyphens: sip-unregistered" });

const word = z.string().regex(/^[a-z0-9-]+$/, { error: "a state is lower case with hyphens: in-call" });

/** The units a number may have; the base ones, so that nothing is ever converted twice. */
export const units = [
  "seconds",
  "octets_per_second",
  "packets_per_second",
  "bits_per_second",
  "ratio",
  "celsius",
  "volts",
  "amperes",
  "watts",
  "hertz",
  "octets",
  "count",
  "bool",
] as const;

const readAs = {
  name,
  as: z.enum(["gauge", "counter", "state", "text"]),
  scale: z.number().positive().optional(),
  states: z.record(z.string(), word).optional(),
  unit: z.enum(units).optional(),
  certainty: certainty.optional(),
};

interface WrittenRead {
  readonly as: string;
  readonly unit?: string | undefined;
  readonly states?: unknown;
}

function hasMeaning(read: WrittenRead, context: z.RefinementCtx): void {
  const number = read.as === "gauge" || read.as === "counter";
  if (number && read.unit === undefined)
    context.addIssue({ code: "custom", message: `a ${read.as} needs a unit; one of ${units.join(", ")}` });
  if (!number && read.unit !== undefined)
    context.addIssue({ code: "custom", path: ["unit"], message: `a ${read.as} has no unit; remove it` });
  if (read.as === "state" && read.states === undefined)
    context.addIssue({ code: "custom", message: "a state needs states: { raw value: word }" });
}

interface WrittenShare extends WrittenRead {
  readonly fixed_point?: unknown;
  readonly of?: string | undefined;
  readonly out_of?: string | undefined;
  readonly whole?: boolean | undefined;
}

/** A share of a row is a ratio, and whole is said of what is listed. */
function isShare(read: WrittenShare, context: z.RefinementCtx): void {
  const shares = [read.of, read.out_of].filter((each) => each !== undefined).length;
  if (shares > 1) context.addIssue({ code: "custom", message: "of and out_of together; keep one" });
  if (shares > 0 && (read.as !== "gauge" || read.unit !== "ratio"))
    context.addIssue({ code: "custom", message: "of and out_of make a ratio; write as: gauge, unit: ratio" });
  if (read.fixed_point !== undefined && (read.as !== "gauge" || shares > 0))
    context.addIssue({ code: "custom", path: ["fixed_point"], message: "only a gauge that is no share has a fixed point; remove it" });
  if (read.whole === true && read.as !== "state")
    context.addIssue({ code: "custom", path: ["whole"], message: "only a state can be whole; remove it" });
}

const scalar = z.strictObject({ oid, ...readAs }).superRefine(hasMeaning);
const rowCondition = z.strictObject({ oid, in: z.array(z.string()).min(1) });
const column = z
  .strictObject({
    oid,
    ...readAs,
    part: code,
    label_oid: oid.optional(),
    bits: z.union([z.literal(32), z.literal(64)]).optional(),
    where: z.union([rowCondition.transform((one) => [one]), z.array(rowCondition).min(1)]).optional(),
    fixed_point: z.strictObject({ scale: oid, precision: oid }).optional(),
    of: oid.optional(),
    out_of: oid.optional(),
    whole: z.boolean().optional(),
  })
  .superRefine(hasMeaning)
  .superRefine(isShare);
const shellValue = z
  .strictObject({
    path: z.string().min(1),
    ...readAs,
    part: code.optional(),
    whole: z.boolean().optional(),
    gone: code.optional(),
    label: z.array(z.string().min(1)).min(1).optional(),
    noise: z.array(z.string().min(1)).min(1).optional(),
    of: z.string().min(1).optional(),
    match: z.string().min(1).optional(),
    where: z.strictObject({ field: z.string().min(1), in: z.array(z.string()).min(1) }).optional(),
  })
  .superRefine(hasMeaning)
  .superRefine(({ gone, as, part, states }, context) => {
    if (gone === undefined) return;
    if (as !== "state" || part === undefined || !Object.values(states ?? {}).includes(gone))
      context.addIssue({ code: "custom", path: ["gone"], message: "is one of the words of a state with a part; correct or remove it" });
  });
const trap = z.strictObject({
  oid,
  name: z.string().min(1),
  symptom: code.optional(),
  effect: z.enum(["raise", "clear", "event"]),
  part: z.strictObject({ prefix: code, oid, from: z.enum(["value", "index"]) }).optional(),
  part_is: z
    .string()
    .regex(/^[a-z][a-z0-9-]* [a-z0-9-]+$/, { error: "a part is its prefix, a blank and its name: alarm no-licensing" })
    .optional(),
  when: z.strictObject({ oid, in: z.array(z.string()).min(1) }).optional(),
  category: category.optional(),
  text: trapText.optional(),
  certainty,
});
const duration = z.string().regex(/^\d+(ms|s|m|h)$/, { error: "a duration is a number and ms, s, m or h: 30s" });
const look = z.strictObject({ interval: duration, timeout: duration.optional() });

const facts = {
  traps: z.array(trap).optional(),
  meanings: z
    .array(z.strictObject({ reading: name, part: code.optional(), values: z.array(word).min(1), symptom: code, category, certainty }))
    .optional(),
  fine: z.record(name, z.array(word).min(1)).optional(),
  parts: z.array(z.strictObject({ prefix: code, name: text })).optional(),
};

/** What a first diagnosis reads of the device itself; nothing here starts a test. */
const diagnosis = z
  .strictObject({
    scalars: z.array(scalar).optional(),
    columns: z.array(column).optional(),
    self_test: z.strictObject({ reading: name, passed: z.array(word).min(1), failed: z.array(word).min(1) }).optional(),
    log: z
      .strictObject({ reading: name, errors: z.array(word).min(1), named: z.array(name).min(1), written_at: name.optional() })
      .optional(),
  })
  .refine(({ self_test, log }) => self_test !== undefined || log !== undefined, { error: "says nothing; write self_test, log, or both" });

/** Facts that several families have in common. */
export const setSchema = z.strictObject({
  set: code,
  scalars: z.array(scalar).optional(),
  columns: z.array(column).optional(),
  diagnosis: diagnosis.optional(),
  ...facts,
});

const asks = z.array(z.strictObject({ command: z.string().min(1), values: z.array(shellValue).min(1) })).min(1);
/** A TC codec refuses the 39th expression of a connection (Codec C20 guides); RoomOS takes 50. */
const feedbackLimit = 38;
const shell = z.strictObject({
  dialect: z.enum(["xapi", "terminal", "exec", "poly", "lifesize", "gnugk"]),
  telnet_port: z.number().int().min(1).max(65_535).optional(),
  asks,
  feedback: z
    .array(z.string().regex(/^\/[A-Za-z]/, { error: "an expression begins with a slash: /Status/SIP/Registration" }))
    .min(1)
    .max(feedbackLimit, { error: `more than ${feedbackLimit} expressions are refused by TC codecs; register a node higher up instead` })
    .optional(),
  in_call: z.strictObject({ interval: duration, asks }).optional(),
});

const port = z.number().int().min(1).max(65_535);
const https = z.strictObject({ dialect: z.enum(["icon", "xml-rpc", "poly-rest"]), asks });

export const familySchema = z.strictObject({
  id: code,
  kind: z.enum(["codec", "bridge", "gatekeeper", "switch", "router", "ups", "host", "endpoint"]),
  name: text,
  certainty,
  recognise: z.strictObject({ sys_object_id: z.array(oid), sys_descr: z.array(z.string()), banner: z.array(z.string()) }),
  checks: z.strictObject({
    icmp: look.optional(),
    snmp: look.optional(),
    ssh: look.optional(),
    telnet: look.optional(),
    https: look.optional(),
    tcp: look.optional(),
  }),
  sets: z.array(code).optional(),
  snmp: z.strictObject({ scalars: z.array(scalar).optional(), columns: z.array(column).optional() }).optional(),
  shell: shell.optional(),
  https: https.optional(),
  tcp: z
    .array(z.strictObject({ port, name: z.string().min(1), certainty }))
    .min(1)
    .optional(),
  diagnosis: diagnosis.optional(),
  ...facts,
  quirks: z
    .array(z.strictObject({ model: z.string().optional(), firmware: z.string().optional(), text, certainty }))
    .min(1)
    .optional(),
  capabilities: z
    .array(z.enum(["feedback", "media", "calls", "registration", "self-test", "help-button", "log", "neighbours"]))
    .min(1)
    .optional(),
  limits: text.optional(),
});

export type SetFile = z.infer<typeof setSchema>;
export type FamilyFile = z.infer<typeof familySchema>;
