/**
 * The shape of "who am I, and what may I". Part of contract.ts.
 */
import { z } from "zod";
import { PERMISSIONS } from "../model/permission.ts";

const permission = z.enum(PERMISSIONS);
const names = z.object({ fr: z.string(), en: z.string() });

export const Me = z.object({
  name: z.string().describe("The token's; `anonymous` where reads are open and no token came along."),
  function: z.string(),
  functionName: names,
  may: z.array(permission),
  sites: z.array(z.string()).optional().describe("Only what belongs to these is read."),
  operations: z.array(z.string()).describe("Ids of the operations that are open to the caller."),
  functions: z.array(z.object({ id: z.string(), name: names, may: z.array(permission) })).describe("The whole table: whom to ask."),
});
