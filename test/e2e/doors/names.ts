/**
 * Names of far ends and of people, one a door, and where they came out.
 */

/** Each first name is one door's alone, so that a leak names its door. None is a word that the daemon has by itself. */
export const names = {
  trapNumber: "+15145559001",
  trapName: "Zuleika Trapdoor",
  trapUri: "wilhelmina.trapdoor@far-hospital.example",
  trapPlead: "Theodosia asks for help in room 5",
  trapUser: "Ludovica Terminaluser",
  syslog: "Configured from console by Eulalia on vty0",
  trapFarSite: "Clinique Philippa",
  sysContact: "Quillon Syscontact",
  sysLocation: "Desk of Leopoldine",
  interfaceAlias: "Ottoline Ifalias",
  snmpFarSite: "Clinique Gwendolyn",
  sshComment: "Isadora Sshcomment",
  greeting: "Barnaby Greeting",
  authBanner: "Hortense Authbanner",
  remoteNumber: "hyacinth.remotenumber@far-hospital.example",
  displayName: "Araminta Displayname",
  callback: "sip:millicent.callback@far-hospital.example",
  booking: "Consultation of Peregrine",
  organizer: "Evangeline Organizer",
  history: "Cressida Callhistory",
  contactInfo: "Algernon Contactinfo",
  diagnostics: "Camera of Rosamund is unplugged",
  notification: "Philomena would like to join",
  tcName: "Seraphina Terminal",
  tcEvent: "Apollonia Incoming",
  polyCall: "Clinique Dorothea",
  polyDial: "888888.1120324757@t.plcm.vc",
  polyContact: "Benedicta Whoami",
  polyPhone: "514-555-0177",
  telnetBanner: "Property of Clementine",
  telnetPrompt: "Ernestina login hint",
  lifesizeCall: "Clinique Winifred",
  lifesizeEvent: "Octavia Lifesizeevent",
  gatekeeperAlias: "Ursulina",
  gatekeeperStranger: "203.0.113.77",
  expresswayAlias: "sip:cornelia@far-hospital.example",
  iconMessage: "Thomasina Iconmessage",
  mcuConference: "Consultation of Hildegard",
  mcuParticipant: "Dre Euphemia Participant",
  polyFarEnd: "cordelia.rest@far-hospital.example",
  webPage: "Ignatia asks you to wait",
  expresswayCall: "Bernadine Expressway",
} as const;

/** A place and what it holds. */
export type Place = readonly [where: string, text: string];

const squeezed = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "");

/** What would betray a door: its whole text, the first name in it, and its bytes in hex and base64. */
function tells(name: string): readonly string[] {
  const first = name.split(/[^A-Za-z]+/).find((word) => word.length >= 6 && !common.has(word.toLowerCase()));
  const words = first === undefined ? [] : [first.toLowerCase()];
  const bytes = Buffer.from(name);
  return [squeezed(name), ...words, bytes.toString("hex"), squeezed(bytes.toString("base64")).slice(0, -2)];
}

/** First words that are no names. */
const common: ReadonlySet<string> = new Set(["clinique", "consultation", "camera", "configured", "property"]);
const people = [
  "eulalia",
  "leopoldine",
  "philippa",
  "gwendolyn",
  "peregrine",
  "rosamund",
  "hildegard",
  "dorothea",
  "clementine",
  "winifred",
  "millicent",
];

/** `door in place`, for each that came out. Blanks, marks and capitals make no difference: `zuleika-trapdoor` is a leak too. */
export function leaks(places: readonly Place[]): readonly string[] {
  return places.flatMap(([where, text]) => {
    const plain = squeezed(text);
    const doors = Object.entries(names).filter(([, name]) => tells(name).some((tell) => plain.includes(tell)));
    return [...doors.map(([door]) => door), ...people.filter((person) => plain.includes(person))].map((door) => `${door} in ${where}`);
  });
}
