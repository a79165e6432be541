/**
 * The acceptance sheet of a room, to read, to print and to take along, and to sign by who is signed in and may; and the list of rooms that
 * have one.
 */
import type { VNode } from "preact";
import type { CommissioningShape, SheetShape } from "../../daemon/api/contract.ts";
import { Signing, type SigningProps } from "./acceptance-forms.tsx";
import { acceptanceWords } from "./acceptance-words.ts";
import { formWords } from "./form-words.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { Table } from "./table.tsx";
import { words } from "./words.ts";

export interface AcceptancePageProps extends SigningProps {
  readonly placeName: string;
  readonly done?: "sign" | "withdraw" | undefined;
  readonly warned?: boolean | undefined;
}

type Line = SheetShape["lines"][number];

const tones = { good: "good", bad: "bad", open: "unsure" } as const;

export function AcceptancePage(props: AcceptancePageProps): VNode {
  const { page, placeName, sheet, done, warned } = props;
  const w = acceptanceWords[page.language];
  return (
    <Frame page={page} title={`${w.title}${words[page.language].colon}${placeName}`}>
      {done === undefined ? null : (
        <p class="banner good" role="status">
          {w.did[done]}
          {warned === true ? <strong class="warned"> {formWords[page.language].patient}</strong> : null}
        </p>
      )}
      <p class="hint">{w.meaning}</p>
      {sheet.devices.length === 0 ? <p class="calm">{w.none}</p> : <SheetTable page={page} sheet={sheet} />}
      {sheet.devices.length === 0 ? null : <Signature page={page} />}
      <Signing {...props} />
      {sheet.signed.length === 0 ? null : (
        <section aria-labelledby="signed">
          <h2 id="signed">{w.signed}</h2>
          <ul>
            {sheet.signed.map((each) => (
              <li key={each.id}>
                {page.texts.time(each.at)}, {w.by} {each.by} ({page.texts.function(each.function)}){words[page.language].colon}
                {each.devices.map((id) => page.texts.name(id)).join(", ")}
                {each.reason === undefined ? "" : ` · ${w.reason}${words[page.language].colon}${each.reason}`}
                {each.withdrawn === undefined
                  ? ""
                  : ` · ${w.withdrawn}, ${page.texts.time(each.withdrawn.at)}, ${w.by} ${each.withdrawn.by} (${each.withdrawn.reason})`}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Frame>
  );
}

function SheetTable({ page, sheet }: { readonly page: PageContext; readonly sheet: SheetShape }): VNode {
  const w = acceptanceWords[page.language];
  const groups = [...sheet.devices, undefined].map((device) => ({ device, lines: sheet.lines.filter((each) => each.device === device) }));
  return (
    <Table label={w.title} heads={[words[page.language].device, w.item, w.seen, w.note]}>
      {groups.flatMap(({ device, lines }) =>
        lines.map((line) => (
          <tr key={line.id}>
            <td>{device === undefined ? w.room : <a href={`/devices/${encodeURIComponent(device)}`}>{page.texts.name(device)}</a>}</td>
            <td>{w.items[line.item]}</td>
            <td>
              <Mark tone={tones[line.state]} text={w.states[line.state]} />
              {line.value === undefined ? null : <span class="why">{valueText(page, line)}</span>}
            </td>
            <td>{line.state === "open" ? w.tick : ""}</td>
          </tr>
        )),
      )}
    </Table>
  );
}

/** A light's reason is a code; a version and a part's name are as the device says them. */
function valueText(page: PageContext, { item, value = "" }: Line): string {
  if (item === "peripherals")
    return value
      .split(", ")
      .map((part) => page.texts.part(part))
      .join(", ");
  return item === "firmware" ? value : page.texts.word(value);
}

/** On paper. */
function Signature({ page }: { readonly page: PageContext }): VNode {
  return (
    <p>
      {acceptanceWords[page.language].signature}
      {words[page.language].colon}
      <span aria-hidden="true">________________________________________</span>
    </p>
  );
}

export interface CommissioningPageProps {
  readonly page: PageContext;
  readonly items: CommissioningShape["items"];
}

export function CommissioningPage({ page, items }: CommissioningPageProps): VNode {
  const w = acceptanceWords[page.language];
  return (
    <Frame page={page} title={w.commissioning}>
      <p class="hint">{w.placeMeaning}</p>
      {items.length === 0 ? <p class="calm">{w.none}</p> : null}
      <ul>
        {items.map(({ place, placeName, devices }) => (
          <li key={place}>
            <a href={`/rooms/${encodeURIComponent(place)}/acceptance`}>{placeName}</a>
            {words[page.language].colon}
            {devices.map(({ name }) => name).join(", ")}
          </li>
        ))}
      </ul>
    </Frame>
  );
}
