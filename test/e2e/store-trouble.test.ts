/**
 * A disk that is full, and a database that another program holds: nothing is lost, and the log, /-/ready and the heartbeat in /metrics say it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, type TestContext } from "vitest";
import { systemClock } from "../../daemon/clock.ts";
import { lockConnection } from "../../daemon/store/connect.ts";
import { openStore } from "../../daemon/store/open.ts";
import { needsRoot } from "../needs.ts";
import { expectNothingLost } from "./ladder.ts";
import { type Daemon, heardSwitch, linkDown, linkDownOnce, people, type Receiver, Rig, shortPolicy, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

interface Ready {
  readonly status: number;
  readonly said: string;
}

async function ready(daemon: Daemon): Promise<Ready> {
  const answer = await fetch(`${daemon.url}/-/ready`);
  return { status: answer.status, said: await answer.text() };
}

const escalationHeartbeat = (daemon: Daemon) => daemon.metric("vigie_escalation_heartbeat_timestamp_seconds");

async function ladder(rig: Rig, stateDir: string): Promise<{ readonly daemon: Daemon; readonly hook: Receiver; readonly config: string }> {
  rig.env.HOOK = "hook-secret";
  const hook = await rig.receiver();
  const step = { taken_within: "4s", escalate_after: "8s" };
  const track = {
    ...(shortPolicy().minor as object),
    levels: {
      "1": { tell: ["desk"], ...step },
      "2": { tell: ["analyst"], ...step },
      "3": { tell: ["chief-technician"], taken_within: "10m" },
    },
    last_resort: { tell: ["it-technician"], after: "5s", repeat: "10m" },
  };
  const config = rig.config({
    ...heardSwitch(rig),
    ...people((who) => [{ hook: who }]),
    instance: { name: "E2E", number_prefix: "VIG", state_dir: stateDir, service_hours: "always" },
    storage: { sqlite: `${stateDir}/vigie.db` },
    channels: { hook: { webhook: { url: hook.url, secret: { env: "HOOK" }, allow_private: true } } },
    policies: { short: shortPolicy({ minor: track, major: track }) },
  });
  return { daemon: await rig.daemon(config), hook, config };
}

/** It says what is wrong while it is, and is well again afterwards; the ladder goes on, and everything due was told. */
async function expectTold(
  context: TestContext,
  rig: Rig,
  stateDir: string,
  trouble: { begin(): Promise<void>; end(): Promise<void>; code: RegExp },
) {
  const started = Date.now();
  const { daemon, hook } = await ladder(rig, stateDir);
  await until("the first audit", async () => (await escalationHeartbeat(daemon)) !== undefined, 120_000);
  linkDown(context, rig, rig.address(20), "gi0");
  await until("the desk is told", () => hook.seen.length > 0);
  await trouble.begin();
  await until(
    "/-/ready names it",
    async () => {
      const { status, said } = await ready(daemon);
      return status === 503 && trouble.code.test(said);
    },
    120_000,
  );
  // Said once, while nothing can be kept, and no look at this switch could tell it.
  linkDownOnce(context, rig, rig.address(20), "gi1");
  const saidAt = Date.now();
  await until("the heartbeat is withheld", async () => (await escalationHeartbeat(daemon)) === undefined);
  await until("the log says so", () =>
    daemon.logged("role stopped; starting it again").some(({ error }) => trouble.code.test(String(error))),
  );
  // Longer than a batch is offered that is at fault itself.
  await until("the trouble has lasted", () => Date.now() - saidAt > 15_000);
  await trouble.end();
  await until("ready again", async () => (await ready(daemon)).status === 200, 120_000);
  await until(
    "the last resort is told",
    async () => {
      const found = (await daemon.incidents()).find(({ part }) => part === "interface gi0");
      const detail = found && (await daemon.incident(found.id));
      return detail?.deliveries.some(({ kind, state }) => kind === "last-resort" && state === "accepted") && detail;
    },
    120_000,
  );
  await until("what was said meanwhile is told", async () => {
    const found = (await daemon.incidents()).find(({ part }) => part === "interface gi1");
    const detail = found && (await daemon.incident(found.id));
    return detail?.deliveries.some(({ kind, state }) => kind === "problem" && state === "accepted");
  });
  await until("the heartbeat is back", async () => (await escalationHeartbeat(daemon)) !== undefined, 120_000);
  const details = await Promise.all((await daemon.incidents()).map(({ id }) => daemon.incident(id)));
  expect(await daemon.stop()).toBe(0);
  const store = await openStore({ storage: { kind: "sqlite", path: join(stateDir, "vigie.db") }, stateDir, clock: systemClock });
  rig.later(() => store.close());
  await expectNothingLost({ store, details, seen: hook.seen, since: started });
}

it("on a full disk the daemon says so and loses nothing; with room again it goes on", async (context) => {
  needsRoot(context);
  const rig = new Rig();
  rigs.push(rig);
  const disk = join(rig.folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", disk], { stdio: "pipe" });
  } catch {
    context.skip("mounting a small file system is not allowed here");
  }
  rig.later(() => execFileSync("umount", ["-l", disk], { stdio: "pipe" }));
  await expectTold(context, rig, disk, {
    code: /SQLITE_FULL|SQLITE_IOERR|ENOSPC/,
    begin: async () => {
      for (const bytes of [1 << 20, 1 << 12])
        for (let n = 0; ; n += 1) {
          try {
            writeFileSync(join(disk, `filler-${bytes}-${n}`), Buffer.alloc(bytes));
          } catch {
            break;
          }
        }
    },
    end: async () => execFileSync("sh", ["-c", `rm -f ${disk}/filler-*`]) && undefined,
  });
}, 480_000);

it("while another program holds the database the daemon says so and loses nothing; let go, it goes on", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  const stateDir = join(rig.folder, "state");
  let letGo = async () => {};
  await expectTold(context, rig, stateDir, {
    code: /SQLITE_BUSY/,
    begin: async () => {
      const other = lockConnection(join(stateDir, "vigie.db"));
      const connection: unknown = await other.client.acquireConnection();
      // Between two transactions of the daemon's.
      await until("the lock", () =>
        other
          .raw("begin immediate")
          .connection(connection)
          .then(
            () => true,
            () => false,
          ),
      );
      letGo = async () => {
        await other.raw("rollback").connection(connection);
        await other.client.releaseConnection(connection);
        await other.destroy();
      };
    },
    end: () => letGo(),
  });
}, 480_000);
