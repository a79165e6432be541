/** Telnet without a socket: negotiation, prompts, what is sent and what never is. */
import { describe, expect, it } from "vitest";
import { encodeTelnet, TelnetDecoder } from "../../../probes/telnet/iac.ts";
import { type Move, TelnetLogin } from "../../../probes/telnet/login.ts";

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240];
const [ECHO, SGA, TTYPE, LINEMODE] = [1, 3, 24, 34];

function hear(...octets: readonly number[]) {
  const { data, reply, broken } = new TelnetDecoder().feed(Buffer.from(octets));
  return { data: data.toString("latin1"), reply: [...reply], broken };
}

describe("negotiation", () => {
  it.each([
    ["the far end may echo", [IAC, WILL, ECHO], [IAC, DO, ECHO]],
    ["the far end may suppress go-ahead", [IAC, WILL, SGA], [IAC, DO, SGA]],
    ["so may we", [IAC, DO, SGA], [IAC, WILL, SGA]],
    ["we do not tell our terminal", [IAC, DO, TTYPE], [IAC, WONT, TTYPE]],
    ["we do not echo", [IAC, DO, ECHO], [IAC, WONT, ECHO]],
    ["nothing else is wanted of the far end", [IAC, WILL, LINEMODE], [IAC, DONT, LINEMODE]],
    ["what is off needs no answer", [IAC, WONT, ECHO, IAC, DONT, SGA], []],
    [
      "what is agreed is not agreed again (no loops)",
      [IAC, WILL, ECHO, IAC, WILL, ECHO, IAC, DO, SGA, IAC, DO, SGA],
      [IAC, DO, ECHO, IAC, WILL, SGA],
    ],
    ["what was on is confirmed off once", [IAC, WILL, ECHO, IAC, WONT, ECHO, IAC, WONT, ECHO], [IAC, DO, ECHO, IAC, DONT, ECHO]],
  ])("%s", (_name, heard, answered) => {
    expect(hear(...heard).reply).toEqual(answered);
  });

  it("keeps data apart: doubled 255, commands, subnegotiations, a bare carriage return", () => {
    const heard = hear(65, IAC, IAC, IAC, 249, 66, IAC, SB, TTYPE, 1, IAC, IAC, 67, IAC, SE, 68, 13, 0, 13, 10, 69);
    expect(heard.data).toBe("A\u00ffBD\r\r\nE");
    expect(heard.reply).toEqual([]);
  });

  it("hears the same wherever the packets are cut", () => {
    const octets = Buffer.from([65, IAC, WILL, ECHO, 13, 0, IAC, SB, TTYPE, 1, IAC, SE, 66, IAC, IAC, IAC, DO, TTYPE, 67]);
    for (let cut = 1; cut < octets.length; cut++) {
      const decoder = new TelnetDecoder();
      const parts = [decoder.feed(octets.subarray(0, cut)), decoder.feed(octets.subarray(cut))];
      expect(Buffer.concat(parts.map(({ data }) => data)).toString("latin1")).toBe("A\rB\u00ffC");
      expect([...Buffer.concat(parts.map(({ reply }) => reply))]).toEqual([IAC, DO, ECHO, IAC, WONT, TTYPE]);
    }
  });

  it("gives up on who negotiates, or goes on in a subnegotiation, without end", () => {
    expect(hear(...Array.from({ length: 600 }, () => [IAC, DO, TTYPE]).flat()).broken).toBe("negotiates without end");
    expect(hear(IAC, SB, TTYPE, ...Array.from({ length: 5_000 }, () => 65)).broken).toBe("sends a subnegotiation without end");
  });

  it("sends lines with CR LF and doubles 255", () => {
    expect([...encodeTelnet(Buffer.from([65, 255, 13]))]).toEqual([65, 255, 255, 13, 10]);
  });
});

describe("logging in", () => {
  const secrets = { user: "vigie", password: "right" };
  const ready = (text: string) => text.endsWith("-> ");
  const moves = (texts: readonly string[], given: { user?: string; password?: string } = secrets): readonly Move[] => {
    const login = new TelnetLogin(given, "hdx:24", ready);
    return texts.map((text) => login.feed(text));
  };
  const said = (move: Move | undefined) => (move?.is === "send" ? move.text : move?.is === "fail" ? move.failure.code : move?.is);

  it.each([
    ["a login and a password prompt", ["login: ", "Password: ", "\r\n-> "], ["vigie", "right", "ready"]],
    ["prompts in pieces", ["lo", "gin", ": ", "Pass", "word:", "x\r\n-> "], ["wait", "wait", "vigie", "wait", "right", "ready"]],
    ["prompts in French", ["Nom d’utilisateur : ", "Mot de passe : ", "-> "], ["vigie", "right", "ready"]],
    ["a username prompt after a banner", ["Welcome\r\nlogin banner: be good\r\nUsername:", "password for vigie:"], ["vigie", "right"]],
    ["a password alone", ["Password: ", "-> "], ["right", "ready"]],
    ["no login at all", ["Hi\r\n-> "], ["ready"]],
    [
      "the time of the last login, which is no prompt",
      ["login: ", "Password: ", "Last login: ", "Mon 3 Nov\r\n-> "],
      ["vigie", "right", "wait", "ready"],
    ],
    ["a refusal in words", ["login: ", "Password: ", "\r\nLogin incorrect\r\n"], ["vigie", "right", "telnet.auth-refused"]],
    ["a refusal by asking again", ["login: ", "Password: ", "\r\nlogin: "], ["vigie", "right", "telnet.auth-refused"]],
    ["a second password prompt", ["Password: ", "Password: "], ["right", "telnet.auth-refused"]],
    ["a question that is no login", ["Enter the access code of your site> "], ["wait"]],
  ])("%s", (_name, texts, wanted) => {
    expect(moves(texts).map(said)).toEqual(wanted);
  });

  it("without a credential nothing is sent, and the remedy is named", () => {
    const [move] = moves(["login: "], {});
    expect(move).toMatchObject({ is: "fail", failure: { status: "unknown", code: "telnet.no-credential" } });
    expect(move?.is === "fail" && move.failure.detail).toContain("telnet: <credential>");
    expect(said(moves(["login: "], { password: "right" })[0])).toBe("telnet.no-credential");
  });

  it("a refusal never names the password", () => {
    const refused = moves(["Password: ", "Password: "]).at(-1);
    expect(refused).toMatchObject({ is: "fail", failure: { code: "telnet.auth-refused" } });
    expect(JSON.stringify(refused)).not.toContain("right");
  });
});
