/**
 * A browser as far as forms go: it keeps cookies, follows a form's answer, and sends the forms of a page as they stand there.
 */

export interface Page {
  readonly status: number;
  readonly text: string;
  readonly path: string;
  readonly headers: Headers;
}

export class BrowserLike {
  readonly #base: string;
  readonly cookies = new Map<string, string>();
  #page: Page | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error("no page is open");
    return this.#page;
  }

  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#go(path, { headers });
  }

  /** Sends a form of the page that is open, by its `act`, with what is typed into it. */
  async send(act: string, typed: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.post(this.page.path, { ...this.hidden(act), ...typed }, headers);
  }

  /** What a form holds unseen. */
  hidden(act: string): Record<string, string> {
    const form = [...this.page.text.matchAll(/<form\b[\s\S]*?<\/form>/g)]
      .map(([text]) => text)
      .find((text) => text.includes(`id="act-${act}"`));
    if (form === undefined) throw new Error(`this page has no form ${act}`);
    const inputs = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    return Object.fromEntries(inputs.map(([, name = "", value = ""]) => [name, value]));
  }

  async post(path: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#go(path, { method: "POST", body: new URLSearchParams(form), headers });
  }

  async signIn(token: string, to = "/"): Promise<Page> {
    return this.post("/sign-in", { token, to });
  }

  async #go(path: string, init: RequestInit): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Accept: "text/html", "Accept-Language": "en", ...(cookie === "" ? {} : { Cookie: cookie }), ...init.headers };
    const answer = await fetch(`${this.#base}${path}`, { ...init, headers, redirect: "manual" });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ""] = set.split(";");
      const [name = "", value = ""] = pair.split("=", 2);
      if (value === "" || /expires=thu, 01 jan 1970/i.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const on = answer.headers.get("location");
    if (answer.status === 303 && on !== null) {
      await answer.arrayBuffer();
      return this.#go(on.split("#")[0] ?? on, {});
    }
    this.#page = { status: answer.status, text: await answer.text(), path: path.split("?")[0] ?? path, headers: answer.headers };
    return this.#page;
  }
}
