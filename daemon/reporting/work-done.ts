/**
 * What was done about an incident beside what the daemon saw: tasks of partners and their time, actions.
 */
import { courtTime } from "../../rules/task.ts";
import type { Config } from "../model/config.ts";
import type { ActionFacts, PartnerFacts } from "../model/report.ts";
import type { PartnerTask, WorkAction } from "../model/work.ts";
import type { Clock, Store } from "../ports.ts";
import { partnerHours } from "../roles/task-terms.ts";
import type { WorkDone } from "./facts.ts";

interface Parts {
  readonly store: Pick<Store, "tasks" | "workActions">;
  readonly clock: Pick<Clock, "now">;
  readonly config: () => Config;
}

const mostTasks = 1_000;

export function workDone({ store, clock, config }: Parts): WorkDone {
  return {
    partners: async ({ id }) => {
      const tasks = await store.tasks({ incident: id, limit: mostTasks });
      return [...tasks].reverse().map((task) => partnerFacts(task, config(), clock.now()));
    },
    actions: async ({ id }) => (await store.workActions({ incident: id })).map(actionFacts),
  };
}

function partnerFacts(task: PartnerTask, config: Config, now: number): PartnerFacts {
  const { partner, asked, at, ticket, promisedBy, endedAt } = task;
  return {
    ...{ partner, what: asked, askedAt: at },
    waited: courtTime(task, partnerHours(config, partner), now),
    ...(ticket === undefined ? {} : { reference: ticket }),
    ...(promisedBy === undefined ? {} : { promisedBy }),
    ...(endedAt === undefined || task.state !== "done" ? {} : { doneAt: endedAt }),
  };
}

function actionFacts({ at, by, kind, what, device, room, link, ...rest }: WorkAction): ActionFacts {
  const where = rest.part === undefined ? (device ?? room ?? link) : `${device ?? ""}, ${rest.part}`;
  const [before, after] = [joined(rest.before, rest.serialBefore), joined(rest.after, rest.serialAfter)];
  return {
    ...{ at, by, kind, what },
    ...(where === undefined ? {} : { where }),
    ...(before === "" ? {} : { before }),
    ...(after === "" ? {} : { after }),
  };
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((each) => each !== undefined && each !== "").join(", ");
}
