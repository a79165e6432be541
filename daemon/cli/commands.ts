/** The commands of the command line, each a file of its own, and the program's answer to a line of words. */
import type { Io } from "./io.ts";

type Command = (argv: string[], io: Io) => Promise<number>;

/** Loaded when called: `vigie token` needs no database driver. */
const commands: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Command> }>> = {
  run: { about: "watch the network of vigie.yaml (or --demo)", load: async () => (await import("./run.ts")).run },
  "check-config": {
    about: "check a configuration; --flows, --diff",
    load: async () => (await import("./check-config.ts")).checkConfig,
  },
  probe: {
    about: "look once at a device or an address, and print everything seen",
    load: async () => (await import("./probe.ts")).probe,
  },
  discover: {
    about: "look what answers in the listed networks, and propose it as devices to review",
    load: async () => (await import("./discover.ts")).discoverCommand,
  },
  import: {
    about: "import devices x.csv: CSV into YAML",
    load: async () => importing((await import("./import-devices.ts")).importDevices),
  },
  mib: { about: "import FILE…: names of traps and their values out of MIB files", load: async () => (await import("./mib.ts")).mib },
  record: {
    about: "record a device without names and addresses, to contribute it or to show a fault",
    load: async () => (await import("./record.ts")).record,
  },
  commissioning: {
    about: "list what is new and waits for its room's acceptance sheet",
    load: async () => (await import("./commissioning.ts")).commissioning,
  },
  topology: {
    about: "what is reached through what, and what was learned of it; --json",
    load: async () => (await import("./topology.ts")).topology,
  },
  maintenance: {
    about: "list, add, change, end, cancel: planned work and silences",
    load: async () => (await import("./maintenance.ts")).maintenance,
  },
  "on-call": {
    about: "who is on call now, or --at a time; override, cancel: somebody else for a time",
    load: async () => (await import("./on-call.ts")).onCall,
  },
  request: {
    about: "somebody calls: new, list, show, attach, outcome, news; asks the running daemon",
    load: async () => (await import("./request.ts")).request,
  },
  "room-link": {
    about: "a coordinator's personal link to the rooms of their sites; list, revoke",
    load: async () => (await import("./room-link.ts")).roomLink,
  },
  privacy: {
    about: "export, erase: what is kept about a person",
    load: async () => (await import("./privacy.ts")).privacy,
  },
  inventory: {
    about: "what every device is: model, serial, firmware, warranty; --json, --csv",
    load: async () => (await import("./inventory.ts")).inventory,
  },
  rules: {
    about: "test: run the test cases of the rules; list, show; proposals: what would have avoided false alarms",
    load: async () => (await import("./rules.ts")).rules,
  },
  replay: {
    about: "run what was looked at through the rules again; what would be new, gone, or otherwise",
    load: async () => (await import("./replay.ts")).replay,
  },
  audit: {
    about: "verify: are the timelines and the audit log as they were written?",
    load: async () => (await import("./audit.ts")).audit,
  },
  backup: { about: "copy the database while the daemon runs", load: async () => (await import("./backup.ts")).backup },
  restore: { about: "put a backup back, and say what is lost since", load: async () => (await import("./restore.ts")).restore },
  sessions: {
    about: "list the booked sessions; import x.csv: a spreadsheet of them",
    load: async () => (await import("./sessions.ts")).sessions,
  },
  incident: {
    about: "show, take, note, action, attach, hand-over, resolve, close: one incident",
    load: async () => (await import("./incident.ts")).incident,
  },
  diagnosis: {
    about: "test: run the test cases of the table of diagnoses; list; try: what it says of facts",
    load: async () => (await import("./diagnosis.ts")).diagnosis,
  },
  problems: {
    about: "list what keeps coming back and is to be cured; close one",
    load: async () => (await import("./problems.ts")).problems,
  },
  weaknesses: {
    about: "list the devices that are looked at by weak means (telnet, SNMP v1 and v2c, …)",
    load: async () => (await import("./weaknesses.ts")).weaknesses,
  },
  notify: {
    about: "test CONTACT: send a test message over each channel of a contact; --json",
    load: async () => (await import("./notify.ts")).notify,
  },
  token: { about: "make a token for the API", load: async () => (await import("./token.ts")).token },
};

/** `vigie import devices …`: devices are all there is to import yet. */
function importing(devices: Command): Command {
  return async ([what, ...rest], io) => {
    if (what === "devices" || what === "--help" || what === "-h") return devices(what === "devices" ? rest : ["--help"], io);
    io.err(`vigie import: write "vigie import devices x.csv"${what === undefined ? "" : `; "${what}" cannot be imported`}`);
    return 2;
  };
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return ["vigie <command> [options]", "", ...lines, "", "vigie <command> --help tells the options of one."].join("\n");
}

/** Exit code: 0, 1 (the answer is no), 2 (wrong use). */
export async function answer(argv: string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.out(usage());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    io.err(`vigie: there is no command "${name}"\n\n${usage()}`);
    return 2;
  }
  try {
    return await (await command.load())(rest, io);
  } catch (error) {
    // The world's refusals have a sentence for the operator; anything else is ours, and shows where.
    if (!(error instanceof Error)) throw error;
    const known = ["StateHeld", "SchemaRefused", "StoreUnavailable"].includes(error.name) || "code" in error;
    io.err(known ? `vigie ${name}: ${error.message}` : `vigie ${name}: ${error.stack ?? error.message}`);
    return 1;
  }
}
