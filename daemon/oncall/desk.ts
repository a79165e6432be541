/**
 * What people do about who is on call: write a person, a rotation, an override; end one; call one off. Each act is one transaction, audited,
 * and in force when it answers.
 */
import { randomBytes } from "node:crypto";
import type { Config } from "../model/config.ts";
import type { Override, Person, Rotation } from "../model/on-call.ts";
import type { Instant } from "../model/time.ts";
import type { AuditEntry, Clock, Store, Tx } from "../ports.ts";
import type { DutyBook } from "./book.ts";
import { checkOverride, checkPerson, checkRotation } from "./checks.ts";

export interface OnCallDeskDeps {
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly book: Pick<DutyBook, "refresh">;
  /** It has changed, and is in force. */
  readonly changed: () => void;
}

export type PersonPlan = Omit<Person, "by" | "savedAt" | "removedAt">;
/** `from` undefined: now. `replaces`: the rotation that ends when this one begins. */
export type RotationPlan = Omit<Rotation, "id" | "by" | "createdAt" | "from"> & { readonly from?: Instant; readonly replaces?: string };
export type OverridePlan = Omit<Override, "id" | "by" | "createdAt" | "cancelledAt">;

export type OnCallOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: 404 | 409 | 422; readonly problems: readonly string[] };

type Written<T> = { readonly value: T; readonly entry: Omit<AuditEntry, "at" | "by"> };

const refused = (status: 404 | 409 | 422, ...problems: string[]) => ({ ok: false, status, problems }) as const;

export class OnCallDesk {
  readonly #deps: OnCallDeskDeps;

  constructor(deps: OnCallDeskDeps) {
    this.#deps = deps;
  }

