/**
 * General failure news: one public text in each language, to the coordinators whom it concerns.
 */
import type { PublicNews } from "../model/public-news.ts";
import type { PublicNewsShape } from "./contract-news.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { refusePatientData } from "./patient-data.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

export function newsView({ seq, at, by, texts, since, nextAt, last }: PublicNews): PublicNewsShape {
  return {
    ...{ seq, by, texts, at: iso(at), since: iso(since), last: last === true },
    ...present({ nextAt: nextAt === undefined ? undefined : iso(nextAt) }),
  };
}

async function newsList(deps: ApiDeps, id: string) {
  const incident = await deps.store.incident(id);
  if (incident === undefined)
    throw new HttpProblem(404, "no-such-incident", "No incident has this id or number; GET /api/v1/incidents lists them.");
  const { texts, since, nextAt, last, told } = await deps.publicNews.draft(incident);
  return {
    items: (await deps.store.publicNews(incident.id)).map(newsView),
    owed: incident.news !== undefined && incident.news.last !== true,
    draft: { texts, since: iso(since), last, told, ...present({ nextAt: nextAt === undefined ? undefined : iso(nextAt) }) },
  };
}

const instantOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

export const newsOperations: readonly Operation[] = [
  operation({
    id: "listNews",
    method: "get",
    path: "/api/v1/incidents/{id}/news",
    summary: "What the coordinators were told of a general failure, and what could be told now, from the facts.",
    access: "read",
    may: "read",
    answer: "PublicNewsList",
    run: async ({ deps, params }) => ({ content: await newsList(deps, params.id ?? "") }),
  }),
  operation({
    id: "tellNews",
    method: "post",
    path: "/api/v1/incidents/{id}/news",
    summary:
      "Tells the coordinators of every room that a general failure reaches, and who heard before: since when, what, when the next news comes.",
    access: "write",
    may: "handle",
    body: "NewsBody",
    answer: "PublicNewsList",
    run: async ({ deps, params, caller, body: { texts, since, nextAt, last } }) => {
      refusePatientData("The text", [texts.fr, texts.en]);
      const said = { texts, since: instantOf(since), nextAt: instantOf(nextAt), last };
      const result = await deps.publicNews.say(params.id ?? "", caller.name, said);
      if (!result.ok) throw new HttpProblem(result.status, `news-${result.status}`, result.problem);
      return { content: await newsList(deps, params.id ?? "") };
    },
  }),
];
