/**
 * `kill -9` in the middle of an escalation, at random moments of a fixed seed: nothing due is lost, nothing is opened or numbered twice.
 */
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../daemon/clock.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import { openStore } from "../../daemon/store/open.ts";
import { expectNothingLost } from "./ladder.ts";
import { heardSwitch, linkDown, people, type Receiver, Rig, shortPolicy, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

/** A fixed seed gives the same moments every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The receiver has the message, and the daemon dies before it has the answer. */
async function killedWhileSending(hook: Receiver, kill: () => Promise<void>): Promise<void> {
  const answer = hook.answer;
  await new Promise<void>((resolve, reject) => {
    hook.answer = (posted) => {
      hook.answer = answer;
      kill().then(resolve, reject);
      return answer(posted);
    };
  });
}

function repeated(hook: Receiver): readonly string[] {
  const keys = hook.seen.map(({ headers }) => String(headers["idempotency-key"]));
  return keys.filter((key, at) => keys.indexOf(key) !== at);
}

it("killed six times while it escalates, the daemon tells every due step, repeats it under the same key, and opens nothing twice", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.HOOK = "hook-secret";
  const hook = await rig.receiver();
  const server = await rig.mailServer(context);
  const step = { taken_within: "3s", escalate_after: "3s" };
  const track = {
    ...(shortPolicy().minor as object),
    levels: {
      "1": { tell: ["desk"], ...step },
      "2": { tell: ["analyst"], ...step },
      "3": { tell: ["chief-technician"], taken_within: "10m" },
    },
    last_resort: { tell: ["it-technician"], after: "3s", repeat: "4s" },
  };
  const config = rig.config({
    ...heardSwitch(rig),
    ...people((who) => [{ hook: who }, { mail: `${who}@example.org` }]),
    channels: {
      mail: { mail: { host: server.host, port: server.port, from: "vigie@example.org" } },
      hook: { webhook: { url: hook.url, secret: { env: "HOOK" }, allow_private: true } },
    },
    policies: { short: shortPolicy({ minor: track, major: track }) },
  });
  const random = dice(20_261_122);
  let daemon = await rig.daemon(config);
  const started = Date.now();
  const again = async () => {
    await daemon.kill();
    daemon = await rig.daemon(config);
  };
  for (let round = 0; round < 5; round += 1) {
    linkDown(context, rig, rig.address(20), `gi${round}`);
    if (round === 1) await killedWhileSending(hook, () => daemon.kill());
    else await pause(500 + random() * 2_500);
    await again();
  }
  const open = await until("five incidents", async () => {
    const found = await daemon.incidents();
    return found.length >= 5 && found;
  });
  expect(open.map(({ part }) => part).sort()).toEqual([0, 1, 2, 3, 4].map((n) => `interface gi${n}`));

  // A sixth is acknowledged while it escalates, and the daemon is killed right after the commit.
  linkDown(context, rig, rig.address(20), "gi5");
  const sixth = await until("the sixth is told", async () => {
    const found = (await daemon.incidents()).find(({ part }) => part === "interface gi5");
    return found !== undefined && hook.seen.some(({ body }) => body.includes(found.number)) && found;
  });
  expect((await daemon.post(`/api/v1/incidents/${sixth.id}/acknowledge`)).status).toBe(200);
  await again();

  await until(
    "the five are at the last resort, told, and told again",
    async () => {
      const all = await Promise.all(open.map(({ id }) => daemon.incident(id)));
      return all.every(
        ({ level, deliveries }) =>
          level === 4 &&
          deliveries.filter(({ kind, state, channel }) => kind === "last-resort" && state === "accepted" && channel === "hook").length >= 2,
      );
    },
    120_000,
  );
  await until("what was under way at a kill came again", () => repeated(hook).length > 0, 120_000);
  // A claim of a killed daemon runs out after its lease; until then its message is under way, not lost.
  const { details, seen, mails } = await until(
    "no message is under way, nor held by the claim of a killed daemon",
    async () => {
      // What has arrived is read first: the last resort goes on being told while the incidents are asked for.
      const seen = [...hook.seen];
      const mails = server.mails();
      const details = await Promise.all([...open, sixth].map(({ id }) => daemon.incident(id)));
      return details.every(({ deliveries }) => deliveries.every(({ state }) => state !== "claimed")) && { details, seen, mails };
    },
    90_000,
  );
  expect(await daemon.incidents()).toHaveLength(6);
  expect(await daemon.stop()).toBe(0);

  const store = await openStore({
    storage: { kind: "sqlite", path: `${rig.folder}/state/vigie.db` },
    stateDir: `${rig.folder}/state`,
    clock: systemClock,
  });
  rig.later(() => store.close());
  await expectNothingLost({ store, details, seen, since: started });
  const mailKeys = details.flatMap(({ deliveries }) =>
    deliveries.filter(({ channel }) => channel === "mail").map(({ key }) => messageId(key)),
  );
  expect(mails.filter((mail) => !mailKeys.includes(mail.messageId))).toEqual([]);
}, 240_000);
