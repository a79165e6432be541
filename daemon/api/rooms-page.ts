/**
 * A coordinator's page: `/rooms/<token>`. The link shows the rooms of their own sites; to ask for help takes a browser that has shown the
 * digits once. Such a request is in the same queue as every other, under a number of its own.
 *
 * Mounted before the door for tokens: who has the link needs none.
 */
import { randomUUID } from "node:crypto";
import express, { type Express, type Request, type Response } from "express";
import { pages } from "../../dashboards/web/pages.tsx";
import type { RoomsPageProps } from "../../dashboards/web/rooms-page.tsx";
import { roomsWords } from "../../dashboards/web/rooms-words.ts";
import { toldSymptoms } from "../model/request.ts";
import type { Language } from "../model/time.ts";
import { actorOf, browserKnownMs, type RoomLink, RoomLinks } from "../room-links.ts";
import { sayCode, sayTime } from "../text/catalogue.ts";
import { refusalText } from "../text/why.ts";
import type { ApiDeps } from "./deps.ts";
import { unwellOf } from "./page-context.ts";
import { roomCards, sessionsToday } from "./room-states.ts";
import { cookieValue, isSecure, same } from "./sign-ins.ts";

const bodyLimitBytes = 4 * 1024;
export const roomsCookie = "vigie-rooms";

type Said = NonNullable<RoomsPageProps["said"]>;
type Answered = { readonly said: Said; readonly status: number; readonly mark?: string };
type Values = Readonly<Record<string, string>>;

export function mountRoomsPage(app: Express, deps: ApiDeps): void {
  const links = new RoomLinks(deps);
  const form = express.urlencoded({ extended: false, limit: bodyLimitBytes, parameterLimit: 10, inflate: false });
  app.get("/rooms/:token", async (request, response) => {
    const link = await links.of(String(request.params.token));
    await show(deps, links, { request, response, link });
  });
  app.post("/rooms/:token", form, async (request, response) => {
    const link = await links.of(String(request.params.token));
    if (link === undefined) return show(deps, links, { request, response, link });
    const { mark, ...answered } = await answer(deps, links, { request, link, values: valuesOf(request) });
    if (mark !== undefined) {
      const secure = isSecure(deps.config().instance.publicUrl);
      // Lax: a link in a mail is opened from elsewhere. No form from elsewhere has it.
      response.cookie(roomsCookie, mark, { httpOnly: true, sameSite: "lax", secure, path: request.path, maxAge: browserKnownMs });
    }
    await show(deps, links, { request, response, link, ...answered, ...(mark === undefined ? {} : { mark }) });
  });
}

