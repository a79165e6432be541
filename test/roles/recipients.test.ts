/** From functions to outbox rows: who is told by the daemon itself, and who by Alertmanager. */
import { expect, it } from "vitest";
import type { Config } from "../../daemon/model/config.ts";
import { rowsFor } from "../../daemon/roles/recipients.ts";
import { incident, START } from "../contracts/samples.ts";

const reach = (id: string, ...channels: string[]) => {
  return [id, { id, name: id, language: "fr", channels: channels.map((channel) => ({ channel, address: `${id}@${channel}` })) }] as const;
};
const fill = (id: string, ...contacts: string[]) => [id, { id, name: { fr: id, en: id }, contacts }] as const;

function config(paging: "direct" | "prometheus"): Config {
  return {
    paging,
    pagedFunctions: ["it-technician"],
    functions: new Map([fill("desk", "anne", "bob"), fill("it-technician", "carl"), fill("analyst", "anne"), fill("nobody", "gone")]),
    contacts: new Map([reach("anne", "mail", "hook"), reach("bob", "mail"), reach("carl", "mail")]),
  } as unknown as Config;
}

function told(paging: "direct" | "prometheus", kind: "problem" | "escalation" | "restored" | "last-resort", ...tell: string[]) {
  const rows = rowsFor({ kind, tell, level: 1, occurrence: 2, notBefore: START + 5 } as never, incident("i1"), config(paging), START);
  return rows.map(({ recipient, channel }) => `${recipient} by ${channel}`);
}

it("every contact of a function is told over each of their channels, once, whichever functions name them", () => {
  expect(told("direct", "problem", "desk", "it-technician", "analyst")).toEqual([
    "anne by mail",
    "anne by hook",
    "bob by mail",
    "carl by mail",
  ]);
  expect(told("direct", "problem", "nobody", "no-such-function")).toEqual([]);
});

it.each(["problem", "escalation", "restored"] as const)(
  "with paging by Prometheus a %s leaves the paged functions to Alertmanager",
  (kind) => {
    expect(told("prometheus", kind, "it-technician", "desk")).toEqual(["anne by mail", "anne by hook", "bob by mail"]);
  },
);

it("the last resort is always direct", () => {
  expect(told("prometheus", "last-resort", "it-technician", "desk")).toContain("carl by mail");
});

it("the key tells incident, kind, level, occurrence, recipient and channel apart, and is the same when decided again", () => {
  const rows = () =>
    rowsFor(
      { kind: "problem", tell: ["desk"], level: 1, occurrence: 2, notBefore: START + 5 } as never,
      incident("i1"),
      config("direct"),
      START,
    );
  expect(rows().map(({ key }) => key)).toEqual(["i1/problem/1/2/anne/mail", "i1/problem/1/2/anne/hook", "i1/problem/1/2/bob/mail"]);
  expect(rows()).toEqual(rows());
  expect(rows()[0]).toMatchObject({ language: "fr", address: "anne@mail", createdAt: START, notBefore: START + 5 });
});
