/** A page offers nothing that is forbidden: every link that somebody sees leads them somewhere, whatever their function may. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { DEFAULT_PERMISSIONS } from "../../daemon/config/defaults.ts";
import type { Permission } from "../../daemon/model/permission.ts";
import type { FollowUpReport } from "../../daemon/model/report.ts";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, incident, secret, serve, stand, type World, world } from "./fixture.ts";
import { followUp } from "./reported.ts";
import { ruled } from "./ruled.ts";

/** Each of those that pages tell apart; the others of the procedure may what one of these may. */
const functions: ReadonlyMap<string, readonly Permission[]> = new Map([
  ...[...DEFAULT_PERMISSIONS].filter(([of]) => ["it-technician", "desk", "coordinators"].includes(of)),
  ["viewers", ["read"]],
  ["handlers", ["read", "handle"]],
  ["scrapers", ["scrape"]],
]);
const tokenOf = (of: string) => `vigie_test_token_of_${of}`;

let made: World;
let server: { readonly url: string; close(): Promise<void> };

beforeEach(async () => {
  const tokens = [...functions.keys()].map((of) => ({
    ...{ name: `${of}-1`, function: of, secret: secret(tokenOf(of)) },
    ...(of === "coordinators" ? { sites: ["gaspe"] } : {}),
  }));
  made = world({ config: { tokens, permissions: functions } });
  fill(made);
  stand(made);
  ruled(made);
  made.incidents.set("01", incident("01", { severity: "major", openedAt: at - 1_000 }));
  made.incidents.set("02", incident("02", { state: "resolved", severity: "major", site: "gaspe", openedAt: at - 2_000 }));
  const reports = [followUp, { ...followUp, id: "gaspe-1", site: "gaspe" }];
  Object.assign(made.deps.store, {
    followUps: async (of: { readonly site?: string }) =>
      reports.filter(({ site }: FollowUpReport) => of.site === undefined || site === of.site),
    followUp: async (id: string) => reports.find((each) => each.id === id),
  });
  server = await serve(made);
});
afterEach(() => server.close());

const linksOf = (text: string) =>
  [...text.matchAll(/<a\b[^>]*\shref="([^"#]+)/g)]
    .map(([, href = ""]) => href.replaceAll("&amp;", "&"))
    .filter((href) => href.startsWith("/"));

/** `/incidents/VIG-2026-01/report` is one of `/incidents/…/report`. */
const kindOf = (href: string) => href.split("?")[0]?.replace(/^\/(\w+)\/[^/]+/, "/$1/…") ?? href;

/** From the page that they come to after signing in, as far as links lead; two addresses of each kind, whatever the language. */
async function walk(of: string): Promise<{ readonly seen: ReadonlyMap<string, number>; readonly forms: readonly string[] }> {
  const browser = new BrowserLike(server.url);
  const first = await browser.signIn(tokenOf(of));
  const seen = new Map<string, number>([[first.path, first.status]]);
  const forms = new Set<string>();
  const kinds = new Map<string, number>();
  const todo = [first];
  for (let page = todo.shift(); page !== undefined; page = todo.shift()) {
    for (const [, act = ""] of page.text.matchAll(/<form\b[^>]*\sid="act-([\w-]+)"/g)) forms.add(`${page.path} ${act}`);
    for (const href of linksOf(page.text)) {
      // Making a report takes a second: who may least is led to it once.
      if (/\/report\/file\?/.test(href) && (of !== "viewers" || kinds.has("report"))) continue;
      if (/\/report\/file\?/.test(href)) kinds.set("report", 1);
      const known = kinds.get(kindOf(href)) ?? 0;
      if (seen.has(href) || href.includes("lang=") || known >= 2) continue;
      const next = await browser.open(href);
      seen.set(href, next.status);
      if (next.status !== 404) kinds.set(kindOf(href), known + 1);
      if (next.headers.get("content-type")?.startsWith("text/html") === true) todo.push(next);
    }
  }
  return { seen, forms: [...forms] };
}

it("leads nobody to what their function may not see, and gives forms to who may send them only", async () => {
  /** Forms by what they need. Every one that a page has is of one of these. */
  const needs: readonly (readonly [RegExp, Permission])[] = [
    [/^\/maintenance/, "plan"],
    [/ sign$/, "decide"],
    [/^\/(incidents|requests)/, "handle"],
  ];
  const wrong: string[] = [];
  for (const [of, may] of functions) {
    const { seen, forms } = await walk(of);
    const [home = ["", 0]] = seen;
    if (!may.includes("read")) {
      // What they came to says who may, and leads to the reports of their own sites, if anywhere.
      const file = (format: string) => `/api/v1/follow-up-reports/gaspe-1/file?format=${format}&language=en 200`;
      const own = may.includes("read-site") ? ["/reports 200", file("pdf"), file("docx")] : [];
      expect([of, home[1], [...seen].slice(1).map((each) => each.join(" ")), forms]).toEqual([of, 403, own, []]);
      continue;
    }
    expect([of, seen.size > 20]).toEqual([of, true]);
    for (const [path, status] of seen) if (status === 403 || status >= 500) wrong.push(`${of} is led to ${path}: ${status}`);
    for (const form of forms) {
      const [, permission = "read"] = needs.find(([where]) => where.test(form)) ?? [];
      if (!may.includes(permission)) wrong.push(`${of} is given the form ${form}`);
    }
    expect([of, forms.length > 0]).toEqual([of, may.some((each) => each === "handle" || each === "plan")]);
    expect([of, seen.has("/audit"), seen.has("/on-call")]).toEqual([of, may.includes("audit"), may.includes("read-names")]);
  }
  expect(wrong).toEqual([]);
});

it("tells a coordinator who may, in their language, and where their own page is; and lets them sign in as somebody else", async () => {
  const browser = new BrowserLike(server.url);
  const page = await browser.signIn(tokenOf("coordinators"), "/incidents/VIG-2026-01/report");
  expect([page.status, page.headers.get("content-type")]).toEqual([403, "text/html; charset=utf-8"]);
  expect(page.text).toContain("the page that your personal link opens");
  expect(page.text).toContain('<a href="/reports">Reports of your sites</a>');
  expect(page.text).toContain('action="/sign-out"');
  expect(page.text).not.toContain("VIG-2026");
  const french = await browser.open("/incidents/VIG-2026-01", { "Accept-Language": "fr" });
  expect([french.status, /lang="fr-CA"[\s\S]*votre lien personnel/.test(french.text)]).toEqual([403, true]);
});
