/**
 * Pages as HTML text: data in, document out. What the daemon's page routes call.
 */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { AcceptancePage, type AcceptancePageProps, CommissioningPage, type CommissioningPageProps } from "./acceptance-page.tsx";
import { AuditPage, type AuditPageProps } from "./audit-page.tsx";
import { DevicePage, type DevicePageProps } from "./device-page.tsx";
import { ForbiddenPage, type ForbiddenPageProps } from "./forbidden-page.tsx";
import { Frame, type PageContext } from "./frame.tsx";
import { IncidentPage, type IncidentPageProps } from "./incident-page.tsx";
import { InventoryPage, type InventoryPageProps } from "./inventory-page.tsx";
import { MaintenancePage, type MaintenancePageProps } from "./maintenance-page.tsx";
import { MyListPage, type MyListPageProps } from "./my-list-page.tsx";
import { OnCallPage, type OnCallPageProps } from "./on-call-page.tsx";
import { RecurrencesPage, type RecurrencesPageProps } from "./recurrences-page.tsx";
import { ReportPage, type ReportPageProps } from "./report-page.tsx";
import { ReportsPage, type ReportsPageProps } from "./reports-page.tsx";
import { RequestPage, type RequestPageProps } from "./request-page.tsx";
import { NewRequestPage, type NewRequestPageProps, RequestsPage, type RequestsPageProps } from "./requests-page.tsx";
import { RoomsPage, type RoomsPageProps } from "./rooms-page.tsx";
import { RulePage, type RulePageProps, RulesPage, type RulesPageProps } from "./rules-page.tsx";
import { SessionsPage, type SessionsPageProps } from "./sessions-page.tsx";
import { BouncePage, type BounceProps, SignInPage, type SignInPageProps } from "./sign-in-page.tsx";
import { SiteReportsPage, type SiteReportsPageProps } from "./site-reports-page.tsx";
import { StatusPage, type StatusPageProps } from "./status-page.tsx";
import { TaskPage, type TaskPageProps } from "./task-page.tsx";
import { TopologyPage, type TopologyPageProps } from "./topology-page.tsx";
import { TroublePage, type TroublePageProps } from "./trouble-page.tsx";
import { WeaknessesPage, type WeaknessesPageProps } from "./weaknesses-page.tsx";
import { words } from "./words.ts";

function html(node: VNode): string {
  return `<!doctype html>\n${renderToString(node)}`;
}

export const pages = {
  signIn: (props: SignInPageProps) => html(<SignInPage {...props} />),
  bounce: (props: BounceProps) => html(<BouncePage {...props} />),
  status: (props: StatusPageProps) => html(<StatusPage {...props} />),
  device: (props: DevicePageProps) => html(<DevicePage {...props} />),
  incident: (props: IncidentPageProps) => html(<IncidentPage {...props} />),
  acceptance: (props: AcceptancePageProps) => html(<AcceptancePage {...props} />),
  audit: (props: AuditPageProps) => html(<AuditPage {...props} />),
  commissioning: (props: CommissioningPageProps) => html(<CommissioningPage {...props} />),
  recurrences: (props: RecurrencesPageProps) => html(<RecurrencesPage {...props} />),
  maintenance: (props: MaintenancePageProps) => html(<MaintenancePage {...props} />),
  myList: (props: MyListPageProps) => html(<MyListPage {...props} />),
  onCall: (props: OnCallPageProps) => html(<OnCallPage {...props} />),
  inventory: (props: InventoryPageProps) => html(<InventoryPage {...props} />),
  requests: (props: RequestsPageProps) => html(<RequestsPage {...props} />),
  newRequest: (props: NewRequestPageProps) => html(<NewRequestPage {...props} />),
  request: (props: RequestPageProps) => html(<RequestPage {...props} />),
  report: (props: ReportPageProps) => html(<ReportPage {...props} />),
  reports: (props: ReportsPageProps) => html(<ReportsPage {...props} />),
  siteReports: (props: SiteReportsPageProps) => html(<SiteReportsPage {...props} />),
  rooms: (props: RoomsPageProps) => html(<RoomsPage {...props} />),
  rules: (props: RulesPageProps) => html(<RulesPage {...props} />),
  rule: (props: RulePageProps) => html(<RulePage {...props} />),
  sessions: (props: SessionsPageProps) => html(<SessionsPage {...props} />),
  task: (props: TaskPageProps) => html(<TaskPage {...props} />),
  topology: (props: TopologyPageProps) => html(<TopologyPage {...props} />),
  trouble: (props: TroublePageProps) => html(<TroublePage {...props} />),
  weaknesses: (props: WeaknessesPageProps) => html(<WeaknessesPage {...props} />),
  forbidden: (props: ForbiddenPageProps) => html(<ForbiddenPage {...props} />),
  notFound: (props: { readonly page: PageContext }) => {
    const w = words[props.page.language];
    return html(
      <Frame page={props.page} title={w.notFound}>
        <p>
          <a href="/">{w.back}</a>
        </p>
      </Frame>,
    );
  },
};
