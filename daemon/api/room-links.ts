/**
 * Coordinators' personal links to their rooms: made, listed, revoked. The link and its digits are shown once, when it is made.
 */
import { type RoomLink, RoomLinks } from "../room-links.ts";
import type { ApiDeps } from "./deps.ts";
import { type Operation, operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";
import { iso, present } from "./shape.ts";

export function roomLinkView({ config }: Pick<ApiDeps, "config">, { serial: _s, seenAt, revoked, ...link }: RoomLink) {
  return {
    ...link,
    sites: [...link.sites],
    name: config().contacts.get(link.person)?.name ?? link.person,
    at: iso(link.at),
    ...present({
      seenAt: seenAt === undefined ? undefined : iso(seenAt),
      revoked: revoked === undefined ? undefined : { ...revoked, at: iso(revoked.at) },
    }),
  };
}

export function roomLinkAddress(token: string, publicUrl: string | undefined): { readonly path: string; readonly url?: string } {
  const path = `/rooms/${token}`;
  return { path, ...(publicUrl === undefined ? {} : { url: `${publicUrl.replace(/\/+$/, "")}${path}` }) };
}

export const roomLinkOperations: readonly Operation[] = [
  operation({
    id: "listRoomLinks",
    method: "get",
    path: "/api/v1/room-links",
    summary: "Coordinators' links to their rooms: whose, which sites, when last used. Never the links themselves.",
    access: "read",
    may: "read-names",
    answer: "RoomLinkList",
    run: async ({ deps }) => ({ content: { items: (await new RoomLinks(deps).list()).map((link) => roomLinkView(deps, link)) } }),
  }),
  operation({
    id: "makeRoomLink",
    method: "post",
    path: "/api/v1/people/{id}/room-link",
    summary: "A personal link to the rooms of some sites, for their coordinator; the one before is over with it. Audited.",
    access: "write",
    may: "arrange",
    body: "RoomLinkBody",
    answer: "RoomLinkMade",
    run: async ({ deps, params, caller, body }) => {
      const made = await new RoomLinks(deps).make(params.id ?? "", body.sites, caller.name);
      if (!made.ok) throw new HttpProblem(made.status, `room-link-${made.status}`, made.problem);
      const { publicUrl } = deps.config().instance;
      return { content: { ...roomLinkView(deps, made.link), ...roomLinkAddress(made.token, publicUrl), digits: made.digits } };
    },
  }),
  operation({
    id: "revokeRoomLink",
    method: "post",
    path: "/api/v1/people/{id}/room-link/revoke",
    summary: "The link opens nothing any more, in no browser. Audited.",
    access: "write",
    may: "arrange",
    answer: "RoomLink",
    run: async ({ deps, params, caller }) => {
      const revoked = await new RoomLinks(deps).revoke(params.id ?? "", caller.name);
      if (revoked === undefined)
        throw new HttpProblem(404, "no-room-link", "This person has no link that holds; GET /api/v1/room-links lists them.");
      return { content: roomLinkView(deps, revoked) };
    },
  }),
];
