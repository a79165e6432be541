/** What a request becomes, and which failures are offered as its cause. */
import { expect, it } from "vitest";
import type { HelpRequest } from "../../daemon/model/request.ts";
import { hearCaller, sameThing } from "../../rules/request.ts";
import { incident } from "../api/fixture.ts";

const request: HelpRequest = {
  ...{ id: "R1", number: "R1", source: "phone", at: 1, by: "marie", room: "a101", site: "mgh", symptom: "echo", language: "fr" },
  ...{ sessionAffected: false, attempts: [], version: 1 },
};

it("only open, general failures that cover the room are offered, the first that began at the head", () => {
  const open = [
    incident("late", { general: true, openedAt: 9 }),
    incident("first", { general: true, openedAt: 1, state: "taken" }),
    incident("alone", { general: false }),
    incident("over", { general: true, state: "restored" }),
    incident("folded", { general: true, foldedInto: "first" }),
    incident("elsewhere", { general: true, site: "gaspe" }),
  ];
  const covers = ({ site }: { site: string }, room: string) => room === "a101" && site === "mgh";
  expect(sameThing("a101", open, covers).map(({ id }) => id)).toEqual(["first", "late"]);
  expect(sameThing("b1", open, covers)).toEqual([]);
});

it.each([
  ["agreed", "agreed", "request-agreed"],
  ["withdrawn", "withdrawn", "request-withdrawn"],
  ["attempt", undefined, "request-attempt"],
] as const)("%s: it ends as %s", (how, ended, event) => {
  const heard = hearCaller(request, { how, by: "paul", at: 5 });
  expect([heard.next.ended?.how, heard.event, heard.next.version]).toEqual([ended, event, 2]);
});

it("the second attempt ends it, and keeps both", () => {
  const once = hearCaller(request, { how: "attempt", by: "paul", at: 5, note: "no answer" }).next;
  const twice = hearCaller(once, { how: "attempt", by: "ann", at: 9 });
  expect(twice).toMatchObject({
    event: "request-not-reached",
    next: { ended: { how: "not-reached", at: 9 }, attempts: [{ note: "no answer" }, { by: "ann" }] },
  });
});
