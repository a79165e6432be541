/**
 * `vigie privacy export|erase PERSON`: what is kept about a contact, and the end of what may go. Erasing says first what it would do.
 *
 * Works on the database beside a running daemon, which knows of it within a second.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import type { Clock, Store } from "../ports.ts";
import type { KeptAbout } from "../ports-privacy.ts";
import type { Io } from "./io.ts";
import { onStore } from "./on-store.ts";
import { actOnCaller } from "./privacy-callers.ts";

const help = `vigie privacy export PERSON [--config vigie.yaml]
vigie privacy erase PERSON [--yes] [--config vigie.yaml] [--json]
vigie privacy export --caller TEXT [--config vigie.yaml]
vigie privacy erase --caller TEXT [--yes] [--config vigie.yaml] [--json]

PERSON is the id of a contact of the configuration, or of a person of the store.

export   prints, as JSON, everything that is kept about them: for their right to know
erase    says what would go; with --yes it goes: their name and addresses, when their channels were tried, the addresses in what
         was sent to them and what servers said of it, that they are signed in (they are signed out), their link to rooms (it opens
         nothing any more), and that requests which are over were asked for by that link. Take them out of functions, rotations and the file first.

What stays: their id on timelines, in rotations that are over and in the audit (who did what is owed for as long as those are kept),
texts in which somebody wrote their name (erase those line by line), and backups made before. docs/privacy.md says why.
Both are in the audit.

  --caller TEXT
           somebody who called for help, by their name, telephone number (7 digits or more) or e-mail address: their requests, and the end
           of who called in them. Requests that are not over keep it: they have to be called back
  --yes    do it
  --json   print the counts as JSON
  --help   this text

Exit code: 0 done, or said what would go; 1 nothing is kept, or it is refused; 2 wrong use.`;

interface Asked {
  readonly what: "export" | "erase";
  /** Empty: it is about a caller. */
  readonly id: string;
  readonly caller?: string;
  readonly config: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function privacy(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie privacy: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  const { caller } = asked;
  const parts = { io, clock: systemClock, by: `cli:${userInfo().username}` };
  return onStore(resolve(asked.config), io, (store, { contacts }) =>
    caller === undefined ? act(asked, { ...parts, store, contacts }) : actOnCaller({ ...asked, caller }, { ...parts, store }),
  );
}

