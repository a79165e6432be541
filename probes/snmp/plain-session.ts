/**
 * The library's session for SNMPv1 and v2c, with a shorter way for what is asked most: a GET of the names of a family.
 *
 * The library still sends, repeats and gives up; only writing the request and reading an answer without fault are ours (plain-get.ts). It
 * reads every other answer, so that each means what it meant.
 */
import type { Answer } from "./conversing.ts";
import { type LibraryMessage, type LibraryPending, type LibraryRequest, snmp } from "./net-snmp.ts";
import { ids, type PlainGet, plainGet, readReply, requestOf } from "./plain-get.ts";

type Done = (error: unknown, answer?: unknown) => void;

interface Known {
  readonly version: number;
  readonly community: string;
  readonly get: PlainGet | undefined;
}

/** By the list of names, which a family has one of; in it by what all its agents are asked with. */
const known = new WeakMap<readonly string[], Known[]>();

function getOf(version: number, community: string, oids: readonly string[]): PlainGet | undefined {
  const same = known.get(oids);
  const found = same?.find((one) => one.version === version && one.community === community);
  if (found !== undefined) return found.get;
  const made = { version, community, get: plainGet(version, community, oids) };
  if (same === undefined) known.set(oids, [made]);
  else same.push(made);
  return made.get;
}

/** A question of this way, as the library keeps its own. */
class PlainRequest implements LibraryPending {
  readonly get: PlainGet;
  readonly message: LibraryPending["message"];
  readonly responseCb: Done;
  readonly onResponse: (request: LibraryRequest, message: LibraryMessage) => void;
  readonly port: number;
  readonly timeout: number;
  retries: number;
  readonly #id: number;

  constructor(session: PlainSession, get: PlainGet, responseCb: Done) {
    const { version, community } = session;
    this.#id = ids.least + Math.floor(Math.random() * (ids.below - ids.least));
    const bytes = requestOf(get, this.#id);
    this.get = get;
    this.message = { version, community, toBuffer: () => bytes };
    this.responseCb = responseCb;
    this.onResponse = session.onSimpleGetResponse;
    this.port = session.port;
    this.timeout = session.timeout;
    this.retries = session.retries;
  }

  getId(): number {
    return this.#id;
  }
}

export class PlainSession extends snmp.Session {
  /** False: these names are not for this way, and nothing was sent. */
  getPlainly(oids: readonly string[], done: Done): boolean {
    const get = getOf(this.version, this.community, oids);
    if (get === undefined) return false;
    this.send(new PlainRequest(this, get, done));
    return true;
  }

  override onMsg(bytes: Buffer): void {
    for (const id in this.reqs) {
      const request = this.reqs[id];
      if (!(request instanceof PlainRequest)) continue;
      const varbinds = readReply(bytes, request.get, request.getId());
      if (varbinds === undefined) continue;
      this.unregisterRequest(request.getId());
      const answer: Answer = { kind: "values", varbinds };
      request.responseCb(null, answer);
      return;
    }
    super.onMsg(bytes);
  }
}
