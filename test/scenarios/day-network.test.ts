/** Days on which what fails is not a codec alone: a circuit, a habit, a nuisance, a delivery of forty codecs. Who hears of it, and who sleeps. */
import { afterEach, expect, it } from "vitest";
import type { ApiDeps } from "../../daemon/api/deps.ts";
import { ruleDetail } from "../../daemon/api/rule-view.ts";
import { bare, type Finding } from "../../daemon/model/observation.ts";
import { HOUR } from "../../daemon/model/time.ts";
import { ProblemFinder } from "../../daemon/problems.ts";
import { ProposalTests } from "../../daemon/proposal-tests.ts";
import { createLoginGuard } from "../../probes/login-guard.ts";
import { quiet } from "../api/fixture.ts";
import { type Day, day, people } from "./day.ts";
import type { ScenarioOptions } from "./scenario.ts";

const days: Day[] = [];
afterEach(async () => {
  for (const each of days.splice(0)) await each.net.end();
});

async function begin(at: string, options: ScenarioOptions): Promise<Day> {
  const made = await day(at, { rooms: "rooms: {}", looksAhead: false, ...options });
  days.push(made);
  return made;
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

it("a circuit takes six sites along at three in the morning: one page, at once, that says why it cannot wait; nobody hears of a codec", async () => {
  const codecs = numbers(12).map((n) => `codec-${n}`);
  const far = Object.fromEntries([...codecs.map((id, n) => [id, `s${(n % 6) + 1}`]), ["ups-1", "s7"], ["switch-9", "hub"]]);
  const branches = numbers(6).map((n) => `l${n}: { name: Branch ${n}, ends: [hub, s${n}] }`);
  const places = ["mgh", "iles", "gaspe", ...new Set(Object.values(far))].map((id) => `${id}: { name: ${id}, service_hours: office }`);
  const walk = await begin("2026-11-19T03:00", {
    rooms: 'rooms: { a101: { site: mgh, name: "Room A-101" } }',
    devices: `core-1; ups-1; switch-9; ${codecs.join(", ")}`,
    sites: far,
    places: `sites: { ${places.join(", ")} }`,
    yaml: `canary: core-1\nlinks: { trunk: { name: Trunk, ends: [mgh, hub] }, ${branches.join(", ")}, l7: { name: East, ends: [mgh, s7] } }`,
  });
  const { net } = walk;
  await walk.until("03:10");
  for (const id of [...codecs, "switch-9"]) net.breaks(id);
  await walk.until("03:13");
  expect(walk.said()).toEqual(["03:11 desk problem by mail"]);
  const page = walk.text("desk", "problem");
  expect(page).toMatch(/Major: Trunk: circuit down/);
  expect(page).toContain("Where the fault is: RITM core");
  expect(page).toMatch(/Cannot wait: general failure/);
  expect(page).not.toMatch(/codec-\d+ does not answer/);
  const [incident, ...others] = (await net.unfolded()).filter(({ state }) => state === "open");
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ severity: "major", urgency: "now", general: true });
  // Nobody takes it: again over every channel, with those who allocate a major incident.
  await walk.until("03:20");
  expect(walk.said()).toEqual([
    "03:16 chief-technician problem by mail",
    "03:16 chief-technician problem by sms",
    "03:16 desk problem by mail",
    "03:16 desk problem by sms",
    "03:16 it-technician problem by mail",
    "03:16 it-technician problem by sms",
  ]);
  await net.desk.take(incident?.number ?? "", "tess");
  // Back at 03:30 and one site stays dark: that one is told for itself.
  await walk.until("03:30");
  for (const id of [...codecs, "switch-9"]) if (far[id] !== "s3") net.heals(id);
  await walk.until("03:34");
  const after = walk.said();
  expect(after.filter((each) => each.includes("restored"))).toEqual([
    "03:30 chief-technician restored by mail",
    "03:30 desk restored by mail",
    "03:30 it-technician restored by mail",
  ]);
  expect(after.filter((each) => each.includes("problem"))).toEqual(["03:30 desk problem by mail"]);
}, 240_000);

