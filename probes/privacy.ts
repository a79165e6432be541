/**
 * Far-end identity stays out: who called whom is no business of a monitor (procedure.md, Privacy).
 *
 * Everything a device says passes here before it leaves the probe. A name in free text cannot be told from a word, so
 * structured answers are filtered by field: in calls only listed technical fields stay, bookings and histories go whole.
 */

/** What stands in the place of what was taken out. */
export const REMOVED = "[removed]";

/** Fields that hold the identity of the far end or of people, wherever they stand. Compared without case and punctuation. */
const FAR_END_FIELDS: ReadonlySet<string> = new Set([
  "remotenumber",
  "displayname",
  "callbacknumber",
  "remoteuri",
  "remotename",
  "remoteparty",
  "farname",
  "farnumber",
  "farsitename",
  "farsitenumber",
  "callednumber",
  "callingnumber",
  "calledparty",
  "callingparty",
  "callername",
  "callerid",
  "dialstr",
  "dialstring",
  "organizer",
  "organiser",
  "attendee",
  "attendees",
  "participant",
  "participantname",
  "conferencename",
  "groupname",
  "callernumber",
  "subject",
  "meetingtitle",
  "contactname",
  "firstname",
  "lastname",
  "fullname",
  "email",
  "emailaddress",
  "person",
  "personname",
  "phonenumber",
  "peer",
  "uri",
  "contactmethod",
  // Who is registered with a registrar.
  "alias",
  "aliases",
  "aor",
  "contact",
  "callsignaladdresses",
  "callsignaladdress",
  "rasaddresses",
  "rasaddress",
]);

/** Subtrees that go whole. */
const FAR_END_TREES: ReadonlySet<string> = new Set([
  "bookings",
  "booking",
  "callhistory",
  "recents",
  "phonebook",
  "directory",
  "globaldirectory",
  "userpresence",
  "roomanalytics",
  "messages",
  "usermanagement",
  "contacts",
  "contactinfo",
]);

/** Subtrees about a call: only the fields below stay. */
const CALL_TREES: ReadonlySet<string> = new Set([
  "call",
  "calls",
  "conference",
  "mediachannels",
  "incomingcall",
  "callsuccessful",
  "calldisconnect",
]);
/** The same in the words of web interfaces. */
const WEB_CALL_TREES: ReadonlySet<string> = new Set(["conferences", "participants", "connections", "terminals", "terms"]);
const CALL_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "ghost",
  "value",
  "status",
  "direction",
  "protocol",
  "calltype",
  "transmitcallrate",
  "receivecallrate",
  "encryption",
  "type",
  "placedonhold",
  "duration",
  "answerstate",
  "devicetype",
  "channel",
  "netstat",
  "audio",
  "video",
  "data",
  "channelrole",
  "mute",
  "framerate",
  "resolutionx",
  "resolutiony",
  "bytes",
  "channelrate",
  "drop",
  "jitter",
  "maxjitter",
  "lastintervallost",
  "lastintervalreceived",
  "loss",
  "packets",
  "call",
  "isactive",
  "ispendingconference",
  "conferenceactive",
  "uniqueid",
  "currentstate",
  "callstate",
  "items",
  ...WEB_CALL_TREES,
]);

/** Counts and sizes: their digits are no telephone number. */
const NUMBER_FIELDS: ReadonlySet<string> = new Set([
  "uptime",
  "duration",
  "resultid",
  "bytes",
  "packets",
  "loss",
  "channelrate",
  "item",
  "id",
]);

/** Quebec health insurance number: four letters, eight digits, often in groups of four. */
const INSURANCE_NUMBER = /(?<![\p{L}\d])\p{L}{4}[ -]?\d{4}[ -]?\d{4}(?!\d)/u;

