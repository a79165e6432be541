/**
 * `vigie room-link`: a coordinator's personal link to the rooms of their sites; made, listed, revoked.
 *
 * Works on the database beside a running daemon, which knows of it at once.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { roomLinkAddress, roomLinkView } from "../api/room-links.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../model/config.ts";
import { withOnCall } from "../oncall/book.ts";
import type { Store } from "../ports.ts";
import { type RoomLink, RoomLinks } from "../room-links.ts";
import { sayTime } from "../text/catalogue.ts";
import type { Io } from "./io.ts";
import { onStore } from "./on-store.ts";

const help = `vigie room-link PERSON --site IDS [--config vigie.yaml] [--json]
vigie room-link revoke PERSON [--config vigie.yaml] [--json]
vigie room-link list [--config vigie.yaml] [--json]

            makes a personal link for a coordinator: the rooms of these sites, in plain words, with a button for help.
            The link and its six digits are shown only now; give the digits another way than the link
revoke      the link opens nothing any more, in no browser
list        whose links there are, to which sites, and when each was last used

PERSON      id of a contact of the configuration or of a person of the on-call book; a new link ends the one before
--site      ids of sites, separated by commas

Exit code: 0 done, 1 what was asked is refused, 2 wrong use.`;

const options = {
  config: { type: "string", default: "vigie.yaml" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  site: { type: "string" },
} as const;

interface Asked {
  readonly what: "make" | "revoke" | "list";
  readonly person: string;
  readonly sites: readonly string[];
  readonly json: boolean;
  readonly file: string;
}

export async function roomLink(argv: string[], io: Io): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    if (asked === "help") io.out(help);
    else io.err(`vigie room-link: ${asked}\n\n${help}`);
    return asked === "help" ? 0 : 2;
  }
  return onStore(asked.file, io, async (store, file) => act(asked, store, withOnCall(file, await store.onCall(0)), io));
}

function readArgs(argv: string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
    if (values.help === true) return "help";
    const [first, second, ...more] = positionals;
    if (first === undefined || more.length > 0) return "name a person, or write list";
    const what = first === "revoke" || first === "list" ? first : "make";
    const person = (what === "make" ? first : second) ?? "";
    const wantsSecond = what === "revoke";
    if ((second !== undefined) !== wantsSecond) return what === "revoke" ? "revoke takes one person" : `${first} stands alone`;
    const sites = (values.site ?? "").split(",").filter((each) => each !== "");
    if (what === "make" && sites.length === 0) return "say which sites with --site";
    if (!existsSync(values.config)) return `${values.config} is not there; name the file with --config`;
    return { what, person, sites, json: values.json, file: resolve(values.config) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function act({ what, person, sites, json }: Asked, store: Store, config: Config, io: Io): Promise<number> {
  const links = new RoomLinks({ store, clock: systemClock, config: () => config });
  const by = `cli:${userInfo().username}`;
  const view = (link: RoomLink) => roomLinkView({ config: () => config }, link);
  const said = (value: unknown, text: string) => io.out(json ? JSON.stringify(value) : text);
  if (what === "list") {
    const all = (await links.list()).map(view);
    said(all, all.length === 0 ? "no links" : all.map((each) => lineOf(each, config.instance.timezone)).join("\n"));
    return 0;
  }
  if (what === "revoke") {
    const revoked = await links.revoke(person, by);
    if (revoked === undefined) return refused(`${person} has no link that holds; vigie room-link list shows them`, io);
    said(view(revoked), `${person}: revoked`);
    return 0;
  }
  const made = await links.make(person, sites, by);
  if (!made.ok) return refused(made.problem, io);
  const address = roomLinkAddress(made.token, config.instance.publicUrl);
  const where = address.url ?? `${address.path}   (after the daemon's address; instance.public_url is not set)`;
  const digits = `${made.digits}   (not in the same message as the link; asked once in each browser)`;
  said({ ...view(made.link), ...address, digits: made.digits }, `link    ${where}\ndigits  ${digits}`);
  return 0;
}

function refused(problem: string, io: Io): 1 {
  io.err(`vigie room-link: ${problem}`);
  return 1;
}

function lineOf({ person, sites, seenAt, revoked }: ReturnType<typeof roomLinkView>, zone: string): string {
  const used = seenAt === undefined ? "never used" : `used ${sayTime(Date.parse(seenAt), zone)}`;
  return `${person.padEnd(24)}  ${sites.join(", ").padEnd(32)}  ${revoked === undefined ? used : "revoked"}`;
}
