/**
 * What a MIB file defines: its modules, what they import, and each name with the place it hangs on.
 *
 * Names only: no syntax, no texts, no types. net-snmp's own module store is not used: it tells no file and line, writes what it misses
 * to the console, and goes on with half a tree.
 */
import { type MibProblem, type Token, tokensOf } from "./tokens.ts";

export interface Definition {
  readonly name: string;
  readonly line: number;
  readonly isNotification: boolean;
  /** `{ acmeEvents 0 4 }`: a name to hang on, if there is one, and the numbers below it. */
  readonly under?: string;
  readonly numbers: readonly number[];
}

export interface Module {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Imported name → the module it comes from. */
  readonly imports: ReadonlyMap<string, string>;
  readonly definitions: readonly Definition[];
}

export interface ParsedMib {
  readonly modules: readonly Module[];
  readonly problems: readonly MibProblem[];
}

/** Macros whose value is an object identifier (RFC 2578 to 2580, RFC 1212); the last is a notification. */
const MACROS = new Set([
  "MODULE-IDENTITY",
  "OBJECT-IDENTITY",
  "OBJECT-TYPE",
  "OBJECT-GROUP",
  "NOTIFICATION-GROUP",
  "MODULE-COMPLIANCE",
  "AGENT-CAPABILITIES",
  "NOTIFICATION-TYPE",
]);
const isName = (text: string): boolean => /^[a-z]/.test(text);
const isNumber = (text: string): boolean => /^\d+$/.test(text);

export function parseMib(file: string, text: string): ParsedMib {
  const { tokens, unended } = tokensOf(text);
  if (unended !== undefined)
    return { modules: [], problems: [{ file, line: unended.line, message: 'a text begins here and never ends; a " is missing' }] };
  return new Reader(file, tokens).run();
}

class Reader {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  readonly #problems: MibProblem[] = [];
  #at = 0;

  constructor(file: string, tokens: readonly Token[]) {
    this.#file = file;
    this.#tokens = tokens;
  }

  run(): ParsedMib {
    const modules: Module[] = [];
    while (this.#at < this.#tokens.length) {
      const module = this.#module();
      if (module === undefined) break;
      modules.push(module);
    }
    if (modules.length === 0 && this.#problems.length === 0)
      this.#problem(this.#tokens[0]?.line ?? 1, 'there is no MIB in here; one begins with "NAME DEFINITIONS ::= BEGIN"');
    return { modules, problems: this.#problems };
  }

  #text(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? "";
  }

  #line(): number {
    return (this.#tokens[this.#at] ?? this.#tokens.at(-1))?.line ?? 1;
  }

  #problem(line: number, message: string): void {
    this.#problems.push({ file: this.#file, line, message });
  }

