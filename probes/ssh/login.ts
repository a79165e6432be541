/**
 * How a secret is presented: once a connection, by one method, to a host whose key is known.
 *
 * The library's own order would present a wrong password twice (password, then keyboard-interactive): some devices lock the
 * user after three. `none` goes first and only asks what the device offers.
 */
import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveCallback, Prompt } from "ssh2";
import type { Credential } from "../../daemon/model/config.ts";
import { done, type Failure, failed, type Outcome, unknown } from "../shell/outcome.ts";

export interface Login {
  readonly user: string;
  readonly password?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** Reads the secrets; a missing one is a failure of ours, with its reference and never its value. */
export function readLogin(credential: Credential | undefined): Outcome<Login> {
  if (credential === undefined)
    return failed(unknown("ssh.no-credential", "the device has no SSH credential; give it one in the configuration"));
  if (credential.kind !== "ssh-password" && credential.kind !== "ssh-key") {
    return failed(unknown("ssh.no-credential", `credential ${credential.id} is ${credential.kind}; SSH needs ssh_password or ssh_key`));
  }
  const secret = credential.kind === "ssh-password" ? credential.password : credential.key;
  try {
    if (credential.kind === "ssh-password") return done({ user: credential.user, password: credential.password.reveal() });
    const { passphrase } = credential;
    return done({ user: credential.user, key: credential.key.reveal(), ...(passphrase && { passphrase: passphrase.reveal() }) });
  } catch {
    // The reason may hold the value; the reference is enough to find it.
    return failed(unknown("ssh.no-credential", `credential ${credential.id}: ${secret.ref} cannot be read`));
  }
}

export interface Presenter {
  /** For the library's authHandler. */
  readonly next: (offered: AuthenticationType[] | null) => AnyAuthMethod | false;
  /** The secret went over the wire. */
  readonly presented: () => boolean;
  /** Why no login is possible, once `next` said false. */
  readonly refusal: () => Failure;
}

const PASSWORD_PROMPT = /pass(?:word|phrase|code)|mot de passe/i;

/** One login attempt. `refuse` is called when the device asks for something other than the password. */
export function presenter(login: Login, who: string, refuse: (failure: Failure) => void): Presenter {
  let asked = false;
  let presented = false;
  let offeredNames = "";
  const refusal = (): Failure =>
    presented
      ? unknown("ssh.auth-refused", `${who} refused the login of ${login.user}`)
      : unknown("ssh.auth-refused", `${who} offers no way to log in with this credential (${offeredNames || "nothing"})`);

  const prompt = (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: Prompt[],
    finish: KeyboardInteractiveCallback,
  ): void => {
    const [only] = prompts;
    if (prompts.length !== 1 || only === undefined || only.echo === true || !PASSWORD_PROMPT.test(only.prompt.slice(0, 200)) || presented) {
      refuse(presented ? refusal() : unknown("ssh.auth-refused", `${who} asks for something other than a password`));
      return;
    }
    presented = true;
    finish([login.password ?? ""]);
  };

  const next = (offered: AuthenticationType[] | null): AnyAuthMethod | false => {
    if (!asked) {
      asked = true;
      return { type: "none", username: login.user };
    }
    const methods = offered ?? [];
    offeredNames = methods.filter((name) => /^[a-z-]{1,40}$/.test(name)).join(", ");
    if (presented) return false;
    if (login.key !== undefined && methods.includes("publickey")) {
      presented = true;
      return { type: "publickey", username: login.user, key: login.key, ...(login.passphrase && { passphrase: login.passphrase }) };
    }
    if (login.password === undefined) return false;
    if (methods.includes("password")) {
      presented = true;
      return { type: "password", username: login.user, password: login.password };
    }
    // The prompt decides whether the password is what is wanted. Once only: a second round is a refusal.
    if (methods.includes("keyboard-interactive") && !offeredTwice()) return { type: "keyboard-interactive", username: login.user, prompt };
    return false;
  };

  let interactive = false;
  const offeredTwice = (): boolean => {
    const before = interactive;
    interactive = true;
    return before;
  };

  return { next, presented: () => presented, refusal };
}
