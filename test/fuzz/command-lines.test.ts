/**
 * Spoilt Poly, LifeSize, GNU Gatekeeper and telnet streams: nothing throws, what is read stays small, the memory stays flat; and in whole
 * streams, cut anywhere, with other people's lines between them, the answers are the same and no name of a far end gets out.
 *
 * In process, without a socket. Over real ones: test/probes/shell, test/probes/telnet.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Family, ShellAsk, ShellDialect } from "../../daemon/model/family.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import type { Grammar, Reply } from "../../probes/shell/command-line.ts";
import type { Answer } from "../../probes/shell/dialect.ts";
import { GNUGK } from "../../probes/shell/gnugk.ts";
import { LIFESIZE } from "../../probes/shell/lifesize.ts";
import { LineCutter } from "../../probes/shell/line-cutter.ts";
import { grammar as polyGrammar } from "../../probes/shell/poly.ts";
import { describe as describeAnswer, readValues } from "../../probes/shell/values.ts";
import { TelnetDecoder } from "../../probes/telnet/iac.ts";
import { TelnetLogin } from "../../probes/telnet/login.ts";
import { recordingOf } from "../probes/families/recorded.ts";
import { GNUGK_ANSWERS, LIFESIZE_ANSWERS, POLY_ANSWERS } from "../probes/shell/devices.ts";
import { cases, corpus, heapBytes, keeping, seed } from "./effort.ts";
import { Chance, spoilt } from "./random.ts";

const kept = "command-lines";
const ours: ReadonlySet<string> = new Set(["10.1.1.10"]);
const families = loadFamilies([shippedFamilies()]).families;

interface Spoken {
  readonly grammar: () => Grammar;
  readonly answers: Readonly<Record<string, string>>;
  readonly asks: readonly ShellAsk[];
  readonly prompt: string;
  /** What comes by itself, with names in it. */
  readonly aside: (name: string) => string;
}

/** What these families ask, each command once, and what they answer: as recorded, and with names where a device may print some. */
function talkOf(ids: readonly string[], withNames: Readonly<Record<string, string>>): Pick<Spoken, "asks" | "answers"> {
  const asks = ids.flatMap((id) => {
    const shell: Family["shell"] = families.get(id)?.shell;
    return [...(shell?.asks ?? []), ...(shell?.inCall?.asks ?? [])];
  });
  const recorded = ids.flatMap((id) => (recordingOf(id)?.shell ?? []).map(({ ask, answer }) => [ask, answer] as const));
  return {
    asks: [...new Map(asks.map((ask) => [ask.command, ask])).values()],
    answers: { ...Object.fromEntries(recorded), ...withNames },
  };
}

const spoken: Readonly<Record<"poly" | "lifesize" | "gnugk", Spoken>> = {
  poly: {
    grammar: polyGrammar,
    ...talkOf(["poly-hdx", "poly-group"], POLY_ANSWERS),
    prompt: "-> ",
    aside: (name) => `notification:callstatus:outgoing:34:${name}:203.0.113.77:connected:384:0:videocall`,
  },
  lifesize: {
    grammar: () => LIFESIZE,
    ...talkOf(["lifesize-classic"], LIFESIZE_ANSWERS),
    prompt: "$ ",
    aside: (name) => `CS,3,1,Connected,Video,Normal,203.0.113.77,${name}`,
  },
  gnugk: {
    grammar: () => GNUGK,
    ...talkOf(["gnugk"], GNUGK_ANSWERS),
    prompt: "",
    aside: (name) => `ACF|203.0.113.77:1720|4048_CGK1|25263|${name}:h323_ID|gunter:h323_ID|false|Proxy;`,
  },
};
const dialects = ["poly", "lifesize", "gnugk"] as const satisfies readonly ShellDialect[];

/** Names that look like what stands around them. */
const names = [
  "Genevieve Tremblay",
  "Tremblay: salle 2 [state]",
  "Tremblay, Genevieve, poste 12",
  "Geneviève Tremblay 会议室",
  "Tremblay|h323_ID",
  "genevieve@far.example",
  "1-514-555-1234",
  "Tremblay:connected:muted:outgoing:videocall",
] as const;
const secret = /Tremblay|enevi|far\.example|555-1234|203\.0\.113/;
const placeholders = /Clinique Tremblay(?:, annexe)?|marie\.gagnon|888888\.1120324757@t\.plcm\.vc|514-555-0199/g;

