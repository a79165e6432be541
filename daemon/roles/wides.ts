/**
 * What fails as a whole, judged at the end of a turn: our own sight, circuits without an address, and the core that several of them share.
 *
 * In this order: blind, nothing is known of circuits; a circuit behind one that is down is not told beside it.
 */
import { CORE, type Cut, type CutJudgement, isBehind, judgeCore, verdictOf } from "../../rules/suppress.ts";
import { alarmKey } from "../model/alarm.ts";
import type { Instant } from "../model/time.ts";
import { blindRoot, blindSymptom, type Explainer, linkSymptom } from "./explain.ts";
import type { Kick, TurnWorld, Wide } from "./intent.ts";
import { isGate, type Overlay } from "./memory.ts";

export interface Judging {
  readonly world: TurnWorld;
  readonly overlay: Overlay;
  readonly others: Explainer;
  /** Something went out of service or came back in this turn. */
  readonly moved: boolean;
  /** Devices of which something was seen in this turn; asked where it matters. */
  readonly touched: () => ReadonlySet<string>;
  /** Circuits that the last turn could not tell of. */
  readonly suspects: ReadonlySet<string>;
  readonly at: Instant;
  /** Moves the alarm, when that changes it; decided at once, since what follows depends on it. */
  readonly apply: (wide: Wide) => void;
}

const blindKey = alarmKey(blindRoot, blindSymptom);
const coreKey = alarmKey(CORE, linkSymptom);

/** Where the fault of a circuit is; undefined for what is no circuit. */
export function verdictOfHolder({ topology: { cuts, bySite } }: TurnWorld, holder: string): Wide["verdict"] {
  if (holder === CORE) return "ritm-core";
  const cut = cuts.find((each) => each.holder === holder);
  return cut === undefined ? undefined : verdictOf(cut, bySite);
}

/** One look at some other sites, once a circuit is down: is it alone? */
const looksElsewhere = 20;

export class WideJudge {
  readonly #in: Judging;
  readonly suspects = new Set<string>();
  readonly kicks: Kick[] = [];

  constructor(judging: Judging) {
    this.#in = judging;
  }

  run(): void {
    if (this.#isNothing()) return;
    if (this.#judgeSight()) {
      for (const holder of this.#in.suspects) this.suspects.add(holder);
      return;
    }
    this.#judgeCuts();
    this.#judgeCore();
    this.#freeCuts();
  }

  /** Nearly every turn of a network whose circuits are not told of: nothing moved, and nothing is wrong as a whole. */
  #isNothing(): boolean {
    const { world, overlay, moved, suspects } = this.#in;
    if (moved || suspects.size > 0 || world.topology.cuts.length > 0) return false;
    return overlay.get(blindKey)?.state !== "active" && overlay.get(coreKey)?.state !== "active";
  }

  #active(holder: string, symptom = linkSymptom): boolean {
    return this.#in.overlay.get(alarmKey(holder, symptom))?.state === "active";
  }

  #judgeSight(): boolean {
    const { others, world, moved, touched, at, apply } = this.#in;
    const before = this.#active(blindRoot, blindSymptom);
    if (!moved && (!before || touched().size === 0)) return before;
    const { blind, why } = others.judgeSight();
    const devices = blind === before ? [] : [...world.network.devices.keys()].filter((id) => id !== world.network.canary);
    apply({ holder: blindRoot, symptom: blindSymptom, failing: blind, devices, at, why });
    others.serviceMoved();
    return blind;
  }

  /** Those of which something was seen, as far as it may have changed what is known of them. */
  #candidates(): readonly Cut[] {
    const { world, moved, touched, suspects } = this.#in;
    const { topology, network } = world;
    const may = topology.cuts.filter((cut) => !cut.polled && (moved || suspects.has(cut.holder) || this.#active(cut.holder)));
    // Nearly every turn.
    if (may.every(({ holder }) => suspects.has(holder))) return may;
    const sites = new Set([...touched()].flatMap((id) => network.devices.get(id)?.site ?? []));
    const near = new Set([...sites].flatMap((site) => topology.cutsBySite.get(site) ?? []));
    return may.filter((cut) => suspects.has(cut.holder) || near.has(cut));
  }

  #judgeCuts(): void {
    const { others } = this.#in;
    const judged = this.#candidates().map((cut) => others.judgeCut(cut));
    for (const { cut, down, suspect, why } of judged) {
      if (suspect === true) this.suspects.add(cut.holder);
      if (down === false) this.#clear(cut, why);
    }
    others.serviceMoved();
    const down = judged.filter((each) => each.down === true);
    const all = [...down.map(({ cut }) => cut), ...others.downCuts().map(({ cut }) => cut)];
    for (const each of down) {
      if (this.#active(each.cut.holder) || all.some((other) => isBehind(each.cut, other))) continue;
      this.#apply(each.cut, true, each.why);
      this.#lookElsewhere(each);
    }
    others.serviceMoved();
  }

  /** What is behind it was not told while it lasted, and may still be down. */
  #clear(cut: Cut, why: string): void {
    if (this.#active(cut.holder)) {
      for (const other of this.#in.world.topology.cuts) if (!other.polled && isBehind(other, cut)) this.suspects.add(other.holder);
    }
    this.#apply(cut, false, why);
  }

  #apply(cut: Cut, failing: boolean, why: string): void {
    const { apply, at, world } = this.#in;
    const verdict = verdictOf(cut, world.topology.bySite);
    apply({ holder: cut.holder, symptom: linkSymptom, failing, devices: [], at, why, verdict });
  }

  #lookElsewhere({ cut }: CutJudgement): void {
    const { topology } = this.#in.world;
    const sites = [...topology.cutsBySite.keys()].filter((site) => !cut.sites.includes(site)).slice(0, looksElsewhere);
    for (const site of sites)
      for (const device of (topology.bySite.get(site) ?? []).slice(0, 1)) this.kicks.push({ device: device.id, inMs: 0 });
  }

  #judgeCore(): void {
    const { others, apply, at } = this.#in;
    const { down, since, cuts } = judgeCore(others.downCuts(), others.coreSince());
    if (down === this.#active(CORE)) return;
    const sites = new Set(cuts.flatMap(({ cut }) => cut.sites));
    const why = down ? `${cuts.length} circuits failed at once, and ${sites.size} sites are dark` : "its circuits no longer fail together";
    apply({ holder: CORE, symptom: linkSymptom, failing: down, devices: [], at, since, why, verdict: "ritm-core" });
    others.serviceMoved();
  }

  /** A circuit that was part of another's failure, or unseen, and still fails after that is told for itself. */
  #freeCuts(): void {
    const { overlay, others, world, moved, suspects, at, apply } = this.#in;
    if (!moved && suspects.size === 0) return;
    for (const cut of world.topology.cuts) {
      const alarm = overlay.get(alarmKey(cut.holder, linkSymptom));
      if (alarm?.state !== "active" || alarm.suppressedBy === undefined || isGate(alarm.suppressedBy)) continue;
      if (others.explained(alarm, undefined, undefined) !== undefined) continue;
      const { down, why } = others.judgeCut(cut);
      if (down === undefined) this.suspects.add(cut.holder);
      else
        apply({
          holder: cut.holder,
          symptom: linkSymptom,
          failing: down,
          devices: [],
          at,
          why,
          verdict: verdictOf(cut, world.topology.bySite),
          again: true,
        });
    }
  }
}