it("a camera is unplugged every Friday: each is a minor for the desk by day, the third Friday has one problem, and none is more serious for it", async () => {
  const walk = await begin("2026-10-02T15:50", {
    devices: "router-1 > codec-1",
    ssh: ["codec-1"],
    rooms: 'rooms: { a101: { site: mgh, name: "Room A-101" } }',
  });
  const { net } = walk;
  const camera = (value: string): Finding => ({ ...bare("up"), readings: [{ name: "peripheral", part: "camera 1", value }] });
  const finder = new ProblemFinder({ store: net.store, clock: net.clock, config: () => net.config, board: net.board });
  net.finds("codec-1", "ssh", camera("connected"));
  for (const friday of ["2026-10-02", "2026-10-09", "2026-10-16", "2026-10-23"]) {
    await walk.sleepUntil(`${friday}T16:00`, 6 * HOUR);
    net.finds("codec-1", "ssh", camera("disconnected"));
    await walk.until(`${friday}T16:20`);
    expect(walk.said().filter((each) => each.includes("problem"))).toEqual([expect.stringMatching(/^16:0[01] desk problem by mail$/)]);
    const [open] = (await net.unfolded()).filter(({ state }) => state === "open");
    await net.desk.acknowledge(open?.number ?? "", "dan");
    net.finds("codec-1", "ssh", camera("connected"));
    await walk.until(`${friday}T16:30`);
    await net.desk.solve(open?.number ?? "", "dan", "plugged in again by the room");
    await finder.find();
  }
  const all = await net.incidents();
  expect(all.map(({ symptom, severity, urgency, part }) => [symptom, severity, urgency, part])).toEqual(
    Array(4).fill(["camera-disconnected", "minor", "service-hours", "camera 1"]),
  );
  const problems = await net.store.problems({ state: "open", limit: 10 });
  expect(problems).toMatchObject([{ device: "codec-1", symptom: "camera-disconnected", incidents: all.map(({ id }) => id) }]);
  // Nobody above the desk ever heard of a camera.
  for (const who of ["analyst", "chief-technician", "it-technician", "event-coordinators", "anne-mgh"])
    expect(walk.to(who), who).toEqual([]);
}, 240_000);

it("a false alarm at three in the morning wakes nobody; by day it is marked, leaves every count alone, and leads back to its rule", async () => {
  const walk = await begin("2026-11-17T02:00", {
    devices: "router-1 > codec-1",
    rooms: 'rooms: { a101: { site: mgh, name: "Room A-101" } }',
  });
  const { net } = walk;
  const lossy = (value: number): Finding => ({ ...bare("up"), samples: [{ name: "icmp_loss_ratio", value }] });
  for (const night of ["2026-11-17", "2026-11-18"]) {
    await walk.sleepUntil(`${night}T03:00`);
    net.finds("codec-1", "icmp", lossy(0.012));
    await walk.until(`${night}T03:02`);
    net.finds("codec-1", "icmp", lossy(0));
    await walk.sleepUntil(`${night}T07:25`);
    expect(walk.said(), "nobody is woken").toEqual([]);
    await walk.until(`${night}T08:00`);
    const [told] = (await net.incidents()).filter(({ state }) => state !== "closed");
    expect(told).toMatchObject({ rule: "high-loss", urgency: "service-hours", state: "restored", severity: "minor" });
    expect(walk.said().filter((each) => !each.startsWith("07:30 desk"))).toEqual([]);
    await net.desk.resolve(told?.number ?? "", "dan", "nothing to see");
    expect(await net.desk.close(told?.number ?? "", "dan", "false-alarm", "the nightly backup fills the line")).toMatchObject({ ok: true });
  }
  expect(await net.store.recurrences(net.clock.now(), 10)).toEqual([]);
  await net.looks.stop();
  const parts = { store: net.store, config: () => net.config, clock: net.clock };
  const tests = new ProposalTests({ ...parts, log: quiet });
  const deps = { ...parts, proposalTests: tests } as unknown as ApiDeps;
  await ruleDetail(deps, "high-loss");
  await tests.idle();
  const { falseAlarms, proposals } = await ruleDetail(deps, "high-loss");
  expect(falseAlarms).toHaveLength(2);
  expect(proposals.length).toBeGreaterThan(0);
  for (const proposal of proposals) expect(proposal).toMatchObject({ missed: 0, false: -2, judgedBy: "replay" });
  await tests.stop();
}, 240_000);

