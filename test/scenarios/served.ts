/**
 * A scenario behind the real API on a free port: its store, desks, evaluator, escalator and dispatcher; a client asks over HTTP.
 *
 * What a story does not touch (discovery, looking by network) is the stand-in of test/api.
 */
import { createApi } from "../../daemon/api/api.ts";
import type { Config } from "../../daemon/model/config.ts";
import { makeFollowUp } from "../../daemon/reporting/follow-up.ts";
import { workDone } from "../../daemon/reporting/work-done.ts";
import { SessionDesk } from "../../daemon/sessions/desk.ts";
import { secret, world } from "../api/fixture.ts";
import type { Scenario } from "./scenario.ts";

export interface Answer {
  readonly status: number;
  /** Parsed, or empty. */
  // biome-ignore lint/suspicious/noExplicitAny: what a client reads of JSON
  readonly body: any;
  readonly bytes: Buffer;
}

export interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
}

export interface Served {
  readonly url: string;
  /** Somebody with a token of that function. */
  as(name: string, of: string): Client;
  close(): Promise<void>;
}

export async function served(net: Scenario): Promise<Served> {
  const made = world();
  const people = new Map<string, Config["tokens"][number]>();
  const config = (): Config => ({ ...net.config, http: made.deps.config().http, tokens: [...people.values()] });
  const basics = { store: net.store, clock: net.clock, config };
  const facts = { ...basics, bookings: net.bookings, work: workDone(basics) };
  const changed = () => net.bookings.refresh();
  const api = await createApi({
    ...made.deps,
    ...{ config, store: net.store, clock: net.clock, board: net.board, bookings: net.bookings },
    ...{ actions: net.desk, joining: net.joining, work: net.work, tasks: net.tasks, files: net.files, done: net.done },
    ...{ intake: net.intake, tokens: net.tokens, acknowledging: net.acknowledging, reports: net.reports },
    alarms: () => net.evaluator.memory.live(),
    planOf: (id) => net.planOf(id),
    sessions: new SessionDesk({ store: net.store, clock: net.clock, config, changed }),
    makeFollowUp: (of) => makeFollowUp(facts, of),
  }).listen("127.0.0.1", 0);
  const ask = async (path: string, token: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${api.url}${path}`, { ...init, headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    return { status: answer.status, body: isJson ? JSON.parse(bytes.toString("utf8")) : {}, bytes };
  };
  return {
    url: api.url,
    as(name, of) {
      const token = `a-token-for-${name}-of-${of}`;
      people.set(name, { name, function: of, secret: secret(token) });
      return {
        get: (path) => ask(path, token),
        post: (path, body = {}) => ask(path, token, { method: "POST", body: JSON.stringify(body) }),
      };
    },
    close: () => api.close(),
  };
}
