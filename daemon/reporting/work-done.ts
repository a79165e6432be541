/**
 * What partners had of an incident, and for how long, for its report.
 */
import { courtTime } from "../../rules/task.ts";
import type { Config } from "../model/config.ts";
import type { Clock, Store } from "../ports.ts";
import { partnerHours } from "../roles/task-terms.ts";
import type { WorkDone } from "./facts.ts";

const mostTasks = 1_000;

export function workDone({
  store,
  clock,
  config,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: () => Config;
}): WorkDone {
  return {
    partners: async ({ id }) =>
      [...(await store.tasks({ incident: id, limit: mostTasks }))].reverse().map((task) => ({
        partner: config().partners.get(task.partner)?.name ?? task.partner,
        what: task.asked,
        askedAt: task.at,
        waited: courtTime(task, partnerHours(config(), task.partner), clock.now()),
        ...(task.ticket === undefined ? {} : { reference: task.ticket }),
        ...(task.promisedBy === undefined ? {} : { promisedBy: task.promisedBy }),
        ...(task.endedAt === undefined ? {} : { doneAt: task.endedAt }),
      })),
    actions: async () => [],
  };
}
