/**
 * What the simulated web interfaces share: a request in, an answer out, and where the answers come from.
 */
import type { DeviceState } from "../device-state.ts";

export interface WebRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface WebAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is told to a question; undefined: the device does not know it. */
export type Told = (question: string) => unknown;

export interface WebLogin {
  readonly user: string;
  readonly password: string;
}

export interface WebInterface {
  answer(request: WebRequest): WebAnswer;
  /** As when the device restarts, or is tired of them. */
  forgetSessions(): void;
}

export type OpenWeb = (state: DeviceState, login: WebLogin, told: Told) => WebInterface;

export const json = (status: number, value: unknown, headers?: WebAnswer["headers"]): WebAnswer => ({
  status,
  type: "application/json",
  body: JSON.stringify(value),
  ...(headers === undefined ? {} : { headers }),
});

export const page = (status: number, text: string): WebAnswer => ({ status, type: "text/html", body: `<html><body>${text}</body></html>` });

export function isBasic({ headers }: WebRequest, { user, password }: WebLogin): boolean {
  return headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
