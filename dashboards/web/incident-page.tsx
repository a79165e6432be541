/**
 * One incident: what it means and what to do first, the facts, its timeline with the reason of each step, and who was told.
 */
import type { VNode } from "preact";
import type { AttachmentShape, DeviceShape, DiagnosisListShape, IncidentDetailShape } from "../../daemon/api/contract.ts";
import type { SupportFacts } from "../../daemon/model/inventory.ts";
import { Actions } from "./actions.tsx";
import { Diagnoses } from "./diagnoses.tsx";
import { formWords } from "./form-words.ts";
import { Frame, Mark, type PageContext } from "./frame.tsx";
import { isRestored, sentence, severityText } from "./incident-card.tsx";
import { type IncidentAct, IncidentForms, type IncidentFormsProps } from "./incident-forms.tsx";
import { incidentFormsWords } from "./incident-forms-words.ts";
import { Pairs } from "./inventory-parts.tsx";
import { Joined } from "./joined.tsx";
import { MutedNote } from "./maintenance-page.tsx";
import { problemWords } from "./problems-words.ts";
import { PublicNews } from "./public-news.tsx";
import { ReportFileLinks } from "./reports-page.tsx";
import { reportsWords } from "./reports-words.ts";
import { ruleWords } from "./rules-words.ts";
import { SessionHits } from "./session-hits.tsx";
import { Table } from "./table.tsx";
import { Timeline } from "./timeline.tsx";
import { words } from "./words.ts";
import { Work, type WorkProps } from "./work.tsx";

export interface IncidentPageProps {
  readonly page: PageContext;
  readonly incident: IncidentDetailShape;
  /** The rule's words; undefined when it has left the configuration. */
  readonly advice?: { readonly clinic: string; readonly steps: readonly string[] };
  /** Of the room. */
  readonly phone?: string;
  readonly foldedIntoNumber?: string;
  /** The last incident of the same failure, when this one comes after it. */
  readonly beforeNumber?: string;
  /** What a supplier asks first; undefined when it is about no device. */
  readonly support?: SupportFacts;
  /** What partners have of it, and its numbers in other systems. */
  readonly tasks?: WorkProps["tasks"];
  readonly references?: WorkProps["references"];
  /** What was found out about it, and how people meet meanwhile. */
  readonly diagnoses?: DiagnosisListShape;
  /** The device as seen now; undefined when it is about none. */
  readonly up?: DeviceShape["up"];
  readonly files?: readonly AttachmentShape[];
  /** What may be done about it now. */
  readonly forms?: Omit<IncidentFormsProps, "page">;
  /** What was just done; and whether its text had better be erased. */
  readonly done?: IncidentAct;
  readonly warned?: boolean;
}

export function IncidentPage(props: IncidentPageProps): VNode {
  const { page, incident, up } = props;
  const { texts } = page;
  const w = words[page.language];
  const over = isRestored(incident) || incident.state === "closed";
  const tone = incident.severity === "major" ? "bad" : "warn";
  return (
    <Frame page={page} title={sentence(page, incident)}>
      <Done {...props} />
      <p class="marks">
        <Mark tone={over ? "good" : "plain"} text={texts.state(incident.state)} />
        <Mark tone={over ? "plain" : tone} text={severityText(page, incident)} />
        {over ? null : <Mark tone="plain" text={texts.urgencyPlain(incident.urgency)} />}
        {over ? null : <Mark tone="plain" text={texts.levelPlain(incident.level)} />}
        {up === "unknown" && !over ? <Mark tone="unsure" text={w.unseenNow} /> : null}
      </p>
      {props.foldedIntoNumber === undefined ? null : (
        <p class="banner">
          {w.foldedInto} <IncidentLink number={props.foldedIntoNumber} />
        </p>
      )}
      {incident.problem === undefined ? null : (
        <p>
          {problemWords[page.language].ofIncident} <a href={`/recurrences#${encodeURIComponent(incident.problem)}`}>{incident.problem}</a>
        </p>
      )}
      {incident.muted === undefined ? null : <MutedNote page={page} muted={incident.muted} />}
      <Facts {...props} />
      {incident.news === undefined ? null : <PublicNews page={page} news={incident.news} />}
      {props.forms === undefined ? null : <IncidentForms page={page} {...props.forms} />}
      {incident.severity === "major" ? (
        <p>
          {reportsWords[page.language].report}
          {w.colon}
          <a href={`/incidents/${encodeURIComponent(incident.number)}/report`}>{reportsWords[page.language].open}</a>{" "}
          <ReportFileLinks page={page} path={`/api/v1/incidents/${encodeURIComponent(incident.number)}/report/file`} />
        </p>
      ) : null}
      <Diagnoses
        page={page}
        incident={incident}
        diagnoses={props.diagnoses}
        ticks={props.forms?.acts.includes("step") === true}
        state={props.forms?.state}
      />
      {over || props.advice === undefined ? null : <Advice page={page} advice={props.advice} />}
      {props.support === undefined ? null : <Support page={page} support={props.support} />}
      <SessionHits page={page} incident={incident} />
      <Joined page={page} incident={incident} />
      <Actions page={page} actions={incident.actions} />
      <Work page={page} incident={incident} tasks={props.tasks ?? []} references={props.references ?? []} />
      <Files page={page} incident={incident} files={props.files ?? []} />
      <Timeline page={page} incident={incident} />
      <Deliveries page={page} incident={incident} />
    </Frame>
  );
}

