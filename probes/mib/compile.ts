/**
 * Modules into names: each definition's object identifier, found through what its module imports.
 *
 * Pure. All problems at once, each with file and line.
 */
import type { Definition, Module } from "./parse.ts";
import type { MibProblem } from "./tokens.ts";

export interface ModuleNames {
  readonly module: string;
  /** Notification's OID in v2 form → its name. */
  readonly notifications: Readonly<Record<string, string>>;
  /** Object's OID, without an instance → its name. */
  readonly objects: Readonly<Record<string, string>>;
}

/** What the structure of management information itself defines (RFC 2578 section 2, RFC 1155 section 3.1), and SNMP's own roots. */
const ROOTS: Readonly<Record<string, string>> = {
  ccitt: "0",
  iso: "1",
  "joint-iso-ccitt": "2",
  zeroDotZero: "0.0",
  org: "1.3",
  dod: "1.3.6",
  internet: "1.3.6.1",
  directory: "1.3.6.1.1",
  mgmt: "1.3.6.1.2",
  "mib-2": "1.3.6.1.2.1",
  system: "1.3.6.1.2.1.1",
  interfaces: "1.3.6.1.2.1.2",
  transmission: "1.3.6.1.2.1.10",
  snmp: "1.3.6.1.2.1.11",
  experimental: "1.3.6.1.3",
  private: "1.3.6.1.4",
  enterprises: "1.3.6.1.4.1",
  security: "1.3.6.1.5",
  snmpV2: "1.3.6.1.6",
  snmpDomains: "1.3.6.1.6.1",
  snmpProxys: "1.3.6.1.6.2",
  snmpModules: "1.3.6.1.6.3",
  snmpTraps: "1.3.6.1.6.3.1.1.5",
};

export interface Compiled {
  readonly names: readonly ModuleNames[];
  readonly problems: readonly MibProblem[];
}

/** `wanted` become names; `beside` are only looked into for what these import. */
export function compileMibs(wanted: readonly Module[], beside: readonly Module[] = []): Compiled {
  const tree = new Tree([...beside, ...wanted]);
  const problems: MibProblem[] = [];
  const names = wanted.map((module) => {
    const notifications: Record<string, string> = {};
    const objects: Record<string, string> = {};
    for (const definition of module.definitions) {
      const found = tree.oidOf(module, definition);
      if ("problem" in found) problems.push({ file: module.file, line: definition.line, message: found.problem });
      else (definition.isNotification ? notifications : objects)[found.oid] = definition.name;
    }
    return { module: module.name, notifications, objects };
  });
  return { names, problems };
}

/** Modules that these import names of places from and that are not among them. */
export function missingModules(modules: readonly Module[]): readonly string[] {
  const there = new Set(modules.map(({ name }) => name));
  const wanted = modules.flatMap((module) =>
    module.definitions.flatMap(({ under }) => (under === undefined ? [] : (module.imports.get(under) ?? []))),
  );
  return [...new Set(wanted)].filter((name) => !there.has(name)).sort();
}

type Found = { readonly oid: string } | { readonly problem: string };

class Tree {
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #byName: ReadonlyMap<Module, ReadonlyMap<string, Definition>>;
  readonly #known = new Map<Definition, Found>();
  /** On the way to an answer: who meets one again hangs on itself. */
  readonly #asking = new Set<Definition>();

  constructor(modules: readonly Module[]) {
    this.#modules = new Map(modules.map((module) => [module.name, module]));
    this.#byName = new Map(modules.map((module) => [module, new Map(module.definitions.map((each) => [each.name, each]))]));
  }

  oidOf(module: Module, definition: Definition): Found {
    const known = this.#known.get(definition);
    if (known !== undefined) return known;
    if (this.#asking.has(definition)) return { problem: `"${definition.name}" hangs on itself` };
    this.#asking.add(definition);
    const found = this.#find(module, definition);
    this.#asking.delete(definition);
    this.#known.set(definition, found);
    return found;
  }

  #find(module: Module, { name, under, numbers }: Definition): Found {
    if (under === undefined) return { oid: numbers.join(".") };
    const above = this.#place(module, under);
    if ("problem" in above) return { problem: `"${name}" hangs on "${under}", ${above.problem}` };
    return { oid: [above.oid, ...numbers].join(".") };
  }

  #place(module: Module, under: string): Found {
    const own = this.#byName.get(module)?.get(under);
    if (own !== undefined) {
      const found = this.oidOf(module, own);
      return "oid" in found ? found : { problem: `which has no place itself (line ${own.line})` };
    }
    const from = module.imports.get(under);
    const other = from === undefined ? undefined : this.#modules.get(from);
    const there = other === undefined ? undefined : this.#byName.get(other)?.get(under);
    if (other !== undefined && there !== undefined) return this.oidOf(other, there);
    if (Object.hasOwn(ROOTS, under)) return { oid: ROOTS[under] ?? "" };
    if (from === undefined) return { problem: "which nobody defines or imports" };
    if (other !== undefined) return { problem: `which ${from} (${other.file}) does not define` };
    return { problem: `which it imports from ${from}; give the file of ${from} too, or its folder with --dir` };
  }
}
