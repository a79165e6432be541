/**
 * Which model, with which software: what a recording is of, told by the device itself.
 *
 * Pure.
 */
import type { Family } from "../../daemon/model/family.ts";
import { readValues } from "../shell/values.ts";
import { isAbsent, textOf } from "../snmp/value.ts";
import { asksOf } from "./answers.ts";
import type { Heard } from "./recording.ts";

export interface Identity {
  readonly model?: string;
  readonly firmware?: string;
}

/** As its family reads them; over SNMP first. What it does not tell is not there. */
export function identityOf({ family, walk, answers, web }: Pick<Heard, "family" | "walk" | "answers" | "web">): Identity {
  const told = [...overSnmp(family, walk ?? []), ...overShell(family, [...(answers ?? []), ...(web ?? [])])];
  const of = (name: string) => told.find((one) => one.name === name && one.value !== "")?.value;
  const [model, firmware] = [of("model"), of("software_version")];
  return { ...(model === undefined ? {} : { model }), ...(firmware === undefined ? {} : { firmware }) };
}

interface Told {
  readonly name: string;
  readonly value: string;
}

function overSnmp({ snmp }: Family, walk: NonNullable<Heard["walk"]>): readonly Told[] {
  return snmp.scalars.flatMap(({ oid, name }) => {
    const found = walk.find((varbind) => varbind.oid === oid && !isAbsent(varbind));
    return found === undefined ? [] : [{ name, value: textOf(found) ?? "" }];
  });
}

function overShell(family: Family, answers: NonNullable<Heard["answers"]>): readonly Told[] {
  const asks = [...asksOf(family), ...(family.https?.asks ?? [])];
  const asked = answers.flatMap(({ command, answer }) => {
    const ask = asks.find((one) => one.command === command);
    return ask === undefined ? [] : [{ ask, answer }];
  });
  return readValues(asked, { counters: undefined, atMs: 0, inventory: new Set() }).readings.filter(({ part }) => part === undefined);
}
