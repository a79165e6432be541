/**
 * What rules looked at, piece by piece: blocks of checks, maybe a checkpoint, and last the head that makes the piece count.
 */
import { promisify } from "node:util";
import { deflateRaw, inflateRaw, inflateRawSync } from "node:zlib";
import type { Alarm } from "../model/alarm.ts";
import type { Incident } from "../model/incident.ts";
import type { CheckLooks, LookMark, LooksCheckpoint, PieceHead, Product } from "../model/looks.ts";
import type { Instant } from "../model/time.ts";
import type { LooksStore, PieceToKeep } from "../ports-looks.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { packBlock, unpackBlock } from "./look-block.ts";
import type { Access } from "./rollups.ts";
import { numberOf } from "./rows.ts";
import type { Session } from "./session.ts";

/** Kinds of rows. A piece without its head was never finished: nobody reads it, and retention takes it. */
const HEAD = 0;
const CHECKS = 1;
const CHECKPOINT = 2;
/** Checks of one block: some 30 KB of each kind of number. */
const BLOCK = 512;
/** Alarms of one line of a checkpoint: turned into text one after another, so that nobody waits for all of them. */
const LINE = 500;
const FORM = 1;

const deflated = promisify<Uint8Array, object, Buffer>(deflateRaw);
const inflated = promisify<Uint8Array, Buffer>(inflateRaw);
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

type Transaction = Access["transaction"];

export function looksOn({ reader, transaction }: Access): LooksStore {
  const { sql } = reader;
  const head = async (at: Instant) => {
    const row = await reader.row(sql("look_blocks").where({ kind: HEAD, from_at: at }).select("body").limit(1));
    return row === undefined ? undefined : headOf(row.body as Buffer);
  };
  return {
    saveLooks: (piece) => save(transaction, piece),
    async *lookPieces(from, to) {
      const query = sql("look_blocks").where({ kind: HEAD }).where("to_at", ">=", from).where("from_at", "<", to);
      for (const row of await reader.rows(query.select("from_at").orderBy("from_at"))) {
        const found = await head(numberOf(row.from_at));
        if (found !== undefined) yield found;
      }
    },
    lookStart: async (at) => {
      // A checkpoint's row is there only where a head is, or was about to be.
      const query = sql("look_blocks as c").where({ "c.kind": CHECKPOINT }).where("c.from_at", "<=", at).orderBy("c.from_at", "desc");
      const headed = query.whereExists(sql("look_blocks as h").where({ "h.kind": HEAD }).whereRaw("h.from_at = c.from_at"));
      const row = await reader.row(headed.select("c.from_at as from_at").limit(1));
      return row === undefined ? undefined : head(numberOf(row.from_at));
    },
    looksKept: async () => {
      const row = await reader.row(sql("look_blocks").where({ kind: HEAD }).min({ from: "from_at" }).max({ to: "to_at" }));
      return row === undefined || row.from === null ? undefined : { from: numberOf(row.from), to: numberOf(row.to) };
    },
    looksOf: (piece) => blocksOf(reader, piece),
    looksCheckpoint: (piece) => checkpointOf(reader, piece),
  };
}

async function save(transaction: Transaction, piece: PieceToKeep): Promise<void> {
  const { head, checks, checkpoint, same } = piece;
  const write = (kind: number, part: number, body: Buffer) =>
    transaction(async (session) => {
      const row = { from_at: head.from, kind, part, to_at: head.to, body };
      await session.run(session.sql("look_blocks").insert(row).onConflict(["from_at", "kind", "part"]).merge());
    });
  let part = 0;
  for (const some of inBlocks(checks)) {
    await write(CHECKS, part, await packBlock(head, some, same));
    part += 1;
    await pause();
  }
  if (checkpoint !== undefined) await write(CHECKPOINT, 0, await packCheckpoint(checkpoint));
  await write(HEAD, 0, await packHead(head));
}

