/** Parts named by words of their item, ratios of two counters, values cut out of a text. */
import { describe, expect, it } from "vitest";
import type { ShellValue } from "../../../daemon/model/family.ts";
import { type Counters, readValues } from "../../../probes/shell/values.ts";

const own = new Set(["10.1.2.3"]);
function read(status: unknown, values: readonly ShellValue[], at: { counters?: Counters; atMs?: number } = {}) {
  return readValues([{ ask: { command: "x", values }, answer: { form: "json", status } }], {
    counters: at.counters ?? new Map(),
    atMs: at.atMs ?? 0,
    inventory: own,
  });
}
const message = (id: string, type: string, level: string) => ({ id, Type: { Value: type }, Level: { Value: level } });
const diagnostic: ShellValue = {
  path: "Diagnostics.Message[].Level",
  name: "diagnostic",
  as: "state",
  label: ["Type"],
  states: { Critical: "critical", Error: "error", Warning: "warning", Info: "info" },
  whole: true,
};
const diagnostics = (...messages: object[]) => ({ Diagnostics: { Message: messages } });

describe("a part named by its words", () => {
  it("is in lower case, after the prefix if there is one, and keeps a level that nobody listed", () => {
    const tree = diagnostics(message("1", "CameraPairing", "Error"), message("2", "missingdisplay", "Fatal"));
    expect(read(tree, [diagnostic])).toMatchObject({
      readings: [
        { name: "diagnostic", part: "camerapairing", value: "error" },
        { name: "diagnostic", part: "missingdisplay", value: "fatal" },
      ],
      whole: ["diagnostic"],
    });
    expect(read(tree, [{ ...diagnostic, part: "message" }]).readings[0]?.part).toBe("message camerapairing");
  });

  it("named twice is one part with its worst word, whatever the order", () => {
    const [bad, mild] = [message("1", "CameraStatus", "Critical"), message("2", "CameraStatus", "Warning")];
    for (const tree of [diagnostics(bad, mild), diagnostics(mild, bad)])
      expect(read(tree, [diagnostic]).readings).toEqual([{ name: "diagnostic", part: "camerastatus", value: "critical" }]);
  });

  it("that is no plain word is not told at all: it may be a name", () => {
    for (const type of ["Jeanne Tremblay", "jeanne@x.org", "5145551234", "", "été"])
      expect(read(diagnostics(message("1", type, "Error")), [diagnostic]).readings).toEqual([]);
  });

  it.each(["DisplayName", "RemoteNumber", "Contact", "Type|DisplayName"])(
    "is not told out of %s, which names a far end: a plain word may be somebody",
    (field) => {
      const name = field.replace("Type|", "");
      const tree = { R: [{ State: { Value: "1" }, [name]: { Value: "Tremblay" } }] };
      const value: ShellValue = { path: "R[].State", name: "asked", as: "state", label: [field], states: {} };
      expect(read(tree, [value]).readings).toEqual([]);
    },
  );

  it("may be an address of our own and no other", () => {
    const tree = { R: [{ IP: { Value: "10.1.2.3" } }, { IP: { Value: "203.0.113.9" } }] };
    const value: ShellValue = { path: "R[].IP", name: "registration_listed", as: "state", label: ["IP"], states: {}, match: "^(.)" };
    expect(read(tree, [value]).readings).toEqual([{ name: "registration_listed", part: "10.1.2.3", value: "1" }]);
  });
});

describe("a ratio of two counters", () => {
  const channel = (id: string, role: string | undefined, loss: number, packets: number, jitter = 5) => ({
    id,
    Type: { Value: "Video" },
    Direction: { Value: "Incoming" },
    ...(role === undefined ? {} : { Video: { ChannelRole: { Value: role } } }),
    Netstat: { Loss: { Value: String(loss) }, Packets: { Value: String(packets) }, Jitter: { Value: String(jitter) } },
  });
  const call = (id: string, ...channels: object[]) => ({ id, Channel: channels });
  const of = (...calls: object[]) => ({ MediaChannels: { Call: calls } });
  const label = ["Type", "Direction", "Video.ChannelRole|Data.ChannelRole|=main"];
  const part = "channel";
  const loss: ShellValue = {
    path: "MediaChannels.Call[].Channel[].Netstat.Loss",
    name: "media_loss_ratio",
    as: "counter",
    of: "Netstat.Packets",
    part,
    label,
    whole: true,
  };
  const jitter: ShellValue = {
    path: "MediaChannels.Call[].Channel[].Netstat.Jitter",
    name: "jitter",
    as: "gauge",
    scale: 0.001,
    part,
    label,
  };
  const polls = (...trees: object[]) => {
    const counters: Counters = new Map();
    return trees.map((tree, n) => {
      const { samples, whole } = read(tree, [loss], { counters, atMs: n * 1_000 });
      return { loss: samples.map(({ part: name, value }) => [name, value]), whole };
    });
  };
  const main = "channel video incoming main";

  it("is lost / (lost + received) of the time between, and nothing at first sight", () => {
    expect(polls(of(call("1", channel("7", "Main", 10, 1_000))), of(call("1", channel("7", "Main", 20, 1_090))))).toEqual([
      { loss: [], whole: [] },
      { loss: [[main, 0.1]], whole: ["media_loss_ratio"] },
    ]);
  });

  it("starts over when a counter went back, and when the channel is another", () => {
    const [a, b, c] = [channel("7", "Main", 50, 1_000), channel("7", "Main", 0, 10), channel("8", "Main", 900, 1_000)];
    expect(polls(of(call("1", a)), of(call("1", b)), of(call("1", c))).map((poll) => poll.loss)).toEqual([[], [], []]);
    expect(polls(of(call("1", c)), of(call("2", { ...c }))).map((poll) => poll.loss)).toEqual([[], []]);
  });

  it("adds up channels of one kind, as two calls have them", () => {
    const at = (lost: number, packets: number) =>
      of(call("1", channel("7", "Main", lost, packets)), call("2", channel("7", undefined, 0, packets)));
    expect(polls(at(0, 100), at(10, 195))[1]?.loss).toEqual([[main, 0.05]]);
  });

  it("says nothing of a channel that carried nothing, and 1 when all was lost", () => {
    const at = (lost: number, packets: number) => of(call("1", channel("7", "Main", lost, packets)));
    expect(polls(at(5, 100), at(5, 100))[1]).toEqual({ loss: [], whole: ["media_loss_ratio"] });
    expect(polls(at(5, 100), at(9, 100))[1]?.loss).toEqual([[main, 1]]);
  });

  it("of two gauges of one kind tells the greater", () => {
    const tree = of(call("1", channel("7", "Main", 0, 1, 12)), call("2", channel("9", "Main", 0, 1, 40)));
    expect(read(tree, [jitter]).samples).toEqual([{ name: "jitter", part: main, value: 0.04 }]);
  });
});

it("a pattern cuts the value out of its text, and no match is no value", () => {
  const value: ShellValue = { path: "F.Status", name: "fan_rpm", as: "gauge", match: "^locked on (\\d+) rpm" };
  expect(read({ F: { Status: { Value: "locked on 1096 rpm" } } }, [value]).samples).toEqual([{ name: "fan_rpm", value: 1096 }]);
  expect(read({ F: { Status: { Value: "stopped" } } }, [value]).samples).toEqual([]);
});
