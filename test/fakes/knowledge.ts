/** What the project ships, read once a process: hundreds of small networks are made from the same files. */
import { type KnowledgeSources, shippedKnowledge } from "../../daemon/config/knowledge.ts";

function once<A extends unknown[], R>(work: (...of: A) => R): (...of: A) => R {
  const done = new Map<string, R>();
  return (...of) => {
    const key = JSON.stringify(of);
    const known = done.get(key) ?? work(...of);
    done.set(key, known);
    return known;
  };
}

const shipped = shippedKnowledge();
/** Files of a test's own folder are read again: another test's may have the same name. */
const ofShipped = once(shipped.loadFamilies);
const isShipped = (folders: readonly string[]) => folders.every((folder) => shipped.familyFolders.includes(folder));

export const knowledge: KnowledgeSources = {
  ...shipped,
  loadFamilies: (folders) => (isShipped(folders) ? ofShipped(folders) : shipped.loadFamilies(folders)),
  parsePack: once(shipped.parsePack),
  parseSeverity: once(shipped.parseSeverity),
  parseDiagnosis: once(shipped.parseDiagnosis),
};
