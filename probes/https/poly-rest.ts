/**
 * Poly VideoOS and Group REST: `/rest/session` takes user and password and gives a cookie; what is read is a path, by GET and nothing else.
 *
 * A session lasts until the device says 401 or 403. Each login leaves one on the device, so one is kept for as long as it works.
 */
import { done, failed } from "../shell/outcome.ts";
import type { HttpsDialect } from "./dialect.ts";
import { readJson } from "./plain.ts";
import { field, nonsense, readStatus, refused } from "./said.ts";

const COOKIE = /^session_id=[!-+\--:<-~]{1,300}$/;

export const polyRest: HttpsDialect = {
  reads: /^\/rest(?:\/[a-z0-9]{1,40}){1,4}$/,
  session: {
    async open(wire, { user, password }) {
      const sent = await wire.send({
        method: "POST",
        path: "/rest/session",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user, password }),
      });
      if (!sent.ok) return sent;
      const { status, cookies, body } = sent.value;
      const tree = readJson(body);
      if (status === 401 || status === 403 || field(tree, "success") === "false") return failed(refused(user));
      const given = field(field(tree, "session"), "sessionId");
      const cookie = cookies.find((each) => COOKIE.test(each)) ?? (typeof given === "string" ? `session_id=${given}` : "");
      return COOKIE.test(cookie) ? done(cookie) : failed(nonsense("/rest/session"));
    },
  },
  async ask(wire, { secrets, session }, question) {
    const sent = await wire.send({ method: "GET", path: question, headers: { Cookie: session ?? "" } });
    return sent.ok ? readStatus(sent.value, question, secrets.user) : sent;
  },
};
