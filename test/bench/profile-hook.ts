/**
 * Loaded into the daemon under test (`node --import`): SIGUSR2 begins a CPU profile of the main thread, the next one writes it to
 * the file named by VIGIE_BENCH_PROFILE.
 */
import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";

const file = process.env.VIGIE_BENCH_PROFILE;
let session: Session | undefined;

function begin(): void {
  session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 500 });
  session.post("Profiler.start");
}

function end(of: Session): void {
  of.post("Profiler.stop", (error, result) => {
    of.disconnect();
    if (error !== null || file === undefined) return;
    writeFileSync(`${file}.part`, JSON.stringify(result.profile));
    renameSync(`${file}.part`, file);
  });
}

if (file !== undefined) {
  process.on("SIGUSR2", () => {
    if (session === undefined) begin();
    else {
      end(session);
      session = undefined;
    }
  });
}
