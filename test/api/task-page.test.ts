/** The page of one task, as a partner without an account meets it, and as what scans their mail does. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { TaskTokens } from "../../daemon/task-token.ts";
import { clock, serve, task, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
const said: object[] = [];
let tokens = new TaskTokens(Buffer.from("not a secret"), clock);
const link = `/task/${tokens.tokenOf(task.id)}`;

beforeEach(async () => {
  made = world();
  said.length = 0;
  tokens = new TaskTokens(Buffer.from("not a secret"), clock);
  const { tasks } = made.deps;
  const say: typeof tasks.say = (id, word) => {
    said.push({ id, ...word });
    return tasks.say(id, word);
  };
  Object.assign(made.deps, { tasks: { ...tasks, say } });
  Object.assign(made.deps, { tokens });
  server = await serve(made);
});
afterEach(() => server.close());

const send = (path: string, form: Record<string, string>) =>
  fetch(`${server.url}${path}`, { method: "POST", body: new URLSearchParams(form) });

it.each([
  ["fr", "Demande du centre de télésanté"],
  ["en", "Request from the telehealth centre"],
])("shows what is asked, without an account or a script (%s)", async (language, title) => {
  const answer = await fetch(`${server.url}${link}?lang=${language}`);
  const page = await answer.text();
  expect([answer.status, answer.headers.get("referrer-policy"), answer.headers.get("cache-control")]).toEqual([
    200,
    "no-referrer",
    "no-store",
  ]);
  for (const text of [title, "test the circuit", "S-77", task.id]) expect(page).toContain(text);
  expect(page).not.toContain("<script");
  expect(page).not.toContain(tokens.digitsOf(task.id));
});

it("is answered with the digits of the message, in the partner's own time zone", async () => {
  const promised = { note: "a technician is on the way", promised: "2026-03-10T15:00", ticket: "S-78", state: "waiting" };
  const answer = await send(link, { ...promised, digits: tokens.digitsOf(task.id) });
  expect([answer.status, (await answer.text()).includes("Merci")]).toEqual([200, true]);
  const promisedBy = Date.parse("2026-03-10T15:00:00-04:00");
  expect(said).toMatchObject([{ id: task.id, how: "page", state: "waiting", ticket: "S-78", promisedBy }]);
});

it("changes nothing for what opens every link and sends every form; after five wrong tries it waits", async () => {
  const wrong = String((Number(tokens.digitsOf(task.id)) + 1) % 10_000).padStart(4, "0");
  for (const method of ["GET", "HEAD"]) expect((await fetch(`${server.url}${link}`, { method })).status).toBe(200);
  for (const state of ["waiting", "answered"]) expect((await send(link, { state, digits: "", note: "" })).status).toBe(403);
  for (let tries = 0; tries < 3; tries += 1) expect((await send(link, { state: "answered", digits: wrong, note: "x" })).status).toBe(403);
  expect((await send(link, { state: "answered", digits: tokens.digitsOf(task.id), note: "x" })).status).toBe(429);
  expect(said).toEqual([]);
});

it("is there for no other link, and says in words what is missing", async () => {
  const [name] = link.split(".");
  for (const path of ["/task/x", `${name}.${"A".repeat(32)}`, `/task/${"a".repeat(300)}`]) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    expect((await send(path, { digits: "0000" })).status).toBe(404);
  }
  const digits = tokens.digitsOf(task.id);
  expect((await send(link, { digits, state: "answered", note: " " })).status).toBe(422);
  expect((await send(link, { digits, state: "waiting", note: "x", promised: "soon" })).status).toBe(422);
  expect((await send(link, { digits, state: "waiting", note: "x".repeat(20_000) })).status).toBe(413);
});
