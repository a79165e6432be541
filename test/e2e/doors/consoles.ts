/**
 * Command lines of Poly, LifeSize and a gatekeeper, with a far end in every place where one may stand.
 */
import type { Play } from "../../probes/shell/player.ts";
import { names } from "./names.ts";

const whoami = `Hi, my name is : Salle A
Here is what I know about myself:
Model:                  RealPresence Group 700
Serial Number:          8213110F6B2CCN
Software Version:       Release - 6.2.2-420050
Contact Number:         ${names.polyPhone}
Contact Person:         ${names.polyContact}
Time In Last Call:      1:02:23
Total Calls:            10
SNTP Time Service:      auto insync
Country Code:           1
H323 Enabled:           True
FTP Enabled:            False
SNMP Enabled:           True`;

const polyAnswers: Readonly<Record<string, string>> = {
  getcallstate: `cs: call[5] speed[1024] dialstr[${names.polyDial}] state[connected]\ncs: call[1] inactive`,
  "callinfo all": `callinfo begin
callinfo:5:${names.polyCall}:${names.polyPhone}:1024:connected:muted:outgoing:videocall
callinfo end`,
  netstats: `call:0 txrate:64 K rxrate:64 K pktloss:0 %pktloss:1.5 %\ntvp:H.264 rvp:H.264 rsid:${names.polyCall}`,
  advnetstats: `call:0 tar:16 K rar:16 K taj:3 ms raj:3 ms\ntvj:4 ms rvj:9 ms dc:Disabled rsid:${names.polyCall} ccaps:---`,
  status: `inacall online\nmicrophones online\ngatekeeper online\nsipserver online\nipnetwork online\n${names.polyCall} online\nstatus end`,
  whoami,
  "uptime get": "2 Days, 1 Hour, 10 Minutes",
  "systemsetting get model": 'systemsetting model "RealPresence Group 700"',
  "gatekeeperip get": "gatekeeperip 10.1.1.9",
};
/** What comes between: notifications, lines of nobody. */
const polyUnasked = `notification:callstatus:outgoing:5:${names.polyCall}:${names.polyPhone}:connected:1024:0:videocall
cleared: call[5] line[0] bps[1024] cause[${names.polyCall}]
${names.polyCall} is calling
`;

export const poly: Play = {
  greeting: `${names.telnetBanner}\n${whoami}\n`,
  prompt: "-> ",
  eol: "\r\r\n",
  answer: (command) => `${polyUnasked}${polyAnswers[command] ?? `error:  ${names.polyCall} not found`}`,
};

export const lifesize: Play = {
  greeting: `${names.greeting}\n`,
  prompt: "$ ",
  answer: (command) => {
    const event = `CS,3,1,Connected,Video,Normal,${names.gatekeeperStranger},${names.lifesizeEvent}\nIC,4,${names.lifesizeEvent}\n`;
    switch (command) {
      case "set help-mode off":
        return "\nok,00";
      case "status call active":
        return `1,1,Connected,No,Video,${names.gatekeeperStranger},${names.lifesizeCall}, annexe,Yes,h323,No,0:02:23\n\nok,00\n${event}`;
      case "status call statistics":
        return "1,G722,78.1,AAC_LC,94.0,H264,924.6,H264,893.9,19,50,0,0,0.5,19,50,0,0,0.0,7,0,0,0.25,30,1280 720,7,0,0,0.0,30,1280 720\n\nok,00";
      case "get system uptime":
        return `5,21,13,20\n\nok, 00\n${event}`;
      case "get system version":
        return "Software Version,LS_RM1_4.6.0 (16)\n\nok";
      default:
        return `${names.lifesizeCall}\n\nerror,09`;
    }
  },
};

/** @param own address of a device of ours, which is registered as the stranger is. */
export const gatekeeper = (own: string): Play => ({
  greeting: "Version:\nGatekeeper(GNU) Version(5.12.0)\nGkStatus: Version(2.0) Ext()\n;\n",
  prompt: "",
  echo: false,
  answer: (command) => {
    const event = `RCF|${names.gatekeeperStranger}:1720|${names.gatekeeperAlias}:h323_ID|terminal|1290_endp;\nCDR|1|${names.gatekeeperAlias}|\n`;
    if (command === "PrintAllRegistrations")
      return `${event}AllRegistrations
RCF|${own}:1720|800:dialedDigits=salle:h323_ID|terminal|1289_endp
RCF|${names.gatekeeperStranger}:1720|${names.polyPhone}:dialedDigits=${names.gatekeeperAlias}:h323_ID|terminal|1328_endp
Number of Endpoints: 2
;`;
    if (command === "PrintCurrentCalls")
      return `CurrentCalls
Call No. 29 | CallID bd c6 17 ff | 109 | 491
Dial ${names.polyPhone}:dialedDigits
ACF|${own}:1720|4048_CGK1|25263|${names.gatekeeperAlias}:h323_ID|${names.lifesizeCall}:h323_ID|false|Proxy;
Number of Calls: 1 Active: 1 From Neighbor: 0 From Parent: 0
;`;
    return command === "trace 0" ? "Trace level is 0" : `Unknown Command ${names.gatekeeperAlias}`;
  },
});
