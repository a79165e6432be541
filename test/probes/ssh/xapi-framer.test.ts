import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { XapiFramer } from "../../../probes/ssh/xapi-framer.ts";

function frame(chunks: readonly Buffer[], max = 1_000_000): { objects: string[]; lines: string[]; ok: boolean } {
  const objects: string[] = [];
  const lines: string[] = [];
  const framer = new XapiFramer({ object: (text) => objects.push(text), line: (text) => lines.push(text) }, max);
  let ok = true;
  for (const chunk of chunks) ok = framer.feed(chunk) && ok;
  return { objects, lines, ok };
}

const stream = [
  "Welcome to {the room\r\n*r Login successful\r\n\r\nOK\r\n",
  '{"Status":{"Name":{"Value":"Salle é “A” 😀 { } \\" \\\\"}},"ResultId":"1"}\r\n',
  "Command not recognized.\r\n",
  '{\n  "ResultId":"2"\n}{"ResultId":"3"}\r\nOK\r\n',
].join("");

describe("the xAPI framer", () => {
  it("finds the same objects and lines wherever the stream is cut in two, inside characters too", () => {
    const bytes = Buffer.from(stream);
    const whole = frame([bytes]);
    expect(whole.objects.map((text) => JSON.parse(text).ResultId)).toEqual(["1", "2", "3"]);
    expect(whole.lines).toEqual(["Welcome to {the room", "*r Login successful", "OK", "Command not recognized.", "OK"]);
    for (let cut = 0; cut <= bytes.length; cut++) expect(frame([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    expect(frame([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it("finds the same in random streams cut anywhere", () => {
    const piece = fc.oneof(
      fc.json().map((json) => `{"a":${json}}`),
      fc.string().map((text) => `${text}\n`),
      fc.constantFrom("OK\r\n", '{"a":"\n', "{", "}", '"', "\\"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 6 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(""));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, n) => bytes.subarray(places[n], end));
        expect(frame(chunks)).toEqual(frame([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it("gives up an object that was cut short inside a string, and reads the next one", () => {
    const { objects } = frame([Buffer.from('{"Status":{"Name":"half\n{"ResultId":"2"}\n')]);
    expect(objects).toEqual(['{"ResultId":"2"}']);
  });

  it("says stop when an object outgrows its bound, and cuts an endless line without saying so", () => {
    expect(frame([Buffer.from(`{"a":"${"x".repeat(2_000)}`)], 1_000).ok).toBe(false);
    const { lines, ok } = frame([Buffer.alloc(100_000, "y"), Buffer.from("\n")]);
    expect(ok).toBe(true);
    expect(lines.map((line) => line.length)).toEqual([4_096]);
  });
});
