/**
 * Cuts an xAPI byte stream into JSON objects and text lines (Cisco CE/RoomOS over SSH; no prompt, no length).
 *
 * Pure. An object ends where its braces close outside strings; UTF-8 is decoded across packets; text between objects is
 * tolerated, carriage returns are dropped, and a broken object costs itself, not the stream.
 */
import { StringDecoder } from "node:string_decoder";

export interface FrameSink {
  /** The text of one top-level JSON object; may still be invalid JSON. */
  object(text: string): void;
  /** One line without its end; cut at 4,096 characters. */
  line(text: string): void;
}

const MAX_LINE = 4_096;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const LINE_FEED = 10;

export class XapiFramer {
  readonly #decoder = new StringDecoder("utf8");
  readonly #sink: FrameSink;
  readonly #maxObject: number;
  /** What came before this chunk of the object or line under way. */
  #held = "";
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param maxObject characters held of one object; beyond it `feed` says false and nothing more is read. */
  constructor(sink: FrameSink, maxObject: number) {
    this.#sink = sink;
    this.#maxObject = maxObject;
  }

  /** True while an object has begun and not ended. */
  get inObject(): boolean {
    return this.#depth > 0;
  }

  /** False: an object outgrew its bound; close the stream. */
  feed(bytes: Buffer): boolean {
    const text = this.#decoder.write(bytes);
    let at = 0;
    while (at < text.length) at = this.#depth > 0 ? this.#readObject(text, at) : this.#readLine(text, at);
    return this.#held.length <= this.#maxObject;
  }

  /** Reads on inside an object; returns where it stopped. */
  #readObject(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        // JSON has no raw line end in a string: the object was cut short, and this is text again.
        if (code === LINE_FEED) return this.#abandon(at);
        this.#readString(code);
      } else if (code === QUOTE) {
        this.#inString = true;
      } else if (code === OPEN) {
        this.#depth += 1;
      } else if (code === CLOSE && --this.#depth === 0) {
        const object = this.#held + text.slice(from, at + 1);
        this.#held = "";
        this.#sink.object(object);
        return at + 1;
      }
    }
    this.#held += text.slice(from);
    return text.length;
  }

  #readString(code: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) this.#inString = false;
  }

  #abandon(at: number): number {
    this.#held = "";
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    return at + 1;
  }

  /** Reads text up to the end of the line or the beginning of an object. */
  #readLine(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LINE_FEED) {
        this.#emit(text.slice(from, at));
        return at + 1;
      }
      if (code === OPEN && blank(this.#held) && blank(text.slice(from, at))) {
        this.#held = "{";
        this.#depth = 1;
        return at + 1;
      }
    }
    const room = MAX_LINE - this.#held.length;
    if (room > 0) this.#held += text.slice(from, from + room);
    return text.length;
  }

  #emit(rest: string): void {
    const line = (this.#held + rest).slice(0, MAX_LINE).replaceAll("\r", "").trimEnd();
    this.#held = "";
    if (line !== "") this.#sink.line(line);
  }
}

/** Only what may stand before an object on its line. */
function blank(text: string): boolean {
  return text.trim() === "";
}
