/**
 * The operations about rules: how each did, and the changes that would have avoided its false alarms. Accepting one is put on record and
 * hands over what to write; nothing here changes a rule.
 */
import { type ProposalShape, proposalKinds } from "./contract-rules.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { ruleDetail, ruleItems } from "./rule-view.ts";

/** Nobody accepts what was not tried. */
function refuseUntested({ test }: ProposalShape, rule: string): void {
  const again = `read GET /api/v1/rules/${rule} until its proposal says test.state "finished", and accept it then`;
  if (test.state === "running") {
    const share = Math.floor((test.share ?? 0) * 100);
    throw new HttpProblem(409, "backtest-running", `The back-test of this proposal is not finished (${share} %): ${again}.`, {
      "Retry-After": "10",
    });
  }
  if (test.state === "failed") {
    const why = `The back-test of this proposal failed (${test.why}), and is tried again now`;
    throw new HttpProblem(409, "backtest-failed", `${why}: ${again}; the daemon's log says what is wrong when it fails again.`);
  }
}

export const ruleOperations: readonly Operation[] = [
  operation({
    id: "listRules",
    method: "get",
    path: "/api/v1/rules",
    summary: "The rules in force with their incidents, false alarms and messages outside hours; the most false alarms first.",
    access: "read",
    may: "read",
    answer: "RuleList",
    run: async ({ deps }) => ({ content: { items: await ruleItems(deps) } }),
  }),
  operation({
    id: "getRule",
    method: "get",
    path: "/api/v1/rules/{id}",
    summary:
      "One rule: its texts, its false alarms of 90 days, and the changes that would have avoided them; begins the back-test of each.",
    access: "read",
    may: "read",
    answer: "Rule",
    run: async ({ deps, params }) => ({ content: await ruleDetail(deps, params.id) }),
  }),
  operation({
    id: "acceptProposal",
    method: "post",
    path: "/api/v1/rules/{id}/proposals/{kind}/accept",
    summary:
      "Puts on record that a proposed change is accepted, once its back-test is finished; answers with what to write. Changes no rule. Audited.",
    access: "write",
    may: "configure",
    body: "NeededNote",
    answer: "Proposal",
    run: async ({ deps, params, caller, body }) => {
      const { id, proposals } = await ruleDetail(deps, params.id);
      const proposal = proposals.find((each) => each.kind === params.kind);
      if (!proposalKinds.some((kind) => kind === params.kind))
        throw new HttpProblem(404, "no-such-proposal", `A proposal is one of ${proposalKinds.join(", ")}; see /api/v1/rules/${id}.`);
      if (proposal === undefined)
        throw new HttpProblem(409, "no-such-proposal", `Nothing of this kind is proposed for ${id} now; see /api/v1/rules/${id}.`);
      refuseUntested(proposal, id);
      const { kind, from, to, rooms, missed, false: noise, judgedBy, test } = proposal;
      const tested = test.from === undefined ? {} : { testedFrom: test.from, testedTo: test.to };
      const data = { kind, from, to, rooms, missed, false: noise, judgedBy, ...tested, note: body.note };
      const entry = { at: deps.clock.now(), by: caller.name, action: "rule.proposal-accepted", target: id, data };
      await deps.store.transaction(undefined, (tx) => tx.audit([entry]));
      return { content: proposal };
    },
  }),
];
