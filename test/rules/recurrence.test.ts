/** The same failure again, or another one? */
import { describe, expect, it } from "vitest";
import { countOccurrences, fingerprint, recurrenceOf } from "../../rules/recurrence.ts";

describe("recurrence", () => {
  it.each([
    ["never seen", undefined, 100, "new"],
    ["within the window", 70, 100, "same"],
    ["later", 69, 100, "recurrence"],
    ["ended after the look, a clock that jumped", 130, 100, "same"],
  ] as const)("%s", (_, ended, at, verdict) => {
    expect(recurrenceOf(ended, at, 30)).toBe(verdict);
  });

  it("two parts of a device are two fingerprints", () => {
    expect(fingerprint("d", "camera-disconnected", "camera 1")).toBe("d|camera-disconnected|camera 1");
    expect(fingerprint("d", "unreachable")).toBe("d|unreachable|");
  });

  it("occurrences collapse what reopened within the window and leave out what began before it", () => {
    const episodes = [{ from: 500, to: 510 }, { from: 10, to: 20 }, { from: 535, to: 540 }, { from: 571 }, { from: 900, to: 910 }];
    expect(countOccurrences(episodes, { from: 100, to: 1000 }, 30)).toBe(2);
  });
});
