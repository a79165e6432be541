/** The forms of an incident's page: the same operations as the API's, once each, and in words when they are refused. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BrowserLike } from "./browser-like.ts";
import { at, fill, incident, secret, serve, tokenText, type World, world } from "./fixture.ts";

let made: World;
let server: { readonly url: string; close(): Promise<void> };
let browser: BrowserLike;
let asked: unknown[][] = [];
let ticked: unknown[][] = [];
const number = "VIG-2026-01";
const path = `/incidents/${number}`;

beforeEach(async () => {
  asked = [];
  ticked = [];
  const tokens = [
    { name: "ops", function: "it-technician", secret: secret(tokenText) },
    { name: "reader", function: "viewers", secret: secret("vigie_reader_token") },
  ];
  made = world({ config: { tokens } });
  made.config = { ...made.config, permissions: new Map([...made.config.permissions, ["viewers", ["read"]]]) };
  fill(made);
  made.incidents.set("01", incident("01"));
  const { work, actions, diagnosing } = made.deps;
  const tick: typeof diagnosing.tick = (...of) => {
    ticked.push(of);
    return diagnosing.tick(...of);
  };
  const heard = <F extends (...of: never[]) => unknown>(name: string, act: F): F =>
    ((...of: Parameters<F>) => {
      asked.push([name, ...of]);
      return act(...of);
    }) as F;
  Object.assign(made.deps, {
    diagnosing: { ...diagnosing, tick },
    work: { ...work, note: heard("note", work.note), assign: heard("assign", work.assign), followUp: heard("followUp", work.followUp) },
    actions: {
      ...actions,
      take: heard("take", actions.take),
      close: heard("close", actions.close),
      resolve: heard("resolve", actions.resolve),
    },
  });
  server = await serve(made);
  browser = new BrowserLike(server.url);
  await browser.signIn(tokenText, path);
});
afterEach(() => server.close());

describe("a form of an incident", () => {
  it("takes it in the name of who is signed in, says so, and offers no more what cannot be done", async () => {
    await browser.send("take");
    expect(asked).toEqual([["take", number, "ops", undefined, ""]]);
    expect(browser.page.text).toContain("It is yours.");
    expect(made.incidents.get("01")).toMatchObject({ state: "taken", holder: "ops" });
    expect(() => browser.hidden("take")).toThrow();
    expect(browser.hidden("release")).toMatchObject({ act: "release" });
  });

  it("is acted upon once, however often it is sent, also at the same time", async () => {
    const form = { ...browser.hidden("note"), note: "called the clinic" };
    const twins = [1, 2].map(() => {
      const twin = new BrowserLike(server.url);
      for (const [name, value] of browser.cookies) twin.cookies.set(name, value);
      return twin;
    });
    await Promise.all(twins.map((twin) => twin.post(path, form)));
    const third = await browser.post(path, form);
    expect(asked.map(([name]) => name)).toEqual(["note"]);
    expect(third.text).toContain("The note is on the timeline.");
    await browser.send("note", { note: "called the clinic" });
    expect(asked).toHaveLength(2);
  });

  it("keeps what was typed, and says beside the field what is wrong with it", async () => {
    const page = await browser.send("follow-up", { at: "soon", note: "the part comes" });
    expect([page.status, asked]).toEqual([422, []]);
    expect(page.text).toMatch(/<details id="fold-follow-up" open/);
    expect(page.text).toMatch(/id="follow-up-at-problem">[^<]*This is no date and time/);
    expect(page.text).toMatch(/aria-describedby="follow-up-at-problem follow-up-at-hint" aria-invalid="true"/);
    expect(page.text).toContain("the part comes</textarea>");
    const empty = await browser.send("note", { note: "  " });
    expect([empty.status, /id="note-note-problem">To be filled in\./.test(empty.text)]).toEqual([422, true]);
    expect((await browser.send("note", { note: "x".repeat(2_001) })).text).toContain("Too long");
    made.incidents.set("01", incident("01", { state: "restored", holder: "ops" }));
    await browser.open(path);
    expect(/id="assign-to-problem">To be filled in/.test((await browser.send("assign", { to: "", note: "yours" })).text)).toBe(true);
    const closing = await browser.send("close", { disposition: "nonsense", note: "x" });
    expect([closing.status, /id="close-disposition-problem">This is none of the possible values/.test(closing.text)]).toEqual([422, true]);
  });

  it("reads a time on the clock of the instance, as the page writes it", async () => {
    await browser.send("follow-up", { at: "2026-03-10T09:30", note: "the part comes" });
    expect(asked[0]?.slice(3)).toEqual([Date.parse("2026-03-10T09:30:00-04:00"), "the part comes"]);
  });

  it("says in words, and in the reader's language, that somebody was faster", async () => {
    const late = browser.hidden("take");
    made.incidents.set("01", incident("01", { state: "taken", holder: "anne" }));
    const page = await browser.post(path, late);
    expect([page.status, page.text.includes(`Somebody was faster, or its state has changed: anne has taken ${number} meanwhile.`)]).toEqual(
      [409, true],
    );
    expect(made.incidents.get("01")?.holder).toBe("anne");
    expect(page.text).toContain("Take it over from anne");
    await browser.open(path, { "Accept-Language": "fr" });
    const french = await browser.post(path, late, { "Accept-Language": "fr" });
    const words = `Quelqu'un a été plus rapide, ou l'état a changé : anne a pris ${number} en charge entre-temps.`;
    expect(french.text.includes(words)).toBe(true);
  });

  it("ticks and answers the first steps, with the operation that the API has; an answer may be changed", async () => {
    const steps = [...browser.page.text.matchAll(/name="act" value="(step:[^"]+)"/g)].map(([, act]) => act ?? "");
    expect(steps.length).toBeGreaterThan(1);
    // network-cable was answered "yes" already: only the other answer is offered.
    expect(steps.filter((act) => act.includes(":network-cable:"))).toEqual(["step:VIG-2026-01-D1:network-cable:no"]);
    const page = await browser.send("step:VIG-2026-01-D1:network-cable:no");
    expect(page.text).toContain("The step is noted; the verdict takes it into account.");
    expect(ticked).toEqual([[number, "VIG-2026-01-D1", { step: "network-cable", answer: "no", by: "ops" }]]);
    const wrong = await browser.post(path, { ...browser.hidden("note"), act: "step:none:power-light:yes" });
    expect([wrong.status, ticked.length]).toEqual([404, 2]);
    const nonsense = await browser.post(path, { ...browser.hidden("note"), act: "step:VIG-2026-01-D1:power-light:maybe" });
    expect([nonsense.status, ticked.length]).toEqual([422, 2]);
    await browser.open(path, { "Accept-Language": "fr" });
    expect(browser.page.text).toMatch(/>\s*Oui\s*<\/button>/);
    await browser.open(path);
  });

  it("closes a false alarm in one: resolved, then closed as what it was", async () => {
    await browser.send("false-alarm", { note: "the room was being painted" });
    expect(asked).toEqual([
      ["resolve", number, "ops", "the room was being painted"],
      ["close", number, "ops", "false-alarm", "the room was being painted"],
    ]);
    expect(browser.page.text).toContain("nothing more is written on it");
  });

  it("merges it into another and splits alarms off, as it was seen; and leads to where it goes on", async () => {
    const joined: unknown[][] = [];
    const kept =
      (name: "merge" | "split" | "link") =>
      async (...of: unknown[]) => {
        joined.push([name, ...of]);
        return { ok: true, incident: made.incidents.get("02") ?? incident("02") } as const;
      };
    Object.assign(made.deps.joining, { merge: kept("merge"), split: kept("split"), link: kept("link") });
    made.incidents.set("02", incident("02", { rootCause: "y|02", device: "codec-2" }));
    await browser.open(path);
    expect(browser.page.text).toContain("VIG-2026-02 · ");
    const { version } = browser.hidden("merge");
    expect(version).toBe("1");
    const none = await browser.send("merge", { into: "", note: "one power feed" });
    expect([none.status, joined.length, /id="merge-into-problem">To be filled in/.test(none.text)]).toEqual([422, 0, true]);
    const page = await browser.send("merge", { into: "VIG-2026-02", note: "one power feed" });
    expect(joined).toEqual([["merge", number, "VIG-2026-02", { by: "ops", note: "one power feed", version: 1 }]]);
    expect([page.path, page.text.includes("Merged: that incident goes on here.")]).toEqual(["/incidents/VIG-2026-02", true]);
    await browser.open(path);
    await browser.send("link", { to: "VIG-2026-02", kind: "caused-by", note: "the same circuit" });
    expect(joined[1]).toEqual(["link", number, "VIG-2026-02", "caused-by", { by: "ops", note: "the same circuit" }]);
    await browser.open(path, { "Accept-Language": "fr" });
    expect(browser.page.text).toContain("Le réunir à un autre");
  });

  it("offers a split only where there is more than one alarm, with a box for each", async () => {
    expect(() => browser.hidden("split")).toThrow();
    const split: unknown[][] = [];
    Object.assign(made.deps.joining, {
      split: async (...of: unknown[]) => {
        split.push(of);
        return { ok: true, incident: incident("03") };
      },
    });
    made.incidents.set("03", incident("03"));
    const alarm = made.deps.store.alarmsOf;
    const one = (await alarm("01"))[0] ?? (await made.deps.alarms())[0] ?? expect.fail("no alarm");
    const two = { ...one, key: "codec-1|no-image|", symptom: "no-image" };
    Object.assign(made.deps.store, { alarmsOf: async () => [one, two] });
    await browser.open(path);
    const none = await browser.send("split", { note: "a cable" });
    expect([none.status, split]).toEqual([422, []]);
    const page = await browser.send("split", { "alarm-1": two.key, note: "a cable" });
    expect(split).toEqual([[number, [two.key], { by: "ops", note: "a cable", version: 1 }]]);
    expect(page.path).toBe("/incidents/VIG-2026-03");
  });

  it("opens a ticket in a system of the configuration, and offers none where there is none", async () => {
    expect(() => browser.hidden("ticket")).toThrow();
    const system = { id: "itsm", name: "Help desk", channel: "mail", to: "t@example.org", language: "both", when: {}, texts: {} } as const;
    made.config = { ...made.config, tickets: new Map([["itsm", system]]) };
    const asks: unknown[][] = [];
    Object.assign(made.deps.work, {
      ticket: async (...of: unknown[]) => {
        asks.push(of);
        return { ok: true, incident: incident("01") };
      },
    });
    await browser.open(path);
    const page = await browser.send("ticket", { system: "itsm", note: "they want one" });
    expect(asks).toMatchObject([[number, { name: "ops" }, { system: "itsm", note: "they want one" }]]);
    expect(page.text).toContain("The ticket is being opened.");
  });

  it("asks again for a ticket that was given up, of a closed incident too: only of the system that never had it, and says it when it is refused", async () => {
    const system = (id: string, name: string) =>
      [id, { id, name, channel: "mail", to: "t@example.org", language: "both", when: {}, texts: {} }] as const;
    made.config = { ...made.config, tickets: new Map([system("itsm", "Help desk"), system("sogique", "Sogique")]) };
    const { deliveries } = made.deps.store;
    let itsm: readonly string[] = ["failed", "pending"];
    const row = (to: string, state: string, nth: number) => ({
      ...{ key: `01/ticket/${to}/${nth}/opened/x`, incident: "01", kind: "ticket", level: 1, occurrence: nth, recipient: `ticket:${to}` },
      ...{ channel: "mail", address: "t@example.org", language: "fr", createdAt: at + nth, notBefore: at, state, attempts: 9 },
    });
    made.deps.store.deliveries = async (id) =>
      [...(await deliveries(id)), ...itsm.map((state, nth) => row("itsm", state, nth + 1)), row("sogique", "delivered", 1)] as never;
    const asks: unknown[][] = [];
    let answer: unknown = { ok: true, incident: incident("01", { state: "closed" }) };
    Object.assign(made.deps.work, {
      ticket: async (...of: unknown[]) => {
        asks.push(of);
        return answer;
      },
    });
    made.incidents.set("01", incident("01", { state: "closed", disposition: "fixed" }));
    await browser.open(path);
    expect(() => browser.hidden("ticket"), "the other system may still take it").toThrow();
    itsm = ["failed", "failed"];
    const { text } = await browser.open(path);
    const form = text.slice(text.indexOf('id="act-ticket"'));
    const offered = [...form.slice(0, form.indexOf("</form>")).matchAll(/<option value="([^"]*)"/g)].map(([, value]) => value);
    expect(offered).toEqual(["itsm"]);
    expect(() => browser.hidden("note"), "nothing else is done to what is closed").toThrow();
    const done = await browser.send("ticket", { system: "itsm", note: "they want it on file" });
    expect(asks).toMatchObject([[number, { name: "ops" }, { system: "itsm", note: "they want it on file" }]]);
    expect([done.status, done.text.includes("The ticket is being opened.")]).toEqual([200, true]);
    answer = { ok: false, status: 409, problem: `${number} is being told again already` };
    const twice = await browser.send("ticket", { system: "itsm", note: "and again" });
    expect([twice.status, twice.text.includes("and again")]).toEqual([409, true]);
  });

  it("is refused from another site, and without the token of the page, and changes nothing", async () => {
    const form = { ...browser.hidden("note"), note: "forged" };
    const refused = [
      await browser.post(path, { ...form, form: "guess" }),
      await browser.post(path, { act: "note", note: "forged" }),
      await browser.post(path, form, { Origin: "https://evil.example.org" }),
      await browser.post(path, form, { "Sec-Fetch-Site": "cross-site" }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(asked).toEqual([]);
    expect((await browser.post(path, form, { Origin: server.url })).status).toBe(200);
  });

  it("that comes after the end of the sign-in is not lost: its words stand there to copy", async () => {
    const form = { ...browser.hidden("note"), note: "a long story" };
    browser.cookies.clear();
    const page = await browser.post(path, form);
    expect([page.status, page.text.includes("<pre>a long story</pre>"), asked]).toEqual([401, true, []]);
    expect(page.text).toContain(`name="to" value="${path}"`);
  });

  it("is not shown to whose function may not, and is refused when it is sent all the same, with who may", async () => {
    const reader = new BrowserLike(server.url);
    await reader.signIn("vigie_reader_token", path);
    expect(reader.page.text).toContain("Your function may read this incident");
    expect(reader.page.text).not.toContain('id="act-');
    const form = /action="\/sign-out"[\s\S]*?name="form" value="([^"]+)"/.exec(reader.page.text)?.[1] ?? "";
    const page = await reader.post(path, { form, act: "note", note: "x" });
    expect([page.status, asked]).toEqual([403, []]);
    expect(made.audited.at(-1)).toMatchObject({ by: "reader", action: "access.refused", target: "addNote" });
  });

  it("takes a file, and says what is wrong with one", async () => {
    const send = async (name: string, type: string, content: string) => {
      const body = new FormData();
      for (const [field, value] of Object.entries(browser.hidden("attach"))) body.set(field, value);
      body.set("file", new Blob([content], { type }), name);
      const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join("; ");
      const answer = await fetch(`${server.url}${path}`, {
        method: "POST",
        body,
        headers: { Cookie: cookie, "Accept-Language": "en" },
        redirect: "manual",
      });
      return { status: answer.status, text: await answer.text() };
    };
    expect((await send("log.csv", "application/vnd.ms-excel", "a,b\n")).status).toBe(303);
    expect(await send("tool.exe", "application/octet-stream", "MZ")).toMatchObject({
      status: 422,
      text: expect.stringContaining("This is neither a PDF"),
    });
    expect(await send("", "application/octet-stream", "")).toMatchObject({
      status: 422,
      text: expect.stringContaining("To be filled in."),
    });
    await browser.open("/");
  });
});
