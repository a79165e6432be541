import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ShellValue } from "../../../daemon/model/family.ts";
import { type Counters, describe as describeAnswer, find, readValues } from "../../../probes/shell/values.ts";
import { readAnswer } from "../../../probes/ssh/xapi-answer.ts";

const none = new Set<string>();
const status = (json: object) => readAnswer({ Status: json, ResultId: "1" });
const read = (json: object, ...values: ShellValue[]) =>
  readValues([{ ask: { command: "x", values }, answer: status(json) }], { counters: new Map(), atMs: 0, inventory: none });

describe("values of an answer", () => {
  const cameras = {
    Cameras: {
      Camera: [
        { id: "1", Connected: { Value: "True" } },
        { id: "2", Connected: { Value: "False" } },
        { id: "3", ghost: "True" },
      ],
    },
  };
  const peripheral: ShellValue = {
    path: "Cameras.Camera[].Connected",
    name: "peripheral",
    as: "state",
    part: "camera",
    states: { True: "connected", False: "disconnected" },
  };

  it("gives one reading for each living array item, named by its id", () => {
    expect(read(cameras, peripheral).readings).toEqual([
      { name: "peripheral", value: "connected", part: "camera 1" },
      { name: "peripheral", value: "disconnected", part: "camera 2" },
    ]);
  });

  it("reads only the items that `where` wants", () => {
    const json = {
      P: {
        D: [
          { id: "1001", Type: { Value: "TouchPanel" }, S: { Value: "Connected" } },
          { id: "1002", S: { Value: "Connected" } },
        ],
      },
    };
    const value: ShellValue = {
      path: "P.D[].S",
      name: "peripheral",
      as: "state",
      part: "touchpanel",
      where: { field: "Type", in: ["TouchPanel"] },
    };
    expect(read(json, value).readings).toEqual([{ name: "peripheral", value: "connected", part: "touchpanel 1001" }]);
  });

  it("lower-cases and hyphenates what the data does not list", () => {
    const value: ShellValue = { path: "A.B", name: "state", as: "state" };
    expect(read({ A: { B: { Value: "Not Ready" } } }, value).readings).toEqual([{ name: "state", value: "not-ready" }]);
  });

  it("gives nothing for a missing node, a refusal or a number that is none", () => {
    const gauge: ShellValue = { path: "A.B", name: "n", as: "gauge" };
    expect(read({}, gauge)).toEqual({ samples: [], readings: [], whole: [] });
    expect(read({ A: { B: { Value: "locked on 1096 rpm" } } }, gauge).samples).toEqual([]);
    expect(find(readAnswer({ Status: { status: "Error", Reason: { Value: "No match on address expression" } } }), "A.B")).toEqual([]);
    expect(find(readAnswer({ CommandResponse: { Result: { status: "ParameterError" } } }), "A.B")).toEqual([]);
  });

  it("counts items when the path ends in brackets, none as zero", () => {
    const calls: ShellValue = { path: "Call[]", name: "calls", as: "gauge" };
    expect(read({ Call: [{ id: "1" }, { id: "2" }] }, calls).samples).toEqual([{ name: "calls", value: 2 }]);
    expect(read({}, calls).samples).toEqual([{ name: "calls", value: 0 }]);
  });

  it("makes a rate of a counter from its second value on, and none when it went back", () => {
    const value: ShellValue = { path: "A.B", name: "bytes", as: "counter" };
    const counters: Counters = new Map();
    const rates = [100, 300, 50].map(
      (raw, n) =>
        readValues([{ ask: { command: "x", values: [value] }, answer: status({ A: { B: { Value: String(raw) } } }) }], {
          counters,
          atMs: n * 1_000,
          inventory: none,
        }).samples,
    );
    expect(rates).toEqual([[], [{ name: "bytes", value: 200 }], []]);
  });

  it("lets no name from a call, a booking or a history into readings or trace, whatever the name is", () => {
    const name = fc
      .string({ minLength: 12, maxLength: 40, unit: "grapheme-ascii" })
      .filter((text) => !/^[\s"\\]|\d{6}|Status|Value/.test(text));
    fc.assert(
      fc.property(name, name, (first, second) => {
        const answer = status({
          Call: [{ id: first, DisplayName: { Value: first }, RemoteNumber: { Value: second }, CallbackNumber: { Value: `sip:${first}` } }],
          Bookings: { Current: { Id: { Value: second }, Organizer: { FirstName: { Value: first } } } },
          CallHistory: { Entry: [{ id: "1", Name: { Value: first } }] },
        });
        const values: ShellValue[] = ["Call[].DisplayName", "Call[].RemoteNumber", "Bookings.Current.Id"].map((path) => ({
          path,
          name: "leak",
          as: "text",
          part: "call",
        }));
        const out = JSON.stringify([
          readValues([{ ask: { command: "x", values }, answer }], { counters: new Map(), atMs: 0, inventory: none }),
          describeAnswer(answer, none),
        ]);
        for (const each of [first, second]) expect(out).not.toContain(JSON.stringify(each).slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });
});
