/**
 * One story with everything in it that moves an incident by itself: opening, first notice, levels 2 and 3, the last resort told twice,
 * an acknowledgement that races with its third message, restoring, reopening, folding. Killed wherever a test says, and started again.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Incident } from "../../daemon/model/incident.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import type { Message, SendResult, Store } from "../../daemon/ports.ts";
import { type OpenedStore, storeOn } from "../../daemon/store/open.ts";
import { FakeClock } from "../fakes/clock.ts";
import { Scenario } from "../scenarios/scenario.ts";
import { fixedChance, trueChance } from "./chance.ts";
import { configFor } from "./config.ts";
import type { Ground, Place } from "./ground.ts";
import { expectNothingLost } from "./lost.ts";
import { as, Count, type Kill, Victim } from "./victim.ts";

/** A message that reached its receiver, whoever heard of it. */
export interface Arrived {
  readonly key: string;
  readonly to: string;
  readonly subject: string;
  readonly kind: string;
  readonly maybeDuplicate: boolean;
  readonly at: number;
  /** Where in the order of events the claim under which it was sent began. */
  readonly claimBegan: number;
}

export interface Plan {
  readonly kill?: Kill;
  /** At which boundary of the race the acknowledgement begins. */
  readonly acknowledgeAt?: number;
  /** It ends a little after the acknowledgement. Default: when all is over. */
  readonly short?: boolean;
  /** Asked at each death with what it leaves, see `print`: true, and the story ends here: how it goes on is known. */
  readonly isKnown?: (print: string) => boolean;
  /** What it leaves at its end is wanted, see `last`. */
  readonly compared?: boolean;
  /** Told on either side of each boundary what a death there would leave. */
  readonly survey?: (index: number, side: "before" | "after", print: string) => void;
}

/** How it goes on from here is known. */
export class Known extends Error {}

/** The story and what is left of it. */
export class Story {
  readonly count = new Count();
  readonly arrived: Arrived[] = [];
  /** Where in the order of events the first acknowledgement of an incident was committed. */
  acknowledged: { readonly incident: string; readonly at: number } | undefined;
  readonly clock = new FakeClock(Date.UTC(2026, 10, 18, 14));
  /** The test's own eyes: connections that nobody kills. */
  readonly eyes: OpenedStore;
  deaths = 0;
  /** What it left at its end, see `print`. */
  last: string | undefined;
  net!: Scenario;
  #victim!: Victim;
  /** Who stands still, until when, and what it holds. */
  readonly #frozen: { readonly victim: Victim; readonly until: number; readonly store: Store }[] = [];
  #events = 0;
  #acknowledging = "";
  /** Pieces of the story begun. */
  #pieces = 0;
  readonly #place: Place;
  readonly plan: Plan;
  readonly #folder = mkdtempSync(join(tmpdir(), "vigie-story-"));

  constructor(place: Place, plan: Plan) {
    this.#place = place;
    this.plan = plan;
    this.eyes = storeOn(place.connect(), { ...place, clock: this.clock });
    this.count.carriedOut = ({ role, what }) => {
      if (role === "desk" && what === "COMMIT") this.acknowledged ??= { incident: this.#acknowledging, at: this.#tick() };
    };
    const { survey } = plan;
    if (survey !== undefined) this.count.look = (index, side) => this.#looked(async () => survey(index, side, await this.print()));
  }

  /** One look after another: messages go side by side. */
  #looked(look: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(look);
    return this.#looking;
  }
  #looking = Promise.resolve();

  /** Somebody stood still for half a minute in it. */
  get froze(): boolean {
    return this.#frozen.length > 0;
  }

