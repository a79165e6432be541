/**
 * Devices for the command-line tests, written from what manuals and public drivers print; names in them are made up.
 */
import type { ShellAsk } from "../../../daemon/model/family.ts";
import type { Play } from "./player.ts";

/** Names and numbers that are fed through every place where a far end may stand. */
export const FAR_ENDS = ["Clinique Tremblay", "marie.gagnon", "514-555-0199", "888888.1120324757@t.plcm.vc", "203.0.113.77"];

export const WHOAMI = `Hi, my name is : Salle A
Here is what I know about myself:
Model:                  RealPresence Group 700
Serial Number:          8213110F6B2CCN
Software Version:       Release - 6.2.2-420050
Build Information:      root on domU
FIPS 140-2 is disabled.
Contact Number:         514-555-0199
Contact Person:         Clinique Tremblay
Time In Last Call:      1:02:23
Total Calls:            10
SNTP Time Service:      auto insync
Local Time is:          Wed, 30 Nov 2008 10:41:46
Country Code:           1
H323 Enabled:           True
FTP Enabled:            False
SNMP Enabled:           True
`;

export const POLY_ANSWERS: Readonly<Record<string, string>> = {
  getcallstate: `cs: call[5] speed[1024] dialstr[888888.1120324757@t.plcm.vc] state[connected]
cs: call[1] inactive`,
  "callinfo all": `callinfo begin
callinfo:5:Clinique Tremblay:203.0.113.77:1024:connected:muted:outgoing:videocall
callinfo:6:marie.gagnon: de l'annexe [state]:514-555-0199:384:connected:notmuted:incoming:videocall
callinfo end`,
  advnetstats: `call:0 tar:16 K rar:16 K tvr:48 K rvr:48 K
tvru:42 K rvru:43 K tvfr:29 rvfr:29 vfe:0
tapl:0 rapl:0 taj:3 ms raj:3 ms tvpl:0 rvpl:0
tvj:4 ms rvj:9 ms dc:Disabled rsid:Clinique Tremblay ccaps:---`,
  netstats: `call:0 txrate:64 K rxrate:64 K pktloss:0 %pktloss:1.5 %
tvp:H.264 rvp:H.264 tvf:640x368 rvf:SIF tap:G.722.1 rap:G.722.1 tcp:H.323 rcp:H.323`,
  status: `inacall offline
autoanswerp2p online
remotecontrol online
microphones online
gatekeeper offline
sipserver online
ipnetwork online
status end`,
  whoami: WHOAMI.trimEnd(),
  "uptime get": "2 Days, 1 Hour, 10 Minutes",
  "systemsetting get model": 'systemsetting model "RealPresence Group 700"',
  "gatekeeperip get": "gatekeeperip 10.1.1.9",
};

export const polyAsks: readonly ShellAsk[] = [
  {
    command: "getcallstate",
    values: [{ path: "call[]", name: "calls", as: "gauge", where: { field: "state", in: ["connected"] } }],
  },
  {
    command: "status",
    values: [
      { path: "gatekeeper", name: "h323_registration", as: "state", states: { online: "registered", offline: "unregistered" } },
      { path: "sipserver", name: "sip_registration", as: "state", states: { online: "registered", offline: "unregistered" } },
    ],
  },
  { command: "uptime get", values: [{ path: "seconds", name: "uptime_seconds", as: "gauge" }] },
  { command: "systemsetting get model", values: [{ path: "model", name: "model", as: "text" }] },
  { command: "gatekeeperip get", values: [{ path: "gatekeeperip", name: "gatekeeper_address", as: "text" }] },
];

export const POLY: Play = {
  greeting: WHOAMI,
  prompt: "-> ",
  eol: "\r\r\n",
  answer: (command) => POLY_ANSWERS[command] ?? "error:  command   not found",
};

export const LIFESIZE_ANSWERS: Readonly<Record<string, string>> = {
  "set help-mode off": "\nok,00",
  "status call active": `1,1,Connected,No,Video,203.0.113.77,Clinique Tremblay, annexe,Yes,h323,No,0:02:23

ok,00
CS,3,1,Connected,Video,Normal,203.0.113.77,Clinique Tremblay`,
  "status call statistics": `1,G722,78.1,AAC_LC,94.0,H264,924.6,H264,893.9,19,50,0,0,0.500000,19,50,0,0,0.000000,7,0,0,0.250000,30,1280 720,7,0,0,0.000000,30,1280 720

ok,00`,
  "get system uptime": "5,21,13,20\n\nok, 00",
  "get system version": "Software Version,LS_RM1_4.6.0 (16)\n\nok",
  "get h323 register": "\nerror,12",
  "get system thermal-state": "normal\n\nok,00",
};

export const lifesizeAsks: readonly ShellAsk[] = [
  {
    command: "status call active",
    values: [{ path: "row[]", name: "calls", as: "gauge", where: { field: "3", in: ["Connected"] } }],
  },
  { command: "get system uptime", values: [{ path: "seconds", name: "uptime_seconds", as: "gauge" }] },
  {
    command: "get system version",
    values: [{ path: "row[].2", name: "software_version", as: "text", where: { field: "1", in: ["Software Version"] } }],
  },
  { command: "get h323 register", values: [{ path: "row.1", name: "h323_registration", as: "state", states: {} }] },
  { command: "get system thermal-state", values: [{ path: "row.1", name: "thermal_state", as: "state", states: {} }] },
];

export const LIFESIZE: Play = {
  greeting: "",
  prompt: "$ ",
  answer: (command) => LIFESIZE_ANSWERS[command] ?? "\nerror,09",
};

export const GNUGK_ANSWERS: Readonly<Record<string, string>> = {
  PrintAllRegistrations: `AllRegistrations
RCF|10.1.1.10:1720|800:dialedDigits=Clinique Tremblay:h323_ID|terminal|1289_endp
RCF|10.0.1.43:1720|marie.gagnon:h323_ID|terminal|1328_endp;
RCF|203.0.113.77:1720|514-555-0199:dialedDigits=Jacques:h323_ID|terminal|1328_endp
Number of Endpoints: 2
;`,
  PrintCurrentCalls: `CurrentCalls
Call No. 29 | CallID bd c6 17 ff | 109 | 491
Dial 514-555-0199:dialedDigits
ACF|10.0.1.49:1720|4048_CGK1|25263|marie.gagnon:h323_ID|Clinique Tremblay:h323_ID|false|Proxy;
ACF|203.0.113.77:1720|4037_CGK1|25263|Clinique Tremblay:h323_ID|marie.gagnon:h323_ID|true|Proxy;
Number of Calls: 1 Active: 1 From Neighbor: 0 From Parent: 0
;`,
};

export const gnugkAsks: readonly ShellAsk[] = [
  { command: "PrintAllRegistrations", values: [{ path: "endpoints", name: "registrations", as: "gauge" }] },
  { command: "PrintCurrentCalls", values: [{ path: "calls", name: "calls", as: "gauge" }] },
];

export const GNUGK: Play = {
  greeting:
    "Version:\nGatekeeper(GNU) Version(5.12.0)\nGkStatus: Version(2.0) Ext()\nStartup: Fri, 21 Jun 2002 10:50:22 +0800   Running: 11 days 04:22:59\n;\n",
  prompt: "",
  echo: false,
  answer: (command) => GNUGK_ANSWERS[command] ?? (command === "trace 0" ? "Trace level is 0" : "Unknown Command"),
};
