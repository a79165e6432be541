/**
 * vigie.yaml → a checked, frozen Config, or every problem at once.
 *
 * Each part reads its own section; a part that finds a problem reports it and goes on, so that the next one's problems are seen too.
 */
import type { Config, ConfigProblem } from "../model/config.ts";
import { nobodyYet } from "../model/on-call.ts";
import { readCalendars } from "./calendars.ts";
import { checkPaths } from "./channel-paths.ts";
import { readChannels } from "./channels.ts";
import { given, type Loading } from "./context.ts";
import { readCredentials } from "./credentials.ts";
import { readDiagnosis } from "./diagnosis.ts";
import { readDiscovery } from "./discovery.ts";
import { deepFreeze } from "./freeze.ts";
import { type KnowledgeSources, readFamilies, readRules, shippedKnowledge } from "./knowledge.ts";
import { readNetwork } from "./network.ts";
import { readPartners } from "./partners.ts";
import { readContacts, readFunctions, readOnCall } from "./people.ts";
import { readAccess } from "./permissions.ts";
import { readPaging, readPolicies } from "./policies.ts";
import { Findings } from "./problems.ts";
import { SectionReader } from "./reading.ts";
import { readReports } from "./reports.ts";
import { SecretReader } from "./secrets.ts";
import { readSessions } from "./sessions.ts";
import * as settings from "./settings.ts";
import { readSeverity } from "./severity.ts";
import { readSource } from "./source.ts";
import { readTickets } from "./tickets.ts";

export interface LoadOptions {
  /** Where `{ env: NAME }` looks. Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Loopback only, pages without sign-in, a sink counts as reaching somebody. */
  readonly demo?: boolean;
  /** Families and rules. Default: the shipped ones. */
  readonly sources?: KnowledgeSources;
}

export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  /** `files`: absolute paths of what was read, or looked for, so that a watcher sees the repair. */
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly files: readonly string[] };

/** Loads and checks a configuration. Rejects only for a programmer's mistake, never for what stands in a file. */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<LoadResult> {
  const source = await readSource(file);
  const findings = new Findings((path) => source.locate(path));
  const loading: Loading = {
    source,
    findings,
    sections: new SectionReader(source, findings),
    secrets: new SecretReader(source, findings, options.env ?? process.env),
    demo: options.demo ?? false,
  };
  const config = await build(loading, options.sources ?? shippedKnowledge());
  // What could not be read as YAML is told once.
  const told = new Set(source.problems.map(({ path }) => path));
  const problems = [...source.problems, ...findings.problems.filter(({ path }) => path === "" || !told.has(path))];
  if (problems.length > 0 || config === undefined) return { ok: false, problems: inOrder(problems, source.files), files: source.files };
  return { ok: true, config: deepFreeze(config), warnings: inOrder([...source.warnings, ...findings.warnings], source.files) };
}

async function build(loading: Loading, sources: KnowledgeSources): Promise<Config | undefined> {
  const { instance, serviceHours } = settings.readInstance(loading);
  const calendars = readCalendars(loading);
  settings.checkInstance(loading, serviceHours, calendars);
  const credentials = await readCredentials(loading);
  const channels = await readChannels(loading);
  const contacts = readContacts(loading, channels, instance.language);
  const functions = readFunctions(loading, contacts);
  const { language, timezone } = instance;
  const partners = readPartners(loading, { contacts, functions, calendars, language, timezone });
  const people = { functions, contacts, channels };
  const { policies, policy } = readPolicies(loading, people);
  const { paging, pagedFunctions } = readPaging(loading, people, policies.get(policy));
  const families = await readFamilies(loading, sources);
  const about = { timezone: instance.timezone, serviceHours, contactIds: contacts.ids };
  const network = readNetwork(loading, { credentials, calendars, families, functions, partners, ...about });
  const tickets = readTickets(loading, { channels, partners, sites: loading.sections.ids(network.sites.keys()), language });
  const access = await readAccess(loading, functions, network);
  checkPaths(loading.findings, { network, channels: channels.entries, contacts: contacts.entries, functions: functions.entries });
  const rules = await readRules(loading, sources);
  const tables = { severity: await readSeverity(loading, sources), diagnosis: await readDiagnosis(loading, sources) };
  const storage = await settings.readStorage(loading, instance.stateDir);
  const http = settings.readHttp(loading, access.tokens.length);
  const rest = {
    traps: settings.readTraps(loading, credentials),
    ceilings: settings.readCeilings(loading),
    correlation: settings.readCorrelation(loading),
    storms: settings.readStorms(loading),
    discovery: readDiscovery(loading, credentials, loading.sections.ids(network.sites.keys())),
    sessions: await readSessions(loading, network),
    topology: settings.readTopology(loading),
    heartbeat: settings.readHeartbeat(loading),
    retention: settings.readRetention(loading),
    recurrence: settings.readRecurrence(loading),
    influx: await settings.readInflux(loading),
    audit: await settings.readAudit(loading),
    watch: settings.readWatch(loading),
  };
  if (storage === undefined) return undefined;
  return {
    files: [...loading.source.files],
    hash: loading.source.hash(),
    demo: loading.demo,
    instance,
    http,
    storage,
    credentials: credentials.entries,
    network,
    families,
    rules,
    ...tables,
    ...{ policies, policy },
    calendars: calendars.entries,
    contacts: contacts.entries,
    functions: functions.entries,
    onCall: nobodyYet,
    duty: readOnCall(loading, functions),
    reports: readReports(loading, functions),
    partners: partners.entries,
    channels: channels.entries,
    ...{ paging, pagedFunctions, ...access },
    ...given({ ...rest, tickets }),
  };
}

/** By file (in reading order), then by line. */
function inOrder(problems: readonly ConfigProblem[], files: readonly string[]): readonly ConfigProblem[] {
  const rank = (problem: ConfigProblem): number => {
    const at = files.findIndex((file) => file === problem.file || file.endsWith(`/${problem.file}`));
    return at < 0 ? files.length : at;
  };
  const ranked = problems.map((problem) => ({ problem, rank: rank(problem) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.problem.line ?? 0) - (b.problem.line ?? 0));
  return ranked.map(({ problem }) => problem);
}
