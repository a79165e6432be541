/**
 * 24 hours in one small line of SVG, drawn by the daemon: the mean of each slot, a gap where nothing was measured.
 *
 * The figures stand beside it in words: the picture adds nothing that a reader without eyes for it would miss.
 */
import type { VNode } from "preact";
import type { PageContext } from "./frame.tsx";
import { words } from "./words.ts";

/** One series over 24 hours, in slots of equal length; slot 0 is the oldest. */
export interface HistorySeries {
  readonly name: string;
  readonly part?: string;
  readonly slots: number;
  readonly points: readonly { readonly slot: number; readonly min: number; readonly max: number; readonly mean: number }[];
}

const [width, height, margin] = [288, 44, 3] as const;

export function Sparkline({ page, series }: { readonly page: PageContext; readonly series: HistorySeries }): VNode {
  const w = words[page.language];
  const { texts } = page;
  const { points } = series;
  const last = points.at(-1);
  const [least, most] = [Math.min(...points.map(({ min }) => min)), Math.max(...points.map(({ max }) => max))];
  const name = `${texts.sample(series.name)}${series.part === undefined ? "" : ` (${texts.part(series.part)})`}`;
  const say = (value: number) => texts.quantity(series.name, value);
  const figures = `${w.least} ${say(least)}, ${w.most} ${say(most)}${last === undefined ? "" : `, ${w.latest} ${say(last.mean)}`}`;
  return (
    <figure class="spark">
      <figcaption>
        <strong>{name}</strong> {figures}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {pathsOf(series).map((d) => (
          <path key={d} d={d} />
        ))}
      </svg>
    </figure>
  );
}

/** One path for each stretch without a gap. A stretch of one slot is a short dash, so that it is seen. */
export function pathsOf({ points, slots, name }: HistorySeries): readonly string[] {
  // From zero, so that a steady line looks steady; a temperature has no zero that means something.
  const means = points.map(({ mean }) => mean);
  const floor = name.endsWith("_celsius") ? Math.min(...means) - 5 : 0;
  const top = Math.max(...means, floor + (name.endsWith("_ratio") ? 0.05 : Number.EPSILON));
  const x = (slot: number) => ((slot / slots) * width).toFixed(1);
  const y = (mean: number) => (height - margin - ((mean - floor) / (top - floor)) * (height - 2 * margin)).toFixed(1);
  const paths: string[] = [];
  let before: number | undefined;
  for (const { slot, mean } of points) {
    const step = `L${x(slot)} ${y(mean)} L${x(slot + 1)} ${y(mean)}`;
    if (before !== undefined && slot === before + 1) paths.push(`${paths.pop() ?? ""} ${step}`);
    else paths.push(step.replace("L", "M"));
    before = slot;
  }
  return paths;
}