  #module(): Module | undefined {
    const begins = this.#tokens.findIndex((token, at) => at >= this.#at && token.text === "DEFINITIONS");
    if (begins < 0) return undefined;
    // `NAME { iso … } DEFINITIONS` has an identifier between.
    let named = begins - 1;
    if (this.#tokens[named]?.text === "}") while (named > this.#at && this.#tokens[named]?.text !== "{") named -= 1;
    if (this.#tokens[named]?.text === "{") named -= 1;
    const name = this.#tokens[named];
    while (begins >= this.#at || (this.#at < this.#tokens.length && this.#text() !== "BEGIN")) this.#at += 1;
    if (name === undefined || !/^[A-Z]/.test(name.text) || this.#text() !== "BEGIN") {
      this.#problem(this.#tokens[begins]?.line ?? 1, 'a module begins with "NAME DEFINITIONS ::= BEGIN", its name in capitals');
      return undefined;
    }
    this.#at += 1;
    const imports = new Map<string, string>();
    const definitions: Definition[] = [];
    while (this.#text() !== "END") {
      if (this.#at >= this.#tokens.length) {
        this.#problem(this.#line(), `the file ends inside ${name.text}; is it cut off? A module ends with "END"`);
        break;
      }
      this.#statement(imports, definitions);
    }
    this.#at += 1;
    return { name: name.text, file: this.#file, line: name.line, imports, definitions };
  }

  #statement(imports: Map<string, string>, definitions: Definition[]): void {
    const text = this.#text();
    if (text === "IMPORTS") this.#imports(imports);
    else if (text === "EXPORTS") this.#skipTo(";");
    else if (this.#text(1) === "MACRO") this.#skipTo("END");
    else if (text === "{") this.#skipBraces();
    else if (isName(text) && this.#text(1) === "OBJECT" && this.#text(2) === "IDENTIFIER" && this.#text(3) === "::=")
      this.#define(definitions, 4);
    else if (isName(text) && MACROS.has(this.#text(1))) this.#define(definitions, 2);
    else if (isName(text) && this.#text(1) === "TRAP-TYPE") this.#trapType(definitions);
    else this.#at += 1;
  }

  /** Past the next such word. */
  #skipTo(text: string): void {
    while (this.#at < this.#tokens.length && this.#text() !== text) this.#at += 1;
    this.#at += 1;
  }

  /** Past the braces that open here: `{ a(1), { b } }`. */
  #skipBraces(): void {
    let depth = 0;
    do {
      if (this.#text() === "{") depth += 1;
      else if (this.#text() === "}") depth -= 1;
      this.#at += 1;
    } while (depth > 0 && this.#at < this.#tokens.length);
  }

  /** `a, b FROM C d FROM E ;` */
  #imports(imports: Map<string, string>): void {
    let names: string[] = [];
    const began = this.#line();
    for (this.#at += 1; this.#text() !== ";"; this.#at += 1) {
      if (this.#at >= this.#tokens.length) {
        this.#problem(began, 'IMPORTS without an end; it ends with ";"');
        return;
      }
      if (this.#text() === "FROM") {
        this.#at += 1;
        for (const name of names) imports.set(name, this.#text());
        names = [];
      } else if (this.#text() !== ",") names.push(this.#text());
    }
    this.#at += 1;
  }

  /** `name MACRO … ::= { under 1 2 }`: past the macro's clauses to its value. */
  #define(definitions: Definition[], skip: number): void {
    const { text: name = "", line = 1 } = this.#tokens[this.#at] ?? {};
    const isNotification = this.#text(1) === "NOTIFICATION-TYPE";
    this.#at += skip;
    if (skip !== 4 && !this.#toValue(name, line)) return;
    const place = this.#place();
    if (place === undefined) this.#problem(line, `"${name}" has no place I can read; it ends with "::= { parent number }"`);
    else definitions.push({ name, line, isNotification, ...place });
  }

  /** Past `::=`. False, with a problem told, when the module ends before. */
  #toValue(name: string, line: number): boolean {
    while (this.#text() !== "::=") {
      if (this.#at >= this.#tokens.length || this.#text() === "END" || (isName(this.#text()) && MACROS.has(this.#text(1)))) {
        this.#problem(line, `"${name}" is not finished; it ends with "::= { parent number }"`);
        return false;
      }
      if (this.#text() === "{") this.#skipBraces();
      else this.#at += 1;
    }
    this.#at += 1;
    return true;
  }

  /** `{ under 1 2 }`, `{ iso org(3) dod(6) }`, `{ 1 3 6 }`. */
  #place(): Pick<Definition, "under" | "numbers"> | undefined {
    if (this.#text() !== "{") return undefined;
    const close = this.#tokens.findIndex((token, at) => at > this.#at && token.text === "}");
    if (close < 0) return undefined;
    const words = this.#tokens.slice(this.#at + 1, close).map((token) => token.text);
    this.#at = close + 1;
    const [first = ""] = words;
    const under = isName(first) && words[1] !== "(" ? first : undefined;
    const numbers = words
      .slice(under === undefined ? 0 : 1)
      .filter(isNumber)
      .map(Number);
    const rest = words
      .slice(under === undefined ? 0 : 1)
      .filter((each) => !isNumber(each) && each !== "(" && each !== ")" && !isName(each));
    return rest.length > 0 || (numbers.length === 0 && under === undefined)
      ? undefined
      : { ...(under === undefined ? {} : { under }), numbers };
  }

  /** RFC 1215: `name TRAP-TYPE ENTERPRISE acme … ::= 4`; in its v2 form it is acme.0.4 (RFC 3584 section 3.1). */
  #trapType(definitions: Definition[]): void {
    const { text: name = "", line = 1 } = this.#tokens[this.#at] ?? {};
    this.#at += 2;
    let enterprise: string | undefined;
    if (this.#text() === "ENTERPRISE") {
      enterprise = this.#text(1) === "{" ? this.#text(2) : this.#text(1);
      this.#at += 1;
    }
    if (!this.#toValue(name, line)) return;
    const number = this.#text();
    if (enterprise === undefined || !isNumber(number)) {
      this.#problem(line, `"${name}" has no ENTERPRISE or no number; a TRAP-TYPE ends with "::= number"`);
      return;
    }
    this.#at += 1;
    // The six of RFC 1215 itself are generic: snmpTraps.n+1.
    const place =
      enterprise === "snmp" ? { under: "snmpTraps", numbers: [Number(number) + 1] } : { under: enterprise, numbers: [0, Number(number)] };
    definitions.push({ name, line, isNotification: true, ...place });
  }
}
