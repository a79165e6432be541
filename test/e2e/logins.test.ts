/**
 * What we must not do to forty codecs, and to one that shows another key: try passwords.
 */
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { startSimulatedNetwork } from "../../probes/simulator/simulation.ts";
import type { SimulatedNetworkSpec } from "../../probes/simulator/spec.ts";
import { type Config, people, Rig, sh, shortPolicy, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

function codecs(rig: Rig, count: number, every: string): { readonly spec: SimulatedNetworkSpec; readonly devices: Config } {
  const ids = Array.from({ length: count }, (_, n) => `codec-${n + 1}`);
  const address = (n: number) => rig.address(50 + n);
  return {
    spec: {
      devices: ids.map((id, n) => ({
        id,
        name: id,
        address: address(n),
        family: "cisco-ce",
        kind: "codec",
        parents: [],
        ssh: { port: 2222, user: "vigie", password: "env:RIGHT" },
      })),
    },
    devices: Object.fromEntries(
      ids.map((id, n) => [
        id,
        {
          site: "mgh",
          address: address(n),
          family: "cisco-ce",
          ssh: "codecs",
          ssh_port: 2222,
          checks: { icmp: false, snmp: false, ssh: { interval: every, timeout: every } },
        },
      ]),
    ),
  };
}

const credentials = { codecs: { ssh_password: { user: "vigie", password: { env: "PASSWORD" } } } };

it("forty codecs with one wrong password see few logins; one incident names the credential, and no codec is called down", async () => {
  const rig = new Rig();
  rigs.push(rig);
  const count = 40;
  const { spec, devices } = codecs(rig, count, "15s"); // Forty key exchanges at once take their time on a busy machine.
  const simulation = await startSimulatedNetwork(spec, { env: { RIGHT: "the-right-one" } });
  rig.later(() => simulation.stop());
  rig.env.PASSWORD = "the-wrong-one";
  const logins = () => spec.devices.map(({ id }) => simulation.logins(id).tried);
  const total = () => logins().reduce((sum, one) => sum + one, 0);
  // In seconds what takes 15 minutes: a check that sees nothing becomes a symptom of its own.
  const text = { title: "t", clinic: "c", steps: ["s"] };
  const soon = {
    id: "unobserved-ssh",
    symptom: "unobserved",
    part: "ssh",
    when: { look: "ssh", is: "unknown" },
    for: "6s",
    reach: "device",
  };
  const tests = [{ name: "t", steps: [{ at: "0s", look: "ssh", unknown: "probe.crash", want: "pending" }] }];
  rig.file("rules/soon.yaml", JSON.stringify({ rules: [{ ...soon, source: "test", text: { fr: text, en: text }, tests }] }));
  const config = rig.config({
    credentials,
    devices,
    rules: { include: ["rules/*.yaml"] },
    // On a busy machine the third refusal may come late; by default there are 30 s for it.
    policies: { short: shortPolicy({ group_wait: { now: "10s", other: "10s" } }) },
    channels: { mail: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
    ...people((who) => [{ mail: `${who}@example.org` }]),
  });
  const started = Date.now();
  let daemon = await rig.daemon(config);
  const incident = await until(
    "the credential's incident",
    async () =>
      (await daemon.incidents("&folded=false")).find(({ symptom, device }) => symptom === "login-refused" && device === undefined),
    120_000,
  );
  expect(incident.part).toBe("codecs");
  await until(
    "every codec was looked at again while the credential rests",
    async () => {
      const looks = await Promise.all(spec.devices.map(({ id }) => daemon.look(id, "ssh")));
      return looks.every((look) => look?.code === "probe.resting");
    },
    120_000,
  );
  // N first refusals, a second on three, those in flight: the guard's own bound, as the codecs count it.
  const seen = total();
  expect(seen).toBeLessThanOrEqual(count + 3 + 5);
  expect(Math.max(...logins())).toBeLessThanOrEqual(2);
  for (const { id } of spec.devices) expect((await daemon.device(id)).up).toBe("unknown");
  expect(await daemon.text("/metrics")).not.toMatch(/^vigie_device_up\{.*\} 0$/m);

  await until("looks without sight for long enough", () => Date.now() > started + 45_000);
  expect((await daemon.incidents("&folded=false")).map(({ symptom, part, device }) => [symptom, part, device])).toEqual([
    ["login-refused", "codecs", undefined],
  ]);

  // A restart tries nothing again.
  expect(await daemon.stop()).toBe(0);
  daemon = await rig.daemon(config);
  await until("looks after the restart", async () => (await daemon.look("codec-40", "ssh"))?.code === "probe.resting");
  await until("and once more", async () => ((await daemon.metric("vigie_looks_total", 'kind="ssh"')) ?? 0) >= 2 * count);
  expect(total()).toBe(seen);
  expect(await daemon.incidents("&folded=false")).toHaveLength(1);
}, 480_000);

it("a codec that shows another host key gets no password until a person accepts the key; that is audited, and the alarm clears", async () => {
  const rig = new Rig();
  rigs.push(rig);
  const { spec, devices } = codecs(rig, 1, "2s");
  rig.env.PASSWORD = "the-right-one";
  const start = (keys: string) => startSimulatedNetwork(spec, { env: { RIGHT: "the-right-one" }, hostKeys: join(rig.folder, keys) });
  // Its other key is made beforehand, so that nobody waits for it while the codec is away.
  await (await start("new")).stop();
  let simulation = await start("old");
  rig.later(() => simulation.stop());
  const daemon = await rig.daemon(
    rig.config({
      credentials,
      devices,
      channels: { mail: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } } },
      ...people((who) => [{ mail: `${who}@example.org` }]),
    }),
  );
  await until("the codec is up", async () => (await daemon.device("codec-1")).up === "up");
  expect(simulation.logins("codec-1").tried).toBe(1);
  await simulation.stop();
  simulation = await start("new");

  const alarm = await until("the alarm", async () =>
    (await daemon.alarms()).find(({ symptom, state }) => symptom === "host-key-changed" && state === "active"),
  );
  expect(alarm.device).toBe("codec-1");
  const first = await daemon.look("codec-1", "ssh");
  await until(
    "two more looks",
    async () => Date.parse((await daemon.look("codec-1", "ssh"))?.at ?? "") > Date.parse(first?.at ?? "") + 3_000,
  );
  expect(simulation.logins("codec-1").tried).toBe(0);
  expect((await daemon.look("codec-1", "ssh"))?.code).toBe("ssh.host-key-changed");
  expect((await daemon.device("codec-1")).up).not.toBe("down");

  const withoutToken = await fetch(`${daemon.url}/api/v1/devices/codec-1/host-key`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
  expect(withoutToken.status).toBe(401);
  const accepted = await daemon.post("/api/v1/devices/codec-1/host-key", { accept: true });
  expect(accepted).toMatchObject({ status: 200 });
  await until("the alarm clears", async () => (await daemon.alarms()).every(({ symptom }) => symptom !== "host-key-changed"));
  expect(simulation.logins("codec-1")).toEqual({ tried: 1, refused: 0 });
  await until("its incident is restored", async () => (await daemon.incidents()).every(({ state }) => state === "restored"));
  expect(await daemon.incidents()).toHaveLength(1);
  expect(await daemon.stop()).toBe(0);

  const shown = sh("ssh-keygen", ["-lf", join(rig.folder, "new", "codec-1.key")]).split(" ")[1];
  expect(accepted.body.fingerprint).toBe(shown);
  // Beside it may stand what the device itself did: it came back with another uptime.
  const ofKeys = "select by, action, target from audit where action like 'host-key%'";
  const audit = sh("sqlite3", [join(rig.folder, "state", "vigie.db"), ofKeys]);
  expect(audit.trim()).toBe("ops|host-key.accepted|codec-1");
}, 240_000);
