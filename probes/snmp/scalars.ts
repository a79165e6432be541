/**
 * Reads scalars, as many names a request as the device bears.
 *
 * Silence to many names is not silence: sysUpTime.0 is asked alone before a device is called silent.
 */
import { afterRequest, type BatchMemory } from "./batch.ts";
import type { Conversation, Told } from "./conversation.ts";
import type { EngineClock } from "./conversing.ts";
import { sysUpTime } from "./oid.ts";
import type { Varbind } from "./value.ts";

/** What is remembered of a device between looks. */
export interface ReadMemory {
  batch: BatchMemory;
  /** Names an SNMPv1 agent said it has not, with the number of looks until they are asked again; undefined: none. */
  absent: Map<string, number> | undefined;
}

/** What was read so far; filled while reading, so that a deadline keeps what came before it. */
export interface ScalarValues {
  readonly values: Map<string, Varbind>;
  engine: EngineClock | undefined;
}

const tooBig = 1;
const noSuchName = 2;
const askAgainAfterLooks = 60;

/** Resolves to what ended it early, or undefined when all were asked. */
export async function readScalars(
  talk: Conversation,
  memory: ReadMemory,
  oids: readonly string[],
  into: ScalarValues,
): Promise<Told | undefined> {
  // The list itself where all of it is asked: how it is written on the wire is known by it.
  let pending = memory.absent === undefined ? oids : oids.filter((oid) => !isAbsent(memory, oid));
  while (pending.length > 0) {
    const chunk = pending.length <= memory.batch.size ? pending : pending.slice(0, memory.batch.size);
    const told = await talk.ask({ kind: "get", oids: chunk });
    switch (told.kind) {
      case "values":
        if (!matches(chunk, told.varbinds)) return { kind: "nonsense", why: "the reply names other objects than were asked for" };
        keep(told, into);
        memory.batch = afterRequest(memory.batch, { kind: "answered", names: chunk.length });
        pending = pending.slice(chunk.length);
        break;
      case "error":
        pending = afterError(memory, chunk, pending, told);
        break;
      case "silent": {
        const ended = await afterSilence(talk, memory, chunk, into);
        if (ended !== undefined) return ended;
        if (chunk.length === 1) pending = pending.slice(1);
        break;
      }
      default:
        return told;
    }
  }
  return undefined;
}

/** The names still to be asked after an SNMP error: without the one it points at, or all of them in smaller requests. */
function afterError(
  memory: ReadMemory,
  chunk: readonly string[],
  pending: readonly string[],
  error: { readonly status: number; readonly index: number },
): readonly string[] {
  const offender = error.status === tooBig ? undefined : chunk[error.index - 1];
  if (offender !== undefined) {
    if (error.status === noSuchName && offender !== sysUpTime) {
      memory.absent ??= new Map();
      memory.absent.set(offender, askAgainAfterLooks);
    }
    return pending.filter((oid) => oid !== offender);
  }
  if (chunk.length === 1) return pending.slice(1);
  memory.batch = afterRequest(memory.batch, { kind: "too-big", names: chunk.length });
  return [...pending];
}

async function afterSilence(
  talk: Conversation,
  memory: ReadMemory,
  chunk: readonly string[],
  into: ScalarValues,
): Promise<Told | undefined> {
  if (!talk.alive) {
    const alone = await talk.ask({ kind: "get", oids: [sysUpTime] }, { retries: 0, fresh: true });
    if (alone.kind !== "values" && alone.kind !== "error") return alone;
    if (alone.kind === "values") keep(alone, into);
  }
  if (chunk.length > 1) memory.batch = afterRequest(memory.batch, { kind: "silent", names: chunk.length });
  return undefined;
}

function keep(told: { readonly varbinds: readonly Varbind[]; readonly engine?: EngineClock }, into: ScalarValues): void {
  for (const varbind of told.varbinds) into.values.set(varbind.oid, varbind);
  if (told.engine !== undefined) into.engine = told.engine;
}

function matches(asked: readonly string[], told: readonly Varbind[]): boolean {
  return asked.length === told.length && asked.every((oid, i) => told[i]?.oid === oid);
}

function isAbsent(memory: ReadMemory, oid: string): boolean {
  const looks = memory.absent?.get(oid);
  if (looks === undefined) return false;
  if (looks <= 1) memory.absent?.delete(oid);
  else memory.absent?.set(oid, looks - 1);
  return true;
}
