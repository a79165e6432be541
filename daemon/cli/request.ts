/**
 * `vigie request`: a call is taken in, shown, attached and ended from a terminal. Number first: it is reserved and printed before anything else.
 *
 * Asks the running daemon over its API: only that knows what the room's codecs say now. May, audit and refusals are the API's.
 */
import { HeldNumber, RequestDetail, RequestList, RequestView } from "../api/contract-requests.ts";
import { present } from "../api/shape.ts";
import type { Answer } from "./api-client.ts";
import type { Io } from "./io.ts";
import { type Asked, type Environment, readArgs, requestHelp, said, type Values } from "./request-asked.ts";
import { news } from "./request-news.ts";
import { detailLines, listLines, requestLine } from "./request-text.ts";

export async function request(argv: readonly string[], io: Io, env: Environment = process.env): Promise<number> {
  const asked = readArgs(argv, io, env);
  if (typeof asked === "string") {
    if (asked === "help") io.out(requestHelp);
    else io.err(`vigie request: ${asked}\n\n${requestHelp}`);
    return asked === "help" ? 0 : 2;
  }
  switch (asked.what) {
    case "new":
      return taken(asked);
    case "list":
      return list(asked);
    case "show":
      return said(asked, await asked.api.get(`/requests/${encodeURIComponent(asked.id)}`, RequestDetail), (each) =>
        detailLines(each, asked),
      );
    case "place":
      return acted(asked, "room", { room: asked.second });
    case "attach":
      return acted(asked, "attach", { incident: asked.second });
    case "outcome":
      return acted(asked, "outcome", { how: asked.second, ...present({ note: asked.values.note }) });
    case "news":
      return news(asked);
  }
}

/** The number, and at once; everything else may fail after it, and is sent again under it. */
async function taken(asked: Asked): Promise<number> {
  const { values, api, io, language } = asked;
  const held: Answer<{ readonly number: string }> =
    values.number === undefined ? await api.post("/requests/number", {}, HeldNumber) : { ok: true, value: { number: values.number } };
  if (!held.ok) return said(asked, held, () => []);
  const { number } = held.value;
  // With --json the one object on stdout is the answer; the number does not wait for it.
  (values.json ? io.err : io.out)(language === "fr" ? `${number}  à dire à la personne` : `${number}  tell it to the caller`);
  const answer = await api.post("/requests", bodyOf(values, number), RequestDetail);
  if (!answer.ok) io.err(`vigie request: nothing is kept yet but the number; put it right, and send it again with --number ${number}`);
  return said(asked, answer, (each) => detailLines(each, asked));
}

function bodyOf({ room = "", symptom, name, phone, session, note, language }: Values, number: string): object {
  const caller = name === undefined && phone === undefined ? undefined : present({ name, phone });
  const sessionAffected = session === undefined ? undefined : session === "yes";
  return { room, number, ...present({ symptom, note, language, caller, sessionAffected }) };
}

async function list(asked: Asked): Promise<number> {
  const { values, api } = asked;
  const { room, limit, before } = values;
  const query = new URLSearchParams({ open: values.over === true ? "false" : "true", ...present({ room, limit, before }) });
  return said(asked, await api.get(`/requests?${query.toString()}`, RequestList), (found) => listLines(found, asked));
}

async function acted(asked: Asked, path: string, body: object): Promise<number> {
  const answer = await asked.api.post(`/requests/${encodeURIComponent(asked.id)}/${path}`, body, RequestView);
  return said(asked, answer, (each) => [requestLine(each, asked), ...(each.warnings ?? [])]);
}
