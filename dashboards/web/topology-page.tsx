/**
 * What is reached through what, by site; the circuits; and what was learned, for a person to confirm. Deciding needs a token, so it is done over
 * the API: a page that a browser signs in to by itself must not be able to write.
 */
import type { VNode } from "preact";
import type { ParentProposalShape, TopologyShape } from "../../daemon/api/contract.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { type LinkRow, Links } from "./links.tsx";
import { Table } from "./table.tsx";
import { topologyWords } from "./topology-words.ts";
import { words } from "./words.ts";

export interface TopologyPageProps {
  readonly page: PageContext;
  readonly topology: TopologyShape;
  readonly proposals: readonly ParentProposalShape[];
}

const tones = { up: "good", down: "bad", unknown: "unsure" } as const;

export function TopologyPage({ page, topology, proposals }: TopologyPageProps): VNode {
  const w = topologyWords[page.language];
  const open = proposals.filter(({ standing }) => standing === "proposed");
  const decided = proposals.filter(({ standing }) => standing !== "proposed");
  return (
    <Frame page={page} title={w.title}>
      <p class="hint">{w.meaning}</p>
      <section aria-labelledby="proposals">
        <h2 id="proposals">{w.proposals}</h2>
        <p class="hint">{w.proposalsMeaning}</p>
        {open.length === 0 ? <p class="calm">{w.noProposals}</p> : <Proposals page={page} proposals={open} label={w.proposals} />}
        {open[0] === undefined ? null : <HowTo page={page} id={open[0].id} />}
      </section>
      {decided.length === 0 ? null : (
        <section aria-labelledby="decided">
          <h2 id="decided">{w.decided}</h2>
          <Proposals page={page} proposals={decided} label={w.decided} />
        </section>
      )}
      <Links page={page} links={topology.links as readonly LinkRow[]} />
      <h2>{w.sites}</h2>
      {topology.sites.map((site) => (
        <Site key={site.id} page={page} site={site} />
      ))}
    </Frame>
  );
}

function HowTo({ page, id }: { readonly page: PageContext; readonly id: string }): VNode {
  const path = `/api/v1/topology/proposals/${encodeURIComponent(id)}`;
  return (
    <div class="no-print">
      <p class="hint">{topologyWords[page.language].how}</p>
      <pre class="raw">{`POST ${path}/accept\n{"accept":true}\n\nPOST ${path}/refuse\n{"reason":"…"}`}</pre>
    </div>
  );
}

function Proposals(props: {
  readonly page: PageContext;
  readonly proposals: readonly ParentProposalShape[];
  readonly label: string;
}): VNode {
  const { page, proposals, label } = props;
  const w = topologyWords[page.language];
  return (
    <Table label={`${label}, ${w.table}`} heads={[w.device, w.through, w.from, w.state, w.write]}>
      {proposals.map((each) => (
        <tr key={each.id}>
          <td>
            <DeviceLink page={page} id={each.device} />
          </td>
          <td>{each.parents.map((id) => page.texts.name(id)).join(", ")}</td>
          <td>{each.from.map((from) => fromText(page, from)).join("; ")}</td>
          <td>
            <State page={page} proposal={each} />
          </td>
          <td>
            <code>{each.write.yaml}</code>
            <span class="why">{whereText(page, each)}</span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function State({ page, proposal }: { readonly page: PageContext; readonly proposal: ParentProposalShape }): VNode {
  const w = topologyWords[page.language];
  const { standing, contradicts, decided } = proposal;
  const { colon } = words[page.language];
  return (
    <>
      <Mark tone={standing === "proposed" ? "warn" : standing === "in-force" ? "good" : "plain"} text={w.standing[standing]} />
      {contradicts === undefined ? null : (
        <span class="why">{`${w.contradicts}${colon}${contradicts.map((id) => page.texts.name(id)).join(", ")}`}</span>
      )}
      {decided === undefined ? null : (
        <span class="why">{`${page.texts.time(decided.at)}, ${w.decidedBy} ${decided.by}${decided.reason === undefined ? "" : ` (${decided.reason})`}`}</span>
      )}
    </>
  );
}

function fromText(page: PageContext, from: ParentProposalShape["from"][number]): string {
  const w = topologyWords[page.language];
  if (from.via === "traceroute")
    return `traceroute (${w.path}${words[page.language].colon}${from.hops.map((hop) => page.texts.name(hop)).join(" → ")})`;
  const port = from.port === undefined ? "" : `, ${w.port} ${from.port}`;
  return `${from.via.toUpperCase()}${words[page.language].colon}${page.texts.name(from.to)}${port}`;
}

function whereText(page: PageContext, { write }: ParentProposalShape): string {
  const w = topologyWords[page.language];
  return (write.line === undefined ? w.inFile : w.below).replace("{file}", write.file).replace("{line}", String(write.line));
}

function DeviceLink({ page, id }: { readonly page: PageContext; readonly id: string }): VNode {
  return <a href={`/devices/${encodeURIComponent(id)}`}>{page.texts.name(id)}</a>;
}

function Site({ page, site }: { readonly page: PageContext; readonly site: TopologyShape["sites"][number] }): VNode {
  const w = topologyWords[page.language];
  const under = (parent: string | undefined) =>
    site.devices.filter(({ parents }) => {
      const here = parents.find((id) => site.devices.some((each) => each.id === id));
      return here === parent;
    });
  const tree = (parent: string | undefined, path: readonly string[]): VNode | null => {
    const devices = under(parent).filter(({ id }) => !path.includes(id));
    return devices.length === 0 ? null : (
      <ul>
        {devices.map((device) => (
          <li key={device.id}>
            <Mark tone={tones[device.up]} text={page.texts.look(device.up)} /> <DeviceLink page={page} id={device.id} />
            <span class="why">{aboutParents(page, device, parent)}</span>
            {tree(device.id, [...path, device.id])}
          </li>
        ))}
      </ul>
    );
  };
  return (
    <section aria-labelledby={`site-${site.id}`}>
      <h3 id={`site-${site.id}`}>{site.name}</h3>
      {site.devices.length === 0 ? <p class="calm">{w.nobody}</p> : tree(undefined, [])}
    </section>
  );
}

/** The tree shows the first parent of the site; the others, and who says so, stand beside it. */
function aboutParents(page: PageContext, device: TopologyShape["sites"][number]["devices"][number], shown: string | undefined): string {
  const w = topologyWords[page.language];
  const others = device.parents.filter((id) => id !== shown).map((id) => page.texts.name(id));
  const through = others.length === 0 ? "" : `${w.through.toLocaleLowerCase()}${words[page.language].colon}${others.join(", ")}`;
  return [through, w.by[device.by]].filter((each) => each !== "").join(" · ");
}
