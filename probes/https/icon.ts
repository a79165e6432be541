/**
 * LifeSize Icon: `/rest/new` gives a session, `/rest/request/<session>` takes calls by name (Icon API 1.1.0).
 *
 * A session that is not used for 30 s is over: after 25 it is not tried. `_rv` below 0 is the device's "no": to a call that it does not know,
 * and maybe to a session that has ended, which the manual does not tell apart.
 */
import { done, failed } from "../shell/outcome.ts";
import type { HttpsDialect } from "./dialect.ts";
import { basic, field, nonsense, problem, readStatus, refused } from "./said.ts";

const SESSION = /^[\w.~-]{1,128}$/;

export const icon: HttpsDialect = {
  // `SysAdmin_getTimezone`; what is set, made, started and stopped has other words.
  reads: /^[A-Z][A-Za-z0-9]{1,40}_(?:get|is|has)[A-Z][A-Za-z0-9]{1,60}$/,
  session: {
    idleMs: 25_000,
    async open(wire, { user, password }) {
      const sent = await wire.send({ method: "GET", path: "/rest/new", headers: { Authorization: basic(user, password) } });
      if (!sent.ok) return sent;
      const said = readStatus(sent.value, "/rest/new", user);
      if (!said.ok) return said;
      const { answer } = said.value;
      const tree = answer.form === "json" ? answer.status : undefined;
      const session = field(tree as Parameters<typeof field>[0], "session");
      if (typeof session !== "string" || !SESSION.test(session)) return failed(nonsense("/rest/new"));
      return done(session);
    },
  },
  async ask(wire, { secrets, session }, question) {
    if (session === undefined) return failed(refused(secrets.user));
    const sent = await wire.send({
      method: "POST",
      path: `/rest/request/${session}`,
      headers: { Authorization: basic(secrets.user, secrets.password), "Content-Type": "application/json" },
      body: JSON.stringify({ call: question }),
    });
    if (!sent.ok) return sent;
    if (sent.value.status === 404) return done({ answer: problem("HTTP 404"), stale: true });
    const said = readStatus(sent.value, question, secrets.user);
    if (!said.ok || said.value.answer.form !== "json") return said;
    const result = Number(field(said.value.answer.status as Parameters<typeof field>[0], "_rv") ?? 0);
    return result < 0 ? done({ answer: problem(`_rv ${result}`), stale: true }) : said;
  },
};
