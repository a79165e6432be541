/**
 * The frame of every page: head, navigation, language switch, banners. Works without its script, which only keeps it fresh.
 */
import type { ComponentChildren, VNode } from "preact";
import { auditWords } from "./audit-words.ts";
import { onCallWords } from "./on-call-words.ts";
import { reportsWords } from "./reports-words.ts";
import { ruleWords } from "./rules-words.ts";
import { sessionsWords } from "./sessions-words.ts";
import { signInWords } from "./sign-in-words.ts";
import { topologyWords } from "./topology-words.ts";
import { words } from "./words.ts";

/** Texts that depend on data; the daemon's catalogue stands behind them. What has no translation comes back as it went in. */
export interface Texts {
  /** What a symptom means: "does not answer". */
  symptom(code: string, rule?: string): string;
  /** What stands between the name of what has it and the symptom's words. */
  beforeSymptom(code: string, rule?: string): string;
  /** Why a message waits or did not go. */
  delivery(why: string): string;
  /** The detail of what a diagnosis found. */
  evidence(detail: string): string;
  event(code: string): string;
  why(text: string): string;
  /** The technical words inside a reason, for the small print; undefined when it has none. */
  raw(why: string): string | undefined;
  /** What a rule kept of a look: `snmp.timeout: …` in words. */
  detail(detail: string): string;
  /** The outcome of a look: `snmp.timeout`. */
  code(code: string): string;
  /** `camera 1`; `snmp` alone. */
  part(part: string): string;
  /** What a message said: a new incident, an escalation to a level. */
  notice(kind: string, level: number): string;
  severity(code: string): string;
  urgency(code: string): string;
  urgencyPlain(code: string): string;
  level(level: number): string;
  levelPlain(level: number): string;
  state(code: string): string;
  disposition(code: string): string;
  probe(kind: string): string;
  /** `up`, `down`, `unknown`, as the end of a sentence about a look. */
  look(status: string): string;
  certainty(code: string): string;
  weakness(code: string): string;
  sample(name: string): string;
  /** A sample's value with the unit people read. */
  quantity(name: string, value: number): string;
  reading(name: string): string;
  /** The value of a reading. */
  word(value: string): string;
  /** The catalogue's word for a code: `of("light-state", "good")`; the code itself when it has none. */
  of(prefix: string, code: string): string;
  /** Why a light is as it is. */
  reason(code: string, data?: Readonly<Record<string, string>>): string;
  /** The name of a device, link or site by its id. */
  name(id: string): string;
  function(id: string): string;
  contact(id: string): string;
  /** An ISO instant in the zone of the instance, to the minute. */
  time(iso: string): string;
  /** The same, to the second. */
  exact(iso: string): string;
  /** How long ago, in words. */
  since(iso: string): string;
  /** `12 min`, `3 h 5 min`, in words. */
  duration(ms: number): string;
}

export interface PageContext {
  readonly language: "fr" | "en";
  readonly instanceName: string;
  readonly demo: boolean;
  /** Problems of the last reload, when it was refused. */
  readonly reloadProblems: readonly string[];
  readonly updatedAt: string;
  /** The address of this page, for the language switch. */
  readonly path: string;
  /** Incidents that are open or taken; the title carries it. */
  readonly underWay: number;
  /** Set while we see nothing beyond our own door: what is shown as unknown may work. */
  readonly blind?: { readonly why: string; readonly since: string };
  /** Roles that do not work, each with why. */
  readonly unwell?: readonly string[];
  /** Who is signed in; undefined: the page is read only. */
  readonly signedIn?: {
    readonly name: string;
    readonly function: string;
    /** Stands in each form. */
    readonly formToken: string;
    /** May carry incidents and take in requests. */
    readonly handles: boolean;
    /** May plan maintenance and silences. */
    readonly plans: boolean;
    /** May read the audit. */
    readonly audits: boolean;
    /** Who is on call, by name. */
    readonly readsNames: boolean;
  };
  /** Differs each time a page is made: a form that is sent twice is written once. */
  readonly once?: string;
  /** Of its address, kept when the language is switched: `number=…`. */
  readonly query?: string;
  /** It does not fetch itself again. */
  readonly still?: boolean;
  readonly texts: Texts;
}

function NavLink({ page, to, children }: { readonly page: PageContext; readonly to: string; readonly children: ComponentChildren }): VNode {
  return (
    <a href={to} aria-current={page.path === to ? "page" : undefined}>
      {children}
    </a>
  );
}

