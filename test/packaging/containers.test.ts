/** The image and the compose file, as far as they can be held without an engine; the scripts that make secrets, run for real. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../daemon/config/load.ts";
import { projectRoot } from "../../probes/built.ts";
import { needs } from "../needs.ts";

const root = projectRoot();
const read = (file: string) => readFileSync(join(root, file), "utf8");

interface Service {
  readonly image: string;
  readonly ports?: readonly (string | { readonly target: number })[];
  readonly volumes?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: { readonly watch: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } } };
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vigie-packaging-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const compose = parse(read("docker-compose.yml"), { merge: true }) as Compose;
const services = Object.entries(compose.services);

describe("docker-compose.yml", () => {
  it("is understood by the distribution's docker-compose", (context) => {
    const program = needs("docker-compose", context);
    const done = spawnSync(program, ["-f", join(root, "docker-compose.yml"), "config"], {
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    });
    expect({ status: done.status, said: done.stderr }).toEqual({ status: 0, said: "" });
    expect(Object.keys((parse(done.stdout) as Compose).services).sort()).toEqual([
      "alertmanager",
      "grafana",
      "influxdb",
      "prometheus",
      "vigie",
    ]);
  });

  it("publishes every port on loopback unless the operator says otherwise", () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports.map(String));
    expect(ports.length).toBeGreaterThanOrEqual(6);
    expect(ports.filter((port) => !/^(127\.0\.0\.1|\$\{VIGIE_TRAP_ADDRESS:-127\.0\.0\.1\}):/.test(port))).toEqual([]);
  });

  it("pins every image to a version", () => {
    expect(services.map(([, { image }]) => image).filter((image) => !/:v?\d+\.\d+(\.\d+)?$/.test(image))).toEqual([]);
  });

  it("mounts only files that are there", () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.replace(/^\$\{\w+:-([^}]+)\}/, "$1")));
    const paths = mounts.filter((mount) => mount.startsWith("./")).map((mount) => mount.split(":")[0] ?? "");
    expect(paths.length).toBeGreaterThanOrEqual(7);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("puts Grafana's dashboards where their provisioning looks, and its sources at services", () => {
    const mounted = (compose.services.grafana?.volumes ?? []).map((volume) => volume.split(":"));
    const dashboards = mounted.find(([from]) => from === "./dashboards/grafana/dashboards")?.[1];
    const provisioning = (folder: string) =>
      readdirSync(join(root, "dashboards/grafana/provisioning", folder)).map((name) =>
        parse(read(`dashboards/grafana/provisioning/${folder}/${name}`)),
      );
    expect(
      provisioning("dashboards").flatMap(({ providers }) => providers.map((one: { options: { path: string } }) => one.options.path)),
    ).toEqual([dashboards]);
    const urls: URL[] = provisioning("datasources").flatMap(({ datasources }) =>
      datasources.map((one: { url: string }) => new URL(one.url)),
    );
    expect(urls.length).toBeGreaterThan(0);
    for (const { hostname, port } of urls) expect(String(compose.services[hostname]?.ports?.[0])).toMatch(new RegExp(`:${port}$`));
  });

  it("gives vigie two capabilities, and the others none they do not start with", () => {
    const vigie = compose.services.vigie!;
    expect(vigie.cap_drop).toEqual(["ALL"]);
    expect([...(vigie.cap_add ?? [])].sort()).toEqual(["NET_BIND_SERVICE", "NET_RAW"]);
    // It would turn the file capabilities of fping and node off.
    expect(vigie.security_opt ?? []).toEqual([]);
    for (const name of ["prometheus", "alertmanager", "grafana"]) {
      expect(compose.services[name]).toMatchObject({ cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
    }
  });

  it("holds no password", () => {
    const variables = services.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(variables.filter((name) => /PASSWORD|TOKEN|SECRET_KEY/.test(name))).toEqual([]);
    expect(read("docker-compose.yml")).not.toMatch(/admin\/admin|:\s*admin:admin/);
  });

  it("tells Prometheus names that are services, with the port each listens on", () => {
    for (const name of ["vigie", "alertmanager"]) {
      const targets = (parse(read(`deploy/docker/targets/${name}.yml`)) as { targets: string[] }[]).flatMap((group) => group.targets);
      for (const target of targets) {
        const [host = "", port = ""] = target.split(":");
        const published = (compose.services[host]?.ports ?? []).map((each) => String(each).replace(/\/tcp$/, ""));
        expect(published.some((each) => each.endsWith(`:${port}`))).toBe(true);
      }
    }
  });
});

function entrypoint(...args: string[]) {
  const vigie = join(folder, "vigie");
  writeFileSync(vigie, '#!/bin/sh\necho "started: $*"\n');
  chmodSync(vigie, 0o755);
  const env = { PATH: process.env.PATH, VIGIE_SECRETS_DIR: join(folder, "secrets"), VIGIE_BIN: vigie };
  return spawnSync("/bin/sh", [join(root, "deploy/docker/entrypoint.sh"), ...args], { encoding: "utf8", env });
}

describe("the first start", () => {
  it("makes each secret in a file only its owner reads, tells where, and shows none", () => {
    const done = entrypoint("run", "--config", "x.yaml");
    expect({ status: done.status, said: done.stdout }).toEqual({ status: 0, said: "started: run --config x.yaml\n" });
    const names = readdirSync(join(folder, "secrets"));
    expect(names).toEqual(expect.arrayContaining(["api-token", "snmp-auth", "snmp-priv", "codec-password", "influx-password"]));
    const values = names.map((name) => readFileSync(join(folder, "secrets", name), "utf8"));
    expect(new Set(values).size).toBe(names.length);
    for (const [index, name] of names.entries()) {
      expect(statSync(join(folder, "secrets", name)).mode & 0o777).toBe(0o600);
      expect(values[index]).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(done.stderr).toContain(join(folder, "secrets", name));
      expect(done.stderr).not.toContain(values[index]);
    }
  });

  it("leaves alone what is there, and then says nothing", () => {
    entrypoint("--help");
    writeFileSync(join(folder, "secrets", "snmp-auth"), "the devices' real key");
    const done = entrypoint("--help");
    expect(done.stderr).toBe("");
    expect(readFileSync(join(folder, "secrets", "snmp-auth"), "utf8")).toBe("the devices' real key");
  });

  it("is enough for the configuration that comes with it", async () => {
    entrypoint("--help");
    const file = join(folder, "vigie.yaml");
    const text = read("deploy/docker/config/vigie.yaml");
    writeFileSync(file, text.replaceAll("/var/lib/vigie-secrets", join(folder, "secrets")).replace("/var/lib/vigie,", `${folder},`));
    const loaded = await loadConfig(file, { env: {} });
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
    if (!loaded.ok) return;
    expect(loaded.config.http.allowedHosts).toContain("vigie");
    expect(loaded.config.http.metricsAllow).toContain(compose.networks.watch.ipam.config[0]?.subnet);
  });

  it("gives Grafana a password of its own, kept over restarts, never admin", () => {
    const run = join(folder, "run.sh");
    writeFileSync(run, '#!/bin/sh\ncat "$GF_SECURITY_ADMIN_PASSWORD__FILE"\n');
    chmodSync(run, 0o755);
    writeFileSync(join(folder, "influx-password"), "one");
    const env = { PATH: process.env.PATH, GF_PATHS_DATA: folder, GRAFANA_SECRETS_DIR: folder, GRAFANA_RUN: run };
    const start = () => spawnSync("/bin/sh", [join(root, "deploy/docker/grafana.sh")], { encoding: "utf8", env });
    const first = start();
    expect(first.stdout).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(first.stderr).not.toContain(first.stdout);
    expect(start().stdout).toBe(first.stdout);
    expect(statSync(join(folder, "admin-password")).mode & 0o777).toBe(0o600);
  });

  it("starts InfluxDB only with its passwords, and leaves Grafana a copy that it alone reads", () => {
    const share = join(folder, "share");
    mkdirSync(share);
    const uid = String(process.getuid?.() ?? 0);
    const env = {
      PATH: process.env.PATH,
      VIGIE_SECRETS_DIR: folder,
      GRAFANA_SECRETS_DIR: share,
      GRAFANA_UID: uid,
      INFLUXDB_RUN: "/bin/true",
    };
    const start = () => spawnSync("/bin/sh", [join(root, "deploy/docker/influxdb.sh")], { encoding: "utf8", env });
    expect(start()).toMatchObject({ status: 1, stderr: expect.stringContaining("influx-password is not there") });
    writeFileSync(join(folder, "influx-password"), "one");
    writeFileSync(join(folder, "influx-admin-password"), "two");
    expect(start()).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(share)).toEqual(["influx-password"]);
    expect(readFileSync(join(share, "influx-password"), "utf8")).toBe("one");
    expect(statSync(join(share, "influx-password")).mode & 0o777).toBe(0o600);
  });

  it("starts Grafana without InfluxDB, too, and says what is missing", () => {
    const env = {
      PATH: process.env.PATH,
      GF_PATHS_DATA: folder,
      GRAFANA_SECRETS_DIR: folder,
      GRAFANA_RUN: "/bin/true",
      GRAFANA_WAIT_S: "0",
    };
    const done = spawnSync("/bin/sh", [join(root, "deploy/docker/grafana.sh")], { encoding: "utf8", env });
    expect(done).toMatchObject({ status: 0, stderr: expect.stringContaining("influx-password is not there") });
  });
});

describe("Dockerfile", () => {
  const text = read("Dockerfile");

  it("copies only what is there and what .dockerignore lets through", () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) => (words ?? "").split(" ").slice(0, -1));
    expect(copied.length).toBeGreaterThan(12);
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const through = read(".dockerignore").split("\n");
    expect(copied.filter((path) => !through.some((line) => line === `!${path}` || path.startsWith(`${line.slice(1)}/`)))).toEqual([]);
  });

  it("runs as a user without rights, with one capability on each of two files", () => {
    expect(text.match(/setcap \S+/g)).toEqual(["setcap cap_net_raw=ep", "setcap cap_net_bind_service=ep"]);
    expect([...text.matchAll(/^USER (.+)$/gm)].map(([, user]) => user)).toEqual(["10001:10001"]);
    expect(text).not.toMatch(/^(ARG|ENV).*(PASSWORD|TOKEN|SECRET|KEY)/m);
  });

  it("asks the daemon itself whether it is well, on the port it listens on", () => {
    expect(text).toMatch(/HEALTHCHECK[\s\S]*127\.0\.0\.1:8080\/-\/healthy/);
    expect(read("deploy/docker/config/vigie.yaml")).toContain('listen: "0.0.0.0:8080"');
  });
});

describe("the systemd unit", () => {
  const unit = read("deploy/systemd/vigie.service");

  it("passes systemd-analyze verify", (context) => {
    const program = needs("systemd-analyze", context);
    const done = spawnSync(program, ["verify", join(root, "deploy/systemd/vigie.service")], { encoding: "utf8" });
    expect({ status: done.status, said: done.stderr }).toEqual({ status: 0, said: "" });
  });

  it("is sandboxed: systemd's own exposure figure is at most 2 of 10", (context) => {
    const program = needs("systemd-analyze", context);
    const told = execFileSync(program, ["security", "--offline=true", join(root, "deploy/systemd/vigie.service")], { encoding: "utf8" });
    expect(Number(/Overall exposure level for vigie\.service: ([\d.]+)/.exec(told)?.[1])).toBeLessThanOrEqual(2);
  });

  it("gives two capabilities, reloads by SIGHUP and stops by SIGTERM", () => {
    expect(unit).toContain("AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE\n");
    expect(unit).toContain("CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE\n");
    expect(unit).toContain("ExecReload=/bin/kill -HUP $MAINPID");
    expect(unit).toContain("KillSignal=SIGTERM");
    expect(unit).toContain("User=vigie");
  });
});
