/** What a person writes when they ask for help: the room, the trouble and the language where they are sure, and nothing where they are not. */
import { describe, expect, it } from "vitest";
import { agrees, readRequest } from "../../rules/request-words.ts";

const rooms = [
  { id: "a101", names: ["Salle A-101", "Room A-101"] },
  { id: "a101b", names: ["Salle A-101 bis"] },
  { id: "iles-1", names: ["Îles-de-la-Madeleine 1"] },
];
const read = (text: string, own: readonly string[] = [], subject = "") => readRequest(subject, text, rooms, own);

describe("the room", () => {
  it.each<readonly [string, string, readonly string[], string | undefined]>([
    ["is the one that is named", "rien ne va dans la salle A-101", [], "a101"],
    ["is named with or without accents and capitals", "ILES-DE-LA-MADELEINE 1 ne répond pas", [], "iles-1"],
    ["is the longest name where one holds another", "plus de son, salle a-101 bis", [], "a101b"],
    ["is not a part of a longer word", "le dossier a1012 et xa101", [], undefined],
    ["is left open where two are named", "a101 et iles-1 sont muettes", [], undefined],
    ["is the sender's own of two that are named", "a101 et iles-1 sont muettes", ["iles-1"], "iles-1"],
    ["is the only one that the sender answers for, where none is named", "au secours", ["a101"], "a101"],
    ["is left open where the sender answers for two", "au secours", ["a101", "iles-1"], undefined],
    ["that is named counts before the sender's own", "salle a-101", ["iles-1"], "a101"],
  ])("%s", (_name, text, own, room) => {
    expect(read(text, own).room).toBe(room);
  });
});

describe("the trouble", () => {
  it.each([
    ["On n’entend rien, l'appel a coupé", "no-sound"],
    ["il y a de l'écho et pas de son", "echo"],
    ["écran noir depuis ce matin", "no-image"],
    ["the picture freezes", "frozen"],
    ["we can't join the call", "cannot-dial"],
    ["the meeting was disconnected", "dropped"],
    ["besoin d'un câble", undefined],
  ])("%s: %s", (text, symptom) => {
    expect(read(text).symptom).toBe(symptom);
  });

  it("is noted by its line, without a health insurance number; what was quoted, and who signed, is not read", () => {
    const text = "Bonjour,\npas de son pour TREM 1234 5678\n--\nMarie, salle A-101\n> écho partout";
    expect(read(text)).toEqual({ symptom: "no-sound", language: "fr", note: "pas de son pour ***" });
  });
});

it.each([
  ["the screen is not on in the room", "en"],
  ["la salle ne fonctionne pas", "fr"],
  ["codec 7", undefined],
])("the language of “%s”: %s", (text, language) => {
  expect(read(text).language).toBe(language);
});

it.each([
  ["Oui, c'est réglé", true],
  ["Bonjour, tout fonctionne", true],
  ["OK merci", true],
  ["It works", true],
  ["Oui mais le son coupe", false],
  ["ok?", false],
  ["ça marche pas", false],
  ["works, but not the camera", false],
  ["la salle fonctionne", false],
])("“%s” agrees that it is solved: %s", (line, yes) => {
  expect(agrees(line)).toBe(yes);
});
