/** What the project ships; its families are built once a process: hundreds of small networks are made from the same files. */
import { type KnowledgeSources, shippedKnowledge } from "../../daemon/config/knowledge.ts";

const shipped = shippedKnowledge();
let families: ReturnType<typeof shipped.loadFamilies> | undefined;

export const knowledge: KnowledgeSources = {
  ...shipped,
  loadFamilies: (folders) => {
    // A test may bring its own folders, beside the shipped one.
    if (folders.join() !== shipped.familyFolders.join()) return shipped.loadFamilies(folders);
    families ??= shipped.loadFamilies(folders);
    return families;
  },
};
