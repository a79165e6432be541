/** A folder for what a test run writes: in memory where there is room, since databases of thousands of tests wait for a disk otherwise. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "vigie-test-";
const memory = "/dev/shm";
const needed = 4 * 2 ** 30;

/** Named after this process, so that the next run takes away what a killed one left. */
export function workFolder(base = hasRoom() ? memory : tmpdir()) {
  for (const name of readdirSync(base).filter((each) => each.startsWith(prefix)))
    if (!isAlive(Number(name.slice(prefix.length)))) rmSync(join(base, name), { recursive: true, force: true });
  const folder = join(base, `${prefix}${process.pid}`);
  // Passed through by servers that run as another user, read by nobody else.
  mkdirSync(folder, { mode: 0o711 });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Room, and programs may run there: tests write some. */
function hasRoom() {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= needed && runsPrograms();
  } catch {
    return false;
  }
}

function runsPrograms() {
  const program = join(memory, `${prefix}program-${process.pid}`);
  try {
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(program, { force: true });
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
