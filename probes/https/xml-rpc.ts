/**
 * XML-RPC on the wire: what a call looks like, and what an answer says.
 *
 * Pure. A document type is refused (nothing here needs one, and entities are defined in it); depth, number and length of values are bounded
 * as for JSON. http://xmlrpc.com/spec.md
 */
import sax from "sax";
import { MAX_DEPTH, MAX_NODES, MAX_TEXT, named, type Plain, rooted } from "./plain.ts";

/** What a call is given: texts, numbers, truth, lists of texts. */
export type Given = string | number | boolean | readonly string[];

export type RpcAnswer =
  | { readonly is: "value"; readonly value: Plain }
  /** The method did not go well; codes are the maker's. */
  | { readonly is: "fault"; readonly code: number }
  /** No XML-RPC, or more of it than is read. */
  | { readonly is: "nonsense" };

const escaped: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const escapeText = (text: string): string => text.replace(/[&<>"']/g, (sign) => escaped[sign] ?? "");

export function writeCall(method: string, given: Readonly<Record<string, Given>>): string {
  const members = Object.entries(given).map(([name, value]) => `<member><name>${escapeText(name)}</name>${written(value)}</member>`);
  const struct = `<param><value><struct>${members.join("")}</struct></value></param>`;
  return `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>${escapeText(method)}</methodName><params>${struct}</params></methodCall>`;
}

function written(value: Given): string {
  if (typeof value === "string") return `<value><string>${escapeText(value)}</string></value>`;
  if (typeof value === "boolean") return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (typeof value === "number") return `<value><int>${Math.trunc(value)}</int></value>`;
  return `<value><array><data>${value.map(written).join("")}</data></array></value>`;
}

const nonsense: RpcAnswer = { is: "nonsense" };

export function readAnswer(text: string): RpcAnswer {
  const reader = new Reader();
  const xml = sax.parser(true, { strictEntities: true, position: false });
  xml.onopentag = ({ name }) => reader.open(name);
  xml.onclosetag = () => reader.close();
  xml.ontext = (piece) => reader.text(piece);
  xml.oncdata = (piece) => reader.text(piece);
  xml.ondoctype = () => stop("a document type");
  xml.onerror = (error) => {
    throw error;
  };
  try {
    xml.write(text).close();
  } catch {
    // Not well formed, or beyond the bounds: which of them changes nothing.
    return nonsense;
  }
  return reader.answer();
}

function stop(why: string): never {
  throw new Error(why);
}

/** An element that is open, and what it has come to so far. */
interface Open {
  readonly name: string;
  text: string;
  /** Of a value: what its one child made of it. */
  value?: Plain;
  /** Of a member. */
  called?: string;
  readonly fields: { [name: string]: Plain };
  readonly items: Plain[];
}

const scalars: ReadonlySet<string> = new Set(["int", "i4", "i8", "double", "string", "dateTime.iso8601", "base64"]);

class Reader {
  readonly #open: Open[] = [];
  #nodes = 0;
  #param: Plain | undefined;
  #fault: Plain | undefined;
  #root: string | undefined;

  open(name: string): void {
    this.#nodes += 1;
    // An element of XML-RPC holds its value two elements further down.
    if (this.#open.length > 3 * MAX_DEPTH) stop("too deep");
    if (this.#nodes > 4 * MAX_NODES) stop("too many");
    this.#root ??= name;
    this.#open.push({ name, text: "", fields: named({}), items: [] });
  }

  text(piece: string): void {
    const open = this.#open.at(-1);
    if (open !== undefined && open.text.length < MAX_TEXT) open.text = (open.text + piece).slice(0, MAX_TEXT);
  }

  close(): void {
    const closed = this.#open.pop();
    const above = this.#open.at(-1);
    if (closed === undefined || above === undefined) return;
    const { name } = closed;
    if (name === "value") this.#take(above, closed.value ?? closed.text);
    else if (name === "name") above.called = closed.text.trim();
    else if (name === "member") above.fields[closed.called ?? stop("a member without a name")] = closed.value ?? stop("without a value");
    else if (name === "struct") above.value = closed.fields;
    else if (name === "data") above.items.push(...closed.items);
    else if (name === "array") above.value = closed.items;
    else if (name === "boolean") above.value = closed.text.trim() === "1" ? "true" : "false";
    else if (scalars.has(name)) above.value = name === "string" ? closed.text : closed.text.trim();
  }

  #take(above: Open, value: Plain): void {
    if (above.name === "data") above.items.push(value);
    else if (above.name === "member") above.value = value;
    else if (above.name === "param") this.#param ??= value;
    else if (above.name === "fault") this.#fault ??= value;
    else stop("a value where none belongs");
  }

  answer(): RpcAnswer {
    if (this.#root !== "methodResponse") return nonsense;
    const fault = this.#fault;
    if (fault !== undefined) {
      const code = typeof fault === "object" && !Array.isArray(fault) ? Number(fault.faultCode) : Number.NaN;
      return Number.isInteger(code) ? { is: "fault", code } : nonsense;
    }
    const value = rooted(this.#param);
    return value === undefined ? nonsense : { is: "value", value };
  }
}