export function Frame(props: { readonly page: PageContext; readonly title: string; readonly children: ComponentChildren }): VNode {
  const { page, title, children } = props;
  const w = words[page.language];
  return (
    <html lang={`${page.language}-CA`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${page.underWay === 0 ? "" : `(${page.underWay}) `}${title} · ${page.instanceName} · Vigie`}</title>
        <link rel="stylesheet" href="/static/vigie.css" />
        <link rel="icon" href="/static/vigie.svg" />
        {page.still === true ? null : <script src="/static/vigie.js" defer />}
      </head>
      <body>
        <a class="skip" href="#main">
          {w.skip}
        </a>
        <header>
          <p class="brand">
            <a href="/">Vigie</a> <span>{page.instanceName}</span>
          </p>
          <nav aria-label="Vigie">
            <NavLink page={page} to="/">
              {w.status}
            </NavLink>
            <NavLink page={page} to="/my-list">
              {w.myList}
            </NavLink>
            <NavLink page={page} to="/requests">
              {w.requests}
            </NavLink>
            <NavLink page={page} to="/inventory">
              {w.inventory}
            </NavLink>
            <NavLink page={page} to="/maintenance">
              {w.maintenance}
            </NavLink>
            {page.signedIn?.readsNames === false ? null : (
              <NavLink page={page} to="/on-call">
                {onCallWords[page.language].title}
              </NavLink>
            )}
            <NavLink page={page} to="/sessions">
              {sessionsWords[page.language].title}
            </NavLink>
            <NavLink page={page} to="/recurrences">
              {w.recurrences}
            </NavLink>
            <NavLink page={page} to="/reports">
              {reportsWords[page.language].title}
            </NavLink>
            <NavLink page={page} to="/rules">
              {ruleWords[page.language].title}
            </NavLink>
            <NavLink page={page} to="/topology">
              {topologyWords[page.language].title}
            </NavLink>
            <NavLink page={page} to="/weaknesses">
              {w.weaknesses}
            </NavLink>
            {showsAudit(page) ? (
              <NavLink page={page} to="/audit">
                {auditWords[page.language].title}
              </NavLink>
            ) : null}
            <OtherLanguage page={page} />
          </nav>
          <SignedIn page={page} />
        </header>
        <p id="stale" class="banner problem" role="alert" hidden>
          {w.stale}
        </p>
        <main id="main" tabindex={-1}>
          {page.demo ? <p class="banner demo">{w.demo}</p> : null}
          {page.reloadProblems.length === 0 ? null : <ReloadBanner page={page} />}
          {page.unwell === undefined ? null : <UnwellBanner page={page} unwell={page.unwell} />}
          {page.blind === undefined ? null : <BlindBanner page={page} blind={page.blind} />}
          <h1>{title}</h1>
          {children}
          <p class="updated">
            {w.updated} <time dateTime={page.updatedAt}>{page.texts.time(page.updatedAt)}</time>
          </p>
        </main>
      </body>
    </html>
  );
}

/** Where reads are open everybody may; else whose function may. */
function showsAudit({ signedIn, demo }: PageContext): boolean {
  return signedIn === undefined ? demo : signedIn.audits;
}

/** The same page in the other language. */
function OtherLanguage({ page: { language, path, query } }: { readonly page: PageContext }): VNode {
  const other = language === "fr" ? "en" : "fr";
  const kept = query === undefined ? "" : `${query}&`;
  return (
    <a href={`${path}?${kept}lang=${other}`} lang={`${other}-CA`} hreflang={`${other}-CA`}>
      {words[language].otherLanguage}
    </a>
  );
}

/** Who is signed in, and the way out; or the way in. */
function SignedIn({ page }: { readonly page: PageContext }): VNode {
  const w = signInWords[page.language];
  const { signedIn } = page;
  if (signedIn === undefined)
    return (
      <p class="signed no-print">
        <a href={`/sign-in?to=${encodeURIComponent(page.path)}`}>{w.link}</a>
      </p>
    );
  return (
    <form method="post" action="/sign-out" class="signed no-print">
      <span>
        {w.as} <strong>{signedIn.name}</strong> ({signedIn.function})
      </span>
      <input type="hidden" name="form" value={signedIn.formToken} />
      <button type="submit">{w.out}</button>
    </form>
  );
}

/** Its own failure is what a calm page must not hide. */
function UnwellBanner({ page, unwell }: { readonly page: PageContext; readonly unwell: readonly string[] }): VNode {
  const w = words[page.language];
  return (
    <div class="banner problem" role="alert">
      <p>
        <strong>{w.unwell}</strong> {w.unwellMeaning}
      </p>
      <p class="why">
        <code>{unwell.join("; ")}</code>
      </p>
    </div>
  );
}

/** It says first what not to believe. */
function BlindBanner({ page, blind }: { readonly page: PageContext; readonly blind: NonNullable<PageContext["blind"]> }): VNode {
  const w = words[page.language];
  return (
    <div class="banner problem" role="alert">
      <p>
        <strong>{w.blind}</strong> {w.blindMeaning}
      </p>
      <p class="why">
        {w.since} {page.texts.time(blind.since)} ({page.texts.since(blind.since)}){w.colon}
        {page.texts.why(blind.why)}
      </p>
    </div>
  );
}

function ReloadBanner({ page }: { readonly page: PageContext }): VNode {
  return (
    <div class="banner problem" role="alert">
      <p>{words[page.language].reloadFailed}</p>
      <ul>
        {page.reloadProblems.slice(0, 10).map((problem) => (
          <li key={problem}>
            <code>{problem}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A mark that says the same in form, word and colour. */
export function Mark(props: { readonly tone: "good" | "bad" | "warn" | "unsure" | "plain"; readonly text: string }): VNode {
  const sign = { good: "✓", bad: "✕", warn: "▲", unsure: "?", plain: "•" }[props.tone];
  return (
    <span class={`mark ${props.tone}`}>
      <span aria-hidden="true">{sign}</span> {props.text}
    </span>
  );
}
