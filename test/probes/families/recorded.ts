/**
 * A family's own recording (recordings/<family>/: about.yaml, walk.snmprec, shell.yaml, as `vigie record` writes them), and what the real
 * decoders make of it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import type { Family, ShellDialect } from "../../../daemon/model/family.ts";
import type { Reading, Sample } from "../../../daemon/model/observation.ts";
import type { Dialect } from "../../../probes/shell/dialect.ts";
import { COMMAND_LINES } from "../../../probes/shell/dialects.ts";
import type { Line } from "../../../probes/shell/line.ts";
import { done } from "../../../probes/shell/outcome.ts";
import { type Asked, type Counters, readValues } from "../../../probes/shell/values.ts";
import type { ShellKind } from "../../../probes/simulator/makes.ts";
import { type Recording, readRecording } from "../../../probes/simulator/recording.ts";
import { talk } from "../../../probes/simulator/servers/talk.ts";
import { RecordedShell } from "../../../probes/simulator/shells/recorded.ts";
import { addMeaning, type CounterMemory, type Gathered } from "../../../probes/snmp/meaning.ts";
import { columnsOf, rowsOf, wholeLists } from "../../../probes/snmp/table.ts";
import type { Varbind } from "../../../probes/snmp/value.ts";
import type { Column } from "../../../probes/snmp/walk.ts";
import { terminal, xapi } from "../../../probes/ssh/xapi.ts";

export const recordings = join(import.meta.dirname, "recordings");

/** Undefined: there is none. */
export function recordingOf(id: string): Recording | undefined {
  const folder = join(recordings, id);
  return existsSync(folder) ? readRecording(folder) : undefined;
}

export interface Decoded {
  readonly samples: readonly Sample[];
  readonly readings: readonly Reading[];
  readonly whole?: readonly string[];
}

/** As the library hands them over. */
export function varbindsOf(recording: Recording): ReadonlyMap<string, Varbind> {
  const plain = (value: unknown): unknown => {
    if (typeof value === "bigint") return Buffer.from(value.toString(16).padStart(16, "0"), "hex");
    return value instanceof Uint8Array ? Buffer.from(value) : value;
  };
  return new Map((recording.walk ?? []).map(([oid, { tag, value }]) => [oid, { oid, type: tag, value: plain(value) }]));
}

/** Every scalar and every row, read twice ten seconds apart so that counters have a rate; the second time as in `later`. */
export function decodeWalk({ snmp }: Family, recording: Recording, later: Recording = recording): Decoded {
  let into: Gathered = { samples: [], readings: [] };
  const counters: CounterMemory = new Map();
  const tables = new Map<string, Column>();
  for (const [atMs, read] of [
    [0, recording],
    [10_000, later],
  ] as const) {
    const objects = varbindsOf(read);
    for (const oid of columnsOf(snmp.columns)) {
      const rows = [...objects]
        .filter(([name]) => name.startsWith(`${oid}.`))
        .map(([name, bind]) => [name.slice(oid.length + 1), bind] as const);
      tables.set(oid, { values: new Map(rows), complete: true, circular: false, cut: false });
    }
    const before = { counters, restarted: false, atMs };
    into = { samples: [], readings: [] };
    for (const read of snmp.scalars) {
      const bind = objects.get(read.oid);
      if (bind !== undefined) addMeaning({ read }, bind, before, into);
    }
    for (const read of snmp.columns)
      for (const { value, ...row } of rowsOf(read, tables)) addMeaning({ ...row, read, bits: read.bits ?? 32 }, value, before, into);
  }
  return { samples: into.samples, readings: into.readings, whole: wholeLists(snmp.columns, tables) };
}

const dialects: Readonly<Partial<Record<ShellDialect, { readonly dialect: Dialect; readonly kind: ShellKind }>>> = {
  xapi: { dialect: xapi, kind: "xapi" },
  terminal: { dialect: terminal, kind: "xapi" },
  poly: { dialect: COMMAND_LINES.poly as Dialect, kind: "poly" },
  lifesize: { dialect: COMMAND_LINES.lifesize as Dialect, kind: "lifesize" },
  gnugk: { dialect: COMMAND_LINES.gnugk as Dialect, kind: "gnugk" },
};

/** What a shell of the kind says to commands about the session, which are no questions. */
const session: Readonly<Record<ShellKind, (typed: string) => string>> = {
  xapi: (typed) => (/^(echo|xfeedback)/i.test(typed) ? "\r\nOK\r\n\r\n" : ""),
  expressway: () => "\r\nOK\r\n\r\n",
  poly: (typed) => `${typed}\r\n-> `,
  lifesize: () => "\r\nok,00\r\n$ ",
  gnugk: () => ";\r\n",
  none: () => "",
};

/** Every value that the shell is asked for, read twice ten seconds apart; the second time as in `later`. */
export async function decodeShell(family: Family, recording: Recording, later: Recording = recording): Promise<Decoded> {
  const counters: Counters = new Map();
  const inventory = new Set(["192.0.2.10"]);
  readValues(await hearShell(family, recording), { counters, atMs: 0, inventory });
  return readValues(await hearShell(family, later), { counters, atMs: 10_000, inventory });
}

/** The recorded shell on one end of a pipe, the family's real dialect on the other. */
async function hearShell(family: Family, recording: Recording): Promise<readonly Asked[]> {
  const spoken = dialects[family.shell?.dialect ?? "exec"];
  if (spoken === undefined) throw new Error(`${family.id}: this test does not speak ${family.shell?.dialect}; add it to dialects`);
  const [near, far] = duplexPair();
  const live = { greeting: () => (spoken.kind === "lifesize" ? "$ " : ""), line: (raw: string) => session[spoken.kind](raw.trim()) };
  const hear = talk(far, {
    open: () => new RecordedShell(live, spoken.kind, recording.shell ?? []),
    answers: () => true,
    manners: () => ({ lateMs: undefined, slowMs: undefined, interleaved: false, refusesLogin: false, web: undefined }),
  });
  far.on("data", (bytes: Buffer) => hear(bytes.toString("utf8")));
  const line: Line = {
    transport: "ssh",
    ended: undefined,
    onEnd: () => () => undefined,
    end: (failure) => near.destroy(new Error(failure.detail)),
    shell: () => Promise.resolve(done(near)),
  };
  try {
    return await ask(family, spoken.dialect, line);
  } finally {
    near.destroy();
    far.destroy();
  }
}

async function ask({ shell }: Family, dialect: Dialect, line: Line): Promise<readonly Asked[]> {
  const signal = AbortSignal.timeout(30_000);
  const opened = await dialect.open(line, { note: () => undefined, unasked: () => undefined }, signal);
  if (!opened.ok) throw new Error(`the shell did not open: ${opened.failure.detail}`);
  const asks = [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])];
  const answers = await opened.value.ask(
    asks.map((each) => each.command),
    signal,
    () => undefined,
  );
  if (!answers.ok) throw new Error(`the shell did not answer: ${answers.failure.detail}`);
  return asks.flatMap((each, at) => {
    const answer = answers.value[at];
    return answer === undefined ? [] : [{ ask: each, answer }];
  });
}
