/**
 * The operations about rules: how each did, and the changes that would have avoided its false alarms. Accepting one is put on record and
 * hands over what to write; nothing here changes a rule.
 */
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { ruleDetail, ruleItems } from "./rule-view.ts";

export const ruleOperations: readonly Operation[] = [
  operation({
    id: "listRules",
    method: "get",
    path: "/api/v1/rules",
    summary: "The rules in force with their incidents, false alarms and messages outside hours; the most false alarms first.",
    access: "read",
    answer: "RuleList",
    run: async ({ deps }) => ({ content: { items: await ruleItems(deps) } }),
  }),
  operation({
    id: "getRule",
    method: "get",
    path: "/api/v1/rules/{id}",
    summary: "One rule: its texts, its false alarms of 90 days, and the changes that would have avoided them and missed nothing real.",
    access: "read",
    answer: "Rule",
    run: async ({ deps, params }) => ({ content: await ruleDetail(deps, params.id) }),
  }),
  operation({
    id: "acceptProposal",
    method: "post",
    path: "/api/v1/rules/{id}/proposals/{kind}/accept",
    summary: "Puts on record that a proposed change is accepted, and answers with what to write into the file. Changes no rule. Audited.",
    access: "write",
    body: "NeededNote",
    answer: "Proposal",
    run: async ({ deps, params, caller, body }) => {
      const { id, proposals } = await ruleDetail(deps, params.id);
      const proposal = proposals.find((each) => each.kind === params.kind);
      if (proposal === undefined)
        throw new HttpProblem(409, "no-such-proposal", `Nothing of this kind is proposed for ${id} now; see /api/v1/rules/${id}.`);
      const { kind, from, to, rooms, missed, false: noise, judgedBy } = proposal;
      const data = { kind, from, to, rooms, missed, false: noise, judgedBy, note: body.note };
      const entry = { at: deps.clock.now(), by: caller.name, action: "rule.proposal-accepted", target: id, data };
      await deps.store.transaction(undefined, (tx) => tx.audit([entry]));
      return { content: proposal };
    },
  }),
];
