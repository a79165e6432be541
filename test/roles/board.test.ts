/** The latest look of every device, which the next one is written over: what readers see, and what others hold on to. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Board, type LastLook, lookAfter } from "../../daemon/board.ts";
import type { Finding, Observation } from "../../daemon/model/observation.ts";

const START = Date.UTC(2026, 10, 18, 14);
let seq = 0;

function look(at: number, finding: Partial<Finding>, id = `d/snmp@${at}`): Observation {
  seq += 1;
  const found: Finding = { status: "up", samples: [], readings: [], faults: [], ...finding };
  return { id, check: "d/snmp", device: "d", kind: "snmp", at: START + at, seq, durationMs: at % 7, finding: found };
}

const shown = (board: Board) => board.get("d")?.looks.get("d/snmp");

it("shows the numbers of the last look, and leaves those of an earlier one to whoever holds it", () => {
  const board = new Board();
  const looks = [1, 2, 3, 4].map((at) =>
    look(at, {
      samples: [
        { name: "load", value: at },
        { name: "fan", part: "1", value: at / 2 },
      ],
    }),
  );
  for (const each of looks) {
    board.record(each, START + 10);
    expect(shown(board)).toMatchObject({ at: each.at, answeredAt: each.at, durationMs: each.durationMs, samples: each.finding.samples });
  }
  expect(looks.map(({ finding }) => finding.samples.map(({ value }) => value))).toEqual([1, 2, 3, 4].map((at) => [at, at / 2]));
});

it("a look that comes late changes nothing, unless the one shown lies in the future", () => {
  const board = new Board();
  board.record(look(5, { samples: [{ name: "load", value: 5 }] }), START + 10);
  board.record(look(4, { samples: [{ name: "load", value: 4 }] }), START + 10);
  expect(shown(board)).toMatchObject({ at: START + 5, samples: [{ name: "load", value: 5 }] });
  board.record(look(4, { samples: [{ name: "load", value: 4 }] }), START + 4);
  expect(shown(board)).toMatchObject({ at: START + 4, samples: [{ name: "load", value: 4 }] });
});

it("shows as in a look that is written anew each time, whatever comes: failures, pieces of looks, other names, other words, jumps of the clock", () => {
  const samples = fc
    .subarray(["load", "fan", "calls"], { minLength: 0 })
    .chain((names) => fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), value: fc.integer({ min: 0, max: 3 }) }))));
  const finding = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        status: fc.constant("up" as const),
        samples,
        readings: fc.constantFrom([], [{ name: "sip", value: "registered" }], [{ name: "sip", value: "failed" }]),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ status: fc.constant("down" as const), code: fc.constant("snmp.timeout"), trace: fc.constant(["-> get"]) }),
    },
    { weight: 1, arbitrary: fc.record({ status: fc.constant("up" as const), samples, whole: fc.constant(["calls"]) }) },
  );
  const step = fc.record({ afterMs: fc.integer({ min: -2, max: 5 }), piece: fc.boolean(), finding, jump: fc.constantFrom(0, 0, 0, 0, -3) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const board = new Board();
      let plain: LastLook | undefined;
      let now = 0;
      for (const { afterMs, piece, finding: found, jump } of steps) {
        if (jump !== 0) {
          board.shift(jump);
          if (plain !== undefined)
            plain = { ...plain, at: plain.at + jump, ...(plain.answeredAt === undefined ? {} : { answeredAt: plain.answeredAt + jump }) };
        }
        now += afterMs;
        const observation = look(now, found as Partial<Finding>, piece ? `inbox:${seq}` : undefined);
        const copy = structuredClone(observation);
        board.record(observation, START + now);
        plain = lookAfter(plain, copy, START + now) ?? plain;
        expect({ ...shown(board) }).toEqual({ ...plain });
        expect(observation).toEqual(copy);
      }
    }),
    { numRuns: 500, seed: 11 },
  );
});