function Done({ page, done, warned }: IncidentPageProps): VNode | null {
  if (done === undefined) return null;
  return (
    <p class="banner good" role="status">
      {incidentFormsWords[page.language].did[done]}
      {warned === true ? <strong class="warned"> {formWords[page.language].patient}</strong> : null}
    </p>
  );
}

function Files({
  page,
  incident,
  files,
}: Pick<IncidentPageProps, "page" | "incident"> & { readonly files: readonly AttachmentShape[] }): VNode | null {
  const w = incidentFormsWords[page.language];
  if (files.length === 0) return null;
  const base = `/api/v1/incidents/${encodeURIComponent(incident.number)}/attachments`;
  return (
    <section aria-labelledby="files">
      <h2 id="files">{w.files}</h2>
      <ul>
        {files.map((file) => (
          <li key={file.id}>
            {file.erased === undefined ? (
              <a href={`${base}/${encodeURIComponent(file.id)}/content`}>{file.name}</a>
            ) : (
              w.erased.replace("{by}", file.erased.by)
            )}{" "}
            <span class="soft">
              {file.by}, {page.texts.time(file.at)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Support({ page, support }: { readonly page: PageContext; readonly support: SupportFacts }): VNode | null {
  const w = words[page.language];
  const { texts } = page;
  const { model, serial, otherSerial, firmware, tag, supplier, warrantyUntil, warrantyDaysLeft = 0, contract, contacts } = support;
  if (Object.keys(support).length === 1 && contacts.length === 0) return null;
  const left = warrantyDaysLeft < 0 ? w.warrantyOver : w.daysLeft.replace("{n}", String(warrantyDaysLeft));
  const calls = contacts.map(({ name, reach }) => <li key={name}>{[name, ...reach].join(", ")}</li>);
  return (
    <section aria-labelledby="support">
      <h2 id="support">{w.forTheSupplier}</h2>
      <Pairs
        rows={[
          [texts.reading("model"), model],
          [texts.reading("serial"), serial],
          [w.booksSay, otherSerial === undefined ? undefined : <span class="warned">{otherSerial}</span>],
          [texts.reading("software_version"), firmware],
          [w.assetTag, tag],
          [w.supplier, supplier],
          [
            w.warranty,
            warrantyUntil === undefined ? undefined : (
              <span class={warrantyDaysLeft < 0 ? "warned" : undefined}>{`${warrantyUntil} (${left})`}</span>
            ),
          ],
          [w.contract, contract],
          [w.supplierContacts, calls.length === 0 ? undefined : <ol class="steps">{calls}</ol>],
        ]}
      />
    </section>
  );
}

export function IncidentLink({ number }: { readonly number: string }): VNode {
  return <a href={`/incidents/${encodeURIComponent(number)}`}>{number}</a>;
}

function Advice({ page, advice }: { readonly page: PageContext; readonly advice: NonNullable<IncidentPageProps["advice"]> }): VNode {
  const w = words[page.language];
  return (
    <section aria-labelledby="advice">
      <h2 id="advice">{w.firstSteps}</h2>
      <p>
        <strong>{w.meaning}</strong>
        {w.colon}
        {advice.clinic}
      </p>
      <ol class="steps">
        {advice.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}

function Facts({ page, incident, phone, beforeNumber }: IncidentPageProps): VNode {
  const w = words[page.language];
  const { texts } = page;
  const device = incident.device;
  const rows: readonly (readonly [string, string | VNode | undefined])[] = [
    [w.number, incident.number],
    [w.where, incident.roomName === undefined ? incident.siteName : `${incident.siteName}, ${incident.roomName}`],
    [w.device, device === undefined ? undefined : <a href={`/devices/${encodeURIComponent(device)}`}>{incident.deviceName ?? device}</a>],
    [w.phone, phone],
    [w.since, `${texts.time(incident.firstBadAt)} (${texts.since(incident.firstBadAt)})`],
    [w.opened, texts.time(incident.openedAt)],
    [w.restored, incident.restoredAt === undefined ? undefined : texts.time(incident.restoredAt)],
    [w.disposition, incident.disposition === undefined ? undefined : texts.disposition(incident.disposition)],
    [ruleWords[page.language].rule, <a href={`/rules/${encodeURIComponent(incident.rule)}`}>{incident.rule}</a>],
    [w.holder, incident.holder ?? w.nobody],
    [w.acknowledgedBy, incident.acknowledgedBy === undefined ? undefined : texts.why(incident.acknowledgedBy)],
    [w.verdict, incident.verdict === undefined ? undefined : texts.of("verdict", incident.verdict)],
    [w.severity, `${texts.severity(incident.severity)}${w.colon}${texts.why(incident.severityWhy)}`],
    [w.settled, settledText(page, incident)],
    [w.urgency, `${texts.urgency(incident.urgency)}${w.colon}${texts.why(incident.urgencyWhy)}`],
    [w.next, incident.wakeAt === undefined ? undefined : texts.time(incident.wakeAt)],
    [w.occurrences, incident.occurrences > 1 ? String(incident.occurrences) : undefined],
    [w.wasBefore, beforeNumber === undefined ? undefined : <IncidentLink number={beforeNumber} />],
  ];
  return (
    <dl class="facts">
      {rows.map(([label, value]) =>
        value === undefined ? null : (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

/** "provisional, until the end of the first call", or when and how it was settled. */
function settledText({ texts }: PageContext, { severitySettled }: IncidentDetailShape): string {
  if (severitySettled === undefined) return texts.of("severity-settled", "provisional");
  const { at, by, how } = severitySettled;
  return `${texts.time(at)}, ${texts.of("settled-how", how)}${by === "system" ? "" : ` (${by})`}`;
}

function Deliveries({ page, incident }: Pick<IncidentPageProps, "page" | "incident">): VNode {
  const w = words[page.language];
  if (incident.deliveries.length === 0) {
    return (
      <section aria-labelledby="deliveries">
        <h2 id="deliveries">{w.deliveries}</h2>
        <p class="calm">{w.noDeliveries}</p>
      </section>
    );
  }
  return (
    <div>
      <h2 id="deliveries">{w.deliveries}</h2>
      <Table label={w.deliveries} heads={[w.at, w.recipient, w.message, w.channel, w.level, w.state, w.attempts]}>
        {incident.deliveries.map((row) => (
          <tr key={row.key}>
            <td>{page.texts.exact(row.sentAt ?? row.createdAt)}</td>
            <td>{page.texts.contact(row.recipient)}</td>
            <td>{page.texts.notice(row.kind, row.level)}</td>
            <td>{row.channel}</td>
            <td>{page.texts.level(row.level)}</td>
            <td>
              {w.delivery[row.state] ?? row.state}
              {row.error === undefined ? null : <span class="why">{page.texts.delivery(row.error)}</span>}
              {row.error !== undefined || row.proof === undefined ? null : <span class="why">{page.texts.delivery(row.proof)}</span>}
            </td>
            <td>{row.attempts}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
