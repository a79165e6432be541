/**
 * Which files may be attached: kinds that a desk needs and that nothing runs, known by their first bytes rather than by their name.
 *
 * Pure.
 */

/** Each file, and how many an incident has (ours). */
export const mostBytes = 5 * 1024 * 1024;
export const mostFiles = 20;

export const attachmentTypes = ["application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv"] as const;
export type AttachmentType = (typeof attachmentTypes)[number];

const begins: Readonly<Record<AttachmentType, readonly number[]>> = {
  "application/pdf": [0x25, 0x50, 0x44, 0x46, 0x2d],
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  "image/jpeg": [0xff, 0xd8, 0xff],
  "text/plain": [],
  "text/csv": [],
};

/** Why it cannot be attached; undefined when it can. */
export function notAttachable(type: AttachmentType, bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "content: it is empty";
  if (bytes.length > mostBytes)
    return `content: ${bytes.length} bytes are more than the ${mostBytes} that a file may have; attach a part of it`;
  const text = type === "text/plain" || type === "text/csv";
  const fits = text ? !bytes.includes(0) : begins[type].every((byte, index) => bytes[index] === byte);
  return fits ? undefined : `content: it is no ${type}; name its true type, one of ${attachmentTypes.join(", ")}`;
}

const longestName = 120;

/** A name without a path, control characters, or a leading dot. Letters with their accents in one: some systems send them apart. */
export function plainName(name: string): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = last.replace(/[^\p{L}\p{N} ._()-]/gu, "_").replace(/^[. ]+/, "");
  // By letters: half of one could be sent in no header.
  return [...plain].slice(0, longestName).join("").trimEnd() || "file";
}