it("forty new codecs with a wrong shared password behind a closed firewall: nobody is paged, few logins; accepted, they are one incident a cause", async () => {
  const codecs = numbers(40).map((n) => `codec-${n}`);
  const options = (commissioning: boolean): ScenarioOptions => ({
    devices: `router-1 > ${codecs.join(", ")}`,
    ssh: codecs,
    snmp: codecs,
    rooms: 'rooms: { a101: { site: mgh, name: "Room A-101" } }',
    extra: commissioning ? Object.fromEntries(codecs.map((id) => [id, "commissioning: true"])) : {},
  });
  const tried = new Map<string, number>();
  const guard = createLoginGuard(() => undefined);
  const walk = await begin("2026-11-18T09:00", options(true));
  const { net } = walk;
  // SNMP does not come through, the password is wrong; ping answers.
  const refusals: Promise<void>[] = [];
  net.finding = ({ device, kind }, at) => {
    if (device === "router-1") return undefined;
    if (kind === "snmp") return bare("down", "snmp.timeout");
    if (kind !== "ssh") return undefined;
    const choice = guard.choose(device, "login", at);
    if ("rest" in choice) return bare("unknown", "probe.resting", choice.why);
    tried.set(device, (tried.get(device) ?? 0) + 1);
    const { credentialIncident, why } = guard.refused(device, "login", at);
    if (credentialIncident !== undefined)
      refusals.push(net.evaluator.wide({ holder: "credential:login", symptom: "login-refused", failing: true, devices: codecs, at, why }));
    return bare("unknown", "ssh.auth-refused");
  };
  await walk.until("10:00");
  await Promise.all(refusals);
  await walk.until("11:00");
  expect(walk.said(), "commissioning pages nobody").toEqual([]);
  const logins = [...tried.values()].reduce((sum, one) => sum + one, 0);
  // The guard's own bound: N first ones, a second on three, those in flight (all in one turn here), and a trial after each rest.
  expect(logins).toBeLessThanOrEqual(2 * 40 + 4);
  expect(Math.max(...tried.values()), "an RMX locks after three").toBeLessThanOrEqual(3);
  expect([...net.alarms()].filter(({ state, symptom }) => state === "active" && symptom === "unreachable")).toEqual([]);
  // Accepted as they are: one incident for the password, which names it, and one for the firewall; not forty, nor eighty.
  await net.reload({ people, ...options(false) });
  await walk.until("11:04");
  const open = (await net.unfolded()).filter(({ state }) => state === "open");
  expect(open.map(({ symptom, rootCause, general }) => [symptom, rootCause, general]).sort()).toEqual([
    ["login-refused", "credential:login", true],
    ["silent", expect.stringMatching(/^down:codec-\d+$/), true],
  ]);
  expect(walk.said()).toEqual(["11:00 desk problem by mail", "11:00 desk problem by mail"]);
  const texts = walk.to("desk").map(({ subject, text }) => `${subject}\n${text}`);
  expect(texts.find((each) => each.includes("refuses our login (login)"))).toMatch(/Do not try the password by hand several times/);
  expect(texts.find((each) => each.includes("says nothing else (over SNMP)"))).toMatch(/a password, an address or a firewall was changed/);
  expect(logins + 5).toBeGreaterThanOrEqual([...tried.values()].reduce((sum, one) => sum + one, 0));
}, 240_000);
