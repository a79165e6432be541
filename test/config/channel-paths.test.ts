/** Over what a channel leaves, and who could not be told of it. */
import { describe, expect, it } from "vitest";
import { channelPaths, pathTable } from "../../daemon/config/channel-paths.ts";
import { load } from "./files.ts";

/** mgh is home; the far site hangs on line-1, the near one on either of two routers. */
const network = `sites: { mgh: { name: MGH, gateway: core }, far: { name: Far } }
canary: core
devices:
  core: { name: Core, site: mgh, address: 10.0.0.1, family: ping-only }
  left: { name: L, site: mgh, address: 10.0.0.2, family: ping-only, parents: [core] }
  right: { name: R, site: mgh, address: 10.0.0.3, family: ping-only, parents: [core] }
  mailhost: { name: M, site: mgh, address: 10.0.0.4, family: ping-only, parents: [left, right] }
  modem: { name: S, site: far, address: 10.0.1.2, family: ping-only, parents: [] }
links: { line-1: { name: Line, ends: [mgh, far] } }
`;
const people = (channels: string, reach: string, more = "") => `channels:
${channels}
contacts: { desk: { reach: [${reach}] }, chief: { reach: [{ out: chief@example.org }] } }
functions: { desk: { contacts: [desk] }, chief-technician: { contacts: [chief] }, analyst: { contacts: [chief] } }
${more}`;
const mail = (id: string, host: string, behind = "") => `  ${id}: { mail: { host: ${host}, from: v@example.org }${behind} }`;
const out = mail("out", "smtp.example.net");
const hook = (id: string, url: string, behind = "") => `  ${id}: { webhook: { url: "${url}", secret: { env: W } }${behind} }`;

async function told(text: string) {
  const loaded = await load({ "vigie.yaml": network + text });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const about = loaded.warnings.filter(({ message }) => message.includes("every channel"));
  return {
    paths: channelPaths(loaded.config),
    table: pathTable(channelPaths(loaded.config)),
    warnings: about.map(({ path, message }) => `${path}: ${message}`),
  };
}

describe("a channel", () => {
  it("goes through the device that has its host's address, what that hangs on, and not through one of two redundant parents", async () => {
    const { paths } = await told(people([out, mail("in", "10.0.0.4")].join("\n"), "{ in: desk@example.org }"));
    expect(paths).toEqual([
      { channel: "out", host: "smtp.example.net", through: undefined },
      { channel: "in", host: "10.0.0.4", through: ["mailhost", "core"] },
    ]);
  });

  it("is where `behind` says: a device, a circuit or a site; of several, what they share", async () => {
    const channels = [
      mail("out", "smtp.example.net", ", behind: [far]"),
      hook("sms", "https://sms.example.org/send", ", behind: [modem]"),
      hook("two", "https://two.example.org/", ", behind: [left, right]"),
      hook("line", "https://three.example.org/", ", behind: [line-1]"),
    ];
    const { paths, table } = await told(people(channels.join("\n"), "{ sms: desk }"));
    expect(paths.map(({ through }) => through)).toEqual([["link:line-1"], ["modem", "link:line-1"], ["core"], ["link:line-1"]]);
    expect(table[0]).toMatch(/^CHANNEL +HOST +GOES THROUGH$/);
    expect(table[2]).toMatch(/^sms +sms\.example\.org +modem, link:line-1$/);
  });
});

describe("a function", () => {
  it("whose every channel goes through what it reports is warned of, by name", async () => {
    const channels = [out, mail("in", "10.0.0.4"), hook("sms", "https://10.0.0.2/send")];
    const { warnings } = await told(people(channels.join("\n"), "{ in: desk@example.org }, { sms: desk }"));
    expect(warnings).toEqual([
      "functions.desk: every channel that it is told over (in, sms) goes through core: that failure could not be told; add a channel that does not (behind: says where one leads)",
    ]);
  });

  it("with a channel that goes another way, or that nobody placed, is not", async () => {
    const channels = [out, mail("in", "10.0.0.4"), hook("sms", "https://sms.example.org/send", ", behind: [line-1]")];
    expect((await told(people(channels.join("\n"), "{ in: desk@example.org }, { sms: desk }"))).warnings).toEqual([]);
    expect((await told(people(channels.join("\n"), "{ in: desk@example.org }, { out: desk@example.org }"))).warnings).toEqual([]);
  });
});

it("what `behind` names has to be there", async () => {
  const loaded = await load({
    "vigie.yaml": network + people(mail("out", "smtp.example.net", ", behind: [nowhere]"), "{ out: desk@example.org }"),
  });
  expect(loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'channels.out.behind[0]: there is no device, link or site "nowhere"; name what the channel is reached through',
  ]);
});
