/**
 * `vigie token`: a new secret each time, shown once, with the lines to write.
 */
import { describe, expect, it } from "vitest";
import { token } from "../../daemon/cli/token.ts";

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await token(argv, {
    out: (line) => {
      out += `${line}\n`;
    },
    err: (line) => {
      err += `${line}\n`;
    },
  });
  return { code, out, err };
}

describe("vigie token", () => {
  it("prints a secret of 256 bits, never the same, and refers to it by reference only in the config line", async () => {
    const first = JSON.parse((await run("ops-1", "it-technician", "--json")).out) as { secret: string; config: string; variable: string };
    const second = JSON.parse((await run("ops-1", "it-technician", "--json")).out) as { secret: string };
    expect(first.secret).not.toBe(second.secret);
    expect(Buffer.from(first.secret.slice("vigie_".length), "base64url")).toHaveLength(32);
    expect(first.config).toBe("ops-1: { function: it-technician, secret: { env: VIGIE_TOKEN_OPS_1 } }");
    expect(first.config).not.toContain(first.secret);
  });

  it("says where each line goes", async () => {
    const { code, out } = await run("ops", "desk");
    expect([code, out.includes("under tokens:"), out.includes("VIGIE_TOKEN_OPS=vigie_")]).toEqual([0, true, true]);
  });

  it.each([[[]], [["ops"]], [["ops", "desk", "more"]], [["Ops", "desk"]], [["ops", "x}"]]])("exits 2 on %j", async (argv) => {
    expect((await run(...argv)).code).toBe(2);
  });
});
