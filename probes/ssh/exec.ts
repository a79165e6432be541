/**
 * The exec dialect: one channel a command, for hosts with an OpenSSH server. No prompt to wait for; the channel's end is the end.
 */
import { StringDecoder } from "node:string_decoder";
import { type Answer, type Answered, type Dialect, MAX_ANSWER_BYTES } from "../shell/dialect.ts";
import type { Line, Stream } from "../shell/line.ts";
import { done, down, failed, type Outcome, unknown, within } from "../shell/outcome.ts";

/** Text kept of one answer; patterns see no more. */
const MAX_TEXT = 4_096;

export const exec: Dialect = {
  open: (connection) => Promise.resolve(done({ ask: (commands, signal, answered) => runAll(connection, commands, signal, answered) })),
};

/** One after the other: a host runs what is asked at once at once. */
async function runAll(
  connection: Line,
  commands: readonly string[],
  signal: AbortSignal,
  answered: Answered,
): Promise<Outcome<readonly Answer[]>> {
  const answers: Answer[] = [];
  for (const [at, command] of commands.entries()) {
    const answer = await run(connection, command, signal);
    if (!answer.ok) return answer;
    answered(at, answer.value);
    answers.push(answer.value);
  }
  return done(answers);
}

async function run(connection: Line, command: string, signal: AbortSignal): Promise<Outcome<Answer>> {
  if (connection.exec === undefined)
    return failed(unknown(`${connection.transport}.engine`, "single commands go over SSH only; give the family another dialect"));
  const opened = await connection.exec(command, signal);
  if (!opened.ok) return opened;
  return within(signal, (settle) => collect(connection, opened.value, settle));
}

function collect(connection: Line, channel: Stream, settle: (outcome: Outcome<Answer>) => void): void {
  const decoder = new StringDecoder("utf8");
  let text = "";
  let bytes = 0;
  const forget = connection.onEnd((failure) => settle(failed(failure)));
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      connection.end(down("ssh.protocol", `the device sent more than ${MAX_ANSWER_BYTES} octets for one question`));
  };
  channel.stderr?.on("data", count);
  channel.on("data", (chunk: Buffer) => {
    count(chunk);
    if (text.length < MAX_TEXT) text = (text + decoder.write(chunk)).slice(0, MAX_TEXT);
  });
  channel.on("error", () => connection.end(down("ssh.protocol", "the channel broke off")));
  channel.on("close", () => {
    forget();
    settle(done({ form: "text", text }));
  });
}
