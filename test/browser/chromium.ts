/** A Chromium for the tests of pages: pages of any width and language, pictures of them, and what axe objects to. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import type { TestContext } from "vitest";
import { findProgram, needs } from "../needs.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Set to keep pictures of each page: SCREENSHOTS=/some/folder npx vitest run test/browser */
const screenshots = process.env.SCREENSHOTS;

let browser: Browser | undefined;

export interface Screen {
  readonly width?: number;
  readonly locale?: string;
  readonly script?: boolean;
  readonly dark?: boolean;
}

/** A page in a context of its own; the browser starts with the first one. */
export async function open(context: TestContext, { width, locale, script, dark }: Screen = {}): Promise<Page> {
  const executablePath = findProgram("chromium") ?? needs("chromium", context);
  browser ??= await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return browser.newPage({
    viewport: { width: width ?? 1_280, height: 900 },
    locale: locale ?? "fr-CA",
    javaScriptEnabled: script ?? true,
    colorScheme: dark === true ? "dark" : "light",
    bypassCSP: false,
  });
}

export async function closePages(): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close();
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
}

export async function picture(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

/** What axe objects to; empty is well. Evaluated by the debugger, which the page's policy does not bind. */
export async function objections(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run()")) as { violations: { id: string; nodes: { html: string }[] }[] };
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