/** A whole reply with names in every place for a far end. */
function transcript(chance: Chance, dialect: (typeof dialects)[number], command: string): string {
  const { answers, prompt, aside } = spoken[dialect];
  const eol = chance.of(["\r\n", "\r\r\n", "\n"]);
  // A device's own name in more than ASCII: a packet may end inside a letter.
  const printed = answers[command];
  if (printed === undefined) throw new Error(`no answer to "${command}" in ${dialect}: record one`);
  const own = printed.replaceAll("RealPresence Group 700", "RealPresence Groupé 会 700").replaceAll("LS_RM1", "LS_é会");
  const lines = own.replaceAll(placeholders, () => chance.of(names)).split("\n");
  if (chance.below(3) === 0) lines.splice(chance.below(lines.length + 1), 0, aside(chance.of(names)));
  const echo = chance.below(2) === 0 ? `${prompt}${command}${eol}` : "";
  return echo + lines.join(eol) + eol + prompt;
}

function pieces(chance: Chance, bytes: Buffer): readonly Buffer[] {
  const cuts = [0, ...Array.from({ length: chance.below(5) }, () => chance.below(bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, at) => bytes.subarray(cuts[at], cut));
}

/** The answer to a command in a stream; undefined when it never ends. Everything that would leave the probe is in `told`. */
function read(grammar: Grammar, command: string, stream: readonly Buffer[]): { answer: Answer | undefined; longest: number } {
  let reply: Reply | undefined = grammar.reply(command);
  let answer: Answer | undefined;
  let maybe = false;
  let begun = false;
  let longest = 0;
  const finish = (): void => {
    answer ??= reply?.answer();
    reply = undefined;
  };
  const cutter = new LineCutter((line) => {
    longest = Math.max(longest, line.length);
    const text = grammar.bare(line);
    if (text !== "") grammar.overhear?.(text);
    if (reply === undefined || (!begun && text.toLowerCase() === command.toLowerCase())) return;
    const place = reply.line(text);
    if (place === "other") return;
    begun = true;
    maybe = place === "maybe-last";
    if (place === "end") finish();
  });
  for (const piece of stream) {
    cutter.feed(piece);
    longest = Math.max(longest, cutter.tail.length);
    if (maybe && grammar.isPrompt(cutter.tail)) finish();
  }
  // Silence ends what may have ended.
  if (maybe) finish();
  return { answer, longest };
}

const valuesOf = (ask: ShellAsk, answer: Answer) => readValues([{ ask, answer }], { counters: undefined, atMs: 0, inventory: ours });
const toldOf = (ask: ShellAsk, answer: Answer): string => `${JSON.stringify(valuesOf(ask, answer))} ${describeAnswer(answer, ours)}`;

describe.each(dialects)("a whole stream of %s", (dialect) => {
  it("cut anywhere, with others' lines in it, gives one answer, and tells no name", () => {
    const chance = new Chance(seed);
    const { grammar, asks } = spoken[dialect];
    const said = new Map(asks.map(({ command }) => [command, 0]));
    let named = 0;
    for (let n = cases(1_200, 150_000); n > 0; n -= 1) {
      const ask = chance.of(asks as [ShellAsk, ...ShellAsk[]]);
      const bytes = Buffer.from(transcript(chance, dialect, ask.command));
      if (secret.test(bytes.toString())) named += 1;
      keeping(kept, bytes, () => {
        const whole = read(grammar(), ask.command, [bytes]).answer;
        const cut = read(grammar(), ask.command, pieces(chance, bytes)).answer;
        expect(whole, `${ask.command}, seed ${seed}: ${bytes}`).toBeDefined();
        expect(cut, `${ask.command}, seed ${seed}`).toEqual(whole);
        // Not even the answer has a name in it; of a gatekeeper's list it has addresses, and ours alone are told.
        expect(JSON.stringify(whole).replaceAll("203.0.113", ""), `${ask.command}, seed ${seed}`).not.toMatch(secret);
        if (whole === undefined) return;
        expect(toldOf(ask, whole), `${ask.command}, seed ${seed}`).not.toMatch(secret);
        const { samples, readings } = valuesOf(ask, whole);
        if (samples.length + readings.length > 0) said.set(ask.command, (said.get(ask.command) ?? 0) + 1);
      });
    }
    expect(
      [...said].filter(([, times]) => times === 0).map(([command]) => command),
      "asked, and no value was read of any answer",
    ).toEqual([]);
    expect(named, "streams with a name in them").toBeGreaterThan(cases(1_200, 150_000) / 4);
  });
});

describe.each(dialects)("a spoilt stream of %s", (dialect) => {
  it("throws nothing, and what is held of it stays small", () => {
    const chance = new Chance(seed + 1);
    const { grammar, asks } = spoken[dialect];
    const began = corpus(kept);
    expect(began.length).toBeGreaterThanOrEqual(14);
    const ends = { answered: 0, refused: 0, open: 0 };
    const run = (bytes: Buffer, ask: ShellAsk): void =>
      keeping(kept, bytes, () => {
        const { answer, longest } = read(grammar(), ask.command, pieces(chance, bytes));
        expect(longest).toBeLessThanOrEqual(4_096);
        if (answer === undefined) ends.open += 1;
        else ends[answer.form === "json" && answer.problem !== undefined ? "refused" : "answered"] += 1;
        if (answer !== undefined) toldOf(ask, answer);
      });
    for (const bytes of began) for (const ask of asks) run(bytes, ask);
    const heap = heapBytes();
    for (let n = cases(1_500, 350_000); n > 0; n -= 1) {
      const ask = chance.of(asks as [ShellAsk, ...ShellAsk[]]);
      const foreign = chance.of(dialects);
      const other = Buffer.from(transcript(chance, foreign, chance.of(spoken[foreign].asks as [ShellAsk, ...ShellAsk[]]).command));
      run(spoilt(chance, Buffer.from(transcript(chance, dialect, ask.command)), other), ask);
    }
    expect(heapBytes() - heap).toBeLessThan(24 * 1024 * 1024);
    // Both ends were reached, often: some were spoilt where it matters, and not all.
    const all = cases(1_500, 350_000);
    expect(ends.answered).toBeGreaterThan(all / 3);
    expect(ends.open).toBeGreaterThan(all / 50);
  });
});

describe("spoilt telnet", () => {
  it("never answers a negotiation without a command, never presents a password twice, and holds little", () => {
    const chance = new Chance(seed + 2);
    const good = Buffer.concat([
      Buffer.from([255, 251, 1, 255, 251, 3, 255, 253, 24, 255, 250, 24, 1, 255, 240]),
      Buffer.from("Welcome\r\nlogin: Password: \r\nLogin incorrect\r\nlogin: Password: -> "),
    ]);
    const ends = { presented: 0, ready: 0, failed: 0 };
    for (let n = cases(2_500, 350_000); n > 0; n -= 1) {
      const bytes = spoilt(chance, good, Buffer.from("Password: Mot de passe : login:\xff\xfa\xff\xf0"));
      keeping(kept, bytes, () => {
        const decoder = new TelnetDecoder();
        const login = new TelnetLogin({ user: "vigie", password: "pass-5ecret" }, "hdx", (text) => text.endsWith("-> "));
        let passwords = 0;
        let over = false;
        for (const piece of pieces(chance, bytes)) {
          const { data, reply } = decoder.feed(piece);
          expect(reply.length).toBeLessThanOrEqual(piece.length + 3);
          expect(data.length).toBeLessThanOrEqual(piece.length);
          if (over) continue;
          const move = login.feed(data.toString("latin1"));
          if (move.is === "send" && move.text === "pass-5ecret") passwords += 1;
          over = move.is === "ready" || move.is === "fail";
          if (move.is === "ready") ends.ready += 1;
          if (move.is === "fail") ends.failed += 1;
        }
        if (passwords === 1) ends.presented += 1;
        expect(passwords, `seed ${seed}`).toBeLessThanOrEqual(1);
      });
    }
    const all = cases(2_500, 350_000);
    expect(ends.presented, "a password was asked for and given").toBeGreaterThan(all / 25);
    expect(ends.ready).toBeGreaterThan(all / 10);
    expect(ends.failed).toBeGreaterThan(all / 100);
  });
});

afterAll(() => {
  console.log(`command lines: seed ${seed}`);
});
