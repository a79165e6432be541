/** Which files may be attached, and under which name: whatever a browser, a script or a stranger sends. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attachmentTypes, mostBytes, notAttachable, plainName } from "../../rules/attachment.ts";
import "../seed.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const good = {
  "application/pdf": bytes("%PDF-1.7"),
  "image/png": bytes("\x89PNG\r\n\x1a\n..."),
  "image/jpeg": bytes("\xff\xd8\xff\xe0"),
  "text/plain": bytes("a log"),
  "text/csv": bytes("a,b"),
} as const;

describe("a file", () => {
  it("is what its first bytes say, whatever it is called", () => {
    for (const type of attachmentTypes)
      for (const other of attachmentTypes) {
        const isText = type.startsWith("text/");
        const fits = type === other || isText;
        expect([type, other, notAttachable(type, good[other]) === undefined]).toEqual([type, other, fits]);
      }
  });

  it.each([
    ["nothing at all", "text/plain", bytes(""), "it is empty"],
    ["a program said to be a text", "text/plain", bytes("\x7fELF\x02\x01\x01\0\0"), "it is no text/plain"],
    ["a program said to be a picture", "image/png", bytes("MZ\x90\0"), "it is no image/png"],
    ["the beginning of a beginning", "application/pdf", bytes("%PD"), "it is no application/pdf"],
    ["one byte too many", "text/plain", Buffer.alloc(mostBytes + 1, 0x61), `${mostBytes + 1} bytes are more than`],
  ] as const)("is refused, and why: %s", (_name, type, content, why) => {
    expect(notAttachable(type, content)).toContain(why);
  });

  it("may have all the bytes that are allowed", () => {
    expect(notAttachable("text/plain", Buffer.alloc(mostBytes, 0x61))).toBeUndefined();
  });
});

describe("a name", () => {
  it.each([
    ["capture d'écran (2).png", "capture d_écran (2).png"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\marie\\log.txt", "log.txt"],
    [".htaccess", "htaccess"],
    [" .bashrc", "bashrc"],
    [". . .x", "x"],
    ["a\r\nSet-Cookie: b=c", "a__Set-Cookie_ b_c"],
    ['x"; filename="evil.exe', "x__ filename__evil.exe"],
    ["re\u0301sume\u0301.pdf", "résumé.pdf"],
    ["\u202Efdp.exe", "_fdp.exe"],
    ["", "file"],
    ["...", "file"],
    ["/", "file"],
  ])("%j is kept as %j", (name, kept) => {
    expect(plainName(name)).toBe(kept);
  });

  it("whatever comes: no path, no control character, no leading dot, never empty, at most 120 characters, and it can be sent on", () => {
    const hostile = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ unit: "grapheme", maxLength: 200 }));
    fc.assert(
      fc.property(hostile, (name) => {
        const kept = plainName(name);
        expect(kept).not.toMatch(/[/\\\p{Cc}"]|^[. ]|^$/u);
        expect([...kept].length).toBeLessThanOrEqual(120);
        expect(() => encodeURIComponent(kept)).not.toThrow();
        expect(plainName(kept), "once is enough").toBe(kept);
      }),
    );
    expect(() => encodeURIComponent(plainName(`${"a".repeat(119)}\u{20000}b`)), "cut between two halves of a letter").not.toThrow();
  });
});
