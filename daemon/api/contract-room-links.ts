/**
 * The shapes of coordinators' personal links to their rooms. Part of contract.ts.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const id = z.string().min(1).max(100);

export const RoomLinkBody = z.strictObject({ sites: z.array(id).min(1).max(50).describe("Whose rooms they see and ask for help in.") });
export const RoomLinkView = z.object({
  person: z.string(),
  name: z.string(),
  sites: z.array(z.string()),
  at: instant,
  by: z.string(),
  seenAt: instant.optional().describe("The last day on which it was opened by who has the digits."),
  revoked: z.object({ at: instant, by: z.string() }).optional(),
});
export const RoomLinkMade = RoomLinkView.extend({
  path: z.string().describe("Shown only now. What stands before it is instance.public_url, or the address of the daemon."),
  url: z.string().optional().describe("With instance.public_url."),
  digits: z.string().describe("Give them another way than the link: a mail scanner reads the link. Asked once in each browser."),
});
export const RoomLinkList = z.object({ items: z.array(RoomLinkView) });

/** Named in the OpenAPI document. */
export const roomLinkShapes = { RoomLinkBody, RoomLink: RoomLinkView, RoomLinkMade, RoomLinkList } as const;
