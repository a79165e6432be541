/**
 * A site that fails as a whole, through the real evaluator, escalator, dispatcher and store: when the first page goes, and how many.
 *
 * Looks come in fake time, as the scheduler makes them; what the roles really take for their work is added to the time of the page.
 */
import { isFailing } from "../../daemon/model/incident.ts";
import { MINUTE, SECOND } from "../../daemon/model/time.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";
import { type Figure, lower, type Report } from "./figure.ts";

/** How the site is reached. */
interface Way {
  readonly what: string;
  readonly devices: (count: number) => string;
  readonly yaml?: string;
  /** Sites of devices that are not at the failing one. */
  readonly elsewhere: readonly string[];
}

const here = (count: number) => Array.from({ length: count }, (_, n) => `unit-${n + 1}`).join(", ");
const others = ["core-1", "ups-91", "ups-92"];

const ways: readonly Way[] = [
  { what: "behind a router", devices: (count) => `core-1 > router-1 > ${here(count - 1)}; ups-91; ups-92`, elsewhere: others },
  {
    what: "behind a circuit that nobody can look at",
    devices: (count) => `core-1; ${here(count)}; ups-91; ups-92`,
    yaml: "links: { line: { name: line, ends: [hub, mgh] } }",
    elsewhere: others,
  },
  { what: "with nothing that says what they share", devices: (count) => `core-1; ${here(count)}; ups-91; ups-92`, elsewhere: others },
];

interface Outage {
  readonly pageAfterMs: number;
  readonly workMs: number;
  readonly incidents: number;
  readonly folded: number;
  readonly messages: number;
}

export async function benchOutages(devices: number): Promise<Report> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const way of ways) {
    const { pageAfterMs, workMs, incidents, folded, messages } = await fail(way, devices);
    const name = `rules: ${devices} devices at once ${way.what}`;
    figures.push(
      lower(`${name}: first page after the first failed look`, pageAfterMs / SECOND, "s", 15),
      lower(`${name}: incidents`, incidents, "incidents", 1),
      lower(`${name}: messages in the first two minutes`, messages, "messages", 3),
    );
    notes.push(
      `${way.what}: ${(workMs / SECOND).toFixed(1)} s of that page is the work of the roles, ${folded} incidents were folded, unheard.`,
    );
  }
  const how = `A site of ${devices} devices, each looked at every 30 s, stops answering from one moment to the next. Fake time, real roles and SQLite; the real time of all their work up to the page is in its figure. After two minutes and more level 2 is told, as the policy has it, if nobody took the incident.`;
  return { figures, notes: [how, notes.map((each) => `- ${each}`).join("\n")] };
}

async function fail({ devices, yaml, elsewhere }: Way, count: number): Promise<Outage> {
  const sites = Object.fromEntries(elsewhere.map((id) => [id, "hub"]));
  const net = await scenario({ devices: devices(count), sites, yaml: ["canary: core-1", yaml ?? ""].join("\n") });
  try {
    await net.advance(5 * MINUTE);
    const looked = firstFailedLook(net);
    for (const id of net.config.network.devices.keys()) if (!elsewhere.includes(id)) net.breaks(id);
    const began = performance.now();
    let workMs = 0;
    net.onSend = () => {
      if (workMs === 0) workMs = performance.now() - began;
    };
    await net.advance(2 * MINUTE);
    const [page] = net.sent;
    const all = await net.incidents();
    const pageAfterMs = page === undefined ? Number.NaN : page.at - looked() + workMs;
    const folded = all.filter(({ foldedInto }) => foldedInto !== undefined).length;
    const incidents = all.filter((each) => isFailing(each) && each.foldedInto === undefined).length;
    return { pageAfterMs, workMs, incidents, folded, messages: net.sent.length };
  } finally {
    await net.end();
  }
}

/** When the first look came that was not answered: of all alarms, the earliest bad look. */
function firstFailedLook(net: Scenario): () => number {
  return () => Math.min(...net.alarms().flatMap(({ firstBadAt }) => firstBadAt ?? []));
}
