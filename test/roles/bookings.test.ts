/** Whose sessions an incident is asked about. */
import { expect, it } from "vitest";
import { subjectOf } from "../../daemon/bookings.ts";

it.each([
  ["a device", { rootCause: "down:codec-7", device: "codec-7" }, { device: "codec-7" }],
  ["a circuit", { rootCause: "link:line-1" }, { link: "line-1" }],
  ["a call from a room, and not from its neighbour's", { rootCause: "room:a101|user-assistance|" }, { room: "a101" }],
  ["a session of its own", { rootCause: "session:api:1" }, { session: "api:1" }],
  ["a credential: nobody's", { rootCause: "credential:main" }, undefined],
  ["our own blindness: nobody's", { rootCause: "blind" }, undefined],
])("%s", (_, incident, subject) => {
  expect(subjectOf({ site: "mgh", ...incident })).toEqual(subject);
});
