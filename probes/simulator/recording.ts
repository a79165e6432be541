/**
 * A recording of a device, as `vigie record` writes it: a folder with `about.yaml`, and `walk.snmprec`, `shell.yaml` and `web.yaml` where
 * there is one.
 *
 *     about.yaml     family, model, firmware
 *     walk.snmprec   OID|TAG|VALUE, a line an object, as snmpsim reads it
 *     shell.yaml     a list of { ask, answer }; the answer to an empty ask is the greeting
 *     web.yaml       the same of its HTTPS interface; answers are JSON, whatever they came as
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { tags, type Value } from "./ber.ts";

export interface Exchange {
  readonly ask: string;
  readonly answer: string;
}

export interface Recording {
  readonly family: string;
  readonly model: string | undefined;
  readonly firmware: string | undefined;
  /** Every object with its value; undefined: there was no walk. */
  readonly walk: readonly (readonly [oid: string, value: Value])[] | undefined;
  /** Undefined: there was no shell. */
  readonly shell: readonly Exchange[] | undefined;
  /** Undefined: its HTTPS interface was not asked. */
  readonly web: readonly Exchange[] | undefined;
}

const about = z.looseObject({ family: z.string(), model: z.string().optional(), firmware: z.string().optional() });
const shell = z.array(z.looseObject({ ask: z.string(), answer: z.string() }));

/** Throws with the file and the line when a recording is not one. */
export function readRecording(folder: string): Recording {
  const optional = (name: string): string | undefined => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const told = optional("about.yaml");
  if (told === undefined) throw new Error(`${folder}: no about.yaml; a recording says there which family it is of`);
  const { family, model, firmware } = checked(join(folder, "about.yaml"), about, told);
  const walked = optional("walk.snmprec");
  const talked = optional("shell.yaml");
  const browsed = optional("web.yaml");
  return {
    family,
    model,
    firmware,
    walk: walked === undefined ? undefined : parseWalk(walked, join(folder, "walk.snmprec")),
    shell: talked === undefined ? undefined : checked(join(folder, "shell.yaml"), shell, talked),
    web: browsed === undefined ? undefined : checked(join(folder, "web.yaml"), shell, browsed),
  };
}

function checked<T>(file: string, schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`);
}

/** The lines of a .snmprec file. Blank lines and comments are passed over; anything else that is no object is refused with its number. */
export function parseWalk(text: string, file: string): readonly (readonly [oid: string, value: Value])[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const [, oid, tag, hex, value] = /^\.?(\d+(?:\.\d+)+)\|(\d+)(x?)\|(.*)$/.exec(line) ?? [];
    const made = oid === undefined ? undefined : valueFrom(Number(tag), hex === "x", value ?? "");
    if (oid === undefined || made === undefined)
      throw new Error(`${file}:${index + 1}: ${JSON.stringify(line.slice(0, 80))} is no object; write OID|TAG|VALUE`);
    return [[oid, made] as const];
  });
}

/** snmpsim's tags are those of the wire, in decimal. Undefined: not a value of that type. */
function valueFrom(tag: number, hex: boolean, text: string): Value | undefined {
  const octets = (): Buffer => (hex ? Buffer.from(text, "hex") : Buffer.from(text, "utf8"));
  switch (tag) {
    case tags.integer:
    case tags.counter32:
    case tags.gauge32:
    case tags.timeTicks:
      return /^-?\d+$/.test(text) ? { tag, value: Number(text) } : undefined;
    case tags.counter64:
      return /^\d+$/.test(text) ? { tag, value: BigInt(text) } : undefined;
    case tags.octets:
      return { tag, value: octets() };
    case tags.opaque:
      return { tag, value: octets() };
    case tags.null:
      return { tag, value: null };
    case tags.oid:
      return /^\.?\d+(\.\d+)+$/.test(text) ? { tag, value: text.replace(/^\./, "") } : undefined;
    case tags.ipAddress:
      return ipAddress(hex ? octets() : Uint8Array.from(text.split(".").map(Number)));
    default:
      return undefined;
  }
}

function ipAddress(value: Uint8Array): Value | undefined {
  return value.length === 4 ? { tag: tags.ipAddress, value } : undefined;
}
