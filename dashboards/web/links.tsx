/**
 * The circuits between sites, and whether they carry. Unknown is said as unknown: behind a dead circuit, or while we are blind, nobody can tell.
 */
import type { VNode } from "preact";
import { Mark, type PageContext } from "./frame.tsx";
import { words } from "./words.ts";

export interface LinkRow {
  readonly id: string;
  readonly name: string;
  /** Names of the two sites. */
  readonly ends: readonly string[];
  readonly state: "up" | "down" | "unknown";
  readonly owner?: string;
  readonly circuit?: string;
  /** ISO; when it is down. */
  readonly since?: string;
  /** The incident that gathers it. */
  readonly incident?: string;
}

export function Links({ page, links }: { readonly page: PageContext; readonly links: readonly LinkRow[] }): VNode | null {
  const w = words[page.language];
  if (links.length === 0) return null;
  const order = { down: 0, unknown: 1, up: 2 } as const;
  const sorted = [...links].sort((a, b) => order[a.state] - order[b.state]);
  return (
    <section aria-labelledby="links">
      <h2 id="links">{w.links}</h2>
      <p class="hint">{w.linksMeaning}</p>
      <ul class="devices links">
        {sorted.map((link) => (
          <li key={link.id}>
            <LinkMark page={page} state={link.state} />
            <span>
              {link.incident === undefined ? link.name : <a href={`/incidents/${encodeURIComponent(link.incident)}`}>{link.name}</a>}
              <span class="why">{about(page, link).join(" · ")}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The ends only where the name does not tell them. */
function about(page: PageContext, { name, ends, owner, circuit, since }: LinkRow): readonly string[] {
  const w = words[page.language];
  return [
    ...(ends.some((end) => name.includes(end)) ? [] : [ends.join(` ${w.and} `)]),
    ...(since === undefined ? [] : [`${w.since} ${page.texts.time(since)} (${page.texts.since(since)})`]),
    ...(owner === undefined ? [] : [`${w.owner} ${owner}`]),
    ...(circuit === undefined ? [] : [`${w.circuit} ${circuit}`]),
  ];
}

function LinkMark({ page, state }: { readonly page: PageContext; readonly state: LinkRow["state"] }): VNode {
  const w = words[page.language];
  switch (state) {
    case "up":
      return <Mark tone="good" text={w.inService} />;
    case "down":
      return <Mark tone="bad" text={w.outOfService} />;
    case "unknown":
      return <Mark tone="unsure" text={w.unknown} />;
  }
}
