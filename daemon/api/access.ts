/**
 * Who may come in: Host allow-list against DNS rebinding, tokens compared in constant time, failed tokens slowed down.
 *
 * Writes take a Bearer token only: a browser sends Basic by itself, and then a foreign page could write.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import type { Request, RequestHandler } from "express";
import type { Config } from "../model/config.ts";
import type { Clock } from "../ports.ts";
import type { Arrivals } from "./arrivals.ts";
import { HttpProblem } from "./problem.ts";

/** Who a request comes from. */
export interface Caller {
  readonly name: string;
  readonly function: string;
  /** Sites that it reads; undefined: all of them. */
  readonly sites?: readonly string[];
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "::1"]);

export function hostGuard(config: () => Config): RequestHandler {
  return (request, _response, next) => {
    const host = hostName(request.headers.host);
    if (host !== undefined && allowedHost(config(), host)) return next();
    throw new HttpProblem(421, "host-not-allowed", "Add this host name to http.allowed_hosts, or use one that is there.");
  };
}

/** Whether a host name is one of ours. */
export function allowedHost({ http, instance }: Config, host: string): boolean {
  if (loopbackNames.has(host) || host === http.host || http.allowedHosts.includes(host)) return true;
  return instance.publicUrl !== undefined && hostName(new URL(instance.publicUrl).host) === host;
}

/** The name in a Host header, lower-case, without port and brackets; undefined when it is not one. */
export function hostName(header: string | undefined): string | undefined {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "");
  return (found?.[1] ?? found?.[2])?.toLowerCase();
}

/** Finds the token's owner; undefined when the request has none. A wrong one throws 401, and too many of them 429. */
export interface TokenDesk {
  caller(request: Request, ways: "bearer" | "bearer-or-basic"): Caller | undefined;
  /** The owner of a token that was typed into the sign-in page. A wrong one counts as one of a request does; `wait`: it was not looked at. */
  typed(request: Request, secret: string): { readonly caller: Caller; readonly secret: string } | { readonly wait: number } | undefined;
}

const failuresAllowed = 10;
const failureWindowMs = 60_000;
const addressesKept = 1_000;

export function createTokenDesk(config: () => Config, clock: Clock, arrivals: Arrivals): TokenDesk {
  const failures = new Map<string, { count: number; since: number }>();

  const held = (address: string): number => {
    const seen = failures.get(address);
    if (seen === undefined) return 0;
    const left = seen.since + failureWindowMs - clock.monotonicMs();
    if (left <= 0) failures.delete(address);
    return left > 0 && seen.count >= failuresAllowed ? Math.ceil(left / 1000) : 0;
  };
  const failed = (address: string) => {
    arrivals.wrong(address);
    const seen = failures.get(address) ?? { count: 0, since: clock.monotonicMs() };
    seen.count += 1;
    failures.set(address, seen);
    const oldest = failures.keys().next().value;
    if (failures.size > addressesKept && oldest !== undefined) failures.delete(oldest);
  };

  return {
    caller(request, ways) {
      const secret = presented(request.headers.authorization, ways);
      if (secret === undefined) return undefined;
      const address = request.socket.remoteAddress ?? "";
      const wait = held(address);
      if (wait > 0)
        throw new HttpProblem(429, "too-many-failures", `Wait ${wait} s, then use a valid token.`, { "Retry-After": String(wait) });
      const caller = owner(config(), secret);
      if (caller !== undefined) {
        arrivals.came(caller, address);
        return caller;
      }
      failed(address);
      throw unauthorized("This token is not known; look at tokens in the configuration, or make one with `vigie token`.");
    },
    typed(request, secret) {
      const address = request.socket.remoteAddress ?? "";
      const wait = held(address);
      if (wait > 0) return { wait };
      const caller = owner(config(), secret);
      if (caller === undefined) failed(address);
      return caller === undefined ? undefined : { caller, secret };
    },
  };
}

export function unauthorized(detail: string): HttpProblem {
  return new HttpProblem(401, "unauthorized", detail, { "WWW-Authenticate": 'Bearer realm="Vigie"' });
}

/** Every token is compared, found or not: the time taken tells nothing. */
function owner(config: Config, secret: string): Caller | undefined {
  const given = digest(secret);
  let found: Caller | undefined;
  for (const token of config.tokens) {
    if (timingSafeEqual(digest(token.secret.reveal()), given))
      found ??= { name: token.name, function: token.function, ...sitesOf(config, token) };
  }
  return found;
}

/** The owner of a token by the token's name, with the secret that it has now; undefined when it left the configuration. */
export function ownerNamed(config: Config, name: string): { readonly caller: Caller; readonly secret: string } | undefined {
  const token = config.tokens.find((each) => each.name === name);
  if (token === undefined) return undefined;
  return { caller: { name, function: token.function, ...sitesOf(config, token) }, secret: token.secret.reveal() };
}

/** A function that reads its own sites only has none where its token names none. */
function sitesOf({ permissions }: Config, { function: of, sites = [] }: Config["tokens"][number]): Pick<Caller, "sites"> {
  return permissions.get(of)?.includes("read") ? {} : { sites };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Basic carries the token as its password, for browsers that open a page; the name is not looked at. */
function presented(header: string | undefined, ways: "bearer" | "bearer-or-basic"): string | undefined {
  const [scheme = "", value = ""] = (header ?? "").trim().split(/ +/, 2);
  if (scheme.toLowerCase() === "bearer" && value !== "") return value;
  if (ways === "bearer" || scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : text.slice(colon + 1);
}

/** Whether an address lies in one of the CIDRs; an IPv4 address may come mapped into IPv6. */
export function within(cidrs: readonly string[], address: string | undefined): boolean {
  const bare = (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  const kind = isIP(bare);
  if (kind === 0) return false;
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [net = "", bits] = cidr.split("/");
    const of = isIP(net);
    if (of === 0) continue;
    list.addSubnet(net, bits === undefined ? (of === 4 ? 32 : 128) : Number(bits), of === 4 ? "ipv4" : "ipv6");
  }
  return list.check(bare, kind === 4 ? "ipv4" : "ipv6");
}
