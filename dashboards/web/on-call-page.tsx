/**
 * Who is on call: now, until when, who is next; when nobody is; overrides, rotations, and whether people can be reached.
 */
import type { VNode } from "preact";
import type { OnCallShape, OverrideShape, PersonShape, RotationShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { onCallWords } from "./on-call-words.ts";
import { Table } from "./table.tsx";

export interface OnCallPageProps {
  readonly page: PageContext;
  readonly standing: OnCallShape;
  readonly overrides: readonly OverrideShape[];
  readonly rotations: readonly RotationShape[];
  readonly people: readonly PersonShape[];
}

type Filled = OnCallShape["functions"][number];

export function OnCallPage({ page, standing, overrides, rotations, people }: OnCallPageProps): VNode {
  const o = onCallWords[page.language];
  return (
    <Frame page={page} title={o.title}>
      <p>{o.meaning}</p>
      <Holes page={page} standing={standing} />
      <h2>{o.now}</h2>
      <Table label={o.now} heads={[o.function, o.who, o.by, o.until, o.next]}>
        {standing.functions.map((each) => (
          <Row key={each.function} page={page} filled={each} />
        ))}
      </Table>
      <p class="hint">
        {o.how} <code>vigie on-call override --help</code>, <code>POST /api/v1/on-call/overrides</code>{" "}
        <code>{'{"function": "analyst", "people": ["marie"], "to": "2026-11-19T08:00", "reason": "…"}'}</code>
      </p>
      <p class="hint">
        {o.howRotation} <code>POST /api/v1/on-call/rotations</code>, <code>POST /api/v1/people</code>
      </p>
      <Overrides page={page} overrides={overrides} />
      <Rotations page={page} rotations={rotations} />
      <People page={page} people={people} />
    </Frame>
  );
}

function Holes({ page, standing }: Pick<OnCallPageProps, "page" | "standing">): VNode {
  const o = onCallWords[page.language];
  const { time } = page.texts;
  const holes = standing.functions.flatMap((each) => each.gaps.map((gap) => ({ ...gap, name: each.name[page.language] })));
  if (holes.length === 0) return <p class="calm">{o.noHoles(standing.horizonDays)}</p>;
  return (
    <section>
      <h2>{o.holes}</h2>
      <ul>
        {holes.map(({ name, from, to }) => (
          <li key={`${name} ${from}`}>
            <Mark tone="warn" text={name} /> {o.holeSpan(time(from), time(to))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ page, filled }: { readonly page: PageContext; readonly filled: Filled }): VNode {
  const o = onCallWords[page.language];
  const { now, until, next, name, withoutChannel } = filled;
  const names = (duty: Filled["now"]) => duty.people.map((each) => each.name).join(", ") || o.hole;
  return (
    <tr>
      <td>{name[page.language]}</td>
      <td>
        {now.people.length === 0 && filled.kept ? <Mark tone="warn" text={o.hole} /> : names(now)}
        {withoutChannel.length > 0 ? (
          <div class="hint">{o.withoutChannel(withoutChannel.map((id) => page.texts.contact(id)).join(", "))}</div>
        ) : null}
      </td>
      <td>{o.layer[now.by]}</td>
      <td>{until === undefined ? "" : page.texts.time(until)}</td>
      <td>{next === undefined ? "" : names(next)}</td>
    </tr>
  );
}

function Overrides({ page, overrides }: Pick<OnCallPageProps, "page" | "overrides">): VNode {
  const o = onCallWords[page.language];
  const { time, contact } = page.texts;
  return (
    <section>
      <h2>{o.overrides}</h2>
      {overrides.length === 0 ? (
        <p class="calm">{o.noOverrides}</p>
      ) : (
        <Table label={o.overrides} heads={[o.function, o.who, o.when, o.why, o.writer]}>
          {overrides.map((each) => (
            <tr key={each.id} id={each.id}>
              <td>{page.texts.function(each.function)}</td>
              <td>{each.people.map(contact).join(", ")}</td>
              <td>
                {o.holeSpan(time(each.from), time(each.to))}
                {each.cancelledAt === undefined ? "" : ` (${o.cancelled}, ${time(each.cancelledAt)})`}
              </td>
              <td>{each.reason}</td>
              <td>{each.by}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Rotations({ page, rotations }: Pick<OnCallPageProps, "page" | "rotations">): VNode {
  const o = onCallWords[page.language];
  const { time, contact } = page.texts;
  return (
    <section>
      <h2>{o.rotations}</h2>
      {rotations.length === 0 ? (
        <p class="calm">{o.noRotations}</p>
      ) : (
        <Table label={o.rotations} heads={[o.function, o.order, o.handover, o.when, o.until]}>
          {rotations.map((each) => (
            <tr key={each.id} id={each.id}>
              <td>{page.texts.function(each.function)}</td>
              <td>{each.people.map(contact).join(" → ")}</td>
              <td>
                {o.days[each.handover.weekday - 1]} {each.handover.time}, {o.weeks(each.weeks)}
              </td>
              <td>{o.covers[each.covers]}</td>
              <td>{each.to === undefined ? "" : time(each.to)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function People({ page, people }: Pick<OnCallPageProps, "page" | "people">): VNode {
  const o = onCallWords[page.language];
  return (
    <section>
      <h2>{o.people}</h2>
      <Table label={o.people} heads={[o.who, o.function, o.channel, o.proven]}>
        {people.flatMap((each) =>
          each.channels.map((way) => (
            <tr key={`${each.id} ${way.channel} ${way.address}`}>
              <td>{each.name}</td>
              <td>{each.functions.map((id) => page.texts.function(id)).join(", ")}</td>
              <td>
                {way.channel} <code>{way.address}</code>
              </td>
              <td>
                <Mark tone={way.reachable === "silent" ? "warn" : "plain"} text={o.reachable[way.reachable]} />
              </td>
            </tr>
          )),
        )}
      </Table>
    </section>
  );
}
