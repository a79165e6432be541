/** Trees cut down to what is read, and changes merged into them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ShellAsk } from "../../../daemon/model/family.ts";
import { find } from "../../../probes/shell/find.ts";
import { Picture, planOf } from "../../../probes/shell/picture.ts";
import { merge, type Pruned, prune, wantedBy } from "../../../probes/shell/tree.ts";

const ask: ShellAsk = {
  command: "xStatus",
  values: [
    { path: "SIP.Registration[].Status", name: "a", as: "state" },
    { path: "P.D[].S", name: "b", as: "state", where: { field: "Type", in: ["T"] }, label: ["Kind.Word|=x"] },
    { path: "Call[]", name: "c", as: "gauge" },
    { path: "M[].N[].Loss", name: "d", as: "counter", of: "Packets" },
  ],
};
const wanted = wantedBy(ask);
const leaf = (value: string) => ({ Value: value });
const plain = (tree: unknown) => JSON.parse(JSON.stringify(tree));

describe("a tree is cut down", () => {
  it("to the paths that are read and what stands beside them, with the ids", () => {
    const status = {
      SIP: { Registration: [{ id: "1", Status: leaf("Registered"), URI: leaf("someone") }], Proxy: [{ id: "1" }] },
      P: { D: [{ id: "7", S: leaf("on"), Type: leaf("T"), Kind: { Word: leaf("w"), Other: leaf("o") }, Name: leaf("n") }] },
      Call: [{ id: "3", DisplayName: leaf("someone") }, { DisplayName: leaf("someone") }],
      M: [{ id: "1", N: [{ id: "2", Loss: leaf("1"), Packets: leaf("9"), Bytes: leaf("5") }] }],
      Other: leaf("x"),
    };
    expect(plain(prune(status, wanted))).toEqual({
      SIP: { Registration: [{ id: "1", Status: "Registered" }] },
      P: { D: [{ id: "7", S: "on", Type: "T", Kind: { Word: "w" } }] },
      Call: [{ id: "3" }, {}],
      M: [{ id: "1", N: [{ id: "2", Loss: "1", Packets: "9" }] }],
    });
  });

  it("to nothing when it is no tree", () => {
    for (const status of [undefined, null, "x", 3, [], {}, { Other: 1 }]) expect(prune(status, wanted)).toBeUndefined();
  });

  it("and finds the same values in it as in the whole", () => {
    const name = fc.constantFrom(
      "SIP",
      "Registration",
      "Status",
      "P",
      "D",
      "S",
      "Type",
      "Call",
      "M",
      "N",
      "Loss",
      "Packets",
      "id",
      "Value",
      "ghost",
      "Kind",
      "Word",
    );
    const tree = fc.letrec((tie) => ({
      branch: fc.dictionary(name, tie("node"), { maxKeys: 5 }),
      node: fc.oneof({ maxDepth: 6 }, fc.constantFrom("True", "T", "1"), tie("branch"), fc.array(tie("branch"), { maxLength: 3 })),
    })).node;
    const values = (status: unknown) =>
      ask.values.map(({ path, where }) => find({ form: "json", status }, path, where).map(({ raw, id }) => [raw, id]));
    const inner = fc.record({ SIP: tree, P: tree, Call: tree, M: tree });
    fc.assert(
      fc.property(inner, (status) => {
        expect(values(prune(status, wanted))).toEqual(values(status));
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is told is merged", () => {
  const tree = (status: object): Pruned => prune(status, wanted) ?? (Object.create(null) as Pruned);
  const into = () =>
    tree({
      SIP: {
        Registration: [
          { id: "1", Status: leaf("Registered") },
          { id: "2", Status: leaf("Inactive") },
        ],
      },
    });

  it("by the ids of items; the same again is no change", () => {
    const now = into();
    expect(merge(now, tree({ SIP: { Registration: [{ id: "2", Status: leaf("Failed") }] } }))).toBe(true);
    expect(plain(now)).toEqual({
      SIP: {
        Registration: [
          { id: "1", Status: "Registered" },
          { id: "2", Status: "Failed" },
        ],
      },
    });
    expect(merge(now, tree({ SIP: { Registration: [{ id: "2", Status: leaf("Failed") }] } }))).toBe(false);
  });

  it("with new items, ghosts of items and ghosts of nodes", () => {
    const now = into();
    merge(
      now,
      tree({
        SIP: {
          Registration: [
            { id: "3", Status: leaf("Failed") },
            { id: "1", ghost: "True" },
          ],
        },
      }),
    );
    expect(plain(now)).toEqual({
      SIP: {
        Registration: [
          { id: "2", Status: "Inactive" },
          { id: "3", Status: "Failed" },
        ],
      },
    });
    expect(merge(now, tree({ SIP: { Registration: [{ id: "9", ghost: "True" }] } }))).toBe(false);
    expect(merge(now, tree({ SIP: { ghost: "True" } }))).toBe(true);
    expect(plain(now)).toEqual({});
  });

  it("into a bounded list, whatever the device adds", () => {
    const now = into();
    for (let id = 0; id < 2_000; id += 1) merge(now, tree({ SIP: { Registration: [{ id: String(id), Status: leaf("x") }] } }));
    expect(plain(now).SIP.Registration).toHaveLength(500);
  });
});

describe("the picture of a session", () => {
  const picture = () => new Picture(planOf([ask, { command: "other", values: [{ path: "Q.R", name: "q", as: "text" }] }]));
  const raws = (of: Picture) =>
    of.asked().flatMap(({ ask: { values }, answer }) => values.flatMap(({ path }) => find(answer, path).map(({ raw }) => raw)));

  it("is complete when every question was answered, and hears nothing before", () => {
    const now = picture();
    expect(now.told({ Q: { R: leaf("1") } })).toBe(false);
    now.answered(0, { form: "json", status: {} });
    expect(now.complete).toBe(false);
    now.answered(1, { form: "json", status: undefined });
    expect(now.complete).toBe(true);
    expect(now.told({ Q: { R: leaf("1") } })).toBe(true);
    expect(raws(now)).toEqual(["0", "1"]);
  });

  it("takes what is told for the answer to a question that was refused, and a new answer for what was told", () => {
    const now = picture();
    now.answered(0, { form: "json", status: {} });
    now.answered(1, { form: "json", status: undefined, problem: "Error" });
    now.told({ Q: { R: leaf("later") } });
    expect(raws(now)).toEqual(["0", "later"]);
    now.answered(1, { form: "json", status: { Q: { R: leaf("now") } } });
    expect(raws(now)).toEqual(["0", "now"]);
  });
});
