/**
 * Spoilt answers of web interfaces, JSON and XML: nothing throws, what is read stays small, the memory stays flat; bombs of entities, depth
 * and number are refused; and in whole answers no name of a far end gets out.
 *
 * In process, without a socket. Over real TLS: test/probes/https.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Family } from "../../daemon/model/family.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";
import { HTTPS_DIALECTS } from "../../probes/https/dialects.ts";
import { kept as keptOf } from "../../probes/https/https-probe.ts";
import { MAX_NODES, readJson } from "../../probes/https/plain.ts";
import type { Sender } from "../../probes/https/wire.ts";
import { readAnswer } from "../../probes/https/xml-rpc.ts";
import { done } from "../../probes/shell/outcome.ts";
import { describe as describeAnswer, readValues } from "../../probes/shell/values.ts";
import { DeviceState } from "../../probes/simulator/device-state.ts";
import type { WebInterface } from "../../probes/simulator/web/frame.ts";
import { openWeb } from "../../probes/simulator/web/open.ts";
import { cases, corpus, heapBytes, keeping, seed } from "./effort.ts";
import { Chance, spoilt } from "./random.ts";

const kept = "web";
const families = [...loadFamilies([shippedFamilies()]).families.values()].filter(({ https }) => https !== undefined);
/** A million take their time. */
const withinMs = 60_000 + 20 * cases(1_500);
const secrets = { user: "vigie", password: "Motdepasse-7" };
/** What the simulated devices call their far ends. */
const secret = /Tremblay|Gagnon|patient|514555|Motdepasse/;

/** The simulated interface of a family, in a call, and a session on it. */
function played({ id, kind }: Family): { readonly web: WebInterface; readonly session: Promise<string | undefined> } {
  const state = new DeviceState({ id, name: "Salle", address: "10.1.1.10", family: id, kind, parents: [] }, () => 1_000_000);
  state.startCall();
  state.startCall();
  const web = openWeb(state, secrets, undefined);
  const family = families.find((each) => each.id === id);
  const opened = HTTPS_DIALECTS[family?.https?.dialect ?? "icon"].session?.open(
    senderOf(web, (body) => body),
    secrets,
  );
  return { web, session: opened?.then((each) => (each.ok ? each.value : undefined)) ?? Promise.resolve(undefined) };
}

/** Answers as the device does, its words changed on the way. */
function senderOf(web: WebInterface, change: (body: string) => string): Sender {
  return {
    send: async ({ method, path, headers = {}, body = "" }) => {
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      const { status, body: said, headers: set } = web.answer({ method, path, headers: lower, body });
      return done({ status, cookies: Object.entries(set ?? {}).map(([, value]) => value.split(";")[0] ?? ""), body: change(said) });
    },
  };
}

/** Every question of a family; everything that would leave the probe. */
async function look(family: Family, web: WebInterface, session: string | undefined, change: (body: string) => string): Promise<string> {
  const { dialect, asks } = family.https ?? expect.fail("no questions");
  const told: string[] = [];
  for (const ask of asks) {
    const said = await HTTPS_DIALECTS[dialect].ask(senderOf(web, change), { secrets, session }, ask.command);
    if (!said.ok) {
      expect(said.failure.code).toMatch(/^https\.(?:protocol|auth-refused)$/);
      told.push(said.failure.detail);
      continue;
    }
    const answer = keptOf(said.value.answer, ask);
    const values = readValues([{ ask, answer }], { counters: new Map(), atMs: 1, inventory: new Set() });
    told.push(JSON.stringify(values), describeAnswer(answer, new Set()));
  }
  return told.join("\n");
}

