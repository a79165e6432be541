/**
 * Registration on the other side: does its gatekeeper answer, does it list the device, does it list others?
 *
 * The gatekeeper is asked anew, by its own check; where it cannot be asked, what the others say of themselves is left.
 */
import { isRefused } from "../../rules/diagnosis-words.ts";
import { claimOf, registering } from "../../rules/lights-registered.ts";
import { listedReading, registeredWith } from "../../rules/registration.ts";
import type { BoardView } from "../board.ts";
import type { DiagnosisFact } from "../model/diagnosis.ts";
import type { Check, Device, Network } from "../model/network.ts";
import type { Finding } from "../model/observation.ts";
import type { DiagnosisCheck } from "../roles/diagnoser.ts";
import type { AskingDeps } from "./asking.ts";
import { factMaker } from "./subject.ts";

/** Gatekeepers asked for one device: where it does not say which is its own, so many. */
const mostGatekeepers = 2;

export function registrations(deps: AskingDeps, device: Device): readonly DiagnosisCheck[] {
  const tells = ["gatekeeper", "listed", "others-registered"];
  const network = deps.network();
  const own = registering.has(device.kind) ? gatekeepersOf(deps.board, network, device) : [];
  if (own.length === 0) {
    const fact = factMaker(deps.clock.now(), "known");
    return [{ id: "registration", tells, run: async () => ({ facts: tells.map((name) => fact(name, "none")) }) }];
  }
  return [{ id: "registration", tells, run: async (signal) => ({ facts: await ask(deps, device, own, signal) }) }];
}

/** The ones that it names; else all there are, the first by name. */
function gatekeepersOf(board: BoardView, network: Network, device: Device): readonly Device[] {
  const all = [...network.devices.values()].filter(({ kind, id }) => kind === "gatekeeper" && id !== device.id);
  const named = registeredWith(board.inventory(device.id)?.facts ?? [], all);
  return (named === undefined ? all : all.filter(({ id }) => named.includes(id))).slice(0, mostGatekeepers);
}

async function ask(deps: AskingDeps, device: Device, own: readonly Device[], signal: AbortSignal): Promise<readonly DiagnosisFact[]> {
  const found = await Promise.all(own.map(async (gatekeeper) => ({ gatekeeper, look: await lookAt(deps, gatekeeper, signal) })));
  const fact = factMaker(deps.clock.now(), "look");
  const states = found.map(({ gatekeeper, look }) => fact("gatekeeper", gatekeeperWord(look), { of: gatekeeper.id, detail: look?.code }));
  const lists = found.flatMap(({ gatekeeper, look }) => {
    const addresses = look === undefined ? undefined : addressesIn(look);
    return addresses === undefined ? [] : [{ gatekeeper, addresses }];
  });
  const of = { of: own[0]?.id };
  if (lists.length === 0) return [...states, fact("listed", "unknown", of), others(deps, device, undefined)];
  const listed = lists.find(({ addresses }) => addresses.has(device.address));
  return [
    ...states,
    fact("listed", listed === undefined ? "no" : "yes", { of: (listed ?? lists[0])?.gatekeeper.id }),
    others(deps, device, new Set(lists.flatMap(({ addresses }) => [...addresses]))),
  ];
}

/** By the check that tells the list: the command line, else SNMP. A login that was refused is not tried again. */
async function lookAt({ board, look, checkWithinMs }: AskingDeps, gatekeeper: Device, signal: AbortSignal): Promise<Finding | undefined> {
  const kinds = ["telnet", "ssh", "https", "snmp", "icmp"] as const;
  const check = kinds.flatMap((kind) => gatekeeper.checks.find((each) => each.kind === kind) ?? [])[0];
  if (check === undefined) return undefined;
  const last = board.get(gatekeeper.id)?.looks.get(check.id);
  if (last !== undefined && isRefused(last)) return undefined;
  return look(inTime(check, checkWithinMs()), signal);
}

function inTime(check: Check, withinMs: number): Check {
  return { ...check, timeoutMs: Math.min(check.timeoutMs, Math.max(500, withinMs - 500)) };
}

function gatekeeperWord(look: Finding | undefined): string {
  if (look === undefined || look.status === "unknown") return "unknown";
  return look.status === "up" ? "answers" : "silent";
}

/** A list counts only when it is whole. */
function addressesIn({ status, whole = [], readings }: Finding): ReadonlySet<string> | undefined {
  if (status !== "up" || !whole.includes(listedReading)) return undefined;
  return new Set(readings.flatMap(({ name, part }) => (name === listedReading && part !== undefined ? [part] : [])));
}

/** Others that register: as the list says; without one, as they say themselves. */
function others({ clock, board, network }: AskingDeps, device: Device, listed: ReadonlySet<string> | undefined): DiagnosisFact {
  const fact = factMaker(clock.now(), listed === undefined ? "known" : "look");
  const all = [...network().devices.values()].filter((each) => each.id !== device.id && registering.has(each.kind) && !each.commissioning);
  const known = all.flatMap((each) => {
    if (listed !== undefined) return [listed.has(each.address)];
    const claim = claimOf([...(board.get(each.id)?.looks.values() ?? [])]);
    return claim === undefined || claim === "not-used" ? [] : [claim === "registered"];
  });
  const having = known.filter(Boolean).length;
  const detail = `${having} of ${known.length}`;
  if (known.length === 0) return fact("others-registered", "unknown");
  return fact("others-registered", having === 0 ? "none" : having === known.length ? "all" : "some", { detail });
}
