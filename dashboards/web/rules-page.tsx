/**
 * The rules: how often each was right; one of them with its false alarms, and the change that would have avoided them.
 */
import type { VNode } from "preact";
import type { ProposalShape, RuleDetailShape, RuleItemShape } from "../../daemon/api/contract.ts";
import { Frame, type PageContext } from "./frame.tsx";
import { ruleWords } from "./rules-words.ts";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

/** What depends on the language, made where the rule is. */
export interface RuleSaid {
  readonly appliesTo: string;
  readonly condition: string;
  readonly raised: string;
}

export interface RulesPageProps {
  readonly page: PageContext;
  readonly rules: readonly (RuleItemShape & { readonly said: RuleSaid })[];
}

export interface RulePageProps {
  readonly page: PageContext;
  readonly rule: RuleDetailShape;
  readonly said: RuleSaid;
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : `${Math.round(share * 100)} %`;
}

export function RulesPage({ page, rules }: RulesPageProps): VNode {
  const r = ruleWords[page.language];
  return (
    <Frame page={page} title={r.title}>
      <p>{r.meaning}</p>
      <p class="hint">{r.how}</p>
      <Table label={r.title} heads={[r.rule, r.applies, r.raised, r.opened30, r.opened90, r.false90, r.share, r.outside]}>
        {rules.map(({ id, title, counts, said }) => (
          <tr key={id}>
            <td>
              <a href={`/rules/${encodeURIComponent(id)}`}>{title[page.language]}</a> <code>{id}</code>
            </td>
            <td>{said.appliesTo}</td>
            <td>{said.raised}</td>
            <td class="figure">{counts.opened30}</td>
            <td class="figure">{counts.opened90}</td>
            <td class="figure">{counts.falseAlarms90}</td>
            <td class="figure">{percent(counts.falseShare90)}</td>
            <td class="figure">{counts.toldOutsideHours90}</td>
          </tr>
        ))}
      </Table>
    </Frame>
  );
}

export function RulePage({ page, rule, said }: RulePageProps): VNode {
  const r = ruleWords[page.language];
  const w = words[page.language];
  const { counts } = rule;
  const text = rule.text[page.language];
  const facts: readonly (readonly [string, string | number])[] = [
    [r.rule, rule.id],
    [w.symptom, page.texts.symptom(rule.symptom, rule.id)],
    [r.applies, said.appliesTo],
    [r.condition, said.condition],
    [r.raised, said.raised],
    [r.source, rule.source],
    [r.opened30, counts.opened30],
    [r.opened90, counts.opened90],
    [r.false90, counts.falseShare90 === undefined ? counts.falseAlarms90 : `${counts.falseAlarms90} (${percent(counts.falseShare90)})`],
    [r.outside, counts.toldOutsideHours90],
  ];
  return (
    <Frame page={page} title={text.title}>
      <dl>{facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}</dl>
      <h2>{r.clinic}</h2>
      <p>{text.clinic}</p>
      <h2>{r.steps}</h2>
      <ol>
        {text.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h2>{r.falseAlarms}</h2>
      {rule.falseAlarms.length === 0 ? <p class="calm">{r.none}</p> : <FalseAlarms page={page} rule={rule} />}
      {rule.falseAlarms.length === 0 ? null : <h2>{r.proposals}</h2>}
      {rule.falseAlarms.length > 0 && rule.proposals.length === 0 ? <p>{r.noProposal}</p> : null}
      {rule.proposals.map((proposal) => (
        <Proposal key={proposal.kind} page={page} id={rule.id} proposal={proposal} />
      ))}
    </Frame>
  );
}

function FalseAlarms({ page, rule }: { readonly page: PageContext; readonly rule: RuleDetailShape }): VNode {
  const r = ruleWords[page.language];
  const w = words[page.language];
  return (
    <Table label={r.falseAlarms} heads={[w.incidentsSeen, w.device, w.site, r.lasted]}>
      {rule.falseAlarms.map(({ number, at, device, deviceName, part, siteName, lastedSeconds }) => (
        <tr key={number}>
          <td>
            <a href={`/incidents/${encodeURIComponent(number)}`}>{number}</a> {page.texts.time(at)}
          </td>
          <td>
            {device === undefined ? "" : <a href={`/devices/${encodeURIComponent(device)}`}>{deviceName ?? device}</a>}
            {part === undefined ? "" : ` (${page.texts.part(part)})`}
          </td>
          <td>{siteName}</td>
          <td class="figure">{lastedSeconds === undefined ? "" : `${Math.round(lastedSeconds)} s`}</td>
        </tr>
      ))}
    </Table>
  );
}

type Words = (typeof ruleWords)[PageContext["language"]];

function titleOf(page: PageContext, r: Words, { kind, from, to, rooms, window }: ProposalShape): string {
  const names = (ids: readonly string[]) => ids.map((id) => page.texts.name(id)).join(", ");
  switch (kind) {
    case "scheduled":
    case "sessions":
      return r.kind[kind](names(rooms));
    case "window":
      return window === undefined ? kind : r.kind.window(window.from, window.to, r.days[window.weekday ?? 0] ?? "", names(window.devices));
    case "threshold":
    case "for":
    case "attempts":
      return r.kind[kind](from, to);
  }
}

/** What the figures stand on, and what a reader must know before they believe them. */
function basisOf(page: PageContext, r: Words, { test }: ProposalShape): readonly string[] {
  if (test.state === "running") return [r.judged.running(Math.floor((test.share ?? 0) * 100))];
  if (test.state === "failed") return [r.judged.failed(test.why ?? "")];
  if (test.from === undefined || test.to === undefined) return [r.judged.incidents];
  const { opened = 0, changed = 0, ambiguous = 0, otherConfigs = 0 } = test;
  return [
    r.judged.replay(page.texts.time(test.from), page.texts.time(test.to)),
    r.also(opened, changed),
    ...(ambiguous === 0 ? [] : [r.unsure(ambiguous)]),
    ...(otherConfigs === 0 ? [] : [r.otherConfigs]),
  ];
}

function Proposal({ page, id, proposal }: { readonly page: PageContext; readonly id: string; readonly proposal: ProposalShape }): VNode {
  const r = ruleWords[page.language];
  const { kind, missed, false: noise, why, test, yaml } = proposal;
  const { from } = test;
  return (
    <section>
      <h3>{titleOf(page, r, proposal)}</h3>
      <p>
        <strong>{from === undefined ? r.effect(missed, noise) : r.replayed(missed, noise, page.texts.time(from))}</strong>
      </p>
      <p class="why">
        {page.texts.why(why)}. {basisOf(page, r, proposal).join(" ")}
      </p>
      <p>{r.write}</p>
      <pre>{yaml}</pre>
      <p class="hint">
        {r.record} <code>{`POST /api/v1/rules/${id}/proposals/${kind}/accept`}</code>. {r.first}
      </p>
    </section>
  );
}
