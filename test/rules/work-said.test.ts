/** What people say they changed, and files that they attach: what is taken, what is not and why, and what becomes of an address change. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { address } from "../../daemon/config/scalars.ts";
import type { Link, Network } from "../../daemon/model/network.ts";
import { DAY } from "../../daemon/model/time.ts";
import type { WorkAction } from "../../daemon/model/work.ts";
import { endOfAction, type NewAction, notSayable, quietMs } from "../../rules/action.ts";
import { type AttachmentType, attachmentTypes, mostBytes, notAttachable, plainName } from "../../rules/attachment.ts";
import { start } from "./incident-made.ts";
import { device, network } from "./made.ts";

const net: Network = {
  ...network([device("d", { address: "10.0.0.1" })], {}, [{ id: "l", name: "l", ends: ["site", "other"] } as unknown as Link]),
  rooms: new Map([["a101", { id: "a101", name: "A-101", site: "site", presence: "always" } as never]]),
};
const said = (over: Partial<NewAction>): NewAction => ({ kind: "other", what: "something", ...over });

describe("an action", () => {
  const cases: readonly (readonly [name: string, over: Partial<NewAction>, wanted: RegExp | undefined])[] = [
    ["nowhere of ours", {}, undefined],
    ["at a device", { device: "d" }, undefined],
    ["in a room", { room: "a101" }, undefined],
    ["on a link", { link: "l" }, undefined],
    ["at two places", { device: "d", room: "a101" }, /^device, room, link: name one/],
    ["at a device that is none of ours", { device: "e" }, /^device: there is no device "e"/],
    ["in a room that is none", { room: "b" }, /^room: there is no room "b"/],
    ["on a link that is none", { link: "m" }, /^link: there is no link "m"/],
    ["a swap without the new serial", { kind: "swap", device: "d", serialBefore: "A1" }, /^serialAfter:/],
    ["a swap", { kind: "swap", device: "d", serialAfter: "A2" }, undefined],
    ["an address change of nothing", { kind: "ip-change", after: "10.0.0.2" }, /^device:/],
    ["an address change to nothing", { kind: "ip-change", device: "d" }, /^after: an address change names/],
    ["an address change to no address", { kind: "ip-change", device: "d", after: "ten dot one" }, /^after: "ten dot one" is no address/],
    ["an address change to IPv4", { kind: "ip-change", device: "d", after: "10.0.0.2" }, undefined],
    ["to IPv6", { kind: "ip-change", device: "d", after: "2001:db8::1" }, undefined],
    ["to a name", { kind: "ip-change", device: "d", after: "codec-7.mgh.example" }, undefined],
    ["to what has a command in it", { kind: "ip-change", device: "d", after: "10.0.0.2; reboot" }, /^after:/],
    ["to four numbers that are no address", { kind: "ip-change", device: "d", after: "10.0.0.256" }, /^after:/],
    ["to three numbers", { kind: "ip-change", device: "d", after: "10.0.0" }, /^after:/],
    ["to what IPv6 does not know", { kind: "ip-change", device: "d", after: "1::2::3" }, /^after:/],
  ];
  it.each(cases)("%s", (_, over, wanted) => {
    const why = notSayable(said(over), net, (text) => address.safeParse(text).success);
    if (wanted === undefined) expect(why).toBeUndefined();
    else expect(why).toMatch(wanted);
  });

  it("waits for the configuration: done when that has it, over when its device is gone or its quiet time is up, and never both", () => {
    const waiting = { device: "d", after: "10.0.0.2", quiet: { silence: "s", until: start + quietMs } } as WorkAction;
    const has = (address: string) => network([device("d", { address })]);
    expect(endOfAction(waiting, has("10.0.0.1"), start + quietMs - 1)).toBeUndefined();
    expect(endOfAction(waiting, has("10.0.0.2"), start)).toMatchObject({ state: "done" });
    expect(endOfAction(waiting, has("10.0.0.2"), start + 9 * DAY), "in time or late, it is there").toMatchObject({ state: "done" });
    expect(endOfAction(waiting, has("10.0.0.1"), start + quietMs)).toMatchObject({
      state: "expired",
      why: expect.stringContaining("10.0.0.2"),
    });
    expect(endOfAction(waiting, network([]), start)).toMatchObject({ state: "expired" });
    const { quiet: _, ...loud } = waiting;
    expect(endOfAction(loud as WorkAction, has("10.0.0.1"), start + 99 * DAY), "nothing was kept quiet").toBeUndefined();
  });
});

const heads: Readonly<Record<AttachmentType, readonly number[]>> = {
  "application/pdf": [...Buffer.from("%PDF-1.7\n")],
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0],
  "image/jpeg": [0xff, 0xd8, 0xff, 0xe0],
  "text/plain": [...Buffer.from("Bonjour é")],
  "text/csv": [...Buffer.from("a;b\n")],
};
/** What runs, or is opened by something that runs it. */
const others: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ["an ELF program", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]],
  ["a Windows program", [0x4d, 0x5a, 0x90, 0x00, 3, 0]],
  ["an archive", [0x50, 0x4b, 3, 4, 0, 0]],
];

describe("a file", () => {
  it("is what its first bytes say, whatever it is called", () => {
    for (const type of attachmentTypes)
      for (const [is, bytes] of Object.entries(heads)) {
        const texts = (each: string) => each.startsWith("text/");
        const fits = is === type || (texts(type) && !bytes.includes(0) && (texts(is) || is === "application/pdf" || is === "image/jpeg"));
        expect(notAttachable(type, Uint8Array.from(bytes)) === undefined, `${is} as ${type}`).toBe(fits);
      }
    for (const type of attachmentTypes)
      for (const [name, bytes] of others)
        expect(notAttachable(type, Uint8Array.from(bytes)), `${name} as ${type}`).toMatch(/^content: it is no/);
  });

  it("is neither empty nor larger than it may be, to the byte", () => {
    const text = (size: number) => notAttachable("text/plain", new Uint8Array(size).fill(0x61));
    expect(text(0)).toMatch(/empty/);
    expect(text(mostBytes)).toBeUndefined();
    expect(text(mostBytes + 1)).toMatch(/more than/);
    expect(notAttachable("image/png", Uint8Array.from([0x89, 0x50])), "cut short").toBeDefined();
  });

  it("has a name that leads nowhere and hides nothing, whatever it was called; a plain one stays", () => {
    for (const plain of ["Trace du 20 novembre.txt", "rapport_final-2.pdf", "écran (3).png"]) expect(plainName(plain)).toBe(plain);
    expect(plainName("../../etc/passwd")).toBe("passwd");
    expect(plainName("C:\\Users\\marie\\trace.csv")).toBe("trace.csv");
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom("..", "/", ".", "", "..\u202egpj.exe", "a\r\nb: c")),
        (name) => {
          const left = plainName(name);
          expect(left).toMatch(/^[\p{L}\p{N} ._()-]{1,120}$/u);
          expect(left).not.toMatch(/^\.|^\s|\s$/);
          expect(plainName(left), "once is enough").toBe(left);
        },
      ),
      { numRuns: 200 },
    );
  });
});
