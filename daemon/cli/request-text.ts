/**
 * Requests in words on a terminal: headings in the reader's language, what is read to the caller in theirs. The words are those of the pages.
 */
import type { z } from "zod";
import { requestsPageWords } from "../../dashboards/web/requests-words.ts";
import type { RequestDetailShape, RequestList, RequestShape } from "../api/contract-requests.ts";
import type { Language } from "../model/time.ts";
import { sayCode, sayTime } from "../text/catalogue.ts";
import { symptomWords } from "../text/symptom.ts";

interface Reader {
  readonly language: Language;
  readonly zone: string;
}

/** What came from outside moves no cursor and hides no line. */
export const plain = (text: string) => text.replace(/\p{Cc}+/gu, " ");

const timeOf = (instant: string, zone: string) => sayTime(Date.parse(instant), zone);
const symptomOf = (language: Language, symptom: string) => symptomWords(language, symptom, []);

/** One line: number, when, how, where, what, with which incident, and how it ended. */
export function requestLine(request: RequestShape, { language, zone }: Reader): string {
  const words = requestsPageWords[language];
  const { number, at, source, siteName, roomName, symptom, incident, ended } = request;
  const state = ended === undefined ? (incident ?? "…") : words.endings[ended.how];
  const parts = [number.padEnd(18), timeOf(at, zone), words.sources[source].padEnd(12), [siteName, roomName].filter(Boolean).join(", ")];
  return plain([...parts, symptomOf(language, symptom), state].join("  "));
}

export function listLines({ items, next }: z.infer<typeof RequestList>, reader: Reader): readonly string[] {
  const words = requestsPageWords[reader.language];
  if (items.length === 0) return [words.none];
  return [...items.map((each) => requestLine(each, reader)), ...(next === undefined ? [] : [`${words.more}: --before ${next}`])];
}

/** All that level 1 needs while the caller is on the line. */
export function detailLines(request: RequestDetailShape, reader: Reader): readonly string[] {
  const { language, zone } = reader;
  const words = requestsPageWords[language];
  const { readBack, codecs, sameThing, caller, incident, incidentState, note, attempts, ended, warnings = [] } = request;
  const who = [caller?.name, caller?.phone, caller?.mail].filter((each) => each !== undefined);
  const attach = (number: string) => `vigie request attach ${request.number} ${number}`;
  return [
    requestLine(request, reader),
    ...(incident === undefined ? [words.waits] : [`${words.with} ${incident}, ${incidentState ?? "…"}`]),
    ...(who.length === 0 ? [] : [`${words.who}: ${plain(who.join(", "))}`]),
    ...(note === undefined ? [] : [`${words.note}: ${plain(note)}`]),
    ...(attempts === 0 ? [] : [`${words.attempts}: ${attempts}`]),
    ...(ended?.note === undefined ? [] : [`${words.ended}: ${plain(ended.note)}`]),
    ...["", `${words.readBack}:`, ...readBack.split("\n").map((each) => `  ${plain(each)}`)],
    ...["", `${words.room_says}:`, ...(codecs.length === 0 ? [`  ${words.noCodec}`] : codecs.flatMap((each) => codecLines(each, reader)))],
    ...(sameThing.length === 0 ? [] : ["", words.same]),
    ...sameThing.map(
      (each) =>
        `  ${each.number}  ${plain(each.siteName)}, ${symptomOf(language, each.symptom)}, ${timeOf(each.since, zone)}: ${attach(each.number)}`,
    ),
    ...warnings.map(plain),
  ];
}

function codecLines({ name, says, unknown, lastIncident, up, activity }: RequestDetailShape["codecs"][number], { language, zone }: Reader) {
  const words = requestsPageWords[language];
  const facts = says.map(({ text, at }) => `    ${plain(text)}  (${words.asOf.replace("{time}", timeOf(at, zone))})`);
  return [
    `  ${plain(name)}: ${[sayCode(language, "look", up) ?? up, ...(activity === undefined ? [] : [sayCode(language, "activity", activity) ?? activity])].join(", ")}`,
    ...facts,
    ...(unknown.length === 0 ? [] : [`    ${words.unheard}: ${unknown.map((each) => words.facts[each]).join(", ")}`]),
    ...(lastIncident === undefined
      ? []
      : [
          `    ${words.last}: ${lastIncident.number}, ${symptomOf(language, lastIncident.symptom)}, ${timeOf(lastIncident.openedAt, zone)}, ${lastIncident.state}`,
        ]),
  ];
}
