/** A table that scrolls within itself, by keyboard too, and has a name. */
import type { ComponentChildren, VNode } from "preact";

export interface TableProps {
  readonly label: string;
  readonly heads: readonly string[];
  /** The rows. */
  readonly children: ComponentChildren;
}

export function Table({ label, heads, children }: TableProps): VNode {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
