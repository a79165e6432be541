/**
 * What the daemon decided to tell arrives, whatever the far ends do meanwhile.
 */
import { createHmac } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { messageId } from "../../daemon/notify/mail.ts";
import { heardSwitch, linkDown, people, Rig, shortPolicy, until } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.end();
});

it("a dead SMTP server loses nothing, a web hook that answers 500 is told again under the same key, and its receiver can check the signature", async (context) => {
  const rig = new Rig();
  rigs.push(rig);
  rig.env.HOOK = "hook-secret";
  const refusedOnce = new Set<string>();
  const hook = await rig.receiver((posted) => {
    const key = String(posted.headers["idempotency-key"]);
    if (refusedOnce.has(key)) return 200;
    refusedOnce.add(key);
    return 500;
  });
  // However late a mail arrives, nobody is told of the next level meanwhile.
  const step = { taken_within: "30m", escalate_after: "30m" };
  const levels = { "1": { tell: ["desk"], ...step }, "2": { tell: ["analyst"], ...step }, "3": { tell: ["analyst"], taken_within: "30m" } };
  const track = { ...(shortPolicy().minor as object), levels };
  const config = rig.config({
    ...heardSwitch(rig),
    policies: { short: shortPolicy({ minor: track, major: track }) },
    ...people((who) => [{ mail: `${who}@example.org` }, { hook: who }]),
    channels: {
      mail: { mail: { host: rig.address(2), port: 2525, from: "vigie@example.org" } },
      hook: { webhook: { url: hook.url, secret: { env: "HOOK" }, allow_private: true } },
    },
  });
  const daemon = await rig.daemon(config);
  for (const port of ["gi1", "gi2", "gi3"]) linkDown(context, rig, rig.address(20), port);

  const incidents = await until("three incidents", async () => {
    const found = await daemon.incidents();
    return found.length === 3 && found;
  });
  await until(
    "the mails were tried and failed",
    () => daemon.logged("delivery failed; trying again").filter(({ channel }) => channel === "mail").length >= 3,
  );
  const server = await rig.mailServer(context);
  await until("all three mails", () => server.mails().length >= 3, 120_000);
  await until("all three web hooks, a second time", () => hook.seen.length >= 6, 120_000);

  const details = await until("every delivery is accepted", async () => {
    const all = await Promise.all(incidents.map(({ id }) => daemon.incident(id)));
    return all.every(({ deliveries }) => deliveries.length === 2 && deliveries.every(({ state }) => state === "accepted")) && all;
  });
  const mailKeys = details.flatMap(({ deliveries }) => deliveries.filter(({ channel }) => channel === "mail").map(({ key }) => key));
  expect(
    server
      .mails()
      .map((mail) => mail.messageId)
      .sort(),
  ).toEqual(mailKeys.map(messageId).sort());
  for (const { number } of incidents) expect(server.mails().filter((mail) => mail.subject.includes(number))).toHaveLength(1);

  const keys = hook.seen.map(({ headers }) => String(headers["idempotency-key"])).sort();
  const hookKeys = details.flatMap(({ deliveries }) => deliveries.filter(({ channel }) => channel === "hook").map(({ key }) => key));
  expect(keys).toEqual([...hookKeys, ...hookKeys].sort());
  for (const { headers, body } of hook.seen) {
    const expected = createHmac("sha256", "hook-secret").update(`${headers["vigie-timestamp"]}.${body}`).digest("hex");
    expect(headers["vigie-signature"]).toBe(`v1=${expected}`);
  }
  // Nobody is told more for having been told late.
  await expect.poll(() => daemon.metric("vigie_outbox_pending")).toBe(0);
  expect(await daemon.stop()).toBe(0);
}, 240_000);
