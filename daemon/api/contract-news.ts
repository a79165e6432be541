/**
 * The shapes of general failure news. Part of contract.ts.
 */
import { z } from "zod";
import { mostText } from "../model/public-news.ts";

const instant = z.iso.datetime();
const text = z.string().trim().min(1).max(mostText);
const texts = z.object({ fr: z.string(), en: z.string() });

export const PublicNewsView = z.object({
  seq: z.int().describe("1 is the first text of an incident."),
  at: instant,
  by: z.string(),
  texts,
  since: instant,
  nextAt: instant.optional().describe("When the next text comes; absent in the last one."),
  last: z.boolean().describe("Service is back: no more texts."),
});
export const NewsBody = z.strictObject({
  texts: z.strictObject({ fr: text, en: text }).describe("What coordinators read: plain words. Since when and the next time are added."),
  since: z.iso.datetime({ offset: true }).optional().describe("Left out: as told before, else when it began."),
  nextAt: z.iso.datetime({ offset: true }).optional().describe("When the next text comes; needed in every text but the last."),
  last: z.boolean().optional().describe("Service is back, and this is the last text."),
});
export const PublicNewsList = z.object({
  items: z.array(PublicNewsView).describe("The first one first."),
  owed: z.boolean().describe("Coordinators wait for the next text, or for the last."),
  draft: z
    .object({
      texts,
      since: instant,
      nextAt: instant.optional(),
      last: z.boolean(),
      told: z.int().describe("Coordinators who would be told now."),
    })
    .describe("What could be told now, from the facts."),
});

/** Named in the OpenAPI document. */
export const newsShapes = { NewsBody, PublicNewsList } as const;

export type PublicNewsShape = z.infer<typeof PublicNewsView>;
