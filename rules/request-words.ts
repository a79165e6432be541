/**
 * What a person writes when they ask for help: which room, what is wrong, in which language. Guessed from a few words; what is not sure is
 * left open, for a person to say.
 *
 * Pure. Of the text one line is kept at most, without what looks like a health insurance number.
 */
import type { Language } from "../daemon/model/time.ts";

/** Words of a symptom, without accents. The first row that fits is taken: what is said of the sound before what is said of the call. */
const symptomWords: readonly (readonly [symptom: string, words: RegExp])[] = [
  ["echo", /\becho\b/],
  [
    "no-sound",
    /\b(?:(?:pas|plus|aucun|sans) (?:de |du |le )?(?:son|audio)|n'?(?:entend|entendons|entendez)|no (?:sound|audio)|can'?t hear|cannot hear|can ?not hear|microphone|muet)\b/,
  ],
  ["frozen", /\b(?:figee?s?|gelee?s?|fige|freezes?|freezing|frozen)\b/],
  [
    "no-image",
    /\b(?:(?:pas|plus|aucune|sans) (?:d'|de |l')?(?:image|video)|ecran (?:noir|bleu)|no (?:image|picture|video)|(?:black|blue|blank) screen|can'?t see|ne vo(?:it|yons))\b/,
  ],
  ["dropped", /\b(?:coupe|coupee?s?|coupures?|raccroche|deconnecte|drops?|dropped|dropping|disconnects?|disconnected|cut off)\b/],
  [
    "cannot-dial",
    /\b(?:(?:impossible|incapable|capable|peut|peux|pouvons) (?:pas )?(?:d'|de )?(?:appeler|composer|(?:se |nous |me )?connecter|joindre)|(?:can'?t|cannot|can not|unable to) (?:dial|call|connect|join))\b/,
  ],
];
const french =
  /\b(?:bonjour|salle|son|ne|pas|nous|est|les|des|une|avec|depuis|merci|ecran|appel|visioconference|aide|fonctionne|probleme)\b/g;
const english = /\b(?:hello|hi|room|sound|not|we|is|the|of|with|since|thanks?|screen|call|videoconference|help|works?|problem|please)\b/g;
const quoted = /^(?:>|--\s*$|-{3,}|_{5,}|On .* wrote:$|Le .* a écrit\s*:$|De\s?:|From\s?:|Envoyé de|Sent from)/i;
const insurance = /\b[A-Za-z]{4}[ -]?\d{4}[ -]?\d{4}\b/g;
const mostNote = 200;

/** A room that may be meant, with what people call it. */
export interface RoomNames {
  readonly id: string;
  readonly names: readonly string[];
}

export interface RequestWords {
  /** Undefined: none is named, or more than one. */
  readonly room?: string;
  readonly symptom?: string;
  /** Undefined: it cannot be told. */
  readonly language?: Language;
  /** The line that says what is wrong. */
  readonly note?: string;
}

/** `own`: rooms that the sender answers for. */
export function readRequest(subject: string, text: string, rooms: readonly RoomNames[], own: readonly string[]): RequestWords {
  const lines = [subject, ...ownLines(text)].map((each) => each.trim()).filter((each) => each !== "");
  const whole = plain(lines.join(" \n "));
  const symptom = symptomIn(whole);
  const telling = symptom === undefined ? undefined : lines.find((each) => symptomIn(plain(each)) === symptom);
  const note = (telling ?? lines[1] ?? lines[0])?.replace(insurance, "***").slice(0, mostNote);
  const room = roomIn(whole, rooms, own);
  const language = languageOf(whole);
  return {
    ...(room === undefined ? {} : { room }),
    ...(symptom === undefined ? {} : { symptom }),
    ...(language === undefined ? {} : { language }),
    ...(note === undefined ? {} : { note }),
  };
}

const agreement =
  /^(?:(?:bonjour|hello|hi|allo)\W+)?(?:oui|yes|ok|okay|d'accord|regle|resolu|solved|fixed|merci|(?:c'est )?(?:regle|resolu)|ca (?:marche|fonctionne|va)|tout (?:marche|fonctionne|va)|it works|works|it is solved|all good)\b/;
const doubt = /\b(?:mais|but|pas|plus|not|isn't|doesn't|no|non|encore|still|sauf|except|jamais|never)\b|\?/;

/** Does the first line of an answer say that it is solved, and nothing against it? What is not sure is no agreement. */
export function agrees(firstLine: string): boolean {
  const said = plain(firstLine).trim();
  return agreement.test(said) && !doubt.test(said);
}

/** What the sender wrote themselves: what they quote, and their signature, is not. */
function ownLines(text: string): readonly string[] {
  const lines = text.slice(0, 10_000).split(/\r?\n/);
  const end = lines.findIndex((each) => quoted.test(each.trim()));
  return (end < 0 ? lines : lines.slice(0, end)).slice(0, 100);
}

function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .replace(/[’`]/g, "'")
    .toLowerCase()
    .replace(/[ \t]+/g, " ");
}

function symptomIn(text: string): string | undefined {
  return symptomWords.find(([, words]) => words.test(text))?.[0];
}

/** One that is named, else the only one that the sender answers for. A name within a longer one of another room does not count. */
function roomIn(text: string, rooms: readonly RoomNames[], own: readonly string[]): string | undefined {
  const found = rooms.flatMap(({ id, names }) =>
    [id, ...names].flatMap((name) => placesOf(text, plain(name)).map((at) => ({ id, ...at }))),
  );
  const isWithin = (one: Named, other: Named) =>
    one.id !== other.id && other.from <= one.from && one.to <= other.to && one.to - one.from < other.to - other.from;
  const named = [...new Set(found.filter((one) => !found.some((other) => isWithin(one, other))).map(({ id }) => id))];
  if (named.length === 1) return named[0];
  const theirs = named.filter((id) => own.includes(id));
  if (theirs.length === 1) return theirs[0];
  return named.length === 0 && own.length === 1 ? own[0] : undefined;
}

/** Where in a text a room is named. */
interface Named {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Where a name of three letters or more stands by itself. */
function placesOf(text: string, name: string): readonly Pick<Named, "from" | "to">[] {
  const places: Pick<Named, "from" | "to">[] = [];
  if (name.length < 3) return places;
  for (let from = text.indexOf(name); from >= 0; from = text.indexOf(name, from + 1)) {
    const to = from + name.length;
    if (!/[a-z0-9]/.test(text[from - 1] ?? " ") && !/[a-z0-9]/.test(text[to] ?? " ")) places.push({ from, to });
  }
  return places;
}

function languageOf(text: string): Language | undefined {
  const [fr, en] = [text.match(french)?.length ?? 0, text.match(english)?.length ?? 0];
  return fr === en ? undefined : fr > en ? "fr" : "en";
}