function valuesOf({ body }: Request): Values {
  const all = Object.entries((body ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(all.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

interface Asked {
  readonly request: Request;
  readonly link: RoomLink;
  readonly values: Values;
}

async function answer(deps: ApiDeps, links: RoomLinks, { request, link, values }: Asked): Promise<Answered> {
  if (values.act === "confirm") return confirm(links, link, values.digits ?? "");
  const token = await links.formTokenOf(link, cookieValue(request, roomsCookie));
  if (token === undefined || !same(values.form ?? "", token)) return { said: { tone: "problem", what: "stale" }, status: 403 };
  const language = linkLanguage(deps, request, link);
  if (values.act === "help") return help(deps, link, values, language);
  return works(deps, link, values.request ?? "", language);
}

async function confirm(links: RoomLinks, link: RoomLink, digits: string): Promise<Answered> {
  const checked = await links.check(link, digits);
  if (checked !== "right") return { said: { tone: "problem", what: checked }, status: checked === "wait" ? 429 : 403 };
  return { said: { tone: "good", what: "known" }, status: 200, mark: await links.browserMark(link) };
}

/** One that is under way in this room for the same thing is not asked for twice. */
async function help(deps: ApiDeps, link: RoomLink, { room = "", symptom, once }: Values, language: Language): Promise<Answered> {
  const by = actorOf(link);
  if (!isTheirs(deps, link, room)) return { said: { tone: "problem", what: "stale" }, status: 403 };
  const open = await deps.store.requests({ room, open: true, limit: 20 });
  const known = open.find((each) => each.by === by && each.symptom === (symptom ?? "user-assistance"));
  if (known !== undefined) return { said: { tone: "good", what: "again", number: known.number }, status: 200 };
  const key = once === undefined || once.length > 100 ? undefined : once;
  const result = await deps.intake.take({ room, symptom, language, source: "form", key }, by);
  if (!result.ok) return refused(result, language);
  return { said: { tone: "good", what: "sent", number: result.request.number }, status: 200 };
}

async function works(deps: ApiDeps, link: RoomLink, id: string, language: Language): Promise<Answered> {
  const request = await deps.store.request(id);
  if (request === undefined || !isTheirs(deps, link, request.room)) return { said: { tone: "problem", what: "stale" }, status: 403 };
  // Pressed twice, or ended meanwhile by who called them back: it is as they say.
  if (request.ended !== undefined) return { said: { tone: "good", what: "thanks" }, status: 200 };
  const result = await deps.intake.outcome(id, { how: "agreed", by: actorOf(link), note: undefined });
  return result.ok ? { said: { tone: "good", what: "thanks" }, status: 200 } : refused(result, language);
}

function refused({ status, problem }: { readonly status: number; readonly problem: string }, language: Language): Answered {
  return { said: { tone: "problem", what: "refused", why: refusalText(problem.replace(/^\w+: /, ""), language) }, status };
}

/** The sites of the link, as the configuration has them now. */
function isTheirs({ config }: ApiDeps, { sites }: RoomLink, room: string): boolean {
  return sites.includes(config().network.rooms.get(room)?.site ?? "");
}

interface Shown {
  readonly request: Request;
  readonly response: Response;
  readonly link: RoomLink | undefined;
  readonly said?: Said;
  readonly status?: number;
  /** Just given to this browser. */
  readonly mark?: string;
}

async function show(deps: ApiDeps, links: RoomLinks, { request, response, link, said, status, mark }: Shown): Promise<void> {
  const language = linkLanguage(deps, request, link);
  privately(response, language).type("html");
  const { instanceName, view } = await viewOf(deps, links, { request, link, language, mark });
  response.status(status ?? (link === undefined ? 404 : 200));
  response.send(pages.rooms({ language, instanceName, ...(view === undefined ? {} : { view }), ...(said === undefined ? {} : { said }) }));
}

/** The token is in the address: it must not travel on with a link, nor lie in a cache. */
export function privately(response: Response, language: Language): Response {
  return response.set({
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Language": `${language}-CA`,
  });
}

interface Viewed {
  readonly request: Request;
  readonly link: RoomLink | undefined;
  readonly language: Language;
  readonly mark: string | undefined;
}

async function viewOf(
  deps: ApiDeps,
  links: RoomLinks,
  { request, link, language, mark }: Viewed,
): Promise<Pick<RoomsPageProps, "instanceName" | "view">> {
  const { instance, contacts, network } = deps.config();
  if (link === undefined) return { instanceName: instance.name };
  const formToken = await links.formTokenOf(link, mark ?? cookieValue(request, roomsCookie));
  if (formToken !== undefined) await links.seen(link);
  const zone = network.sites.get(link.sites[0] ?? "")?.timezone ?? instance.timezone;
  return {
    instanceName: instance.name,
    view: {
      name: contacts.get(link.person)?.name ?? link.person,
      reportsPath: `${request.path}/reports`,
      rooms: await roomCards(deps, link.sites, language),
      sessions: await sessionsToday(deps, link.sites),
      time: sayTime(deps.clock.now(), zone),
      unwell: unwellOf(deps).unwell !== undefined,
      symptoms: toldSymptoms.map((value) => ({ value, label: symptomLabel(language, value) })),
      once: randomUUID(),
      ...(formToken === undefined ? {} : { formToken }),
    },
  };
}

/** Who asks is the one who asks for help: that is what the button says. */
function symptomLabel(language: Language, symptom: string): string {
  return symptom === "user-assistance" ? roomsWords[language].anything : (sayCode(language, "symptom", symptom) ?? symptom);
}

export function linkLanguage({ config }: ApiDeps, { query, headers }: Request, link: RoomLink | undefined): Language {
  const asked = query.lang ?? /(?:^|;\s*)lang=(fr|en)(?:;|$)/.exec(headers.cookie ?? "")?.[1];
  if (asked === "fr" || asked === "en") return asked;
  return config().contacts.get(link?.person ?? "")?.language ?? config().instance.language;
}