describe.each(families)("$id", (family) => {
  it("says nothing of a far end in whole answers, and reads something", async () => {
    const { web, session } = played(family);
    const said: string[] = [];
    const told = await look(family, web, await session, (body) => {
      said.push(body);
      return body;
    });
    expect(told).toContain('"calls"');
    expect(told).not.toMatch(secret);
    if (family.id !== "lifesize-icon") expect(said.join()).toMatch(secret);
  });

  it(`stays whole over spoilt answers (seed ${seed})`, { timeout: withinMs }, async () => {
    const chance = new Chance(seed);
    const { web, session } = played(family);
    const opened = await session;
    const others = corpus(kept);
    const spoil = (body: string): string => {
      const bytes = Buffer.from(body);
      return spoilt(chance, bytes, chance.below(4) === 0 ? (others[chance.below(others.length)] ?? bytes) : bytes).toString("utf8");
    };
    // A look is several answers.
    const count = Math.ceil(cases(1_500) / (family.https?.asks.length ?? 1));
    let slowestMs = 0;
    for (let nth = 0; nth < count; nth += 1) {
      let last = "";
      const began = process.cpuUsage();
      const told = await look(family, web, opened, (body) => {
        last = spoil(body);
        return last;
      }).catch((error: unknown) => keeping(kept, Buffer.from(last), () => expect.fail(String(error))));
      // A cut may make one name of another; nobody's stands where only numbers and states are read.
      if (secret.test(told)) keeping(kept, Buffer.from(last), () => expect(told).not.toMatch(secret));
      expect(told.length).toBeLessThan(64 * 1024);
      slowestMs = Math.max(slowestMs, process.cpuUsage(began).user / 1_000);
    }
    expect(slowestMs).toBeLessThan(1_000);
  });
});

describe("bombs", () => {
  const wrapped = (inside: string, before = "") =>
    `<?xml version="1.0"?>${before}<methodResponse><params><param><value>${inside}</value></param></params></methodResponse>`;
  const laughs = `<!DOCTYPE b [<!ENTITY a "ha">${[..."bcdefghij"].map((name, at) => `<!ENTITY ${name} "${`&${"abcdefghi"[at]};`.repeat(10)}">`).join("")}]>`;

  it.each([
    ["a document type", wrapped("<string>x</string>", "<!DOCTYPE methodResponse>")],
    ["entities in entities", wrapped("<string>&j;</string>", laughs)],
    ["a file of ours", wrapped("<string>&x;</string>", '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>')],
    ["an entity that nobody defined", wrapped("<string>&nbsp;</string>")],
    ["depth", wrapped("<array><data><value>".repeat(2_000) + "</value></data></array>".repeat(2_000))],
    ["number", wrapped(`<array><data>${"<value/>".repeat(5 * MAX_NODES)}</data></array>`)],
    ["two roots", `${wrapped("<int>1</int>")}${wrapped("<int>2</int>")}`],
    ["half of it", wrapped("<struct><member><name>a</name>").slice(0, 60)],
  ])("XML: %s is nonsense", (_, text) => {
    expect(readAnswer(text)).toEqual({ is: "nonsense" });
  });

  it.each([
    ["depth", "[".repeat(100_000) + "]".repeat(100_000)],
    ["depth within the parser's reach", `${'{"a":'.repeat(500)}1${"}".repeat(500)}`],
    ["number", JSON.stringify(Array.from({ length: 2 * MAX_NODES }, () => 0))],
    ["no JSON", "<html>"],
    ["nothing", ""],
  ])("JSON: %s is none", (_, text) => {
    expect(readJson(text)).toBeUndefined();
  });

  it("a long value is cut, a name that objects have is a name like any other, and a number is text", () => {
    const tree = readJson(`{"__proto__":{"polluted":1},"long":"${"x".repeat(9_000)}","n":5145550123,"none":null}`);
    expect(Object.keys(tree as object)).toEqual(["__proto__", "long", "n", "none"]);
    expect((tree as { long: string }).long).toHaveLength(4_096);
    expect(tree).toMatchObject({ n: "5145550123", none: "" });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const struct = "<struct><member><name>__proto__</name><value><int>1</int></value></member></struct>";
    expect(readAnswer(wrapped(struct))).toMatchObject({ is: "value" });
    expect(readAnswer(wrapped("x&lt;&#233;&amp;"))).toEqual({ is: "value", value: expect.objectContaining({ value: "x<é&" }) });
  });
});

afterAll(async () => {
  const before = heapBytes();
  const [family] = families;
  if (family === undefined) return;
  const { web, session } = played(family);
  for (let nth = 0; nth < 500; nth += 1) await look(family, web, await session, (body) => body);
  expect(heapBytes() - before).toBeLessThan(8 * 1024 * 1024);
});
