/** What the metrics say of requests, through the real desk and store in fake time. */
import { expect, it } from "vitest";
import { intakeStats, mirrorRequests } from "../../daemon/intake/counting.ts";
import { IntakeDesk } from "../../daemon/intake/desk.ts";
import { createMetrics } from "../../daemon/metrics.ts";
import { MINUTE } from "../../daemon/model/time.ts";
import { scenario } from "../scenarios/scenario.ts";

it("counts what is taken in, what comes again, how long it took, and what is open, in bounded labels", async () => {
  const net = await scenario({ together: true, devices: "codec-1; ups-1" });
  try {
    const metrics = createMetrics({ version: "0" });
    const intake = new IntakeDesk({
      ...{ store: net.store, clock: net.clock, config: () => net.config, bookings: net.bookings, joining: net.joining, actions: net.desk },
      ...{ poke() {}, changed() {}, kick() {}, stats: intakeStats(metrics) },
    });
    const told = { room: "a101", symptom: "no-sound", key: "the-same-form", source: "form" } as const;
    const first = await intake.take(told, "marie");
    expect(await intake.take(told, "marie")).toMatchObject({ ok: true, again: true });
    expect(await intake.take({ ...told, symptom: "echo" }, "marie")).toMatchObject({ ok: false, status: 409 });
    await intake.take({ room: "a101", symptom: "nothing-known" }, "marie");
    await intake.take({ room: "a101", symptom: "unreachable" }, "marie");
    await net.advance(20 * MINUTE);
    await mirrorRequests(metrics, net.store);
    const text = await metrics.text();
    expect(text).toContain('vigie_requests_total{way="form"} 1\n');
    expect(text).toContain('vigie_requests_total{way="phone"} 1\n');
    expect(text).toContain('vigie_requests_repeated_total{way="form"} 1\n');
    expect(text).toContain('vigie_requests_open{way="form",symptom="no-sound"} 1\n');
    // Any device's symptom would be a series more.
    expect(text).toContain('vigie_requests_open{way="phone",symptom="other"} 1\n');
    expect(text).not.toContain('symptom="unreachable"');
    await intake.outcome(first.ok ? first.request.id : "", { how: "agreed", by: "marie" });
    await mirrorRequests(metrics, net.store);
    const after = await metrics.text();
    expect(after).toContain('vigie_request_seconds_sum{how="agreed"} 1200\n');
    expect(after).not.toContain('symptom="no-sound"');
  } finally {
    await net.end();
  }
});

it("a button that is pressed is one request taken in, also when it is pressed again", async () => {
  const net = await scenario({ together: true, devices: "codec-1" });
  try {
    for (let times = 0; times < 2; times += 1) {
      await net.hears("codec-1", { symptom: "user-assistance", effect: "event" });
      await net.advance(MINUTE);
    }
    expect(net.pressed).toBe(1);
  } finally {
    await net.end();
  }
});
