/**
 * Good configuration files: what they become.
 */
import { expect, it } from "vitest";
import { GOOD_FILES, load, messages } from "./files.ts";

it("a file with every key loads with the community as its only warning", async () => {
  const result = await load(GOOD_FILES);
  expect(messages(result)).toEqual([
    "credentials.old.snmp_community: is a weakness: SNMP v2c sends its community readable to all; use snmp_v3 where the device can   (vigie.yaml:8)",
  ]);
  expect(result.ok).toBe(true);
});
