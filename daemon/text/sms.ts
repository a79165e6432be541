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

/** Always within one segment; what does not fit ends in `..`. */
export function smsSegment(text: string): string {
  const written = [...text].map(letter).join("");
  return written.length <= smsLength ? written : `${written.slice(0, smsLength - 2).trimEnd()}..`;
}

function letter(character: string): string {
  if (alphabet.has(character)) return character;
  const replaced = near[character];
  if (replaced !== undefined) return replaced;
  const bare = character.normalize("NFD").replace(/\p{M}/gu, "");
  return bare.length > 0 && [...bare].every((each) => alphabet.has(each)) ? bare : "?";
}
