/** The house: who may import whom, how long a file may be, and which words are no names. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const folders = ["daemon", "probes", "rules", "dashboards"];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

interface Import {
  readonly from: string;
  readonly to: string;
  /** A package or a node: module rather than a file of ours. */
  readonly outside: boolean;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\("([^"]+)"\)/gm);
  return [...found].map(([, type, fixed, dynamic]) => {
    const target = fixed ?? dynamic ?? "";
    const outside = !target.startsWith(".");
    return {
      from: file,
      to: outside ? target : relative(root, resolve(root, dirname(file), target)),
      outside,
      typeOnly: type !== undefined,
    };
  });
}

const all = folders.flatMap(sources);
const imports = all.flatMap(importsOf);
const inFolder = (path: string, ...folder: string[]) => folder.some((each) => path === each || path.startsWith(`${each}/`));
const breaches = (broken: (each: Import) => boolean) => imports.filter(broken).map(({ from, to }) => `${from} imports ${to}`);

/** The composition root and its parts, the only files that name concrete adapters. */
const composers = [
  "daemon/app.ts",
  "daemon/looking.ts",
  "daemon/hearing.ts",
  "daemon/serving.ts",
  "daemon/proceeding.ts",
  "daemon/telling.ts",
  "daemon/cli",
  "daemon/main.ts",
];

describe("who may import whom", () => {
  it("finds the imports at all", () => {
    expect(all.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
  });

  it("daemon/model imports nothing but itself", () => {
    expect(breaches(({ from, to }) => inFolder(from, "daemon/model") && !inFolder(to, "daemon/model"))).toEqual([]);
  });

  it("rules import only the model and themselves, and of the outside only what is pure", () => {
    const pure = ["luxon", "yaml", "zod"];
    expect(
      breaches(
        ({ from, to, outside }) => inFolder(from, "rules") && (outside ? !pure.includes(to) : !inFolder(to, "rules", "daemon/model")),
      ),
    ).toEqual([]);
  });

  it("probes import only the model and themselves", () => {
    expect(breaches(({ from, to, outside }) => inFolder(from, "probes") && !outside && !inFolder(to, "probes", "daemon/model"))).toEqual(
      [],
    );
  });

  it("roles import ports, never the store, the bus or a channel", () => {
    expect(
      breaches(
        ({ from, to }) => inFolder(from, "daemon/roles") && inFolder(to, "daemon/store", "daemon/bus", "daemon/notify", "daemon/api"),
      ),
    ).toEqual([]);
  });

  it("only the composition root and the commands name concrete adapters", () => {
    const adapters = ["daemon/store", "daemon/bus", "daemon/notify", "daemon/export/influx.ts"];
    expect(
      breaches(
        ({ from, to, typeOnly }) => !typeOnly && inFolder(to, ...adapters) && !inFolder(from, ...adapters) && !inFolder(from, ...composers),
      ),
    ).toEqual([]);
  });

  it("the pages talk through the API's types only", () => {
    const allowed = ["daemon/api/contract.ts", "daemon/text", "daemon/model", "dashboards"];
    expect(breaches(({ from, to, outside }) => inFolder(from, "dashboards/web") && !outside && !inFolder(to, ...allowed))).toEqual([]);
  });
});

describe("purity", () => {
  it("rules and the model ask no clock, timer, random number or process", () => {
    const impure =
      /Date\.now\(\)|new Date\(\)|setTimeout|setInterval|setImmediate|Math\.random|process\.|\basync\b|\bawait\b|DateTime\.(now|local|utc)\(\)/;
    const found = all
      .filter((file) => inFolder(file, "rules", "daemon/model"))
      .filter((file) => impure.test(readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")));
    expect(found).toEqual([]);
  });

  it("roles ask their clock, not the system's", () => {
    const found = all
      .filter((file) => inFolder(file, "daemon/roles"))
      .filter((file) => /Date\.now\(\)|new Date\(\)|performance\.now|setTimeout|setInterval/.test(readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });
});

describe("size and names", () => {
  it("no source file is longer than 400 lines", () => {
    const long = all.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 401);
    expect(long).toEqual([]);
  });

  it("no file or folder is called utils, helpers, common, core, manager or service", () => {
    expect(all.filter((file) => /(^|\/|-)(utils?|helpers?|common|core|managers?|services?)(\.|\/|-)/.test(file))).toEqual([]);
  });

  it("every file says in a comment at its head what it is", () => {
    expect(all.filter((file) => !readFileSync(join(root, file), "utf8").startsWith("/**"))).toEqual([]);
  });
});

describe("tests", () => {
  it("are skipped by what is missing here and by nothing else: under CI a skip is a failure", () => {
    const written = /\b(?:it|test|describe)(?:\.each\([^)]*\))?\.(?:skip|skipIf|runIf|todo|only)\b/;
    const files = sources("test");
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => written.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
  });
});
