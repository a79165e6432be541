/**
 * Mails that ask for help: over the webhook of a mail channel, in fake time, with the real ladder, dispatcher and store behind.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Channel } from "../../daemon/model/config.ts";
import { isFailing } from "../../daemon/model/incident.ts";
import { HOUR, MINUTE } from "../../daemon/model/time.ts";
import { messageId } from "../../daemon/notify/mail.ts";
import type { Message, Notifier } from "../../daemon/ports.ts";
import { agrees, readRequest } from "../../rules/request-words.ts";
import { type Scenario, scenario } from "../scenarios/scenario.ts";

const nets: Scenario[] = [];
afterEach(async () => {
  for (const net of nets.splice(0)) await net.end();
});

const rooms = `rooms:
  a101: { site: mgh, name: "Room A-101", local_name: Salle bleue, coordinator: coordinators }
  b1: { site: mgh, name: "Room B-1", coordinator: analyst }
  b2: { site: mgh, name: "Room B-2", coordinator: analyst }`;

interface Mail {
  readonly id?: string;
  readonly from: string;
  readonly subject?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function begin(start?: number) {
  const mails: Message[] = [];
  const post: Notifier = {
    kind: "mail",
    send: async (_channel, message) => {
      mails.push(message);
      return { ok: true, state: "accepted" };
    },
    stop: async () => undefined,
  };
  const inbound = "inbound: { secret: { env: SCENARIO_SECRET }, requests: { domains: [Clinic.example.org] } }";
  const net = await scenario({
    ...{ devices: "codec-1; codec-2; codec-3", rooms, together: true, extra: { "codec-2": "room: b1", "codec-3": "room: b2" } },
    channels: `letters: { mail: { host: 127.0.0.1, from: vigie@example.org, ${inbound} } }`,
    reach: { coordinators: "[{ letters: anne@hospital.example.org }]", analyst: "[{ letters: paul@hospital.example.org }]" },
    notifiers: new Map([["mail", post]]),
    ...(start === undefined ? {} : { start }),
  });
  nets.push(net);
  const channel = net.config.channels.get("letters") as Extract<Channel, { kind: "mail" }>;
  let count = 0;
  const hand = (mail: Mail) => {
    count += 1;
    return net.acknowledging.mail(channel, { id: `<${count}@clinic.example.org>`, subject: "", text: "", ...mail });
  };
  const requests = () => net.store.requests({ limit: 50 });
  const to = (address: string) => mails.filter((each) => each.to === address);
  return { net, hand, requests, mails, to };
}

describe("a mail of a coordinator", () => {
  it("is a request of their only room: one number, one incident, one answer with the read-back, whatever is handed over again", async () => {
    const { net, hand, requests, to } = await begin();
    const mail = {
      id: "<1@x>",
      from: "anne@hospital.example.org",
      subject: "Help",
      text: "Hello,\nwe have no sound since this morning.\nROYA12345678 waits.",
    };
    expect(await hand(mail)).toBe("request taken");
    expect([await hand(mail), await hand(mail)]).toEqual(["repeated", "repeated"]);
    await net.advance(2 * MINUTE);
    const [request, ...others] = await requests();
    expect(others).toEqual([]);
    expect(request).toMatchObject({ source: "mail", room: "a101", symptom: "no-sound", note: "we have no sound since this morning." });
    expect(request?.caller).toEqual({ name: "coordinators", mail: "anne@hospital.example.org" });
    expect((await net.unfolded()).filter(isFailing)).toMatchObject([{ number: request?.number, symptom: "no-sound" }]);
    expect(to("anne@hospital.example.org").map(({ text }) => text.split("\n")[0])).toEqual([
      `Your request has the number ${request?.number}. Room A-101, mgh: no sound.`,
    ]);
    const kept = JSON.stringify([await net.store.auditLog(50), await net.store.timeline(request?.incident ?? ""), await requests()]);
    expect(kept).not.toContain("ROYA");
    expect(JSON.stringify(await net.store.auditLog(50))).not.toContain("anne@");
  });

  it("who answers for two rooms has the one that is named; else it waits for a person, and level 1 hears again and again", async () => {
    const { net, hand, requests, to } = await begin();
    await hand({ from: "paul@hospital.example.org", subject: "Room B-2: pas d'image", text: "Bonjour, écran noir dans la salle." });
    expect((await requests())[0]).toMatchObject({ room: "b2", symptom: "no-image" });
    expect(await hand({ from: "paul@hospital.example.org", subject: "Echo", text: "There is an echo." })).toBe(
      "request taken, room unknown",
    );
    const [open] = await requests();
    expect(open).toMatchObject({ room: "", symptom: "echo" });
    await net.advance(65 * MINUTE);
    const told = net.toldTo("desk").filter(({ subject }) => subject.includes(open?.number ?? "-"));
    expect(told.map(({ subject }) => subject.replace(/^DEMO /, ""))).toEqual(
      Array.from({ length: 3 }, () => `[${open?.number}] Somebody asks for help by mail, and the room is not known: echo`),
    );
    expect(to("paul@hospital.example.org").at(-1)?.text).toContain("We do not know which room it is");
    expect(await net.intake.place(open?.id ?? "", "b9", "marie")).toMatchObject({ ok: false, status: 422 });
    expect(await net.intake.place(open?.id ?? "", "b1", "marie")).toMatchObject({ ok: true, request: { room: "b1", site: "mgh" } });
    expect(await net.intake.place(open?.id ?? "", "b2", "marie")).toMatchObject({ ok: false, status: 409 });
    await net.advance(HOUR);
    expect(net.toldTo("desk").filter(({ subject }) => subject.includes("room is not known"))).toHaveLength(3);
    expect((await net.unfolded()).filter(isFailing).map(({ room, symptom }) => [room, symptom])).toContainEqual(["b1", "echo"]);
  });

  it("without a room goes to the failure that a person names, and nobody is reminded of it any more", async () => {
    const { net, hand, requests } = await begin();
    net.breaks("codec-2");
    await net.advance(3 * MINUTE);
    await hand({ from: "paul@hospital.example.org", text: "Nothing works here" });
    const [failure] = (await net.unfolded()).filter(isFailing);
    const [open] = await requests();
    expect(await net.intake.attach(open?.id ?? "", failure?.id ?? "", "marie")).toMatchObject({ ok: true });
    await net.advance(HOUR);
    expect(net.toldTo("desk").filter(({ subject }) => subject.includes("room is not known"))).toHaveLength(1);
  });

  it("at night level 1 hears of a request without a room in the morning: once, and not of one that has its room by then", async () => {
    // 06:25 in Montréal; service begins at 07:30.
    const { net, hand, requests } = await begin(Date.UTC(2026, 10, 18, 11, 25));
    await hand({ from: "paul@hospital.example.org", text: "There is an echo." });
    const [placed] = await requests();
    await hand({ from: "paul@hospital.example.org", text: "The image is frozen." });
    await net.advance(55 * MINUTE);
    await net.intake.place(placed?.id ?? "", "b1", "marie");
    const told = () => net.toldTo("desk").filter(({ subject }) => subject.includes("room is not known"));
    expect(told()).toEqual([]);
    await net.advance(20 * MINUTE);
    expect(told().map(({ subject }) => subject.replace(/.*: /, ""))).toEqual(["the image is frozen"]);
  });
});

describe("who is answered", () => {
  it("is anybody at a domain that the channel names, in the language they write; and nobody else", async () => {
    const { net, hand, requests, to, mails } = await begin();
    expect(
      await hand({
        from: "Luc <luc@clinic.example.org>",
        subject: "=?utf-8?Q?Salle_bleue_=3A_=C3=A9cho?=",
        text: "Bonjour, merci de votre aide",
      }),
    ).toBe("request taken");
    expect((await requests())[0]).toMatchObject({ room: "a101", symptom: "echo", language: "fr" });
    await net.advance(MINUTE);
    expect(to("luc@clinic.example.org")[0]?.text).toMatch(/^Votre demande porte le numéro VIG-.*: écho\.\n/);
    const before = mails.length;
    for (const from of ["eve@elsewhere.example", "luc@clinic.example.org.evil.example", "luc@sub.clinic.example.org"])
      expect(await hand({ from, text: "no sound in Room A-101" })).toBe("unknown");
    await net.advance(MINUTE);
    expect([(await requests()).length, mails.length]).toEqual([1, before]);
  });

  it("is no machine, no list, nobody who answers a message of ours, and not our own address", async () => {
    const { net, hand, requests, mails } = await begin();
    const from = "anne@hospital.example.org";
    const ours = "<0123456789012345678901234567890123456789@vigie>";
    for (const mail of [
      { from, headers: { "Auto-Submitted": "auto-replied" } },
      { from, headers: { Precedence: "bulk" } },
      { from, headers: { "List-Id": "<all.hospital.example.org>" } },
      { from, headers: { "In-Reply-To": ours } },
      { from, subject: "Re: DEMO [VIG-2026-000001-16] Failure: mgh" },
      { from, subject: "Re: your message", text: "OK" },
      { from: "vigie@example.org" },
    ] as const)
      expect(await hand({ text: "no sound", ...mail })).not.toMatch(/^request/);
    await net.advance(MINUTE);
    expect([await requests(), mails]).toEqual([[], []]);
  });

  it("hears five times an hour at most: two machines that do not say what they are come to rest; every request is taken", async () => {
    const { net, hand, requests, to } = await begin();
    for (let n = 0; n < 8; n += 1) await hand({ from: "anne@hospital.example.org", text: `no sound, ${n}` });
    await net.advance(MINUTE);
    expect([(await requests()).length, to("anne@hospital.example.org").filter(({ key }) => key.includes("/answer/")).length]).toEqual([
      8, 5,
    ]);
  });
});

it("a mail without a Message-ID is known by what it says and when", async () => {
  const { hand, requests } = await begin();
  const mail = { id: undefined, from: "anne@hospital.example.org", text: "no sound", headers: { Date: "Wed, 18 Nov 2026 09:00:00 -0500" } };
  const said = [
    await hand(mail as never),
    await hand(mail as never),
    await hand({ ...mail, headers: { Date: "Wed, 18 Nov 2026 15:00:00 -0500" } } as never),
  ];
  expect(said).toEqual(["request taken", "repeated", "request taken"]);
  expect(await requests()).toHaveLength(2);
});

it.each([
  ["Pas de son dans la salle 12", "no-sound"],
  ["On n’entend rien", "no-sound"],
  ["Aucune image à l'écran", "no-image"],
  ["l'image est figée", "frozen"],
  ["impossible d'appeler Gaspé", "cannot-dial"],
  ["the call dropped twice", "dropped"],
  ["we cannot connect", "cannot-dial"],
  ["Écho pendant la séance", "echo"],
  ["rien ne va plus", undefined],
  ["Jeanson est au bureau", undefined],
])("%s: %s", (line, symptom) => {
  expect(readRequest(line, "", [], []).symptom).toBe(symptom);
});

it("a room is named by its whole name; a name within a longer one is not it; quoted words are not the sender's", () => {
  const known = [
    { id: "a1", names: ["Salle A-1"] },
    { id: "a101", names: ["Salle A-101"] },
  ];
  const roomOf = (text: string, own: readonly string[] = []) => readRequest("", text, known, own).room;
  expect([roomOf("salle a-101 sans son"), roomOf("SALLE A-1 sans son")]).toEqual(["a101", "a1"]);
  expect([roomOf("salle a-1 et salle a-101"), roomOf("salle a-1 et salle a-101", ["a1"])], "two are named").toEqual([undefined, "a1"]);
  expect([roomOf("la salle"), roomOf("la salle", ["a1"]), roomOf("la salle", ["a1", "a101"])]).toEqual([undefined, "a1", undefined]);
  expect(roomOf("bonjour\n> salle A-1", [])).toBeUndefined();
});

describe("who wrote", () => {
  const from = "luc@clinic.example.org";
  async function asked() {
    const began = await begin();
    const { net, hand, to, requests } = began;
    await hand({ from, subject: "Salle A-101: pas de son", text: "Bonjour, aucun son depuis ce matin" });
    // Not "Room A-101": said by its local name.
    const [first] = await requests();
    if (first?.room !== "a101") await net.intake.place(first?.id ?? "", "a101", "marie");
    await net.advance(MINUTE);
    const id = first?.id ?? "";
    const now = async () => (await net.store.request(id)) ?? expect.fail("no request");
    const incident = async () => (await net.store.incident((await now()).incident ?? "")) ?? expect.fail("no incident");
    const last = () => to(from).at(-1) ?? expect.fail("no mail");
    const answer = (text: string, more: Partial<Mail> = {}, key = last().key) =>
      hand({ from, text, headers: { "In-Reply-To": messageId(key) }, ...more });
    return { ...began, id, now, incident, last, answer };
  }

  it("hears in their language that it is worked on, that it works again, and answers that it is solved: then it may be closed", async () => {
    const { net, to, id, now, incident, last, answer } = await asked();
    expect(to(from)).toHaveLength(1);
    const { number } = await incident();
    await net.desk.take(number, "desk", "mine");
    await net.advance(MINUTE);
    expect(last()).toMatchObject({ subject: `DÉMO [${id}] On travaille à votre demande`, text: expect.stringContaining("on y travaille") });
    await net.desk.restore(number, "desk", "the mute key");
    await net.advance(MINUTE);
    expect(last().subject).toBe(`DÉMO [${id}] Cela devrait fonctionner : est-ce réglé?`);
    expect(last().text).toMatch(/Depuis 2026-11-18 09:\d\d\.\nEst-ce réglé pour vous\?/);
    await net.desk.resolve(number, "desk", "the mute key");
    await net.advance(10 * MINUTE);
    expect(to(from)).toHaveLength(3);
    expect(await net.desk.close(number, "desk", "fixed", "done")).toMatchObject({ ok: false, status: 409 });
    expect(await answer("Oui, merci beaucoup!")).toBe("request agreed");
    expect(await now()).toMatchObject({ ended: { how: "agreed", by: "the sender of the mail" } });
    await net.advance(MINUTE);
    expect([last().subject, to(from).length]).toEqual([`DÉMO [${id}] Votre demande est fermée`, 4]);
    expect(await net.desk.close(number, "desk", "fixed", "done")).toMatchObject({ ok: true });
    await net.restartAfter(MINUTE);
    await net.advance(10 * MINUTE);
    expect(to(from)).toHaveLength(4);
    expect(JSON.stringify([await net.store.timeline((await incident()).id), await net.store.auditLog(90)])).not.toContain("luc@");
  });

  it("and does not say that it is solved: level 1 hears at once, nothing is closed, and no word of the mail is kept", async () => {
    const { net, id, now, incident, last, answer } = await asked();
    const { number } = await incident();
    const first = last().key;
    expect(await answer("oui")).toBe("no answer");
    await net.desk.restore(number, "desk", "the mute key");
    await net.advance(MINUTE);
    // Not to an older mail, not from another, and not by a machine.
    expect(await answer("oui", {}, first)).toBe("no answer");
    expect(await answer("oui", { from: "eve@clinic.example.org" })).not.toMatch(/^request/);
    expect(await answer("oui", { headers: { "In-Reply-To": messageId(last().key), "Auto-Submitted": "auto-replied" } })).toBe("automatic");
    expect(await answer("Oui mais l'écho de ROYA12345678 reste")).toBe("request not solved");
    await net.advance(MINUTE);
    expect((await now()).ended).toBeUndefined();
    const told = net.toldTo("desk").filter(({ subject }) => subject.includes("does not say that it is solved"));
    expect(told.map(({ text }) => text.includes(id))).toEqual([true]);
    const timeline = await net.store.timeline((await incident()).id);
    expect(timeline.map(({ event }) => event)).toEqual(expect.arrayContaining(["request-told", "request-doubted"]));
    expect(JSON.stringify(timeline)).not.toContain("ROYA");
  });

  it("hears when it comes back, and by telephone at last: what the desk writes down is told too", async () => {
    const { net, to, id, incident, last } = await asked();
    net.breaks("codec-1");
    await net.advance(3 * MINUTE);
    net.heals("codec-1");
    await net.advance(3 * MINUTE);
    expect((await incident()).state).toBe("restored");
    expect(last().subject).toContain("est-ce réglé?");
    net.breaks("codec-1");
    await net.advance(4 * MINUTE);
    expect(last().subject).toBe(`DÉMO [${id}] La panne est revenue`);
    for (const _ of [1, 2]) await net.intake.outcome(id, { how: "attempt", by: "marie" });
    await net.advance(MINUTE);
    expect(last().text).toContain("nous avons tenté de vous joindre deux fois");
    const heard = to(from).length;
    await net.advance(10 * MINUTE);
    expect(to(from)).toHaveLength(heard);
  });
});

it.each([
  ["Oui", true],
  ["oui, merci!", true],
  ["Ça fonctionne, merci", true],
  ["It works, thanks", true],
  ["Bonjour, c'est réglé", true],
  ["Oui mais sans image", false],
  ["Non", false],
  ["pas encore", false],
  ["ok?", false],
  ["Ça ne marche pas", false],
  ["ok still no sound", false],
  ["", false],
])("%s: solved is %s", (said, solved) => {
  expect(agrees(said)).toBe(solved);
});
