/**
 * The text of a MIB file, in whatever it was saved: UTF-8, or UTF-16 as an editor on Windows saves it, with its byte-order mark or without.
 *
 * Pure. A MIB begins with a letter, a comment or white space of ASCII: in UTF-16 one of its first two octets is zero.
 */

export function textOfMib(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (second === 0 && first !== 0)) return unmarked(bytes.toString("utf16le"));
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== undefined && second !== 0)) {
    // An odd octet at the end is none of a letter.
    return unmarked(
      Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString("utf16le"),
    );
  }
  return unmarked(bytes.toString("utf8"));
}

function unmarked(text: string): string {
  return text.replace(/^\ufeff/, "");
}