  #tick(): number {
    this.#events += 1;
    return this.#events;
  }

  /** A process anew, on the same database. */
  #store(): Store {
    const victim = new Victim(this.count, this.plan.kill ?? (() => undefined));
    this.#victim = victim;
    const store = storeOn(victim.holds(this.#place.connect()), { ...this.#place, clock: this.clock });
    const claims = new Map<string, number>();
    const claimOutbox: Store["claimOutbox"] = async (claim) => {
      const began = this.#tick();
      const rows = await store.claimOutbox(claim);
      for (const { key } of rows) claims.set(key, began);
      return rows;
    };
    if (this.net !== undefined) this.net.sendResult = (message) => this.#send(victim, message, claims);
    this.#claims = claims;
    return { ...store, claimOutbox };
  }
  #claims = new Map<string, number>();

  #send(victim: Victim, message: Message, claims: ReadonlyMap<string, number>): Promise<SendResult> {
    return victim.sends(async () => {
      const { key, to, subject, maybeDuplicate, data } = message;
      this.arrived.push({
        at: this.clock.now(),
        key,
        to,
        subject,
        maybeDuplicate,
        kind: String(data.kind),
        claimBegan: claims.get(key) ?? -1,
      });
      return { ok: true, state: "accepted" };
    });
  }

  /** All that what comes after a death here depends on: the store, the world around it, and where in the story it is. Equal: it goes on alike. */
  async print(): Promise<string> {
    const late = (began: number) => this.acknowledged !== undefined && began > this.acknowledged.at;
    // Messages of one moment go side by side: which of them comes first says nothing.
    const heard = this.arrived.map(({ claimBegan, ...each }) => JSON.stringify([each, late(claimBegan)])).sort();
    const rest = [this.net.position(), this.#pieces, this.count.part, heard, this.acknowledged?.incident];
    return createHash("sha256")
      .update(JSON.stringify([await this.#place.image(), rest]))
      .digest("hex");
  }

  async begin(): Promise<void> {
    fixedChance(0);
    const config = await configFor();
    const store = this.#store();
    this.net = new Scenario({ clock: this.clock, folder: this.#folder, config, store, together: true });
    this.net.as = (role, work) => this.#asOne(role, work);
    const victim = this.#victim;
    const claims = this.#claims;
    this.net.sendResult = (message) => this.#send(victim, message, claims);
    await this.#living(() => this.net.begin());
    await this.#advance(40 * SECOND);
  }

  /** A role's work; of a process that was frozen and goes on, nothing but this one piece. */
  async #asOne<T>(role: string, work: () => Promise<T>): Promise<T> {
    const victim = this.#victim;
    const never = () => new Promise<never>(() => {});
    try {
      const done = await as(role, work);
      return victim.frozen ? await never() : done;
    } catch (error) {
      if (victim.frozen) return never();
      throw error;
    }
  }

  /** Does it, unless the process dies meanwhile: then it is started again, and the answer never came. */
  async #living<T>(work: () => Promise<T>): Promise<T | "killed"> {
    this.#pieces += 1;
    const done = await Promise.race([work(), this.#victim.died]);
    if (done !== "killed") return done;
    this.deaths += 1;
    if (this.#victim.frozen) await this.#leave(this.#victim);
    else if (this.plan.isKnown?.(await this.print())) throw new Known();
    fixedChance(this.deaths);
    const again = await this.#living(() => this.net.restartOn(this.#store(), SECOND));
    return again === "killed" ? again : "killed";
  }

  /** It is taken for dead once its leases and, inside a transaction, its minute have run out; it goes on well after that. */
  async #leave(victim: Victim): Promise<void> {
    this.#frozen.push({ victim, until: this.clock.now() + 45 * SECOND, store: this.net.store });
    this.clock.pass(31 * SECOND);
    await this.#place.cutOff();
    await this.#place.endLeases();
  }

  async #advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    while (this.clock.now() < end) await this.#living(() => this.net.advance(end - this.clock.now()));
    this.#thaw();
  }

  #thaw(): void {
    for (const { victim, until } of this.#frozen) if (until <= this.clock.now()) victim.thaw();
  }

  async #until(what: string, look: () => Promise<boolean> | boolean, withinMs = 12 * MINUTE): Promise<void> {
    const end = this.clock.now() + withinMs;
    while (!(await look())) {
      if (this.clock.now() > end) throw new Error(`not within ${withinMs / MINUTE} min: ${what}\n${await this.told()}`);
      await this.#living(() => this.net.toNextLook());
      this.#thaw();
    }
  }

  async of(device: string): Promise<Incident | undefined> {
    return (await this.eyes.incidents({ device, limit: 10 }))[0];
  }

  async #stateOf(device: string): Promise<string | undefined> {
    return (await this.of(device))?.state;
  }

  /** Messages of a kind that arrived, repeats not counted. */
  #told(kind: string): number {
    return new Set(this.arrived.filter((each) => each.kind === kind).map(({ key }) => key)).size;
  }

  /** No message waits or is under way. */
  async #isSaid(): Promise<boolean> {
    return (await this.eyes.outboxDepth()).pending === 0;
  }

  /** A person presses until it is said to be done. */
  async #acknowledge(device: string): Promise<void> {
    const incident = await this.of(device);
    this.#acknowledging = incident?.id ?? "";
    await as("desk", () => this.net.desk.acknowledge(this.#acknowledging, "marie"));
  }

  /** Its next message is due just as somebody acknowledges. */
  async #acknowledgeRacing(device: string): Promise<void> {
    const wakeAt = (await this.of(device))?.wakeAt ?? 0;
    if (wakeAt - 1 > this.clock.now()) await this.#advance(wakeAt - 1 - this.clock.now());
    const from = this.count.seen.length;
    this.count.part = "race";
    let pressed: Promise<unknown> | undefined;
    this.count.reached = (index) => {
      if (index - from < (this.plan.acknowledgeAt ?? 6)) return;
      pressed ??= Promise.resolve().then(() => this.#acknowledge(device));
      // Of a process that died meanwhile nobody hears how it ended.
      pressed.catch(() => {});
    };
    await this.#living(async () => {
      await this.net.advance(2 * SECOND);
      await pressed;
    });
    this.count.reached = () => {};
    this.count.part = "rest";
    while ((await this.of(device))?.acknowledgedAt === undefined) await this.#living(() => this.#acknowledge(device));
    // Its commit was on its way when the process died: it stands, and nobody heard of it.
    this.acknowledged ??= { incident: this.#acknowledging, at: this.#tick() };
  }

  async play(): Promise<void> {
    const { net } = this;
    net.breaks("codec-7");
    await this.#until("the last resort is told twice", () => this.#told("last-resort") >= 2);
    await this.#acknowledgeRacing("codec-7");
    await this.#advance(90 * SECOND);
    if (this.plan.short !== true) await this.#ends();
  }

  /** Restored, reopened, folded into a greater trouble, and over. */
  async #ends(): Promise<void> {
    const { net } = this;
    net.heals("codec-7");
    await this.#until("restored, and told", async () => (await this.#stateOf("codec-7")) === "restored" && (await this.#isSaid()));
    const before = this.#told("problem");
    net.breaks("codec-7");
    await this.#until("reopened, and told", async () => (await this.#stateOf("codec-7")) === "open" && this.#told("problem") > before);
    while ((await this.of("codec-7"))?.acknowledgedAt === undefined) await this.#living(() => this.#acknowledge("codec-7"));
    net.breaks("codec-8");
    await this.#until("the second codec's incident", async () => (await this.of("codec-8")) !== undefined);
    net.breaks("router-2");
    await this.#until("the router's incident", async () => (await this.of("router-2")) !== undefined);
    for (const device of ["router-2", "codec-7", "codec-8"]) net.heals(device);
    const over = async (device: string) => ["restored", "closed"].includes((await this.#stateOf(device)) ?? "");
    await this.#until("all is over", async () => (await over("router-2")) && (await over("codec-7")) && (await over("codec-8")));
    await this.#advance(2 * MINUTE);
    // What a storm holds back goes at the end of its window.
    await this.#until("all is said", () => this.#isSaid());
  }

  /** For a failure's text. */
  async told(): Promise<string> {
    const lines: string[] = [];
    for (const incident of await this.eyes.incidents({ limit: 20 })) {
      lines.push(
        `${incident.number} ${incident.device} ${incident.state} level ${incident.level} folded ${incident.foldedInto !== undefined}`,
      );
      for (const { event, data } of await this.eyes.timeline(incident.id)) lines.push(`    ${event} ${JSON.stringify(data ?? {})}`);
      for (const each of await this.eyes.deliveries(incident.id))
        lines.push(`    ${each.kind} ${each.level}/${each.occurrence} ${each.recipient}: ${each.state} ${each.error ?? ""}`);
    }
    return lines.join("\n");
  }

  async end(): Promise<void> {
    if (!this.#victim.dead) await this.net.store.close();
    for (const { victim, store } of this.#frozen) {
      victim.thaw();
      await store.close();
    }
    await this.eyes.close();
    await this.#place.remove();
    trueChance();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Plays it to its end, and looks whether anything was lost. */
export async function played(ground: Ground, plan: Plan = {}): Promise<Story> {
  const story = new Story(await ground.fresh(), plan);
  try {
    await story.begin();
    await story.play();
    await expectNothingLost(story);
    if (plan.compared === true) story.last = await story.print();
  } catch (error) {
    if (!(error instanceof Known)) throw error;
  } finally {
    await story.end();
  }
  return story;
}
