/**
 * Where the project's own files are, whether this runs from the sources or from dist/.
 *
 * Worker threads and child processes start from built JavaScript: Node 20 cannot start a worker from TypeScript.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder) throw new Error("package.json is not above this file; reinstall the project");
    folder = above;
  }
  return folder;
}

/** A built file, by its path below dist/: `probes/trap/receiver.js`. Throws when the project was not built. */
export function builtFile(path: string): string {
  const file = join(projectRoot(), "dist", path);
  if (!existsSync(file)) throw new Error(`${file} is missing; run: npm run build`);
  return file;
}
