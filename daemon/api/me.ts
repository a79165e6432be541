/**
 * Who the caller is and what their function may: so that a page offers only what will not be refused.
 */
import { mayDo, PERMISSIONS, type Permission } from "../model/permission.ts";
import { anonymous } from "./allowing.ts";
import { functionName } from "./on-call.ts";
import { type Operation, operation } from "./operation.ts";

const reading: readonly Permission[] = ["read", "read-site", "read-names", "audit"];

/** `all`: every operation, this one too. */
export function meOperations(all: () => readonly Operation[]): readonly Operation[] {
  const open = (has: readonly Permission[], writes: boolean) =>
    all().filter(({ may, access }) => (may === "anyone" || mayDo(has, may)) && (writes || access !== "write"));
  return [
    operation({
      id: "getMe",
      method: "get",
      path: "/api/v1/me",
      summary: "Who the token belongs to, what its function may do, and which functions may do what.",
      access: "read",
      may: "anyone",
      answer: "Me",
      run: async ({ deps, caller }) => {
        const config = deps.config();
        const has = caller === anonymous ? reading : (config.permissions.get(caller.function) ?? []);
        const inOrder = (some: readonly Permission[]) => PERMISSIONS.filter((each) => some.includes(each));
        return {
          content: {
            name: caller.name,
            function: caller.function,
            functionName: functionName(config, caller.function),
            may: inOrder(has),
            ...(caller.sites === undefined ? {} : { sites: [...caller.sites] }),
            operations: open(has, caller !== anonymous).map(({ id }) => id),
            functions: [...config.permissions].map(([id, may]) => ({ id, name: functionName(config, id), may: inOrder(may) })),
          },
        };
      },
    }),
  ];
}
