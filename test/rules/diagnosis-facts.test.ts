/** The facts of a diagnosis and their words: what a row of the table may name. */
import { describe, expect, it } from "vitest";
import { answerFact, factNames, factWords, wordsOf } from "../../rules/diagnosis-facts.ts";

describe("a fact", () => {
  it("has words of its own, each once, or any where they come from other data", () => {
    for (const name of factNames) {
      const words = wordsOf(name);
      expect([name, words]).toEqual([name, factWords[name] ?? "any"]);
      if (words !== "any")
        expect([name, new Set(words).size, words?.every((word) => /^[a-z][a-z-]*$/.test(word))]).toEqual([name, words?.length, true]);
    }
  });

  it("that we look for may be unknown: that we could not find out is neither yes nor no", () => {
    for (const name of [
      "ping",
      "parent",
      "gateway",
      "neighbour",
      "core",
      "path",
      "snmp",
      "shell",
      "call-ports",
      "registered",
      "listed",
      "power",
      "self-test",
      "log",
    ])
      expect([name, wordsOf(name)?.includes("unknown")]).toEqual([name, true]);
  });

  it("is an answer to a step, which is yes or no", () => {
    expect(wordsOf(answerFact("power-light"))).toEqual(["yes", "no"]);
    expect(wordsOf(answerFact(""))).toBeUndefined();
  });

  it.each(["", "pings", "Ping", "__proto__", "constructor", "toString", "hasOwnProperty", "answer", " ping"])("is not %j", (name) => {
    expect(wordsOf(name)).toBeUndefined();
  });
});