  /** A new person, or what is known of one anew. */
  savePerson(plan: PersonPlan, by: string): Promise<OnCallOutcome<Person>> {
    const problems = checkPerson(plan, this.#deps.config());
    return this.#write(by, problems, async (tx, at) => {
      const person: Person = { ...plan, by, savedAt: at };
      await tx.savePerson(person);
      const channels = plan.channels.map(({ channel }) => channel);
      return { value: person, entry: { action: "person.saved", target: plan.id, data: { language: plan.language, channels } } };
    });
  }

  /** Refused while a rotation or an override still names them: nobody would notice the hole. */
  removePerson(id: string, by: string): Promise<OnCallOutcome<Person>> {
    return this.#write(by, [], async (tx, at) => {
      const person = await tx.person(id);
      if (person === undefined || person.removedAt !== undefined)
        return refused(404, `there is no ${id} in the store; GET /api/v1/people lists them (those of the file leave with the file)`);
      const uses = await usesOf(tx, id, at);
      if (uses.length > 0) return refused(409, `${id} is still named by ${uses.join(", ")}; put somebody else there first`);
      const gone = { ...person, removedAt: at };
      await tx.savePerson(gone);
      return { value: gone, entry: { action: "person.removed", target: id } };
    });
  }

  addRotation(plan: RotationPlan, by: string): Promise<OnCallOutcome<Rotation>> {
    const at = this.#deps.clock.now();
    const { replaces, ...rest } = plan;
    const from = plan.from ?? at;
    const problems = checkRotation({ ...rest, from }, this.#deps.config());
    return this.#write(by, problems, async (tx) => {
      const gone = await this.#justRemoved(tx, plan.people);
      if (gone !== undefined) return gone;
      if (replaces !== undefined) {
        const old = await tx.rotation(replaces);
        if (old === undefined) return refused(422, `replaces: there is no rotation ${replaces}; GET /api/v1/on-call/rotations lists them`);
        if (old.function !== plan.function) return refused(422, `replaces: ${replaces} fills ${old.function}, not ${plan.function}`);
        if ((old.to ?? Number.POSITIVE_INFINITY) > from) await tx.saveRotation({ ...old, to: Math.max(old.from, from) });
      }
      const rotation: Rotation = { ...rest, from, id: newId("r"), by, createdAt: at };
      await tx.saveRotation(rotation);
      const { function: of, people, covers, weeks } = rotation;
      const data = { function: of, people, covers, weeks, from, ...(replaces === undefined ? {} : { replaces }) };
      return { value: rotation, entry: { action: "rotation.added", target: rotation.id, data } };
    });
  }

  endRotation(id: string, by: string, when?: Instant): Promise<OnCallOutcome<Rotation>> {
    return this.#write(by, [], async (tx, at) => {
      const found = await tx.rotation(id);
      if (found === undefined) return refused(404, `there is no rotation ${id}; GET /api/v1/on-call/rotations lists them`);
      const to = when ?? at;
      if (to < at) return refused(422, "at: lies in the past; who was on call stays as it was");
      if (found.to !== undefined && found.to <= at) return refused(409, `${id} has ended already`);
      const ended = { ...found, to: Math.max(to, found.from) };
      await tx.saveRotation(ended);
      return { value: ended, entry: { action: "rotation.ended", target: id, data: { to: ended.to } } };
    });
  }

  addOverride(plan: OverridePlan, by: string): Promise<OnCallOutcome<Override>> {
    const now = this.#deps.clock.now();
    return this.#write(by, checkOverride(plan, this.#deps.config(), now), async (tx, at) => {
      const gone = await this.#justRemoved(tx, plan.people);
      if (gone !== undefined) return gone;
      const override: Override = { ...plan, id: newId("o"), by, createdAt: at };
      await tx.saveOverride(override);
      const { function: of, people, from, to, reason } = plan;
      return {
        value: override,
        entry: { action: "override.added", target: override.id, data: { function: of, people, from, to, reason } },
      };
    });
  }

  cancelOverride(id: string, by: string): Promise<OnCallOutcome<Override>> {
    return this.#write(by, [], async (tx, at) => {
      const found = await tx.override(id);
      if (found === undefined) return refused(404, `there is no override ${id}; GET /api/v1/on-call/overrides lists them`);
      if (found.cancelledAt !== undefined || found.to <= at) return refused(409, `${id} is over; there is nothing to call off`);
      const off = { ...found, cancelledAt: at };
      await tx.saveOverride(off);
      return { value: off, entry: { action: "override.cancelled", target: id } };
    });
  }

  /** Somebody whom another process has taken out since we last read who there is. */
  async #justRemoved(tx: Tx, people: readonly string[]) {
    const known = this.#deps.config().onCall.people;
    for (const id of people) {
      const person = known.some((each) => each.id === id && each.removedAt === undefined) ? await tx.person(id) : undefined;
      if (person?.removedAt !== undefined)
        return refused(409, `people: ${id} has just been taken out; look at GET /api/v1/people, then name others`);
    }
    return undefined;
  }

  async #write<T>(
    by: string,
    problems: readonly string[],
    act: (tx: Tx, at: Instant) => Promise<Written<T> | ReturnType<typeof refused>>,
  ): Promise<OnCallOutcome<T>> {
    if (problems.length > 0) return refused(422, ...problems);
    const { store, clock, book, changed } = this.#deps;
    const at = clock.now();
    const outcome = await store.transaction(undefined, async (tx): Promise<OnCallOutcome<T>> => {
      await tx.lockOnCall();
      const written = await act(tx, at);
      if ("ok" in written) return written;
      await tx.audit([{ at, by, ...written.entry }]);
      return { ok: true, value: written.value };
    });
    if (outcome.ok) {
      await book.refresh();
      changed();
    }
    return outcome;
  }
}

const newId = (kind: "r" | "o"): string => `${kind}${randomBytes(4).toString("hex")}`;

/** Rotations and overrides that still name somebody. */
async function usesOf(tx: Tx, person: string, at: Instant): Promise<readonly string[]> {
  const rotations = (await tx.rotationsAfter(at)).filter(({ people }) => people.includes(person));
  const overrides = (await tx.overridesAfter(at)).filter(
    ({ people, to, cancelledAt }) => people.includes(person) && (cancelledAt ?? to) > at,
  );
  return [...rotations, ...overrides].map(({ id }) => id);
}
