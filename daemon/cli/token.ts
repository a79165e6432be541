/**
 * `vigie token NAME FUNCTION`: makes a secret and prints what to write where. Nothing is stored; the secret is shown once.
 */
import { randomBytes } from "node:crypto";
import type { Io } from "./io.ts";

const usage = `Usage: vigie token NAME FUNCTION [--json]
Makes a token for the API. NAME is who uses it, FUNCTION the function they act for (it-technician).

  --json  print one JSON object: name, function, secret, variable, config
  --help  this text

Exit code: 0 made, 2 wrong use.`;

export async function token(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.out(usage);
    return 0;
  }
  const json = argv.includes("--json");
  const [name, forFunction, ...rest] = argv.filter((word) => word !== "--json");
  const wellNamed = (word: string | undefined) => word !== undefined && /^[a-z][a-z0-9-]{0,62}$/.test(word);
  if (name === undefined || forFunction === undefined || rest.length > 0 || !wellNamed(name) || !wellNamed(forFunction)) {
    io.err(`${usage}\nNAME and FUNCTION are lower-case letters, digits and hyphens, and begin with a letter.`);
    return 2;
  }
  const secret = `vigie_${randomBytes(32).toString("base64url")}`;
  const variable = `VIGIE_TOKEN_${name.toUpperCase().replaceAll("-", "_")}`;
  const line = `  ${name}: { function: ${forFunction}, secret: { env: ${variable} } }`;
  if (json) {
    io.out(`${JSON.stringify({ name, function: forFunction, secret, variable, config: line.trim() })}`);
    return 0;
  }
  io.out(`The token, shown only now:

  ${secret}

In vigie.yaml, under tokens:

${line}

In the daemon's environment (systemd: EnvironmentFile=, mode 0600; Docker: env_file):

  ${variable}=${secret}

Then reload. To use it: curl -H 'Authorization: Bearer <token>' http://127.0.0.1:8080/api/v1/incidents`);
  return 0;
}