function* inBlocks(checks: Iterable<CheckLooks>): Iterable<readonly CheckLooks[]> {
  let some: CheckLooks[] = [];
  for (const check of checks) {
    some.push(check);
    if (some.length < BLOCK) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

async function* blocksOf(reader: Session, piece: PieceHead): AsyncIterable<readonly CheckLooks[]> {
  for (let part = 0; ; part += 1) {
    const row = await reader.row(reader.sql("look_blocks").where({ from_at: piece.from, kind: CHECKS, part }).select("body").limit(1));
    if (row === undefined) return;
    yield unpackBlock(piece, row.body as Buffer);
  }
}

async function packHead({ from, to, config, turns, seqs, marks, looks, checkpoint }: PieceHead): Promise<Buffer> {
  const out = new ByteWriter();
  out.varint(from);
  out.varint(to);
  out.text(config);
  out.varint(looks);
  out.byte(checkpoint ? 1 : 0);
  out.text(JSON.stringify(marks));
  out.varint(turns.length);
  let [now, seq] = [from, 0];
  for (let turn = 0; turn < turns.length; turn += 1) {
    out.signed((turns[turn] ?? 0) - now);
    out.signed((seqs[turn] ?? 0) - seq);
    now = turns[turn] ?? 0;
    seq = seqs[turn] ?? 0;
  }
  const framed = new ByteWriter();
  framed.byte(FORM);
  framed.block(await deflated(out.done(), {}));
  return framed.done();
}

function headOf(bytes: Buffer): PieceHead {
  const framed = new ByteReader(bytes);
  const form = framed.byte();
  if (form !== FORM) throw new Error(`a piece of looks has form ${form}, this daemon reads ${FORM}; install the newer daemon again`);
  const read = new ByteReader(inflateRawSync(framed.block()));
  const from = read.varint();
  const to = read.varint();
  const config = read.text();
  const looks = read.varint();
  const checkpoint = read.byte() === 1;
  const marks = JSON.parse(read.text()) as LookMark[];
  const count = read.varint();
  const [turns, seqs] = [new Float64Array(count), new Float64Array(count)];
  let [now, seq] = [from, 0];
  for (let turn = 0; turn < count; turn += 1) {
    now += read.signed();
    seq += read.signed();
    turns[turn] = now;
    seqs[turn] = seq;
  }
  return { from, to, config, looks, checkpoint, marks, turns, seqs };
}

async function packCheckpoint({ alarms, incidents, products }: LooksCheckpoint): Promise<Buffer> {
  const out = new ByteWriter();
  // That none is known is a word too.
  if (products?.length === 0) {
    out.byte(2);
    out.text("[]");
  }
  for (const [kind, list] of [[0, alarms] as const, [1, incidents] as const, [2, products ?? []] as const]) {
    for (let from = 0; from < list.length; from += LINE) {
      out.byte(kind);
      out.text(JSON.stringify(list.slice(from, from + LINE)));
      await pause();
    }
  }
  return deflated(out.done(), {});
}

async function checkpointOf(reader: Session, piece: PieceHead): Promise<LooksCheckpoint | undefined> {
  const row = await reader.row(reader.sql("look_blocks").where({ from_at: piece.from, kind: CHECKPOINT }).select("body").limit(1));
  if (row === undefined) return undefined;
  // All alarms of a large network: in pieces, so that nobody waits for it.
  const from = new ByteReader(await inflated(row.body as Buffer));
  const alarms: Alarm[] = [];
  const incidents: Incident[] = [];
  let products: Product[] | undefined;
  while (from.more) {
    const kind = from.byte();
    if (kind === 0) alarms.push(...(JSON.parse(from.text()) as Alarm[]));
    else if (kind === 1) incidents.push(...(JSON.parse(from.text()) as Incident[]));
    else products = [...(products ?? []), ...(JSON.parse(from.text()) as Product[])];
    await pause();
  }
  return { alarms, incidents, ...(products === undefined ? {} : { products }) };
}

/** Rows of one step of the retention: each is some hundred KB. */
const PRUNE_STEP = 20;

/** Inside a transaction; how many rows went. */
export async function deleteLooks(session: Session, before: Instant): Promise<number> {
  const { sql } = session;
  const old = await session.rows(
    sql("look_blocks").select("from_at", "kind", "part").where("to_at", "<", before).orderBy("to_at").limit(PRUNE_STEP),
  );
  let gone = 0;
  for (const { from_at, kind, part } of old) {
    gone += await session.run(
      sql("look_blocks")
        .where({ from_at: numberOf(from_at), kind: numberOf(kind), part: numberOf(part) })
        .delete(),
    );
  }
  return gone;
}
