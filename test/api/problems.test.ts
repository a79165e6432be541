/** Problems over REST and on the pages: what keeps coming back, why it is a problem, which incidents it has. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { fill, incident, serve, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
beforeEach(async () => {
  made = world({});
  made.config = { ...made.config, http: { ...made.config.http, openReads: true } };
  fill(made);
  made.incidents.set("i1", incident("i1", { fingerprint: "codec-1|unreachable|" }));
  server = await serve(made);
});
afterEach(() => server.close());
const text = async (path: string, language: string) =>
  (await (await fetch(`${server.url}${path}`, { headers: { "Accept-Language": language } })).text())
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&gt;", ">")
    .replaceAll(/\s+/g, " ");
const json = async (path: string) => (await fetch(`${server.url}${path}`)).json();

it("are listed with their reason, and by their id; an unknown id says where they are listed", async () => {
  const { items } = await json("/api/v1/problems");
  expect(
    items.map(({ id, standing, closed }: { id: string; standing: string; closed?: { by: string } }) => [id, standing, closed?.by]),
  ).toEqual([
    ["P-VIG-2026-000003-30", "candidate", undefined],
    ["P-VIG-2026-000001-10", "suggested", "ann"],
  ]);
  const numbers = [made.incidents.get("i1")?.number, "i2"];
  expect(await json("/api/v1/problems/P-VIG-2026-000003-30")).toMatchObject({ incidents: numbers, incidentCount: 2, device: "codec-1" });
  expect(await json("/api/v1/problems/none")).toMatchObject({ status: 404, detail: expect.stringContaining("GET /api/v1/problems") });
});

it("an incident names its problem, in the API and on its page", async () => {
  expect(await json("/api/v1/incidents/i1")).toMatchObject({ problem: "P-VIG-2026-000003-30" });
  expect(await text("/incidents/i1", "fr")).toContain("Fait partie du problème P-VIG-2026-000003-30");
});

it.each([
  [
    "fr",
    "plus que le hasard P-VIG-2026-000003-30",
    "alors que cisco-ce en a 0.40 en moyenne : plus que n'en apporte le hasard (p = 0.00031)",
    "fermé par ann",
  ],
  [
    "en",
    "more than chance P-VIG-2026-000003-30",
    "and cisco-ce has 0.40 on average: more than chance brings (p = 0.00031)",
    "closed by ann",
  ],
])("the page of what keeps coming back shows them with their reasons, in %s", async (language, named, why, closed) => {
  const page = await text("/recurrences", language);
  expect(page).toContain(named);
  expect(page).toContain(why);
  expect(page).toContain(closed);
});
