/**
 * Terminal mode of the xAPI (TC software; `*s Call 2 Status: Connected`): blocks of lines become the same tree that JSON gives.
 *
 * Pure. A block ends with `** end` (oldest: `*r/end`); an indented block, as VCS prints it, ends the same way. What is no line of a block is
 * left to the caller.
 */
import { refusal } from "./xapi-answer.ts";

/** A tree as JSON has it: leaves below `Value`, numbered nodes as items with an `id`. */
export interface TreeNode {
  [name: string]: TreeNode | TreeNode[] | string;
}

export interface Block {
  readonly status: TreeNode;
  /** The device's refusal: `Error: No match on address expression`. */
  readonly refused?: string;
  /** The number of the question, where the device repeats it. */
  readonly resultId?: string;
  /** Words of the first line, lower case, to tell which question it may answer; empty for a block without lines. */
  readonly words: readonly string[];
}

const END = /^\*(?:\*\s*|[rse]\/)end\b/;
const STAR = /^\*([rsec])\s+(.*)$/;
const MAX_WORDS = 32;
const MAX_LINES = 20_000;

interface Path {
  readonly words: readonly string[];
  readonly ghost: boolean;
}

export class TerminalReader {
  readonly #done: (block: Block) => void;
  #open = false;
  #root: TreeNode = empty();
  #lines = 0;
  #first: readonly string[] = [];
  #refused: { readonly status: "Error" | "ParameterError"; readonly reason?: string } | undefined;
  #isResult = false;
  #resultId: string | undefined;
  /** Indentation and path of the headings above the line. */
  #above: { readonly indent: number; readonly words: readonly string[] }[] = [];

  constructor(done: (block: Block) => void) {
    this.#done = done;
  }

  /** True when the line belongs to a block (or ended one). */
  line(text: string): boolean {
    if (END.test(text)) {
      this.#resultId = resultIdOf(text) ?? this.#resultId;
      this.#finish();
      return true;
    }
    const star = STAR.exec(text);
    if (star !== null) {
      this.#open = true;
      this.#isResult = star[1] === "r";
      // A new heading, whatever the indentation of the lines before it.
      this.#above = [];
      this.#read(0, (star[2] ?? "").replace(/^xConfiguration\s+/i, ""));
      return true;
    }
    const indent = text.length - text.trimStart().length;
    if (!this.#open || indent === 0) return false;
    this.#read(indent, text.trim());
    return true;
  }

  #read(indent: number, text: string): void {
    this.#resultId = resultIdOf(text) ?? this.#resultId;
    if (++this.#lines > MAX_LINES) return;
    const { head, value } = cut(text);
    if (this.#isResult || /\(\s*status=["']?(?:Parameter)?Error/i.test(head)) {
      this.#readResult(head, value);
      return;
    }
    while ((this.#above.at(-1)?.indent ?? -1) >= indent) this.#above.pop();
    const { words, ghost } = pathOf(head);
    const path = [...(this.#above.at(-1)?.words ?? []), ...words].slice(0, MAX_WORDS);
    if (this.#first.length === 0) this.#first = path.map((word) => word.toLowerCase());
    if (ghost) place(this.#root, path).ghost = "True";
    else if (value === undefined || value === "/") this.#above.push({ indent, words: path });
    else place(this.#root, path).Value = value;
  }

  #readResult(head: string, value: string | undefined): void {
    const status = /\(.*?status=["']?(\w+)/i.exec(head)?.[1];
    if (status !== undefined && status.toLowerCase() !== "ok") {
      this.#refused = { status: status === "ParameterError" ? status : "Error" };
      this.#isResult = true;
    } else if (/^Reason$/i.test(head) && this.#refused !== undefined && value !== undefined) {
      this.#refused = { ...this.#refused, reason: value };
    }
  }

  #finish(): void {
    const block: Block = {
      status: this.#root,
      words: this.#first,
      ...(this.#refused === undefined ? {} : { refused: refusal(this.#refused.status, this.#refused.reason) }),
      ...(this.#resultId === undefined ? {} : { resultId: this.#resultId }),
    };
    this.#open = false;
    this.#root = empty();
    this.#lines = 0;
    this.#first = [];
    this.#refused = undefined;
    this.#isResult = false;
    this.#resultId = undefined;
    this.#above = [];
    this.#done(block);
  }
}

/** No prototype: names come from a device. */
function empty(): TreeNode {
  return Object.create(null) as TreeNode;
}

/** Cuts a line at the colon after its path: what stands before it, and the value without its quotes; undefined when there is none. */
function cut(text: string): { readonly head: string; readonly value: string | undefined } {
  const colon = text.search(/:(?:\s|$)/);
  if (colon < 0) return { head: text, value: undefined };
  const value = text.slice(colon + 1).trim();
  const head = text.slice(0, colon).trim();
  if (value === "") return { head, value: undefined };
  if (!value.startsWith('"')) return { head, value };
  return { head, value: value.slice(1, value.endsWith('"') && value.length > 1 ? -1 : undefined).replace(/\\(["\\])/g, "$1") };
}

function pathOf(head: string): Path {
  const bracket = head.indexOf("(");
  const words = (bracket < 0 ? head : head.slice(0, bracket)).trim().split(/\s+/);
  return { words: words.filter((word) => word !== "").slice(0, MAX_WORDS), ghost: /\(.*ghost=["']?true/i.test(head) };
}

/** The node at a path, made where it is missing: `Call 2 Status` is the item 2 of Call. */
function place(root: TreeNode, words: readonly string[]): TreeNode {
  let node = root;
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? "";
    const next = words[at + 1];
    if (next !== undefined && /^\d{1,9}$/.test(next)) {
      node = itemOf(node, name, next);
      at += 1;
    } else {
      node = childOf(node, name);
    }
  }
  return node;
}

function itemOf(node: TreeNode, name: string, id: string): TreeNode {
  const there = node[name];
  const list = Array.isArray(there) ? there : [];
  if (list !== there) node[name] = list;
  // Lines of one item come together: the last is nearly always the one.
  const last = list.at(-1);
  const found = last?.id === id ? last : list.find((item) => item.id === id);
  if (found !== undefined) return found;
  const made = empty();
  made.id = id;
  list.push(made);
  return made;
}

function childOf(node: TreeNode, name: string): TreeNode {
  const there = node[name];
  if (typeof there === "object" && !Array.isArray(there)) return there;
  const made = empty();
  node[name] = made;
  return made;
}

function resultIdOf(text: string): string | undefined {
  return /\(.*resultId="(\d{1,15})"/.exec(text)?.[1];
}

/** Could this block answer this question? Another node's lines are feedback. */
export function answers(block: Block, command: string): boolean {
  const [verb = "", ...wanted] = command.toLowerCase().split(/\s+/);
  if (!/^x(?:status|configuration)$/.test(verb)) return block.words.length === 0;
  if (block.words.length === 0 || block.refused !== undefined) return true;
  // A heading may be shorter than what was asked for: a VCS prints the whole node.
  return wanted.every((word, at) => at >= block.words.length || block.words[at] === word);
}
