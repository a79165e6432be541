/**
 * The part of a configuration that `vigie backup` and `vigie restore` need: where the data is.
 *
 * Nothing else is checked: a mail password that is missing in an administrator's shell must not stand in the way of a restore.
 */
import type { Loading } from "../config/context.ts";
import { Findings, formatProblem } from "../config/problems.ts";
import { SectionReader } from "../config/reading.ts";
import { SecretReader } from "../config/secrets.ts";
import { readInstance, readStorage } from "../config/settings.ts";
import { readSource } from "../config/source.ts";
import type { Config } from "../model/config.ts";
import type { Io } from "./io.ts";

export interface StorageConfig {
  readonly storage: Config["storage"];
  readonly stateDir: string;
}

/** Undefined when it cannot be told; what is wrong has then been printed. */
export async function storageConfig(file: string, io: Io): Promise<StorageConfig | undefined> {
  const source = await readSource(file);
  const findings = new Findings((path) => source.locate(path));
  const loading: Loading = {
    source,
    findings,
    sections: new SectionReader(source, findings),
    secrets: new SecretReader(source, findings, process.env),
    demo: false,
  };
  const { stateDir } = readInstance(loading).instance;
  const storage = await readStorage(loading, stateDir);
  const problems = [...source.problems, ...findings.problems];
  for (const problem of problems) io.err(formatProblem(problem));
  return problems.length > 0 || storage === undefined ? undefined : { storage, stateDir };
}