/** Does free text seem to hold a patient's insurance number? Request numbers are none. */
export function hasInsuranceNumber(text: string): boolean {
  return INSURANCE_NUMBER.test(text);
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Does a field of this name tell who the far end is (or who a person is)? Dotted and spaced paths are judged by every step. */
export function isFarEndField(name: string): boolean {
  return name.split(/[.\s/[\]]+/).some((step) => {
    const bare = plain(step);
    return FAR_END_FIELDS.has(bare) || FAR_END_TREES.has(bare);
  });
}

/** Does a path lead to something of a call or of who takes part in it that no listed technical field holds? For what a family may read. */
export function isOfSomebodysCall(path: string): boolean {
  const steps = path.split(/[.\s/[\]]+/).flatMap((step) => (step === "" ? [] : [plain(step)]));
  const tree = steps.findIndex((step) => WEB_CALL_TREES.has(step));
  return tree >= 0 && steps.slice(tree + 1).some((step) => !CALL_FIELDS.has(step));
}

const FIELDS = [...FAR_END_FIELDS].filter((field) => field !== "uri" && field !== "peer" && field !== "subject" && field !== "person");
/** `RemoteNumber: "x"`, `"DisplayName":{"Value":"x`, `<CallbackNumber>x<`, to the end of the value or of the line. */
const FIELD_IN_TEXT = new RegExp(
  `(["'<]?\\b(?:${FIELDS.join("|")})\\b["']?\\s*[:=>]\\s*(?:\\{\\s*"value"\\s*:\\s*)?)("(?:[^"\\\\\\n]|\\\\.)*"?|[^<\\n]*)`,
  "gi",
);
const URI_OR_MAIL = /(?:\b(?:sips?|tel|h323|mailto|callto|spark|teams):[^\s"'<>,;]+)|(?:[^\s"'<>(),;:@]{1,64}@[^\s"'<>(),;@]{1,255})/gi;
/** E.164 with +, grouped North American numbers, bare runs of 7 to 15 digits; not inside words, versions, dates or decimals. */
const TELEPHONE = /(?<![\w.:/-])(?:\+\d{7,15}|(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|\d{7,15})(?![\w:/]|[.-]\d)/g;
const MAX_TEXT = 64 * 1024;

/** Bare form of an address for the comparison with the inventory: no scheme, no parameters. */
function known(found: string, inventory: ReadonlySet<string>): boolean {
  if (inventory.size === 0) return false;
  if (inventory.has(found)) return true;
  const bare = found.replace(/^[a-z0-9]+:/i, "").replace(/[;?].*$/, "");
  return inventory.has(bare) || inventory.has(bare.toLowerCase());
}

/** Text without far-end identity. `inventory`: our own addresses, numbers and names, which stay. */
export function scrub(text: string, inventory: ReadonlySet<string>): string {
  const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  return cut
    .replace(FIELD_IN_TEXT, (whole, field: string, value: string) => {
      const bare = value.replace(/^"|"$/g, "").trim();
      return bare === "" || known(bare, inventory) ? whole : `${field}${REMOVED}`;
    })
    .replace(URI_OR_MAIL, (found) => (known(found, inventory) ? found : REMOVED))
    .replace(TELEPHONE, (found) => (known(found, inventory) ? found : REMOVED));
}

const SERIALS: ReadonlySet<string> = new Set(["serial", "peripheral_serial"]);

/** The value of a reading without far-end identity. A serial number may be digits only, as a telephone number is. */
export function scrubReading(name: string, text: string, inventory: ReadonlySet<string>): string {
  return SERIALS.has(name) && /^[\w.-]{4,40}$/.test(text) ? text : scrub(text, inventory);
}

/** A structured answer without far-end identity: the same shape, values and subtrees taken out. Depth beyond 32 goes too. */
export function dropFarEnd(value: unknown, inventory: ReadonlySet<string>): unknown {
  return filter(value, { field: "", inCall: false, depth: 0, inventory });
}

interface Where {
  /** The field that holds the value, plain. */
  readonly field: string;
  readonly inCall: boolean;
  readonly depth: number;
  readonly inventory: ReadonlySet<string>;
}

function filter(value: unknown, where: Where): unknown {
  if (where.depth > 32) return REMOVED;
  if (typeof value === "string") return filterText(value, where);
  if (Array.isArray(value)) return value.map((item) => filter(item, { ...where, depth: where.depth + 1 }));
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(value)) {
    // Names of fields come from the device too: one that is no plain word may itself be the secret.
    if (!/^[A-Za-z][A-Za-z0-9_]{0,40}$/.test(name)) continue;
    if (where.inCall && !CALL_FIELDS.has(plain(name)) && !FAR_END_FIELDS.has(plain(name))) continue;
    kept[name] = filterField(plain(name), child, where);
  }
  return kept;
}

function filterField(bare: string, child: unknown, where: Where): unknown {
  const { inventory } = where;
  if (FAR_END_TREES.has(bare)) return REMOVED;
  if (bare === "diagnostics") return wordsOf(child, where.depth + 1);
  if (FAR_END_FIELDS.has(bare)) return isOwn(child, inventory) ? child : REMOVED;
  const inCall = where.inCall || CALL_TREES.has(bare) || WEB_CALL_TREES.has(bare);
  return filter(child, { field: bare === "value" ? where.field : bare, inCall, depth: where.depth + 1, inventory });
}

/** Texts of diagnostics may quote anything: only types, levels and small numbers stay. */
function wordsOf(value: unknown, depth: number): unknown {
  if (depth > 32) return REMOVED;
  if (typeof value === "string") return /^(?:[A-Za-z][\w-]{0,63}|\d{0,6})$/.test(value) ? value : REMOVED;
  if (Array.isArray(value)) return value.map((item) => wordsOf(item, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => /^[A-Za-z][A-Za-z0-9_]{0,40}$/.test(name));
  return Object.fromEntries(fields.map(([name, inside]) => [name, wordsOf(inside, depth + 1)]));
}

function filterText(value: string, { field, inCall, inventory }: Where): string {
  if (NUMBER_FIELDS.has(field) && /^\d*$/.test(value) && !(field === "id" && value.length > 6)) return value;
  return inCall && field === "id" ? REMOVED : scrub(value, inventory);
}

/** `{ "Value": "room@our.example" }` that stands in the inventory. */
function isOwn(child: unknown, inventory: ReadonlySet<string>): boolean {
  const value = typeof child === "object" && child !== null && "Value" in child ? child.Value : child;
  return typeof value === "string" && (value === "" || known(value, inventory));
}
