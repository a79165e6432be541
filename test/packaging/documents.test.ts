/** The documents: what they say can be done, can be done. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../../daemon/cli/check-config.ts";
import { projectRoot } from "../../probes/built.ts";
import { loadFamilies, shippedFamilies } from "../../probes/families.ts";

const root = projectRoot();
const read = (file: string) => readFileSync(join(root, file), "utf8");
const about = JSON.parse(read("package.json")) as {
  readonly version: string;
  readonly scripts: Record<string, string>;
  readonly bin: Record<string, string>;
};
const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const readme = read("README.md");
const secrets = { VIGIE_SNMP_AUTH: "not-a-secret-1", VIGIE_SNMP_PRIV: "not-a-secret-2", VIGIE_CODEC: "not-a-secret-3" };

/** As GitHub makes the anchor of a heading. */
const anchor = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

describe("README", () => {
  it("names only commands that package.json has", () => {
    const named = [...readme.matchAll(/\bnpm (?:run )?([a-z-]+)/g)].map(([, name]) => name ?? "");
    expect(named).toEqual(expect.arrayContaining(["start", "test", "build"]));
    expect(named.filter((name) => about.scripts[name] === undefined && name !== "ci")).toEqual([]);
  });

  it("counts the sites and devices of the demo network as they are", () => {
    const sites = readdirSync(join(root, "demo/sites")).map((file) => parse(read(`demo/sites/${file}`)) as { devices?: object });
    const devices = sites.reduce((sum, site) => sum + Object.keys(site.devices ?? {}).length, 0);
    expect(sites).toHaveLength(7);
    expect(readme).toContain(`seven sites and ${devices} devices`);
  });

  it("shows a vigie.yaml of at most 20 lines, and it is docs/examples/one-site.yaml", () => {
    const block = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(block).toBe(read("docs/examples/one-site.yaml"));
    expect(block?.trimEnd().split("\n").length).toBeLessThanOrEqual(20);
  });

  it("shows a vigie.yaml that check-config finds good, without a warning", async () => {
    const said: string[] = [];
    const io = { out: (line: string) => void said.push(line), err: (line: string) => void said.push(line) };
    const code = await checkConfig([join(root, "docs/examples/one-site.yaml")], io, { env: secrets });
    expect({ code, said }).toEqual({ code: 0, said: [expect.stringMatching(/is good: 1 sites, 1 rooms, 4 devices/)] });
  });
});