function readArgs(argv: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: {
        config: { type: "string", default: "vigie.yaml" },
        caller: { type: "string" },
        yes: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (values.help === true) return "help";
    const [what, id, ...more] = positionals;
    if (what !== "export" && what !== "erase") return "write export or erase";
    const { caller } = values;
    if (caller !== undefined && id !== undefined) return "write a person's id, or --caller, not both";
    if (caller === undefined && (id === undefined || more.length > 0 || !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(id)))
      return `${what} takes the id of one person, or --caller`;
    if (what === "export" && values.yes) return "export changes nothing; --yes goes with erase";
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    return { what, id: id ?? "", ...(caller === undefined ? {} : { caller }), config: values.config, yes: values.yes, json: values.json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Parts {
  readonly store: Store;
  readonly io: Io;
  readonly clock: Clock;
  readonly contacts: Config["contacts"];
  readonly by: string;
}

type Doing = Pick<Asked, "what" | "id" | "yes" | "json">;

export async function act({ what, id, yes, json }: Doing, { store, io, clock, contacts, by }: Parts): Promise<number> {
  const kept = await store.keptAbout(id);
  const contact = contacts.get(id);
  if (contact === undefined && isEmpty(kept)) {
    io.err(`vigie privacy: nothing is kept about ${id}; GET /api/v1/people lists the ids`);
    return 1;
  }
  const audit = (action: string, data: object) => ({ at: clock.now(), by, action, target: id, data: { ...data } });
  if (what === "export") {
    await store.transaction(undefined, (tx) => tx.audit([audit("privacy.exported", {})]));
    io.out(JSON.stringify({ id, ...(contact === undefined ? {} : { contactOfTheFile: contact }), ...kept }, undefined, 2));
    return 0;
  }
  const refused = obstacles(kept, { id, inFile: contact !== undefined, now: clock.now() });
  if (refused.length > 0) {
    for (const problem of refused) io.err(`vigie privacy: ${problem}`);
    return 1;
  }
  if (!yes) {
    io.out(
      json
        ? JSON.stringify({ dryRun: true, ...counts(kept) })
        : `${told(kept)}\nNothing was changed. To do it: vigie privacy erase ${id} --yes`,
    );
    return 0;
  }
  const erased = await store.transaction(undefined, async (tx) => {
    const done = await tx.erasePerson(id);
    await tx.audit([audit("privacy.erased", done)]);
    return done;
  });
  const { person, reach, messages, attempts, codes, signIns, roomLinks, requests } = erased;
  const summary = `Erased: ${person} person, ${reach} channels that were tried, ${messages} addresses of messages, answers of servers to ${attempts} attempts, ${codes} codes, ${signIns} sign-ins, ${roomLinks} links to rooms, who asked for ${requests} requests.`;
  io.out(json ? JSON.stringify({ dryRun: false, ...erased }) : `${summary}\nBackups made before still hold them: delete those too.`);
  return 0;
}

function isEmpty({ person, roomLink, rotations, overrides, reach, messages, signIns, requests, timeline, audit }: KeptAbout): boolean {
  const lists = [rotations, overrides, reach, messages, signIns, requests, timeline, audit];
  return person === undefined && roomLink === undefined && lists.every((each) => each.length === 0);
}

/** While they may still be told, nothing is erased: it would be written again, or nobody would be reached. */
function obstacles(
  kept: KeptAbout,
  { id, inFile, now }: { readonly id: string; readonly inFile: boolean; readonly now: number },
): readonly string[] {
  const problems: string[] = [];
  if (inFile) problems.push(`${id} stands under contacts in the configuration; take them out there, then reload`);
  if (kept.person !== undefined && kept.person.removedAt === undefined)
    problems.push(`${id} may still be told; take them out first: POST /api/v1/people/${id}/remove`);
  for (const { id: rotation, to } of kept.rotations)
    if (to === undefined || to > now) problems.push(`rotation ${rotation} still names ${id}; put somebody else there`);
  for (const { id: override, to, cancelledAt = to } of kept.overrides)
    if (Math.min(to, cancelledAt) > now) problems.push(`override ${override} still names ${id}; call it off, or let it end`);
  for (const { number } of kept.requests.filter(({ open, did }) => open && did.includes("asked")))
    problems.push(`${number} is not over, and ${id} asked for it: call them back, and end it first`);
  const waiting = kept.messages.filter(({ state }) => state === "pending" || state === "claimed").length;
  if (waiting > 0) problems.push(`${waiting} messages to ${id} wait to be sent; try again when they are gone`);
  return problems;
}

function counts({ person, roomLink, reach, messages, signIns, requests, timeline, rotations, overrides, audit }: KeptAbout) {
  const ways = { signIns: signIns.length, roomLinks: roomLink === undefined ? 0 : 1 };
  const theirs = requests.filter(({ did }) => did.includes("asked")).length;
  return {
    goes: { person: person === undefined ? 0 : 1, reach: reach.length, messages: messages.length, ...ways, requests: theirs },
    stays: {
      requests: requests.length - theirs,
      timeline: timeline.length,
      rotations: rotations.length,
      overrides: overrides.length,
      audit: audit.length,
    },
  };
}

function told(kept: KeptAbout): string {
  const { goes, stays } = counts(kept);
  return [
    `Would go: name and addresses of ${goes.person} person, ${goes.reach} channels that were tried, the addresses in ${goes.messages} messages, ${goes.signIns} sign-ins, ${goes.roomLinks} links to rooms, who asked for ${goes.requests} requests.`,
    `Stays, by id only: ${stays.requests} requests that they took in or ended, ${stays.timeline} lines of timelines, ${stays.rotations} rotations, ${stays.overrides} overrides, ${stays.audit} lines of the audit.`,
  ].join("\n");
}
