/**
 * One SMS segment: 160 characters of the GSM 03.38 default alphabet. What is outside it is written with the nearest letter.
 */

const plain =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const alphabet = new Set(plain);

const near: Readonly<Record<string, string>> = {
  œ: "oe",
  Œ: "OE",
  ç: "c",
  "’": "'",
  "‘": "'",
  "«": '"',
  "»": '"',
  "“": '"',
  "”": '"',
  "–": "-",
  "—": "-",
  "…": "...",
  "\u00a0": " ",
  "\u202f": " ",
};

export const smsLength = 160;

/** Always within one segment; what does not fit ends in `..`. `end` is kept whole: how to answer. */
export function smsSegment(text: string, end = ""): string {
  const written = [...text].map(letter).join("");
  const tail = [...end].map(letter).join("");
  const room = smsLength - tail.length;
  return `${written.length <= room ? written : `${written.slice(0, Math.max(0, room - 2)).trimEnd()}..`}${tail}`;
}

function letter(character: string): string {
  if (alphabet.has(character)) return character;
  const replaced = near[character];
  if (replaced !== undefined) return replaced;
  const bare = character.normalize("NFD").replace(/\p{M}/gu, "");
  return bare.length > 0 && [...bare].every((each) => alphabet.has(each)) ? bare : "?";
}