describe("every document", () => {
  it("names only npm scripts that package.json has", () => {
    const named = documents.flatMap((file) => [...read(file).matchAll(/\bnpm run ([a-z:-]+)/g)].map(([, name]) => name ?? ""));
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => about.scripts[name] === undefined)).toEqual([]);
  });

  it("links only to files and headings that exist", () => {
    const broken = documents.flatMap((file) => {
      const text = read(file).replaceAll(/```[\s\S]*?```/g, "");
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "").filter((target) => !/^[a-z]+:/.test(target));
      return links.filter((link) => {
        const [path = "", fragment] = link.split("#");
        const target = path === "" ? file : join(dirname(file), path);
        if (!existsSync(join(root, target))) return true;
        if (fragment === undefined) return false;
        const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading ?? ""));
        return !headings.includes(fragment);
      });
    });
    expect(documents.length).toBeGreaterThan(8);
    expect(broken).toEqual([]);
  });

  it("names only commands that vigie has; and each of them is told of under docs/", () => {
    const help = execFileSync(process.execPath, [join(root, "bin/vigie"), "--help"], { encoding: "utf8" });
    const known = [...help.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name]) => name ?? "");
    expect(known).toEqual(expect.arrayContaining(["run", "check-config"]));
    const unknown = documents.flatMap((file) =>
      [...read(file).matchAll(/(?:^|[`/] ?|sudo -u vigie |\$ )vigie ([a-z][a-z-]+)/gm)]
        .map(([, name]) => name ?? "")
        .filter((name) => !known.includes(name))
        .map((name) => `${file}: vigie ${name}`),
    );
    expect(unknown).toEqual([]);
    const told = documents.filter((file) => file.startsWith("docs/")).map(read);
    expect(known.filter((name) => !told.some((text) => text.includes(`vigie ${name}`)))).toEqual([]);
  });

  it("shows no path of the machine it was written on", () => {
    expect(documents.filter((file) => /\/(root|home\/[a-z]+|work|tmp)\//.test(read(file)))).toEqual([]);
  });
});

describe("least privilege", () => {
  it("lists, for each family, the subtrees that hold every object it is asked for", () => {
    const table = [...read("docs/least-privilege.md").matchAll(/^\| (.+?) \| (?:also )?(`1\.3\..+?) \|$/gm)].map(
      ([, names = "", trees = ""]) => ({
        covers: (id: string) =>
          names === "every SNMP family" || (names === "all but the UPSs" && !id.startsWith("ups-")) || names.includes(`\`${id}\``),
        trees: [...trees.matchAll(/`([\d.]+)`/g)].map(([, tree]) => tree ?? ""),
      }),
    );
    const { families } = loadFamilies([shippedFamilies()]);
    const hidden = [...families.values()].flatMap(({ id, snmp }) => {
      const view = table.filter(({ covers }) => covers(id)).flatMap(({ trees }) => trees);
      const asked = [...snmp.scalars, ...snmp.columns].map(({ oid }) => oid);
      return asked.filter((oid) => !view.some((tree) => oid.startsWith(`${tree}.`))).map((oid) => `${id}: ${oid}`);
    });
    expect(families.size).toBeGreaterThanOrEqual(14);
    expect(hidden).toEqual([]);
  });

  it("names every family, and every question that a command line gets", () => {
    const text = read("docs/least-privilege.md").replaceAll(/\s+/g, " ");
    const { families } = loadFamilies([shippedFamilies()]);
    const asked = [...families.values()].flatMap(({ shell }) =>
      shell === undefined || !["poly", "lifesize", "gnugk"].includes(shell.dialect)
        ? []
        : [...shell.asks, ...(shell.inCall?.asks ?? [])].map(({ command }) => command),
    );
    expect(asked.length).toBeGreaterThan(15);
    expect([...families.keys(), ...asked].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("the version", () => {
  it("has its part of the changelog, and is the one of the image and the install notes", () => {
    expect(read("CHANGELOG.md")).toContain(`## ${about.version}`);
    expect(read("docker-compose.yml")).toContain(`image: vigie:${about.version}`);
    expect(read("INSTALL.txt")).toContain(`vigie-${about.version}-linux-x64.tar.gz`);
  });
});

describe("the command", () => {
  // Without #! a shell reads the JavaScript: /** runs whatever that expands to, and `vigie …` in a comment runs itself.
  it("that package.json installs begins with #!, and a system can run it", () => {
    const file = about.bin.vigie ?? "";
    expect(read(file).split("\n")[0]).toMatch(/^#!\/(usr\/)?bin\/\S/);
    expect(execFileSync(join(root, "bin/vigie"), ["--help"], { encoding: "utf8" })).toContain("vigie <command>");
  });

  it("starts Node with 16 threads for the database, or as many as were asked for", () => {
    const folder = mkdtempSync(join(tmpdir(), "vigie-bin-"));
    try {
      writeFileSync(join(folder, "node"), '#!/bin/sh\necho "$UV_THREADPOOL_SIZE $2"\n', { mode: 0o755 });
      const start = (more: NodeJS.ProcessEnv) =>
        execFileSync(join(root, "bin/vigie"), ["--help"], { encoding: "utf8", env: { PATH: folder, ...more } });
      expect(start({})).toBe("16 --help\n");
      expect(start({ UV_THREADPOOL_SIZE: "32" })).toBe("32 --help\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
