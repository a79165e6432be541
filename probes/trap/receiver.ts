/**
 * The trap receiver: a worker thread that reads the socket, so that a busy main thread loses no trap.
 *
 * Reads first, decodes after: while the socket is hot only raw datagrams are queued.
 */
import { createSocket, type Socket } from "node:dgram";
import { parentPort, workerData } from "node:worker_threads";
import { Intake } from "./intake.ts";
import { kernelDrops } from "./kernel.ts";
import { threadMs } from "./thread-clock.ts";
import type { FromReceiver, ReceiverOptions, ToReceiver, TrapDrop } from "./trap.ts";

const port = parentPort;
if (port === null) throw new Error("probes/trap/receiver is a worker; start it through startTrapListener");
const options = workerData as ReceiverOptions;
const post = (message: FromReceiver): void => port.postMessage(message);

/** libuv reads at most 32 datagrams a turn: that many means that more are waiting. */
const FULL_READ = 32;
/** Longest that decoding waits for a hot socket. */
const HOT_MS = 250;
const SLICE_MS = 2;
const TICK_MS = 1_000;

const family = options.host.includes(":") ? 6 : 4;
const socket: Socket = createSocket({ type: family === 6 ? "udp6" : "udp4", recvBufferSize: options.bufferBytes });
const intake = new Intake(options, {
  post: (id, traps) => post({ kind: "batch", id, traps, counts: intake.counts }),
  // A sender that is gone again is no concern of ours: it will ask again, or not.
  send: (reply) => socket.send(reply.bytes, reply.port, reply.address, () => {}),
  now: Date.now,
  monotonicMs: threadMs,
});

let boundPort = 0;
let scheduled = false;
let arrivedThisTurn = 0;
let hotSince: number | undefined;
let stopping = false;
let gathering: NodeJS.Timeout | undefined;

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(turn);
}

function turn(): void {
  scheduled = false;
  const isHot = arrivedThisTurn >= FULL_READ && intake.queued < options.maxQueue / 2;
  arrivedThisTurn = 0;
  if (!isHot) hotSince = undefined;
  else {
    hotSince ??= performance.now();
    if (performance.now() - hotSince < HOT_MS) {
      schedule();
      return;
    }
  }
  if (intake.work(SLICE_MS)) schedule();
  else if (stopping) finish();
  const offerInMs = intake.outgoing.offerInMs();
  if (offerInMs !== undefined && gathering === undefined) gathering = setTimeout(gathered, offerInMs);
}

/** The next batch has waited long enough. */
function gathered(): void {
  gathering = undefined;
  schedule();
}

function finish(): void {
  if (!intake.outgoing.isEmpty || intake.queued > 0) return;
  clearInterval(ticker);
  clearTimeout(gathering);
  tell();
  socket.close();
  port?.close();
}

socket.on("message", (bytes, peer) => {
  if (stopping) return;
  arrivedThisTurn++;
  intake.arrived(bytes, peer);
  schedule();
});

socket.on("error", (error: NodeJS.ErrnoException) => {
  // Before it is bound: the address cannot be had. After: an answer could not be sent.
  if (boundPort === 0) post({ kind: "bind-failed", code: error.code ?? "unknown" });
});

let told = { kernelDrops: 0, queueDrops: 0, rateLimited: 0, replayed: 0 };

/** What was lost since the last tick. */
function newDrops(): TrapDrop[] {
  const { counts } = intake;
  const losses = intake.takeLosses();
  const drops: TrapDrop[] = [
    { reason: "kernel", count: counts.kernelDrops - told.kernelDrops },
    { reason: "queue", count: counts.queueDrops - told.queueDrops },
    { reason: "rate", count: counts.rateLimited - told.rateLimited, sources: [...losses.rateLimited] },
    { reason: "replay", count: counts.replayed - told.replayed, sources: [...losses.replayed] },
  ];
  const { kernelDrops, queueDrops, rateLimited, replayed } = counts;
  told = { kernelDrops, queueDrops, rateLimited, replayed };
  return drops.filter((drop) => drop.count > 0);
}

async function tick(asked?: number): Promise<void> {
  const drops = await kernelDrops(options.host, boundPort);
  intake.counts.kernelDrops = Math.max(intake.counts.kernelDrops, drops);
  tell(asked);
}

function tell(asked?: number): void {
  post({
    kind: "tick",
    counts: intake.counts,
    pending: intake.pending,
    drops: newDrops(),
    engines: intake.takeMovedEngines(),
    limited: intake.limited(20),
    ...(asked === undefined ? {} : { asked }),
  });
}

const ticker = setInterval(() => void tick(), TICK_MS);

port.on("message", (message: ToReceiver) => {
  switch (message.kind) {
    case "settled":
      intake.outgoing.settle(message.id, message.committed);
      schedule();
      return;
    case "rules":
      intake.update(message.rules);
      return;
    case "count":
      void tick(message.asked);
      return;
    case "stop":
      stopping = true;
      schedule();
      return;
  }
});

socket.bind(options.port, options.host, () => {
  boundPort = socket.address().port;
  // Linux doubles what is asked for, for its own bookkeeping, and reports the double.
  post({ kind: "bound", port: boundPort, grantedBytes: Math.floor(socket.getRecvBufferSize() / (process.platform === "linux" ? 2 : 1)) });
});
