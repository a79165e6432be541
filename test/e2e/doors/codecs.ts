/**
 * Cisco's equipment, telling everything it knows, asked or not: CE over JSON with feedback, TC and Expressway in lines.
 */

import type { Play } from "../../probes/shell/player.ts";
import { codec, ed25519 } from "../../probes/ssh/peer.ts";
import type { Rig } from "../rig.ts";
import { names } from "./names.ts";

const value = (text: string) => ({ Value: text });
const call = {
  id: "3",
  Status: value("Connected"),
  Direction: value("Incoming"),
  RemoteNumber: value(names.remoteNumber),
  DisplayName: value(names.displayName),
  CallbackNumber: value(names.callback),
};
const everything = {
  SystemUnit: {
    Uptime: value("4711"),
    State: { NumberOfActiveCalls: value("1"), System: value("InCall") },
    ContactInfo: value(names.contactInfo),
  },
  UserInterface: { ContactInfo: { Name: value(names.contactInfo) } },
  Call: [call],
  Bookings: { Current: [{ id: "1", Title: value(names.booking), Organizer: { FirstName: value(names.organizer) } }] },
  CallHistory: { Recents: [{ id: "1", DisplayName: value(names.history) }] },
  SIP: { Registration: [{ id: "1", Status: value("Registered"), URI: value(names.remoteNumber) }] },
  Diagnostics: {
    Message: [
      {
        id: "1",
        Type: value("CameraStatus"),
        Level: value("Error"),
        Description: value(names.diagnostics),
        References: value(names.diagnostics),
      },
    ],
  },
  MediaChannels: { Call: [{ id: "3", DisplayName: value(names.displayName), Channel: [] }] },
};
const unasked = [
  { Event: { CallSuccessful: call, IncomingCallIndication: call, CallDisconnect: { ...call, CauseString: value(names.displayName) } } },
  { Event: { Message: { Prompt: { Display: { Title: value(names.notification), Text: value(names.notification) } } } } },
  { Event: { UserInterface: { Message: { TextLine: { Display: { Text: value(names.notification) } } } } } },
  { Event: { Bookings: { Start: { Id: value(names.booking) } } } },
  { Status: { Call: [call], Bookings: everything.Bookings, Diagnostics: everything.Diagnostics } },
  { Status: { Call: [{ ...call, ghost: "True" }] } },
  { Status: { SystemUnit: everything.SystemUnit, Diagnostics: everything.Diagnostics } },
];

/** CE: names before, in and after every answer; half of the questions are refused with a name as the reason. */
export async function ce(rig: Rig, host: string, port: number): Promise<void> {
  const told = await codec({
    ...{ host, tcpPort: port, hostKey: ed25519(), banner: `Welcome ${names.authBanner}\n`, auth: (context) => context.accept() },
    greeting: `Welcome to ${names.greeting}'s codec\r\n*r Login successful\r\n\r\nOK\r\n\r\n`,
    answer: (command, id) => {
      const before = unasked.map((object) => `${JSON.stringify(object, null, 2)}\r\n`).join("");
      const spoken = `${names.displayName} is calling\r\n{ ${names.displayName} }\r\n`;
      if (/^xstatus/i.test(command)) return `${before}${spoken}${JSON.stringify({ Status: everything, ResultId: id }, null, 2)}\r\n`;
      if (/^xfeedback/i.test(command)) return `${JSON.stringify({ ResultId: id })}\r\n${before}`;
      const refused = { status: "Error", Reason: value(names.displayName) };
      return `${JSON.stringify({ CommandResponse: { Status: refused }, ResultId: id })}\r\n`;
    },
  });
  rig.later(() => told.stop());
}

const tcLines = [
  "*s SystemUnit Uptime: 597095",
  "*s SystemUnit State NumberOfActiveCalls: 1",
  `*s SystemUnit ContactInfo: "${names.tcName}"`,
  `*s SIP Profile 1 Registration 1 URI: "${names.remoteNumber}"`,
  '*s SIP Profile 1 Registration 1 Status: "Registered"',
  `*s SIP Profile 1 CallForward DisplayName: "${names.tcName}"`,
  "*s Diagnostics Message 1 Type: CameraStatus",
  "*s Diagnostics Message 1 Level: Error",
  `*s Diagnostics Message 1 Description: "${names.diagnostics}"`,
  `*s MediaChannels Call 1 DisplayName: "${names.tcName}"`,
];
/** What a wide question would give as well. */
const tcCalls = [
  `*s Call 1 RemoteNumber: "${names.remoteNumber}"`,
  `*s Call 1 DisplayName: "${names.tcName}"`,
  `*s Call 1 CallbackNumber: "${names.callback}"`,
  `*s CallHistory Recents 1 DisplayName: "${names.history}"`,
];

/** Lines of the node that is asked for, then others. */
function tcAnswer(command: string): string {
  const node = command.split(/\s+/)[1] ?? "";
  const own = tcLines.filter((line) => line.startsWith(`*s ${node} `));
  return [...own, ...(own.length === 0 ? [] : tcCalls), "** end", "", "OK"].join("\n");
}

const tcEvents = [
  `*e IncomingCallIndication RemoteURI: "${names.remoteNumber}"`,
  `*e IncomingCallIndication DisplayNameValue: "${names.tcEvent}"`,
  "** end",
  `*s Call 2 DisplayName: "${names.tcEvent}"`,
  "** end",
  `${names.tcEvent} is calling`,
  "",
].join("\n");

export const tc: Play = {
  greeting: `Welcome to ${names.greeting}\nCisco Codec Release TC7.3.21\n*r Login successful\n\nOK\n\n`,
  prompt: "",
  echo: false,
  answer: (command) => `${tcEvents}${/^x(?:status|configuration)/i.test(command) ? tcAnswer(command) : "\nOK"}`,
};

export const expressway = (own: string): Play => ({
  greeting: `Welcome to ${names.greeting}\nTANDBERG VCS Release X12.5\nOK\n\n`,
  prompt: "",
  echo: false,
  answer: (command) => {
    const node = /^xstatus (\w+)/i.exec(command)?.[1] ?? "";
    return [...(expresswayNodes(own)[node] ?? []), ...(/^xstatus/i.test(command) ? ["*s/end"] : []), "", "OK"].join("\n");
  },
});

const expresswayNodes = (own: string): Readonly<Record<string, readonly string[]>> => ({
  SystemUnit: ["*s SystemUnit:", "  Uptime: 8123", `  Contact: "${names.contactInfo}"`],
  Registrations: [
    "*s Registrations:",
    ...registration(1, own, "salle"),
    ...registration(2, names.gatekeeperStranger, names.gatekeeperAlias),
  ],
  Calls: [
    "*s Calls:",
    "  Call 1:",
    `    SourceAlias: "${names.expresswayCall}"`,
    `    CalledParty: "${names.expresswayCall}"`,
    "    Legs:",
    "      Leg 1:",
    "        H323:",
    `          Aliases: "${names.expresswayAlias}"`,
  ],
});

function registration(number: number, address: string, alias: string): readonly string[] {
  return [
    `  Registration ${number}:`,
    "    Protocol: H323",
    "    H323:",
    "      Aliases:",
    "        Alias 1:",
    `          Type: "H323Id"`,
    `          Value: "${alias}"`,
    "    CallSignalAddresses:",
    `      Address 1: "${address}:1720"`,
    `    Contact: "${names.expresswayAlias}"`,
  ];
}
