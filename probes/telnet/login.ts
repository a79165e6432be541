/**
 * Logging in over telnet: which prompt is answered with what, once each.
 *
 * Pure state machine over the text that came. A password is presented once a connection: a second prompt is a refusal. What asks
 * for something else gets nothing. The dialect says when the device is ready.
 */
import type { Credential } from "../../daemon/model/config.ts";
import { done, type Failure, failed, type Outcome, unknown } from "../shell/outcome.ts";

export interface TelnetSecrets {
  readonly user?: string;
  readonly password?: string;
}

/** Reads the secret; a device without a credential is asked without a login. A missing secret is a failure of ours, told by its reference. */
export function readTelnetLogin(credential: Credential | undefined): Outcome<TelnetSecrets> {
  if (credential === undefined) return done({});
  if (credential.kind !== "telnet-password")
    return failed(unknown("telnet.no-credential", `credential ${credential.id} is ${credential.kind}; telnet needs telnet_password`));
  try {
    const { user } = credential;
    return done({ password: credential.password.reveal(), ...(user === undefined ? {} : { user }) });
  } catch {
    // The reason may hold the value; the reference is enough to find it.
    return failed(unknown("telnet.no-credential", `credential ${credential.id}: ${credential.password.ref} cannot be read`));
  }
}

export type Move =
  | { readonly is: "wait" }
  | { readonly is: "send"; readonly text: string; readonly what: "user" | "password" }
  | { readonly is: "ready" }
  | { readonly is: "fail"; readonly failure: Failure };

const WAIT: Move = { is: "wait" };
const MAX_PROMPT = 200;
/** A prompt is the last line, without an end. `Last login: …` is none. */
const USER_PROMPT =
  /(?:^|[^\p{L}])(?:login|user(?:[ -]?(?:name|id))?|account|utilisateur|usager|identifiant|ouverture de session)\s*:\s*$/iu;
const PASSWORD_PROMPT = /(?:pass(?:word|phrase|code)|mot de passe)\b[^:]{0,60}:\s*$/i;
const NO_PROMPT = /last login/i;
/** Said by servers that refuse, on a line of their own, once a password was given. */
const REFUSAL = /\b(?:incorrect|denied|invalid|failed|failure|refused|bad password|wrong)\b/i;

export class TelnetLogin {
  readonly #secrets: TelnetSecrets;
  readonly #who: string;
  readonly #ready: (text: string) => boolean;
  /** Text since the last answer of ours. */
  #text = "";
  #userSent = false;
  #presented = false;

  /** @param who `host:port`, for sentences. @param ready whether the text ends where the dialect may begin. */
  constructor(secrets: TelnetSecrets, who: string, ready: (text: string) => boolean) {
    this.#secrets = secrets;
    this.#who = who;
    this.#ready = ready;
  }

  /** A password went over the wire: the far end's close from now on is its answer. */
  get presented(): boolean {
    return this.#presented;
  }

  /** Something was said that is no prompt of ours and has no end: the device waits for we do not know what. */
  get unanswered(): boolean {
    return lastLine(this.#text).trim() !== "";
  }

  feed(text: string): Move {
    this.#text = (this.#text + text).slice(-8_192);
    const prompt = lastLine(this.#text).slice(-MAX_PROMPT);
    if (!NO_PROMPT.test(prompt)) {
      if (PASSWORD_PROMPT.test(prompt)) return this.#password();
      if (USER_PROMPT.test(prompt)) return this.#user();
    }
    if (this.#ready(this.#text)) return { is: "ready" };
    if (this.#presented && this.#text.split("\n").some((line) => REFUSAL.test(line.slice(0, MAX_PROMPT)) && !NO_PROMPT.test(line)))
      return { is: "fail", failure: this.refusal() };
    return WAIT;
  }

  refusal(): Failure {
    const { user } = this.#secrets;
    return unknown("telnet.auth-refused", `${this.#who} refused the login${user === undefined ? "" : ` of ${user}`}`);
  }

  #user(): Move {
    const { user, password } = this.#secrets;
    if (this.#userSent || this.#presented) return { is: "fail", failure: this.refusal() };
    if (password === undefined) return this.#missing("a login");
    if (user === undefined) return this.#missing("a user name, and the credential has none");
    this.#userSent = true;
    this.#text = "";
    return { is: "send", text: user, what: "user" };
  }

  #password(): Move {
    const { password } = this.#secrets;
    if (this.#presented) return { is: "fail", failure: this.refusal() };
    if (password === undefined) return this.#missing("a password");
    this.#presented = true;
    this.#text = "";
    return { is: "send", text: password, what: "password" };
  }

  #missing(what: string): Move {
    return {
      is: "fail",
      failure: unknown("telnet.no-credential", `${this.#who} asks for ${what}; give the device telnet: <credential> in the configuration`),
    };
  }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1).replaceAll("\r", "");
}
