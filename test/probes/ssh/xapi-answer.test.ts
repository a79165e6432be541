/** The forms in which xAPI says no, and the one in which it says that there is nothing. */
import { expect, it } from "vitest";
import { readAnswer } from "../../../probes/ssh/xapi-answer.ts";

const reason = (Value: string) => ({ Reason: { Value }, XPath: { Value: "Status/Audio/Volumee" } });

it.each([
  [
    "below CommandResponse, as older codecs do",
    { CommandResponse: { Status: { status: "Error", ...reason("No match on address expression") } } },
  ],
  ["in place of the status, as newer ones do", { Status: { status: "Error", ...reason("No match on address expression") } }],
])("a refusal %s", (_, object) => {
  expect(readAnswer({ ...object, ResultId: "2" })).toEqual({
    form: "json",
    status: undefined,
    problem: "Error: No match on address expression",
  });
});

it.each([
  ["an unknown command", "Error", "Unknown command", "Error: Unknown command"],
  ["a bad parameter", "ParameterError", "Invalid or missing parameters", "ParameterError: Invalid or missing parameters"],
  ["a reason that names somebody", "Error", "Genevieve Tremblay is busy", "Error: for a reason that is not told"],
  ["a reason that is no text", "Error", 7, "Error: for a reason that is not told"],
])("the result of a command: %s", (_, status, why, problem) => {
  const answer = readAnswer({ CommandResponse: { Result: { status, Reason: { Value: why }, XPath: { Value: "/Dila" } } }, ResultId: "3" });
  expect(answer).toEqual({ form: "json", status: undefined, problem });
});

it("nothing there is an answer without a status, and no refusal; a status whose leaf is called Error is none either", () => {
  expect(readAnswer({ ResultId: "1" })).toEqual({ form: "json", status: undefined });
  const status = { Webex: { Status: { Value: "Error" } } };
  expect(readAnswer({ Status: status, ResultId: "1" })).toEqual({ form: "json", status });
});
