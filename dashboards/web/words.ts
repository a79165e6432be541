/**
 * The words of the pages by language; what depends on data comes from the daemon's catalogue (frame.tsx, Texts).
 */
import { en } from "./words-en.ts";
import { fr, type Words } from "./words-fr.ts";

export const words: Readonly<Record<"fr" | "en", Words>> = { fr, en };
