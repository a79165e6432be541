/**
 * The rules: how fast a turn decides with 50 rules a family, and what a site that fails as a whole makes of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Board } from "../../daemon/board.ts";
import { loadConfig } from "../../daemon/config/load.ts";
import { MaintenanceBook } from "../../daemon/maintenance-book.ts";
import type { Config } from "../../daemon/model/config.ts";
import type { Check } from "../../daemon/model/network.ts";
import { bare, type Finding, type Observation } from "../../daemon/model/observation.ts";
import { AlarmMemory } from "../../daemon/roles/memory.ts";
import { Standing } from "../../daemon/roles/standing.ts";
import { Turn, type TurnResult, type TurnWorld } from "../../daemon/roles/turn.ts";
import { worldOf } from "../../daemon/roles/world.ts";
import { inOrder } from "../../rules/alarm.ts";
import { FakeClock } from "../fakes/clock.ts";
import { higher, type Report } from "./figure.ts";
import { benchEnv, writeNetwork } from "./network.ts";
import { icmpSamples, packRules, readings, rulePack, snmpSamples } from "./rule-pack.ts";
import { benchOutages } from "./site-outage.ts";

const batchSize = 500;
/** Looks of 10,000 devices come this far apart. */
const stepMs = 2;
/** One look over ICMP in so many is not answered: its alarm is pending in memory until the next. */
const oneBadIn = 200;

export async function benchRules(size: {
  readonly devices: number;
  readonly observations: number;
  readonly site: number;
}): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "vigie-bench-"));
  try {
    const checks = { icmp: "30s", snmp: "60s" };
    const of = { folder, devices: size.devices, checks, family: "bench-agent", httpPort: 8_080 } as const;
    const loaded = await loadConfig(writeNetwork({ ...of, packs: { "bench.yaml": rulePack() } }), { env: benchEnv });
    if (!loaded.ok) throw new Error(`the configuration of the bench is not accepted: ${JSON.stringify(loaded.problems[0])}`);
    const speed = decide(loaded.config, size.observations);
    const outages = await benchOutages(size.site);
    return { figures: [...speed.figures, ...outages.figures], notes: [...speed.notes, ...outages.notes] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A world as the evaluator has it, and the memory that its turns decide over. */
class Decider {
  readonly board = new Board();
  readonly memory = new AlarmMemory([]);
  readonly world: TurnWorld;

  constructor(config: Config, at: number) {
    const book = new MaintenanceBook({ store: { maintenances: async () => [] }, clock: new FakeClock(at), config: () => config });
    book.take([]);
    const { board } = this;
    const known = { isFailing: () => false, apart: () => false, bookings: undefined, startedAt: at, holdUntil: 0 };
    this.world = worldOf({ config, board, standing: new Standing(board), gates: [book.keeper], ...known });
  }

  /** One turn: decided, and remembered as after its commit. */
  take(observations: readonly Observation[], now: number): TurnResult {
    const ordered = inOrder(observations);
    const result = new Turn(this.world, this.memory).run(ordered, now, new Set());
    this.memory.apply(result.overlay.changes());
    this.memory.learn(result.looks);
    this.memory.rememberBack(result.cameBack);
    this.memory.rememberMarks(result.overlay.marks);
    this.memory.suspects = result.suspects;
    return result;
  }
}

function decide(config: Config, count: number): Report {
  const checks = asTheyCome(config);
  const began = Date.UTC(2026, 10, 18, 14);
  const decider = new Decider(config, began);
  let [at, seq, cpuUs, moved] = [began, 0, 0, 0];
  const batch = (): readonly Observation[] =>
    Array.from({ length: batchSize }, () => {
      at += stepMs;
      seq += 1;
      return observe(checks[seq % checks.length] as Check, at, seq);
    });
  // Every device is known and every absence waits before the clock starts; the compiler has seen it all.
  for (let done = 0; done < Math.max(checks.length * 2, 100_000); done += batchSize) look(batch());
  for (let done = 0; done < count; done += batchSize) {
    const observations = batch();
    const before = process.cpuUsage();
    const result = decider.take(observations, at);
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
    moved += [...result.overlay.changes()].length;
    for (const each of observations) decider.board.record(each, at);
  }
  function look(observations: readonly Observation[]): void {
    decider.take(observations, at);
    for (const each of observations) decider.board.record(each, at);
  }
  const [first] = config.network.devices.values();
  const all = first === undefined ? 0 : decider.world.rulesOf(first).length;
  return {
    figures: [
      higher(
        `rules: observations decided a second on one core, ${packRules} rules a family`,
        Math.round((count / cpuUs) * 1e6),
        "observations/s",
        100_000,
      ),
    ],
    notes: [
      `Decided: ${count.toLocaleString("en-CA")} looks of ${config.network.devices.size.toLocaleString("en-CA")} devices in turns of ${batchSize}, two over ICMP (5 samples) to each over SNMP (10 samples, 5 readings), through the turn and into memory, by CPU time of the process. A device meets ${all} rules: the ${packRules} of its family (28 limits, 10 on words, 4 combinations, 3 slopes, 2 absences, 3 traps) and the shipped ones that are for every device. Maintenance, circuits and correlation are asked as in the daemon. One ping in ${oneBadIn} is not answered; ${moved.toLocaleString("en-CA")} alarm records moved. What the whole evaluator does besides (lights, roll-ups, the board) is in its own section.`,
    ],
  };
}

/** The checks of a minute, in an order in which neighbours are strangers; ICMP comes twice as often as SNMP. */
function asTheyCome(config: Config): readonly Check[] {
  const all = [...config.network.devices.values()].flatMap(({ checks }) =>
    checks.flatMap((check) => (check.kind === "icmp" ? [check, check] : [check])),
  );
  const stride = 7_919;
  return all.map((_, n) => all[(n * stride) % all.length] as Check);
}

function observe({ id, device, kind }: Check, at: number, seq: number): Observation {
  const finding: Finding = kind === "icmp" && seq % oneBadIn === 0 ? bare("down", "icmp.no-answer") : good(kind);
  return { id: `${id}@${seq}`, check: id, device, kind, at, seq, durationMs: 1, finding };
}

function good(kind: Check["kind"]): Finding {
  if (kind === "icmp")
    return { ...bare("up"), samples: icmpSamples.map((name) => ({ name, value: name === "icmp_loss_ratio" ? 0 : 0.01 })) };
  return {
    ...bare("up"),
    samples: snmpSamples.map((name) => ({ name, value: 0.01 })),
    readings: readings.map((name) => ({ name, value: "good" })),
  };
}
