/**
 * Bad configuration files: what is wrong with each. `change` turns the small good file into the bad one.
 */

export const SMALL = `sites:
  mgh: { name: HGM, gateway: router }
devices:
  router: { site: mgh, address: 10.0.0.1, family: cisco-ios-router, snmp: main }
  codec: { site: mgh, address: 10.0.0.2, family: cisco-ce, ssh: login }
credentials:
  main: { snmp_v3: { user: vigie, auth: { protocol: sha256, key: { env: A } }, priv: { protocol: aes, key: { env: P } } } }
  login: { ssh_password: { user: vigie, password: { env: P } } }
channels:
  mail: { mail: { host: smtp.example.org, from: vigie@example.org } }
contacts:
  desk: { reach: [ { mail: desk@example.org } ] }
functions:
  desk: { contacts: [desk] }
  analyst: { contacts: [desk] }
  chief-technician: { contacts: [desk] }
`;

export interface BadFile {
  readonly name: string;
  /** Replaced in SMALL, [from, to]. */
  readonly change?: readonly (readonly [string, string])[];
  /** Put after SMALL. */
  readonly add?: string;
  /** The whole file, instead. */
  readonly whole?: string;
  /** Other files beside it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly demo?: boolean;
  readonly says: readonly string[];
}

export const BAD_FILES: readonly BadFile[] = [
  {
    name: "an empty file",
    whole: "",
    says: ["the file is empty; see docs/configuration.md for a first one   (vigie.yaml:1)"],
  },
  {
    name: "a list at the top",
    whole: "- devices\n",
    says: ["must be a map (key: value) at the top; see docs/configuration.md   (vigie.yaml:1)"],
  },
  {
    name: "an open bracket",
    whole: "sites: { mgh: { name: HGM }\ndevices: {}\n",
    says: [
      "not valid YAML: the indentation does not fit, or a bracket or quote above is not closed; indent alike, close what is open   (vigie.yaml:2)",
    ],
  },
  {
    name: "a tab as indentation",
    whole: "sites:\n\tmgh: { name: HGM }\n",
    says: ["not valid YAML: a tab indents this line; use spaces   (vigie.yaml:2)"],
  },
  {
    name: "a secret in a line that is not YAML",
    whole: "credentials:\n  main: { snmp_community: { community: hunter2-literal\n",
    says: [
      "not valid YAML: the indentation does not fit, or a bracket or quote above is not closed; indent alike, close what is open   (vigie.yaml:3)",
    ],
  },
  {
    name: "a second document",
    whole: "sites: {}\n---\ndevices: {}\n",
    says: ["not valid YAML: there is a second YAML document (---); one file holds one   (vigie.yaml:2)"],
  },
  {
    name: "an alias without its anchor",
    change: [["gateway: router", "gateway: *none"]],
    says: ["sites.mgh.gateway: an alias (*name) has no anchor (&name) before it; define the anchor first   (vigie.yaml:2)"],
  },
  {
    name: "a key twice",
    change: [["  codec: {", "  router: {"]],
    says: ["devices.router: stands here twice; keep one   (vigie.yaml:5)"],
  },
  {
    name: "unknown keys, at the top and below",
    add: 'device: {}\nhttp: { lisen: "127.0.0.1:8080", colour: red }\n',
    says: [
      'device: is not a known key; did you mean "devices"?   (vigie.yaml:17)',
      'http.lisen: is not a known key; did you mean "listen"?   (vigie.yaml:18)',
      "http.colour: is not a known key; known here: listen, allowed_hosts, metrics_allow   (vigie.yaml:18)",
    ],
  },
  {
    name: "a section that is a list",
    change: [["sites:\n  mgh: { name: HGM, gateway: router }", "sites: [mgh]"]],
    says: ["sites: must be a map (id: …), found a list; write one entry a line under it   (vigie.yaml:1)"],
  },
  {
    name: "an entry that is a text",
    change: [["  login: { ssh_password: { user: vigie, password: { env: P } } }", "  login: hunter2-literal"]],
    says: ["credentials.login: must be a map (key: value), found a text   (vigie.yaml:8)"],
  },
  {
    name: "an id that cannot be one",
    add: 'rooms:\n  "salle 1": { site: mgh, name: Salle }\n',
    says: ["rooms.salle 1: is not an id; use letters, digits, - and _, at most 63, the first a letter or digit   (vigie.yaml:18)"],
  },
  {
    name: "a schedule that is no calendar, and night windows that are none",
    change: [["gateway: router }", 'gateway: router, night_window: "23-5" }']],
    add: "rooms:\n  cart: { site: mgh, name: Cart, presence: scheduled, schedule: nights }\n",
    says: [
      'sites.mgh.night_window: "23-5" is not a window of hours; write "23:00-05:00"   (vigie.yaml:2)',
      'rooms.cart.schedule: there is no calendar "nights"; add it under calendars, or name another; there is always, office   (vigie.yaml:18)',
    ],
  },
  {
    name: "a night window without length",
    change: [["family: cisco-ce, ssh: login }", 'family: cisco-ce, ssh: login, night_window: "02:00-02:00" }']],
    says: ['devices.codec.night_window: "02:00-02:00" ends as it begins; write "23:00-05:00"   (vigie.yaml:5)'],
  },
  {
    name: "an included file that is not there",
    add: "include: [sites/none.yaml]\n",
    says: ["include: file sites/none.yaml does not exist; check the path   (vigie.yaml:17)"],
  },
  {
    name: "an include that is a text",
    add: "include: sites/none.yaml\n",
    says: ["include: must be a list; write include: [sites/*.yaml]   (vigie.yaml:17)"],
  },
  {
    name: "a * in the middle of an include",
    add: 'include: ["*/x.yaml"]\n',
    says: ['include[0]: "*/x.yaml" has a * in a folder\'s name; use * only in the last part   (vigie.yaml:17)'],
  },
  {
    name: "includes in a circle",
    add: "include: [a.yaml]\n",
    files: {
      "a.yaml": "include: [b.yaml]\n",
      "b.yaml": "include: [a.yaml]\n",
    },
    says: ["include[0]: goes in a circle: a.yaml → b.yaml → a.yaml; take one include out   (b.yaml:1)"],
  },
  {
    name: "a file included twice",
    add: 'include: [a.yaml, "*.yaml"]\n',
    files: {
      "a.yaml": "rooms: {}\n",
    },
    says: ["include[1]: a.yaml is included twice; keep one include   (vigie.yaml:17)"],
  },
  {
    name: "an id in two files",
    add: "include: [a.yaml]\n",
    files: {
      "a.yaml": "devices:\n  codec: { site: mgh, address: 10.0.0.9, family: ping-only }\n",
    },
    says: ["devices.codec: is already given in vigie.yaml:5; keep one   (a.yaml:2)"],
  },
  {
    name: "a setting in two files",
    add: "include: [a.yaml]\npolicy: default\n",
    files: {
      "a.yaml": "policy: other\n",
    },
    says: ["policy: is already given in vigie.yaml:18; keep one   (a.yaml:1)"],
  },
  {
    name: "broken YAML in an included file",
    add: "include: [a.yaml]\n",
    files: {
      "a.yaml": "rooms:\n  a: [\n",
    },
    says: [
      "not valid YAML: the indentation does not fit, or a bracket or quote above is not closed; indent alike, close what is open   (a.yaml:3)",
    ],
  },
  {
    name: "an interval below the minimum",
    change: [["ssh: login }", "ssh: login, checks: { snmp: false, ssh: { interval: 500ms } } }"]],
    says: ['devices.codec.checks.ssh.interval: "500ms" is below the 1s minimum; write 1s or more   (vigie.yaml:5)'],
  },
  {
    name: "durations that are none",
    change: [["ssh: login }", "ssh: login, checks: { icmp: { interval: 30 }, ssh: { interval: soon, timeout: 2m } } }"]],
    says: [
      "devices.codec.checks.icmp.interval: 30 is not a duration; write a number and a unit: 250ms, 30s, 5m, 4h or 2d   (vigie.yaml:5)",
      'devices.codec.checks.ssh.interval: "soon" is not a duration; write a number and a unit: 250ms, 30s, 5m, 4h or 2d   (vigie.yaml:5)',
      'devices.codec.checks.ssh.timeout: "2m" is above the 60s maximum; write 60s or less   (vigie.yaml:5)',
    ],
  },
  {
    name: "a timeout longer than the interval",
    change: [["ssh: login }", "ssh: login, checks: { ssh: { interval: 5s, timeout: 6s } } }"]],
    says: ["devices.codec.checks.ssh.timeout: 6s is longer than the interval of 5s; make it shorter   (vigie.yaml:5)"],
  },
  {
    name: "addresses that are none",
    change: [
      ["10.0.0.1", "10.0.0.300"],
      ["10.0.0.2", '"-oProxyCommand=sh"'],
    ],
    says: [
      'devices.router.address: "10.0.0.300" is not an address; write an IP address or a host name   (vigie.yaml:4)',
      'devices.codec.address: "-oProxyCommand=sh" is not an address; write an IP address or a host name   (vigie.yaml:5)',
    ],
  },
  {
    name: "addresses of nobody in particular",
    change: [
      ["10.0.0.1", "0.0.0.0"],
      ["10.0.0.2", "224.0.0.5"],
    ],
    says: [
      'devices.router.address: "0.0.0.0" is not the address of one device; write an IP address or a host name   (vigie.yaml:4)',
      'devices.codec.address: "224.0.0.5" is not the address of one device; write an IP address or a host name   (vigie.yaml:5)',
    ],
  },
  {
    name: "an address twice",
    change: [["10.0.0.2", "10.0.0.1"]],
    says: ['devices.codec.address: "10.0.0.1" is also the address of "router"; give each device its own   (vigie.yaml:5)'],
  },
  {
    name: "references to nothing",
    change: [
      [
        "site: mgh, address: 10.0.0.2, family: cisco-ce, ssh: login",
        "site: mgr, room: a, address: 10.0.0.2, family: cisco-c, ssh: logn, parents: [switch], service_hours: night",
      ],
    ],
    says: [
      'devices.codec.site: there is no site "mgr"; did you mean "mgh"?   (vigie.yaml:5)',
      'devices.codec.room: there is no room "a"; add it under rooms, or name another   (vigie.yaml:5)',
      'devices.codec.parents[0]: there is no device "switch"; add it under devices, or name another; there is router, codec   (vigie.yaml:5)',
      'devices.codec.service_hours: there is no calendar "night"; add it under calendars, or name another; there is always, office   (vigie.yaml:5)',
      'devices.codec.ssh: there is no credential "logn"; did you mean "login"?   (vigie.yaml:5)',
      'devices.codec.family: there is no family "cisco-c"; did you mean "cisco-ce"?   (vigie.yaml:5)',
    ],
  },
  {
    name: "a gateway that is not there",
    change: [["gateway: router", "gateway: routr"]],
    says: ['sites.mgh.gateway: there is no device "routr"; did you mean "router"?   (vigie.yaml:2)'],
  },
  {
    name: "a credential of the wrong trade",
    change: [
      ["snmp: main", "snmp: login"],
      ["ssh: login", "ssh: main"],
    ],
    says: [
      'devices.router.snmp: credential "login" is for ssh; name one for snmp   (vigie.yaml:4)',
      'devices.codec.ssh: credential "main" is for snmp; name one for ssh   (vigie.yaml:5)',
    ],
  },
  {
    name: "a check without its credential",
    change: [[", ssh: login", ""]],
    says: [
      'devices.codec.checks.ssh: family "cisco-ce" is looked at over ssh and no credential is named; write ssh: <credential>, or checks: { ssh: false }   (vigie.yaml:5)',
    ],
  },
  {
    name: "a device without a check",
    change: [["ssh: login }", "checks: { icmp: false, ssh: false } }"]],
    says: ["devices.codec: has no check, so nobody would see it fail; switch one on under checks   (vigie.yaml:5)"],
  },
  {
    name: "parents in a circle",
    change: [["snmp: main }", "snmp: main, parents: [codec] }"]],
    says: [
      "devices.router.parents: goes in a circle: router → codec → router; name what each is reached through, from Vigie outwards   (vigie.yaml:4)",
    ],
  },
  {
    name: "a room at another site",
    add: "rooms:\n  a: { site: other, name: A }\n",
    change: [
      ["mgh: { name: HGM", "other: { name: Autre }\n  mgh: { name: HGM"],
      ["ssh: login }", "ssh: login, room: a }"],
    ],
    says: ['devices.codec.room: "a" is at site "other" and the device at "mgh"; make them one   (vigie.yaml:6)'],
  },
  {
    name: "links with wrong ends",
    add: "links:\n  one: { name: L1, ends: [mgh, mgh] }\n  two: { name: L2, ends: [mgh] }\n  three: { name: L3, ends: [mgh, mars], owner: telco, device: modem }\n",
    says: [
      'links.one.ends: has "mgh" at both ends; write two different sites   (vigie.yaml:18)',
      "links.two.ends: has 1 ends; write two sites   (vigie.yaml:19)",
      'links.three.ends[1]: there is no site "mars"; add it under sites, or name another; there is mgh   (vigie.yaml:20)',
      'links.three.owner: there is no partner "telco"; add it under partners, or name another   (vigie.yaml:20)',
      'links.three.device: there is no device "modem"; add it under devices, or name another; there is router, codec   (vigie.yaml:20)',
    ],
  },
  {
    name: "a canary that is not there",
    add: "canary: routr\n",
    says: ['canary: there is no device "routr"; did you mean "router"?   (vigie.yaml:17)'],
  },
  {
    name: "a secret written into the file",
    change: [["password: { env: P }", "password: hunter2-literal"]],
    says: [
      "credentials.login.ssh_password.password: holds the secret itself; take it out of the file, change it, and write { env: NAME } or { file: path }   (vigie.yaml:8)",
    ],
  },
  {
    name: "a secret where the variable's name belongs",
    change: [["password: { env: P }", "password: { env: hunter2-literal }"]],
    says: [
      "credentials.login.ssh_password.password: does not name an environment variable; write its name in capitals, digits and _   (vigie.yaml:8)",
    ],
  },
  {
    name: "references to a secret that are none",
    change: [
      ["key: { env: A }", "key: { vault: x }"],
      ["password: { env: P }", "password: "],
    ],
    says: [
      "credentials.main.snmp_v3.auth.key: is not a reference to a secret; write { env: NAME } or { file: path }   (vigie.yaml:7)",
      "credentials.login.ssh_password.password: is missing; write { env: NAME } or { file: path }   (vigie.yaml:8)",
    ],
  },
  {
    name: "variables that are not set",
    env: {
      A: "auth-key-5ecret",
      P: "",
    },
    change: [["key: { env: A }", "key: { env: NOT_SET }"]],
    says: [
      "credentials.main.snmp_v3.auth.key: environment variable NOT_SET is not set; set it where Vigie starts   (vigie.yaml:7)",
      "credentials.main.snmp_v3.priv.key: environment variable P is empty; set it where Vigie starts   (vigie.yaml:7)",
      "credentials.login.ssh_password.password: environment variable P is empty; set it where Vigie starts   (vigie.yaml:8)",
    ],
  },
  {
    name: "secret files that are not there, or empty",
    files: {
      empty: "\n",
    },
    change: [
      ["key: { env: A }", "key: { file: none }"],
      ["password: { env: P }", "password: { file: empty }"],
    ],
    says: [
      "credentials.main.snmp_v3.auth.key: secret file none does not exist; check the path   (vigie.yaml:7)",
      "credentials.login.ssh_password.password: secret file empty is empty; put the secret in it   (vigie.yaml:8)",
    ],
  },
  {
    name: "a key too short for SNMPv3",
    env: {
      A: "short12",
      P: "privacy-5ecret",
    },
    says: ["credentials.main.snmp_v3.auth.key: the secret is shorter than 8 characters; choose a longer one   (vigie.yaml:7)"],
  },
  {
    name: "a credential without a kind, one with two",
    change: [
      [
        "  login:",
        "  none: { successor: main }\n  both: { ssh_password: { user: a, password: { env: P } }, ssh_key: { user: a, key: { env: P } } }\n  login:",
      ],
    ],
    says: [
      "credentials.none: has no kind; write one of snmp_v3, snmp_community, ssh_password, ssh_key, telnet_password, https_password   (vigie.yaml:8)",
      "credentials.both: has several kinds (ssh_password, ssh_key); write one of snmp_v3, snmp_community, ssh_password, ssh_key, telnet_password, https_password   (vigie.yaml:9)",
    ],
  },
  {
    name: "encryption without authentication",
    change: [["auth: { protocol: sha256, key: { env: A } }, ", ""]],
    says: ["credentials.main.snmp_v3.priv: is encryption without authentication, which SNMPv3 does not have; add auth   (vigie.yaml:7)"],
  },
  {
    name: "protocols that SNMPv3 does not have",
    change: [
      ["sha256", "sha265"],
      ["aes", "rot13"],
    ],
    says: [
      'credentials.main.snmp_v3.auth.protocol: "sha265" is not one of md5, sha, sha224, sha256, sha384, sha512; did you mean "sha256"?   (vigie.yaml:7)',
      'credentials.main.snmp_v3.priv.protocol: "rot13" is not one of des, aes, aes256b, aes256r; write one of them   (vigie.yaml:7)',
    ],
  },
  {
    name: "successors in a circle, and of another trade",
    change: [
      [
        "  login: {",
        "  a: { ssh_key: { user: a, key: { env: P } }, successor: b }\n  b: { ssh_key: { user: b, key: { env: P } }, successor: a }\n  login: { successor: main,",
      ],
    ],
    says: [
      "credentials.a.successor: goes in a circle: a → b → a; the newest has no successor   (vigie.yaml:8)",
      'credentials.login.successor: "main" is for snmp and this one for ssh; name one for ssh   (vigie.yaml:10)',
    ],
  },
  {
    name: "calendars",
    add: 'calendars:\n  always: { weekly: {} }\n  a: { weekly: { mon-fry: ["08:00-12:00"], tue: ["8-12", "17:00-08:00", "08:00-25:00"], wed: ["08:00-12:00", "11:00-13:00"] }, holidays: ["2026-02-30"] }\n  b: { weekly: { mon: ["08:00-12:00"] }, statutory: quebec, worked: ["2026-06-23"] }\n',
    says: [
      "calendars.always: is built in and means 24/7; choose another id   (vigie.yaml:18)",
      'calendars.a.holidays[0]: "2026-02-30" is not a date; write year-month-day, a day that exists: 2027-01-31   (vigie.yaml:19)',
      "calendars.a.weekly.mon-fry: is not a day; write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri   (vigie.yaml:19)",
      'calendars.a.weekly.tue[0]: "8-12" is not a span of hours; write "07:30-17:30", from 00:00 to 24:00   (vigie.yaml:19)',
      'calendars.a.weekly.tue[1]: "17:00-08:00" ends before it begins; split it at 24:00   (vigie.yaml:19)',
      'calendars.a.weekly.tue[2]: "08:00-25:00" is not a span of hours; write "07:30-17:30", from 00:00 to 24:00   (vigie.yaml:19)',
      "calendars.a.weekly.wed: overlaps another span on wed; keep one   (vigie.yaml:19)",
      "calendars.b.worked[0]: 2026-06-23 is no statutory holiday of this calendar; remove it, or write statutory: quebec   (vigie.yaml:20)",
    ],
  },
  {
    name: "a policy without base that leaves things out",
    add: "policies:\n  own: { minor: { levels: { 1: { tell: [desk], taken_within: 5m } } } }\n",
    says: [
      "policies.own.minor.allocators: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.minor.last_resort.tell: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.minor.last_resort.after: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.minor.last_resort.repeat: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.minor.acknowledgement_expires: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.minor.follow_up: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.levels.1.tell: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.allocators: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.last_resort.tell: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.last_resort.after: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.last_resort.repeat: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.acknowledgement_expires: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
      "policies.own.major.follow_up: is missing; write it, or start from the built-in one with base: default   (vigie.yaml:18)",
    ],
  },
  {
    name: "clocks that are none",
    add: "policies:\n  own: { base: default, minor: { follow_up: soon, acknowledgement_expires: 500ms }, major: { last_resort: { repeat: 15 } }, restore_after_looks: 0, restored_wait: 1h }\n",
    says: [
      'policies.own.minor.acknowledgement_expires: "500ms" is below the 1s minimum; write 1s or more   (vigie.yaml:18)',
      'policies.own.minor.follow_up: "soon" is not a clock; write "30m", "4h service" or "2 working days"   (vigie.yaml:18)',
      'policies.own.major.last_resort.repeat: 15 is not a clock; write "30m", "4h service" or "2 working days"   (vigie.yaml:18)',
      "policies.own.restore_after_looks: 0 is out of range; write a whole number from 1 to 20   (vigie.yaml:18)",
      'policies.own.restored_wait: "1h" is above the 30m maximum; write 30m or less   (vigie.yaml:18)',
    ],
  },
  {
    name: "a policy that makes no sense",
    add: "policies:\n  full:\n    minor: { levels: { 1: { tell: [desk], taken_within: 30m, escalate_after: 10m }, 3: { tell: [analyst], taken_within: 30m } }, allocators: [desk], last_resort: { tell: [desk], after: 1h, repeat: 15m }, acknowledgement_expires: 1h, follow_up: 1 working day }\n    major: { levels: { 1: { tell: [nobody], taken_within: 5m, escalate_after: 1h } }, allocators: [desk], last_resort: { tell: [desk], after: 1h, repeat: 15m }, acknowledgement_expires: 1h, follow_up: 1 working day }\n",
    says: [
      "policies.full.minor.levels.1.taken_within: 30m is longer than the 10m to the next level; make it shorter   (vigie.yaml:19)",
      "policies.full.minor.levels.3: comes after level 1; the levels are 1, 2, 3 without a gap   (vigie.yaml:19)",
      'policies.full.major.levels.1.tell[0]: there is no function "nobody"; add it under functions, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators   (vigie.yaml:20)',
      "policies.full.major.levels.1.escalate_after: stands on the highest level; the last resort follows it by last_resort.after   (vigie.yaml:20)",
    ],
  },
  {
    name: "a policy in which nobody hears",
    add: "policies:\n  own: { base: default, major: { levels: { 1: { tell: [] } }, allocators: [], last_resort: { tell: [] } } }\npolicy: own\n",
    says: [
      "policies.own.major.levels.1.tell: is empty, so nobody would be told; name a function   (vigie.yaml:18)",
      "policies.own.major.allocators: is empty, so nobody would allocate; name a function   (vigie.yaml:18)",
      "policies.own.major.last_resort.tell: is empty, so an incident could end in silence; name a function   (vigie.yaml:18)",
    ],
  },
  {
    name: "a base that is not the built-in one, a policy that is not there",
    add: "policies:\n  own: { base: other }\npolicy: ovn\n",
    says: [
      'policies.own.base: "other" cannot be a base; write base: default, or leave it out and say everything   (vigie.yaml:18)',
      'policy: there is no policy "ovn"; did you mean "own"?   (vigie.yaml:19)',
    ],
  },
  {
    name: "a last resort that reaches nobody",
    change: [["  chief-technician: { contacts: [desk] }", "  chief-technician: { contacts: [] }"]],
    says: [
      'functions: the last resort of policy "default" (chief-technician, it-technician) reaches nobody directly; give one of these functions a contact with a mail or webhook reach   (vigie.yaml:13)',
    ],
  },
  {
    name: "a function whose contact has no reach",
    change: [
      ["  desk: { reach: [ { mail: desk@example.org } ] }", "  desk: { reach: [ { mail: desk@example.org } ] }\n  mute: {}"],
      ["analyst: { contacts: [desk] }", "analyst: { contacts: [mute] }"],
    ],
    says: [
      "functions.analyst.contacts: has contacts, and none of them can be reached; give one a reach over mail or a webhook   (vigie.yaml:16)",
    ],
  },
  {
    name: "a last resort into a sink",
    change: [["mail: { mail: { host: smtp.example.org, from: vigie@example.org } }", "mail: { sink: {} }"]],
    says: [
      "functions.desk.contacts: has contacts, and none of them can be reached; give one a reach over mail or a webhook   (vigie.yaml:14)",
      "functions.analyst.contacts: has contacts, and none of them can be reached; give one a reach over mail or a webhook   (vigie.yaml:15)",
      "functions.chief-technician.contacts: has contacts, and none of them can be reached; give one a reach over mail or a webhook   (vigie.yaml:16)",
    ],
  },
  {
    name: "one person paged by two paths",
    add: "paging: { by: prometheus, functions: [analyst] }\n",
    says: [
      'paging.functions[0]: one path pages one person: "analyst" is paged by Prometheus, and its contact "desk" is reached directly too (mail); take the reach out (what the direct path lacks: Alertmanager\'s silences, grouping and on-call rota), or write paging.by: direct (what Prometheus lacks: the ladder\'s levels, acknowledging from the message, the request\'s texts)   (vigie.yaml:17)',
    ],
  },
  {
    name: "Prometheus with nobody to page",
    add: "paging: { by: prometheus }\n",
    says: ["paging.functions: is empty, so Prometheus would page nobody; name the on-call functions   (vigie.yaml:17)"],
  },
  {
    name: "a contact's reach",
    change: [["{ mail: desk@example.org }", "{ mail: desk }, { maill: desk@example.org }, { mail: a@example.org, sms: b }"]],
    says: [
      'contacts.desk.reach[0].mail: "desk" is not an e-mail address; write desk@example.org   (vigie.yaml:12)',
      'contacts.desk.reach[1].maill: there is no channel "maill"; did you mean "mail"?   (vigie.yaml:12)',
      "contacts.desk.reach[2]: must be one channel and its address; write - mail: desk@example.org   (vigie.yaml:12)",
    ],
  },
  {
    name: "tickets that go nowhere",
    change: [
      ["channels:\n", 'channels:\n  web: { webhook: { url: "https://help.example.org", secret: { env: A } } }\n  page: { sink: {} }\n'],
    ],
    add: `tickets:
  a: { channel: mail, to: nobody }
  b: { channel: web, to: b@example.org }
  c: { channel: page }
  d: { channel: wib, when: { sites: [mhg], partners: [telco], severity: [] } }
  e: { channel: web, reference: { subject: "(INC)" }, texts: { opened: { subject: "{nummer}", text: "x" } } }
  f: { channel: mail, to: f@example.org, reference: { subject: "(a+)+" } }
  g: { channel: web, when: { severity: [huge] } }
  h: { channel: web, on_demand: true, when: { severity: [major] } }
`,
    says: [
      'tickets.a.to: "nobody" is not an e-mail address; write the address that opens tickets: tickets@example.org   (vigie.yaml:20)',
      "tickets.b.to: is for mail; a webhook goes to channels.web.webhook.url, so take it out   (vigie.yaml:21)",
      'tickets.c.channel: "page" is a channel of kind sink; name one of kind mail or webhook   (vigie.yaml:22)',
      'tickets.d.when.sites[0]: there is no site "mhg"; did you mean "mgh"?   (vigie.yaml:23)',
      'tickets.d.when.partners[0]: there is no partner "telco"; add it under partners, or name another   (vigie.yaml:23)',
      "tickets.d.when.severity: is empty, so no incident would open a ticket; take it out, or name one   (vigie.yaml:23)",
      'tickets.d.channel: there is no channel "wib"; did you mean "web"?   (vigie.yaml:23)',
      "tickets.e.texts.opened.subject: {nummer} is not known here; write one of {number} {reference} {what} {where} {device} {severity} {level} {state} {since} {url} {instance}   (vigie.yaml:24)",
      "tickets.e.reference: does not fit a channel of kind webhook; a webhook's number is in its JSON answer: write reference: { answer: result.number } alone   (vigie.yaml:24)",
      'tickets.f.reference.subject: ")+" repeats a group; repeat a character   (vigie.yaml:25)',
      'tickets.g.when.severity[0]: "huge" is not one of minor, major; write one of them   (vigie.yaml:26)',
      "tickets.h.when: says which incidents open a ticket, and on_demand that none does; take one of the two out   (vigie.yaml:27)",
    ],
  },
  {
    name: "people who are not there",
    change: [["desk: { contacts: [desk] }", "desk: { contacts: [dask] }\n  night: { contacts: [desk] }"]],
    add: "partners:\n  telco: { name: Telco, contacts: [noc] }\nrooms:\n  a: { site: mgh, name: A, coordinator: nobody }\n",
    says: [
      'functions.desk.contacts[0]: there is no contact "dask"; did you mean "desk"?   (vigie.yaml:14)',
      "functions.night.name: is missing; write { fr: …, en: … }   (vigie.yaml:15)",
      'partners.telco.contacts[0]: there is no contact "noc"; add it under contacts, or name another; there is desk   (vigie.yaml:19)',
      'rooms.a.coordinator: there is no function or contact "nobody"; add it under functions or contacts, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators, night   (vigie.yaml:21)',
    ],
  },
  {
    name: "channels",
    change: [
      [
        "  mail: { mail",
        '  none: {}\n  two: { sink: {}, webhook: { url: "https://a.example", secret: { env: A } } }\n  meta: { webhook: { url: "http://169.254.169.254/latest", secret: { env: A } } }\n  ftp: { webhook: { url: "ftp://u:hunter2-literal@a.example", secret: { env: A } } }\n  login: { webhook: { url: "https://u:hunter2-literal@a.example", secret: { env: A } } }\n  half: { mail: { host: smtp.example.org, from: vigie, user: v } }\n  mail: { mail',
      ],
    ],
    says: [
      "channels.none: has no kind; write one of mail, sms, webhook, alertmanager, sink   (vigie.yaml:10)",
      "channels.two: has several kinds (webhook, sink); write one of mail, sms, webhook, alertmanager, sink   (vigie.yaml:11)",
      "channels.meta.webhook.url: goes to a link-local address, where cloud machines keep their secrets; name another host   (vigie.yaml:12)",
      "channels.ftp.webhook.url: is neither http nor https; write https://host/path   (vigie.yaml:13)",
      "channels.login.webhook.url: holds a user or a password; take them out, and refer to the secret by env or file   (vigie.yaml:14)",
      "channels.half.mail.from: is not an e-mail address; write vigie@example.org   (vigie.yaml:15)",
    ],
  },
  {
    name: "SMS gateways, Alertmanager and what comes in",
    change: [
      [
        "  mail: { mail",
        [
          "  bare: { sms: { url: https://a.example } }",
          '  both: { sms: { url: https://a.example, json: { to: "{to}", text: "{text}" }, form: { a: b } } }',
          '  got: { sms: { url: https://a.example, method: GET, form: { to: "{to}", text: "{text}" } } }',
          '  lost: { sms: { url: https://a.example, form: { to: "{to}", key: "{secret}" }, inbound: { secret: { env: A }, header: "a b", receipt: { message: id, status: s, delivered: [ok] } } } }',
          "  am: { alertmanager: { url: http://169.254.169.254/, user: vigie } }",
          "  help: { mail: { host: mail.example, from: help@example.org, inbound: { secret: { env: LONG }, requests: { domains: [hospital, clinic@example.org], from: all } } } }",
          "  mail: { mail",
        ].join("\n"),
      ],
    ],
    says: [
      "channels.bare.sms: has no body; write one of json, form, query   (vigie.yaml:10)",
      "channels.both.sms: has several bodies (json, form); write one of json, form, query   (vigie.yaml:11)",
      "channels.got.sms.form: goes with no GET; write query, or method: POST   (vigie.yaml:12)",
      "channels.lost.sms.inbound.secret: the secret is shorter than 16 characters; choose a longer one   (vigie.yaml:13)",
      'channels.lost.sms.inbound.header: "a b" is no name of a header; write X-Hook-Secret   (vigie.yaml:13)',
      "channels.lost.sms: says {text} nowhere; write where the gateway wants it   (vigie.yaml:13)",
      "channels.lost.sms.id: is missing, so no receipt could be told to belong to a message; write where the answer has it   (vigie.yaml:13)",
      "channels.lost.sms.secret: is missing; {secret} is named   (vigie.yaml:13)",
      "channels.am.alertmanager.url: goes to a link-local address, where cloud machines keep their secrets; name another host   (vigie.yaml:14)",
      "channels.am.alertmanager.password: is missing; user and password go together   (vigie.yaml:14)",
      "channels.help.mail.inbound.requests.domains[0]: is no domain; write hospital.example.org   (vigie.yaml:15)",
      "channels.help.mail.inbound.requests.domains[1]: is no domain; write hospital.example.org   (vigie.yaml:15)",
      "channels.help.mail.inbound.requests.from: is not a known key; known here: domains   (vigie.yaml:15)",
      "channels.help.mail.inbound.secret: environment variable LONG is not set; set it where Vigie starts   (vigie.yaml:15)",
    ],
  },
  {
    name: "listening to everybody without a token",
    add: 'http: { listen: "0.0.0.0:8080", allowed_hosts: [vigie.example] }\n',
    says: [
      'http.listen: "0.0.0.0:8080" is reachable from outside and there is no token; add one under tokens, or write 127.0.0.1:8080   (vigie.yaml:17)',
    ],
  },
  {
    name: "a demo that listens to everybody",
    demo: true,
    add: 'http: { listen: "0.0.0.0:8080", allowed_hosts: [vigie.example] }\n',
    says: [
      'http.listen: "0.0.0.0:8080" is reachable from outside, and the demo shows its pages without sign-in; write 127.0.0.1:8080   (vigie.yaml:17)',
    ],
  },
  {
    name: "permissions",
    add: "permissions:\n  desk: [read, handel]\n  operators: [read]\n  analyst: read\ntokens: { c: { function: coordinators, sites: [nowhere], secret: { env: P } } }\n",
    env: { A: "auth-key-5ecret", P: "privacy-5ecret-0123" },
    says: [
      'permissions.desk[1]: "handel" is not one of read, read-site, read-names, handle, plan, outcome-site, arrange, decide, configure, audit, erase, scrape; did you mean "handle"?   (vigie.yaml:18)',
      'permissions.operators: there is no function "operators"; add it under functions, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators   (vigie.yaml:19)',
      "permissions.analyst: must be a list ([a, b]), found a text   (vigie.yaml:20)",
      'tokens.c.sites[0]: there is no site "nowhere"; add it under sites, or name another; there is mgh   (vigie.yaml:21)',
    ],
  },
  {
    name: "tokens",
    add: "tokens:\n  a: { function: operators, secret: { env: P } }\n  b: { function: desk, secret: { env: B } }\n  c: { function: desk, secret: { env: B } }\n",
    env: {
      A: "auth-key-5ecret",
      P: "privacy-5ecret",
      B: "0123456789abcdef",
    },
    says: [
      'tokens.a.function: there is no function "operators"; add it under functions, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators   (vigie.yaml:18)',
      "tokens.a.secret: the secret is shorter than 16 characters; choose a longer one   (vigie.yaml:18)",
      "tokens.c.secret: is the same as that of tokens.b; give each its own   (vigie.yaml:20)",
    ],
  },
  {
    name: "traps",
    add: 'traps: { listen: "162", allow: [10.0.0.1/8, everyone], relays: [relay.example.org], burst: 0, credentials: [login, none] }\n',
    says: [
      'traps.listen: "162" is not an address to listen on; write "127.0.0.1:8080" or "[::1]:8080"   (vigie.yaml:17)',
      'traps.allow[0]: "10.0.0.1/8" has bits set beyond its length; write the network\'s first address, or /32 for one host   (vigie.yaml:17)',
      'traps.allow[1]: "everyone" is not a network; write a network such as 10.0.0.0/8   (vigie.yaml:17)',
      'traps.relays[0]: "relay.example.org" is not an IP address; write an IPv4 or IPv6 address   (vigie.yaml:17)',
      "traps.burst: 0 is out of range; write a whole number from 1 to 1000000   (vigie.yaml:17)",
      'traps.credentials[0]: credential "login" is for ssh; name one for snmp   (vigie.yaml:17)',
      'traps.credentials[1]: there is no credential "none"; add it under credentials, or name another; there is main, login   (vigie.yaml:17)',
    ],
  },
  {
    name: "traps with the wrong credentials",
    add: "traps: { credentials: [login, none] }\n",
    says: [
      'traps.credentials[0]: credential "login" is for ssh; name one for snmp   (vigie.yaml:17)',
      'traps.credentials[1]: there is no credential "none"; add it under credentials, or name another; there is main, login   (vigie.yaml:17)',
    ],
  },
  {
    name: "two databases",
    add: "storage: { sqlite: a.db, postgresql: { env: A } }\n",
    says: ["storage: has several kinds (sqlite, postgresql); keep one   (vigie.yaml:17)"],
  },
  {
    name: "a database's URL that is none",
    add: "storage: { postgresql: { env: A } }\n",
    says: ["storage.postgresql: does not refer to a database's URL; put postgresql://user:password@host/database there   (vigie.yaml:17)"],
  },
  {
    name: "a database's URL with its password in the file",
    add: 'storage: { postgresql: "postgres://u:hunter2-literal@db/vigie" }\n',
    says: [
      "storage.postgresql: holds the secret itself; take it out of the file, change it, and write { env: NAME } or { file: path }   (vigie.yaml:17)",
    ],
  },
  {
    name: "instance",
    add: "instance: { language: de, timezone: America/Montreall, number_prefix: vigie-1, public_url: vigie, service_hours: nights }\n",
    says: [
      'instance.language: "de" is not one of fr, en; write one of them   (vigie.yaml:17)',
      'instance.timezone: "America/Montreall" is not a time zone; write an IANA name such as America/Toronto   (vigie.yaml:17)',
      "instance.number_prefix: is not a prefix of request numbers; write 2 to 5 capital letters   (vigie.yaml:17)",
      "instance.public_url: is not a URL; write https://host/path   (vigie.yaml:17)",
      'instance.service_hours: there is no calendar "nights"; add it under calendars, or name another; there is always, office   (vigie.yaml:17)',
    ],
  },
  {
    name: "instance hours that are not there",
    add: "instance: { service_hours: offce }\n",
    says: ['instance.service_hours: there is no calendar "offce"; did you mean "office"?   (vigie.yaml:17)'],
  },
  {
    name: "limits",
    add: 'ceilings: { packets_per_second_per_site: 500, packets_per_second: 100 }\nretention: { samples: 1h, callers: 40y }\nheartbeat: { url: "ping.example/hunter2-literal", every: 1s }\ninflux: { url: "http://127.0.0.1:8086" }\nrecurrence: { suggest_at: 1, within: 2y }\naudit: { syslog: { over: tcp, port: 0, facility: mail } }\n',
    says: [
      "ceilings.packets_per_second_per_site: 500 is above the 100 of all sites together; lower it, or raise packets_per_second   (vigie.yaml:17)",
      'retention.samples: "1h" is below the 1d minimum; write 1d or more   (vigie.yaml:18)',
      'retention.callers: "40y" is above the 30y maximum; write 30y or less   (vigie.yaml:18)',
      "heartbeat.url: is not a URL; write https://host/path   (vigie.yaml:19)",
      'heartbeat.every: "1s" is below the 10s minimum; write 10s or more   (vigie.yaml:19)',
      "influx.database: is missing; write a short text   (vigie.yaml:20)",
      "recurrence.suggest_at: 1 is out of range; write a whole number from 2 to 100   (vigie.yaml:21)",
      'recurrence.within: "2y" is above the 1y maximum; write 1y or less   (vigie.yaml:21)',
      "audit.syslog.host: is missing; write an IP address or a host name   (vigie.yaml:22)",
      "audit.syslog.port: 0 is out of range; write a whole number from 1 to 65535   (vigie.yaml:22)",
      'audit.syslog.facility: "mail" is not one of audit, auth, authpriv, daemon, local0, local1, local2, local3, local4, local5, local6, local7; write one of them   (vigie.yaml:22)',
    ],
  },
  {
    name: "an authority for a way that has none",
    add: "audit: { syslog: { host: siem.example.org, over: udp, ca: { env: T } } }\n",
    says: ["audit.syslog.ca: has no effect over udp; leave it out, or write over: tls   (vigie.yaml:17)"],
  },
  {
    name: "a table of severities that is not there, and a row that is not",
    add: "severity: { include: [none.yaml], disabled: [session-nea] }\n",
    says: ["severity.include[0]: file none.yaml does not exist; check the path   (vigie.yaml:17)"],
  },
  {
    name: "a row of severities that is not there",
    add: "severity: { disabled: [session-nea] }\n",
    says: ['severity.disabled[0]: there is no row "session-nea"; did you mean "session-near"?   (vigie.yaml:17)'],
  },
  {
    name: "a row of severities with a mistake",
    add: "severity: { include: [own.yaml] }\n",
    files: { "own.yaml": "rows:\n  - id: own\n    when: { session: soon }\n    severity: major\n    why: { fr: f, en: e }\n" },
    says: ["rows[0].when.session: must be running or ahead   (own.yaml:3)"],
  },
  {
    name: "a table of severities that says nothing of most incidents",
    add: "severity: { disabled: [one-device] }\n",
    says: ['severity: no row with "when: {}" gives a severity, so some incidents would have none; keep or write one   (vigie.yaml:17)'],
  },
  {
    name: "a diagnosis in no time",
    add: "diagnosis: { within: 1s, check_within: 0s, at_once: 0, automatic: perhaps }\n",
    says: [
      'diagnosis.automatic: "perhaps" is not true or false; write true or false   (vigie.yaml:17)',
      "diagnosis.at_once: 0 is out of range; write a whole number from 1 to 32   (vigie.yaml:17)",
      'diagnosis.within: "1s" is below the 5s minimum; write 5s or more   (vigie.yaml:17)',
      'diagnosis.check_within: "0s" is below the 1s minimum; write 1s or more   (vigie.yaml:17)',
    ],
  },
  {
    name: "a row of diagnoses that is not there, and one that hears an answer to no question",
    add: "diagnosis: { include: [own.yaml], disabled: [hungry] }\n",
    files: {
      "own.yaml": "rows:\n  - id: own\n    when: { answer.lamp: no }\n    verdict: power\n    confidence: 50\n    why: { fr: f, en: e }\n",
    },
    says: [
      'diagnosis.disabled[0]: there is no row "hungry"; did you mean "hung"?   (vigie.yaml:17)',
      'diagnosis.include: row "own" wants answer.lamp, and no step "lamp" asks; write it under advice, with asks: true   (vigie.yaml:17)',
    ],
  },
  {
    name: "a row of diagnoses with a mistake",
    add: "diagnosis: { include: [own.yaml] }\n",
    files: {
      "own.yaml": "rows:\n  - id: own\n    when: { ping: dead }\n    verdict: power\n    confidence: 50\n    why: { fr: f, en: e }\n",
    },
    says: ['rows[0].when.ping: "dead" is no word of it; write one of answers, lossy, silent, unknown, none   (own.yaml:3)'],
  },
  {
    name: "failures that are one trouble",
    add: "correlation: { place: { window: 2h, devices: 1 }, firmware: { share_percent: 130 }, weather: true }\n",
    says: [
      'correlation.place.window: "2h" is above the 1h maximum; write 1h or less   (vigie.yaml:17)',
      "correlation.place.devices: 1 is out of range; write a whole number from 2 to 1000   (vigie.yaml:17)",
      "correlation.firmware.share_percent: 130 is out of range; write a whole number from 0 to 100   (vigie.yaml:17)",
      "correlation.weather: is not a known key; known here: place, firmware, room   (vigie.yaml:17)",
    ],
  },
  {
    name: "rules that are not there",
    add: "rules: { include: [none.yaml], disabled: [high-los] }\n",
    files: {
      "own.yaml": "high-loss\n",
    },
    says: ["rules.include[0]: file none.yaml does not exist; check the path   (vigie.yaml:17)"],
  },
  {
    name: "a rule switched off by a mistyped name",
    add: "rules: { include: [own.yaml], disabled: [high-los] }\n",
    files: {
      "own.yaml": "high-loss\n",
    },
    says: ['rules.disabled[0]: there is no rule "high-los"; did you mean "high-loss"?   (vigie.yaml:17)'],
  },
  {
    name: "everything wrong with one device, and with another file",
    add: "include: [none.yaml]\n",
    change: [
      [
        "site: mgh, address: 10.0.0.2, family: cisco-ce, ssh: login",
        "site: mgh, room: 7, adress: 10.0.0.2, family: cisco-ce, ssh: main, parents: [0]",
      ],
      ["router, snmp: main", "router, snmp: main, parents: [codec, router]"],
    ],
    says: [
      "devices.router.parents: goes in a circle: router → router; name what each is reached through, from Vigie outwards   (vigie.yaml:4)",
      "devices.codec.address: is missing; write an IP address or a host name   (vigie.yaml:5)",
      'devices.codec.adress: is not a known key; did you mean "address"?   (vigie.yaml:5)',
      'devices.codec.ssh: credential "main" is for snmp; name one for ssh   (vigie.yaml:5)',
      "include: file none.yaml does not exist; check the path   (vigie.yaml:17)",
    ],
  },
  {
    name: "a circle, a wrong credential and a bad address at once",
    change: [
      ["10.0.0.2", "10.0.0"],
      ["snmp: main", "snmp: login, parents: [codec]"],
    ],
    says: [
      'devices.router.snmp: credential "login" is for ssh; name one for snmp   (vigie.yaml:4)',
      "devices.router.parents: goes in a circle: router → codec → router; name what each is reached through, from Vigie outwards   (vigie.yaml:4)",
      'devices.codec.address: "10.0.0" is not an address; write an IP address or a host name   (vigie.yaml:5)',
    ],
  },
  {
    name: "aliases that expand without end",
    whole: "sites: &a { x: *a }\n",
    says: [
      'functions: the last resort of policy "default" (chief-technician, it-technician) reaches nobody directly; give one of these functions a contact with a mail or webhook reach   (vigie.yaml)',
      "sites.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x: is nested more than 32 levels deep; flatten it   (vigie.yaml:1)",
      "sites.x.name: is missing; write a short text   (vigie.yaml:1)",
      "sites.x.x: is not a known key; known here: name, timezone, gateway, service_hours, night_window, labels   (vigie.yaml:1)",
    ],
  },
  {
    name: "keys of the language",
    whole: "__proto__: { x: 1 }\nconstructor: { y: 2 }\ninstance: { toString: 1 }\n",
    says: [
      'functions: the last resort of policy "default" (chief-technician, it-technician) reaches nobody directly; give one of these functions a contact with a mail or webhook reach   (vigie.yaml)',
      "__proto__: is not a known key; known here: include, instance, http, traps, storage, credentials, calendars, sites, rooms, devices, links, canary, contacts, functions, partners, channels, tickets, policies, policy, paging, on_call, storms, ceilings, correlation, discovery, topology, heartbeat, tokens, permissions, retention, reports, recurrence, sessions, influx, audit, rules, severity, diagnosis, families, reload   (vigie.yaml:1)",
      "constructor: is not a known key; known here: include, instance, http, traps, storage, credentials, calendars, sites, rooms, devices, links, canary, contacts, functions, partners, channels, tickets, policies, policy, paging, on_call, storms, ceilings, correlation, discovery, topology, heartbeat, tokens, permissions, retention, reports, recurrence, sessions, influx, audit, rules, severity, diagnosis, families, reload   (vigie.yaml:2)",
      "instance.toString: is not a known key; known here: name, language, timezone, number_prefix, public_url, state_dir, service_hours   (vigie.yaml:3)",
    ],
  },
  {
    name: "discovery where it may not go, with what it may not use",
    add: `discovery:
  ranges: [10.0.0.0/8, "2001:db8::/64", 10.0.0.1/24]
  sites: { mgh: [10.0.0.0/24], chum: [10.1.0.0/24] }
  credentials: [login, nobody]
  ssh: main
  https: login
  probes_per_second: 200
  speed: fast
`,
    says: [
      'discovery.ranges[2]: "10.0.0.1/24" has bits set beyond its length; write the network\'s first address, or /32 for one host   (vigie.yaml:18)',
      'discovery.ranges[0]: "10.0.0.0/8" has 16,777,216 addresses; write parts of at most 65,536 (/16)   (vigie.yaml:18)',
      'discovery.ranges[1]: "2001:db8::/64" is IPv6, which cannot be swept; write such devices into the file by hand   (vigie.yaml:18)',
      'discovery.sites.chum: there is no site "chum"; add it under sites, or name another; there is mgh   (vigie.yaml:19)',
      'discovery.credentials[0]: credential "login" is for ssh; name one for snmp   (vigie.yaml:20)',
      'discovery.credentials[1]: there is no credential "nobody"; add it under credentials, or name another; there is main, login   (vigie.yaml:20)',
      'discovery.ssh: credential "main" is for snmp; name one for ssh   (vigie.yaml:21)',
      'discovery.https: credential "login" is for ssh; name one for https   (vigie.yaml:22)',
      "discovery.probes_per_second: 200 is out of range; write a whole number from 1 to 50   (vigie.yaml:23)",
      "discovery.speed: is not a known key; known here: ranges, sites, credentials, ssh, https, probes_per_second   (vigie.yaml:24)",
    ],
  },
  {
    name: "discovery in too large networks, a subnet of two sites, too many credentials",
    change: [["sites:\n", "sites:\n  chum: { name: CHUM }\n"]],
    add: `discovery:
  ranges: [10.0.0.0/8, "2001:db8::/64"]
  sites: { mgh: [10.0.0.0/24], chum: [10.0.0.0/24] }
  credentials: [main, main, main, main, login]
  ssh: main
`,
    says: [
      'discovery.ranges[0]: "10.0.0.0/8" has 16,777,216 addresses; write parts of at most 65,536 (/16)   (vigie.yaml:19)',
      'discovery.ranges[1]: "2001:db8::/64" is IPv6, which cannot be swept; write such devices into the file by hand   (vigie.yaml:19)',
      'discovery.sites.chum[0]: "10.0.0.0/24" is also a subnet of "mgh"; give it to one site   (vigie.yaml:20)',
      'discovery.credentials[4]: credential "login" is for ssh; name one for snmp   (vigie.yaml:21)',
      "discovery.credentials: has 5 credentials, and every stranger would be asked with each; write at most 4   (vigie.yaml:21)",
      'discovery.ssh: credential "main" is for snmp; name one for ssh   (vigie.yaml:22)',
    ],
  },
  {
    name: "on-call duty that nobody would hear of",
    add: `on_call: { horizon: 1h, tell: [chief, analyst], check_every: 1d, colour: blue }
`,
    says: [
      'on_call.horizon: "1h" is below the 1d minimum; write 1d or more   (vigie.yaml:17)',
      'on_call.check_every: "1d" is below the 7d minimum; write 7d or more   (vigie.yaml:17)',
      "on_call.colour: is not a known key; known here: horizon, tell, check_every   (vigie.yaml:17)",
      'on_call.tell[0]: there is no function "chief"; add it under functions, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators   (vigie.yaml:17)',
    ],
  },
  {
    name: "surveys too often, by what is not known",
    add: `topology: { neighbours: yes-please, traceroute: true, every: 5m, cdp: true }
`,
    says: [
      'topology.neighbours: "yes-please" is not true or false; write true or false   (vigie.yaml:17)',
      'topology.every: "5m" is below the 1h minimum; write 1h or more   (vigie.yaml:17)',
      "topology.cdp: is not a known key; known here: neighbours, traceroute, every   (vigie.yaml:17)",
    ],
  },
  {
    name: "discovery without ranges",
    add: "discovery: { credentials: [main] }\n",
    says: ["discovery.ranges: is missing; write a list ([a, b])   (vigie.yaml:17)"],
  },
  {
    name: "asset facts that are none",
    change: [["ssh: login }", 'ssh: login, asset: { purchased: 2022, serial: "", colour: blue, tag: [1] } }']],
    says: [
      "devices.codec.asset.tag: a list is not a text; put it in quotes   (vigie.yaml:5)",
      "devices.codec.asset.purchased: 2022 is not a date; write year-month-day, a day that exists: 2027-01-31   (vigie.yaml:5)",
      "devices.codec.asset.serial: is missing; write a short text   (vigie.yaml:5)",
      "devices.codec.asset.colour: is not a known key; known here: tag, contract, purchased, serial   (vigie.yaml:5)",
    ],
  },
  {
    name: "wrong kinds of value",
    change: [
      [
        "ssh: login }",
        'ssh: login, labels: [a], commissioning: yes, snmp_port: 70000, ssh_port: "22", warranty_until: 31/01/2027, legacy: true }',
      ],
    ],
    says: [
      "devices.codec.snmp_port: 70000 is out of range; write a whole number from 1 to 65535   (vigie.yaml:5)",
      'devices.codec.ssh_port: "22" is not a whole number; write a whole number from 1 to 65535   (vigie.yaml:5)',
      'devices.codec.warranty_until: "31/01/2027" is not a date; write year-month-day, a day that exists: 2027-01-31   (vigie.yaml:5)',
      "devices.codec.labels: must be a map (key: value), found a list   (vigie.yaml:5)",
      'devices.codec.commissioning: "yes" is not true or false; write true or false   (vigie.yaml:5)',
      "devices.codec.legacy: must be a map (key: value), found true or false   (vigie.yaml:5)",
    ],
  },
  {
    name: "telnet without the device's yes, with a password for SSH, or where nothing speaks it; tcp without a port",
    change: [
      [
        "credentials:",
        `  hdx: { site: mgh, address: 10.0.0.3, family: poly-hdx, telnet: clear, telnet_port: 24, checks: { telnet: { interval: 60s } } }
  hdx-2: { site: mgh, address: 10.0.0.4, family: poly-hdx, telnet: login, legacy: { telnet: true } }
  hdx-3: { site: mgh, address: 10.0.0.5, family: cisco-ce, ssh: login, legacy: { telnet: true }, checks: { telnet: true, tcp: true } }
credentials:
  clear: { telnet_password: { password: { env: P } }, successor: login }`,
      ],
    ],
    says: [
      "devices.hdx.telnet: is for telnet, which is clear text; allow it for this device with legacy: { telnet: true }, or remove it   (vigie.yaml:6)",
      "devices.hdx.telnet_port: is for telnet, which is clear text; allow it for this device with legacy: { telnet: true }, or remove it   (vigie.yaml:6)",
      "devices.hdx.checks.telnet: is for telnet, which is clear text; allow it for this device with legacy: { telnet: true }, or remove it   (vigie.yaml:6)",
      'devices.hdx-2.telnet: credential "login" is for ssh; name one for telnet   (vigie.yaml:7)',
      'devices.hdx-3.checks.telnet: family "cisco-ce" has no command line that is spoken over telnet; remove it   (vigie.yaml:8)',
      'devices.hdx-3.checks.tcp: family "cisco-ce" names no TCP port to connect to; remove it   (vigie.yaml:8)',
      'credentials.clear.successor: "login" is for ssh and this one for telnet; name one for telnet   (vigie.yaml:10)',
    ],
  },
  {
    name: "a web interface that is not there, without a login, with one for SSH, with a certificate that is pinned in vain or by half",
    change: [
      [
        "credentials:",
        `  icon: { site: mgh, address: 10.0.0.3, family: lifesize-icon, https: login }
  icon-2: { site: mgh, address: 10.0.0.4, family: lifesize-icon, checks: { https: true }, tls_fingerprint: "AB:CD" }
  icon-3: { site: mgh, address: 10.0.0.5, family: lifesize-icon, https: page, https_port: 0, tls_fingerprint: "${"ab".repeat(32)}", legacy: { unverified_tls: true } }
  icon-4: { site: mgh, address: 10.0.0.6, family: cisco-ce, ssh: login, https: page, checks: { https: true } }
credentials:
  page: { https_password: { password: { env: P } } }`,
      ],
    ],
    says: [
      'devices.icon.https: credential "login" is for ssh; name one for https   (vigie.yaml:6)',
      'devices.icon-2.tls_fingerprint: "AB:CD" is not the SHA-256 fingerprint of a certificate; write its 32 octets: "3B:F1:…", as vigie probe prints them   (vigie.yaml:7)',
      "devices.icon-2.checks.https: is looked at over https and no credential is named; write https: <credential>, or checks: { https: false }   (vigie.yaml:7)",
      "devices.icon-3.https_port: 0 is out of range; write a whole number from 1 to 65535   (vigie.yaml:8)",
      "devices.icon-3.legacy.unverified_tls: is not needed beside tls_fingerprint, which pins the certificate; remove one   (vigie.yaml:8)",
      'devices.icon-4.https: family "cisco-ce" has no HTTPS interface that is asked; remove it   (vigie.yaml:9)',
      "credentials.page.https_password.user: is missing; write the user's name   (vigie.yaml:11)",
    ],
  },
  {
    name: "calendars of sessions that lead nowhere, or say where they are twice; a specialty that is not kept",
    add: `sessions:
  specialties: [neurology]
  calendars:
    csv: { file: a.ics, room: a101 }
    two: { file: a.ics, url: "https://c.example/a.ics", room: a101 }
    none: { url: "https://c.example/b.ics", rules: [{ text: x }, { text: y, specialty: neurologie }] }
    far: { url: "ftp://hunter2.example/b.ics", every: 1s, rooms: { "Bureau": a102 }, bridges: { pont: codeck }, kind: clinique }
`,
    says: [
      "sessions.calendars.csv: is the name of another source of sessions; take another   (vigie.yaml:20)",
      'sessions.calendars.csv.room: there is no room "a101"; add it under rooms, or name another   (vigie.yaml:20)',
      "sessions.calendars.two: has to say where it is, once; write file:, url: or secret_url:   (vigie.yaml:21)",
      "sessions.calendars.none: leads to no room; write room: for a room's own calendar, or rooms: { location or address: room }   (vigie.yaml:22)",
      "sessions.calendars.none.rules[0]: tells nothing; write kind:, priority: or specialty:   (vigie.yaml:22)",
      'sessions.calendars.none.rules[1].specialty: there is no specialty "neurologie"; did you mean "neurology"?   (vigie.yaml:22)',
      "sessions.calendars.far.url: is neither http nor https; write https://host/path   (vigie.yaml:23)",
      'sessions.calendars.far.every: "1s" is below the 1m minimum; write 1m or more   (vigie.yaml:23)',
      'sessions.calendars.far.kind: "clinique" is not one of clinical, training, administrative; write one of them   (vigie.yaml:23)',
      'sessions.calendars.far.rooms.Bureau: there is no room "a102"; add it under rooms, or name another   (vigie.yaml:23)',
      'sessions.calendars.far.bridges.pont: there is no device "codeck"; did you mean "codec"?   (vigie.yaml:23)',
    ],
  },
  {
    name: "calendars that are signed in to, the wrong way",
    add: `rooms: { a101: { site: mgh, name: A } }
sessions:
  calendars:
    two: { url: "https://c.example/a.ics", basic: { user: v, password: { env: A } }, bearer: { env: A }, room: a101 }
    file: { file: a.ics, bearer: { env: A }, room: a101 }
    open: { url: "https://hunter2:hunter2@c.example/a.ics", room: a101 }
    told: { url: "https://c.example/a.ics", bearer: hunter2, room: a101 }
    gone: { url: "https://c.example/a.ics", basic: { user: v, password: { env: NOT_SET } }, room: a101 }
    bad: { secret_url: { env: A }, room: a101 }
`,
    says: [
      "sessions.calendars.two: has two ways to sign in; keep basic: or bearer:   (vigie.yaml:20)",
      "sessions.calendars.file: is a file, which nobody signs in to; remove basic: and bearer:   (vigie.yaml:21)",
      "sessions.calendars.open.url: holds a user or a password; take them out, and refer to the secret by env or file   (vigie.yaml:22)",
      "sessions.calendars.told.bearer: holds the secret itself; take it out of the file, change it, and write { env: NAME } or { file: path }   (vigie.yaml:23)",
      "sessions.calendars.gone.basic.password: environment variable NOT_SET is not set; set it where Vigie starts   (vigie.yaml:24)",
      "sessions.calendars.bad.secret_url: the secret is no http or https address without a login in it; put https://host/path there   (vigie.yaml:25)",
    ],
  },
  {
    name: "partners whose patience, language and zone are none",
    add: `partners:
  telco: { name: Telco, answer_within: soon, language: de, timezone: Mars/Base }
  acme: { name: Acme, after_thm: [desk] }
`,
    says: [
      'partners.telco.language: "de" is not one of fr, en; write one of them   (vigie.yaml:18)',
      'partners.telco.timezone: "Mars/Base" is not a time zone; write an IANA name such as America/Toronto   (vigie.yaml:18)',
      'partners.telco.answer_within: "soon" is not a clock; write "30m", "4h service" or "2 working days"   (vigie.yaml:18)',
      'partners.acme.after_thm: is not a known key; did you mean "after_them"?   (vigie.yaml:19)',
    ],
  },
  {
    name: "partners whose hours and those after them nobody knows",
    add: `partners:
  telco: { name: Telco, hours: ofice, after_them: [desk, nobody] }
  acme: { name: Acme, after_them: [] }
`,
    says: [
      'partners.telco.after_them[1]: there is no function "nobody"; add it under functions, or name another; there is desk, event-coordinators, it-technician, chief-technician, analyst, coordinators   (vigie.yaml:18)',
      'partners.telco.hours: there is no calendar "ofice"; did you mean "office"?   (vigie.yaml:18)',
      "partners.acme.after_them: is empty, so a silent partner would be forgotten; name a function   (vigie.yaml:19)",
    ],
  },
];
