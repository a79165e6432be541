/**
 * The real servers that the tests talk to, from the distribution's packages.
 *
 * Installed only as root on Debian or Ubuntu, and said first; their system services are neither enabled nor started.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Program → package: every program that a test needs, which a test checks. */
export const wanted = {
  snmpd: "snmpd",
  snmptrapd: "snmptrapd",
  snmptrap: "snmp",
  snmpset: "snmp",
  fping: "fping",
  ping: "iputils-ping",
  sshd: "openssh-server",
  ssh: "openssh-client",
  prometheus: "prometheus",
  promtool: "prometheus",
  amtool: "prometheus-alertmanager",
  influxd: "influxdb",
  initdb: "postgresql",
  snmpsimd: "snmpsim",
  chromium: "chromium",
  "docker-compose": "docker-compose",
  rsyslogd: "rsyslog",
  ip: "iproute2",
  "systemd-analyze": "systemd",
  aiosmtpd: "python3-aiosmtpd",
  telnetd: "telnetd",
  telnet: "telnet",
  sqlite3: "sqlite3",
  pdftotext: "poppler-utils",
};
const places = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"];

function found(program) {
  if (program === "initdb") return [13, 14, 15, 16, 17, 18].some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/initdb`));
  if (program === "aiosmtpd") return existsSync("/usr/lib/python3/dist-packages/aiosmtpd");
  return [...(process.env.PATH ?? "").split(delimiter), ...places].some((folder) => existsSync(join(folder, program)));
}

function isDebian() {
  if (!existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** Installs what is missing when it may; otherwise names it, with the one command. */
export function ensureServers() {
  const missing = Object.keys(wanted).filter((program) => !found(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => wanted[program]))];
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !isDebian()) {
    console.log(
      `vigie: not installed here: ${missing.join(", ")}. Tests that need them are skipped, and say so. To run them all:\n  sudo ${command}`,
    );
    return;
  }
  console.log(`vigie: installing test servers from the distribution's packages (no service is enabled or started):\n  ${command}`);
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) {
    writeFileSync(policy, "#!/bin/sh\nexit 101\n");
    chmodSync(policy, 0o755);
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-q"], { stdio: "ignore", env });
    const done = spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    });
    if (done.status !== 0) console.log("vigie: that did not work; the tests that need them are skipped, and say so");
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}
