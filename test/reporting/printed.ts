/** What a reader finds in a printed report, whatever the form. */
import { spawnSync } from "node:child_process";
import { inflateRawSync } from "node:zlib";

/** Of one entry of a zip, by its local header: DOCX is a zip. */
function unzipped(bytes: Buffer, name: string): string {
  for (let at = bytes.indexOf("PK\u0003\u0004", 0, "latin1"); at >= 0; at = bytes.indexOf("PK\u0003\u0004", at + 4, "latin1")) {
    const [nameLength, extra] = [bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
    if (bytes.toString("utf8", at + 30, at + 30 + nameLength) === name)
      return inflateRawSync(bytes.subarray(at + 30 + nameLength + extra)).toString("utf8");
  }
  throw new Error(`${name} is not in it`);
}

export function docxText(bytes: Buffer): string {
  return unzipped(bytes, "word/document.xml")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

export function pdfText(bytes: Buffer, pdftotext = "pdftotext"): string {
  const run = spawnSync(pdftotext, ["-layout", "-", "-"], { input: bytes });
  if (run.status !== 0) throw new Error(String(run.error ?? run.stderr));
  return run.stdout.toString("utf8").replace(/\s+/g, " ");
}

/** The sections that the procedure asks for, as they are headed; and that it is signed. */
export const requiredSections = {
  fr: ["Chronologie", "Cause", "Répercussions organisationnelles", "Répercussions cliniques", "Mesure corrective", "Signé le"],
  en: ["Chronology", "Cause", "Organizational repercussions", "Clinical repercussions", "Remedial action", "Signed "],
} as const;
