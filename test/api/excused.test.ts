/** The pages say why an active alarm opened nothing: a state of the device, or a room where nobody is due. In both languages. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { reasonText } from "../../daemon/text/lights.ts";
import { alarm, device, fill, serve, stand, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
beforeEach(async () => {
  made = world({ devices: [device("codec-1", { name: "Codec Éole", room: "a101" }), device("codec-2")] });
  made.config = { ...made.config, http: { ...made.config.http, openReads: true } };
  fill(made);
  stand(made);
  server = await serve(made);
});
afterEach(() => server.close());

/** The page in words, without its tags. */
async function page(path: string, language: "fr" | "en"): Promise<string> {
  const response = await fetch(`${server.url}${path}`, { headers: { "Accept-Language": language } });
  return (await response.text())
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");
}

function suppressed(by: string, up: number): void {
  made.alarms = [{ ...alarm, suppressedBy: by }];
  made.board.of("codec-1", 0).up = up;
}

it.each([
  ["fr", "state:in-call", 1, "Pas une panne pour l'instant : en appel", "En service"],
  ["en", "state:in-call", 1, "No failure for now: in a call", "In service"],
  ["en", "state:standby", 1, "No failure for now: on standby", "In service"],
  ["fr", "presence:a101", Number.NaN, "Personne n'est attendu en ce moment : Salle A-101", "Absent"],
  ["en", "presence:a101", Number.NaN, "Nobody is due just now: Salle A-101", "Away"],
  ["en", "state:off", Number.NaN, "No failure for now: switched off", "Away"],
] as const)("in %s: %s", async (language, by, up, why, mark) => {
  suppressed(by, up);
  for (const path of ["/", "/devices/codec-1"]) {
    const text = await page(path, language);
    expect(text).toContain(why);
    expect(text).toContain(mark);
    expect(text).not.toContain("1 out of service");
    expect(text).not.toContain("1 hors service");
  }
});

it("a device that is away is counted as that, not as down and not as unknown", async () => {
  suppressed("presence:a101", Number.NaN);
  const text = await page("/", "en");
  expect(text).toMatch(/0 Out of service/);
  expect(text).toMatch(/1 Away/);
  expect(text).toMatch(/1 away/);
});

it("and the light of its link says so", () => {
  const names = { nameOf: (id: string) => (id === "a101" ? "Salle A-101" : id), symptom: (code: string) => code };
  expect(reasonText("fr", "away", { room: "a101" }, names)).toBe(
    "personne n'est attendu dans Salle A-101 en ce moment : il peut être rangé ou éteint",
  );
  expect(reasonText("en", "excused", { doing: "in-call" }, names)).toBe("In a call: no failure for now");
});
