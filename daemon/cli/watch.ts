/**
 * Reload on a changed file, when the configuration asks for it (`reload: { watch: true }`).
 *
 * Folders are watched, not files: editors put a new file in the place of the old one, and an include may find a new one.
 */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { App } from "../app.ts";
import type { Log } from "../ports.ts";

/** Editors write in several steps: this long nothing must move. */
const quietMs = 500;

/** Watches until closed. Follows the files of each configuration that comes into force. */
export function watchConfiguration(app: Pick<App, "config" | "reload">, log: Log): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const changed = (folder: string, name: string | null) => {
    const ours =
      name === null || /\.ya?ml$/.test(name) || app.config().files.some((file) => dirname(file) === folder && basename(file) === name);
    if (!ours) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      log.info({ folder, file: name }, "a configuration file changed; reloading");
      void app.reload(false, "watch").then(follow);
    }, quietMs);
  };
  const follow = () => {
    if (closed) return;
    const folders = new Set(app.config().files.map((file) => dirname(file)));
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      const watcher = watch(folder, (_event, name) => changed(folder, name));
      // A folder that is taken away is seen again at the next reload.
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    }
  };
  follow();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
