/** What keeps coming back: a problem, once, with its incidents; nothing becomes more serious by it. The real roles on a real store. */
import { DateTime } from "luxon";
import { afterEach, expect, it } from "vitest";
import { HOUR, type Instant, MINUTE } from "../../daemon/model/time.ts";
import { closeProblem, ProblemFinder } from "../../daemon/problems.ts";
import { type Scenario, scenario } from "./scenario.ts";

let net: Scenario | undefined;
afterEach(async () => {
  await net?.end();
  net = undefined;
});
const local = (text: string): Instant => DateTime.fromISO(text, { zone: "America/Toronto" }).toMillis();

interface Recurring {
  readonly net: Scenario;
  /** The codec fails for five minutes, comes back, and ten minutes pass; then the problems are looked for. */
  fails(device?: string): Promise<void>;
  find(): ReturnType<ProblemFinder["find"]>;
  open(): ReturnType<Scenario["store"]["problems"]>;
}

async function recurring(start = local("2026-11-18T08:00"), yaml = ""): Promise<Recurring> {
  const short = "policies: { short: { base: default, reopen_within: 5m } }\npolicy: short";
  const made = await scenario({ devices: "router-1 > codec-7, codec-8", interval: "2m", together: true, start, yaml: `${short}\n${yaml}` });
  net = made;
  const finder = new ProblemFinder({ store: made.store, clock: made.clock, config: () => made.config, board: made.board });
  return {
    net: made,
    async fails(device = "codec-7") {
      made.breaks(device);
      await made.advance(5 * MINUTE);
      made.heals(device);
      await made.advance(10 * MINUTE);
      await finder.find();
    },
    find: () => finder.find(),
    open: () => made.store.problems({ state: "open", limit: 10 }),
  };
}

it("a codec that fails a third time has a problem: one, with its three incidents, which all say so; the fourth joins it", async () => {
  const { net, fails, find, open } = await recurring();
  await fails();
  await fails();
  expect(await open()).toEqual([]);
  const before = await net.incidents();
  await fails();
  const [problem, ...others] = await open();
  expect(others).toEqual([]);
  const incidents = await net.incidents();
  expect(problem).toMatchObject({ fingerprint: "codec-7|unreachable|", device: "codec-7", incidents: incidents.map(({ id }) => id) });
  expect(problem?.id).toBe(`P-${incidents[2]?.number}`);
  for (const each of incidents) {
    expect((await net.timeline(each)).filter((event) => event === "problem-found")).toHaveLength(1);
    expect([each.severity, each.urgency], "recurrence raises nothing").toEqual([before[0]?.severity, before[0]?.urgency]);
  }
  expect(await find()).toEqual({ opened: [], joined: 0 });
  await fails();
  const [grown, ...more] = await open();
  expect(more).toEqual([]);
  expect(grown).toMatchObject({ id: problem?.id, incidents: (await net.incidents()).map(({ id }) => id) });
  expect(grown?.incidents).toHaveLength(4);
  expect(net.sent.every(({ text }) => !text.includes("P-VIG"))).toBe(true);
});

it("what flaps within the window is one occurrence; so are children of a router that fails, of the router", async () => {
  const { net, open, find } = await recurring();
  for (let times = 0; times < 4; times += 1) {
    net.breaks("codec-7");
    await net.advance(5 * MINUTE);
    net.heals("codec-7");
    await net.advance(4 * MINUTE);
  }
  expect((await net.unfolded())[0]?.occurrences).toBeGreaterThan(2);
  await net.advance(10 * MINUTE);
  for (let times = 0; times < 3; times += 1) {
    for (const id of ["router-1", "codec-7", "codec-8"]) net.breaks(id);
    await net.advance(5 * MINUTE);
    for (const id of ["router-1", "codec-7", "codec-8"]) net.heals(id);
    await net.advance(10 * MINUTE);
  }
  await find();
  expect((await open()).map(({ fingerprint }) => fingerprint)).toEqual(["router-1|unreachable|"]);
});

it("false alarms are none; a closed problem comes again only when it has come back as often since", async () => {
  const { net, fails, open } = await recurring();
  for (let times = 0; times < 3; times += 1) {
    await fails();
    const last = (await net.incidents()).at(-1);
    if (times === 0) await net.desk.close(last?.id ?? "", "marie", "false-alarm", "somebody pulled the plug");
  }
  expect(await open()).toEqual([]);
  await fails();
  const [problem] = await open();
  expect(problem?.incidents).toHaveLength(3);
  expect(await closeProblem(net, problem?.id ?? "", { by: "marie", note: "a new power supply" })).toMatchObject({ ok: true });
  expect(await closeProblem(net, problem?.id ?? "", { by: "marie", note: "again" })).toMatchObject({ ok: false, status: 409 });
  expect((await net.store.auditLog(10)).map(({ action }) => action)).toContain("problem.closed");
  await fails();
  await fails();
  expect(await open()).toEqual([]);
  await fails();
  const [again] = await open();
  expect(again?.id).not.toBe(problem?.id);
  expect(again?.incidents).toHaveLength(3);
});

it("the file says how many it takes, and within how long", async () => {
  const { net, fails, open } = await recurring(undefined, "recurrence: { suggest_at: 2, within: 1d }");
  await fails();
  net.clock.pass(25 * HOUR);
  await fails();
  expect(await open()).toEqual([]);
  await fails();
  expect(await open()).toMatchObject([{ standing: "suggested", why: expect.stringMatching(/^2 incidents of one cause within 1 days/) }]);
});

it.each([
  ["the night the clocks go forward", "2026-03-08T01:35", 0],
  ["the night the clocks go back", "2026-11-01T01:35", 0],
  ["a clock that jumps three hours ahead", "2026-11-18T08:00", 3 * HOUR],
  ["a clock that jumps three hours back", "2026-11-18T08:00", -3 * HOUR],
])(
  "%s counts nothing twice and loses nothing",
  async (_, start, jump) => {
    const { net, fails, open } = await recurring(local(start));
    await fails();
    await fails();
    net.jump(jump);
    await net.advance(MINUTE);
    if (jump === 0) expect(await open()).toEqual([]);
    await fails();
    await net.advance(4 * HOUR);
    await fails();
    const problems = await open();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.incidents.length).toBe(
      (await net.incidents()).filter(({ noticeSent, state }) => noticeSent || state !== "open").length,
    );
  },
  120_000,
);
