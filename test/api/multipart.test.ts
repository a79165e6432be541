import { expect, test } from "vitest";
import { readMultipart } from "../../daemon/api/multipart.ts";

const type = "multipart/form-data; boundary=----WebKitFormBoundaryx7";

/** A body as a browser makes it. */
async function sent(form: FormData): Promise<{ readonly type: string; readonly body: Buffer }> {
  const request = new Request("http://form.invalid/", { method: "POST", body: form });
  return { type: request.headers.get("content-type") ?? "", body: Buffer.from(await request.arrayBuffer()) };
}

test("a form with a file is read as it was filled in", async () => {
  const form = new FormData();
  form.set("text", "Câble remplacé\r\n--deux lignes");
  form.set("file", new File([Buffer.from([0, 13, 10, 45, 45, 255])], "relevé du codec.png", { type: "image/png" }));
  form.set("other", new File([], ""));
  const { type, body } = await sent(form);
  const parts = await readMultipart(type, body);
  expect(parts?.fields).toEqual({ text: "Câble remplacé\r\n--deux lignes" });
  expect(parts?.files.file).toEqual({ name: "relevé du codec.png", type: "image/png", bytes: Buffer.from([0, 13, 10, 45, 45, 255]) });
});

test("a file that was not chosen is none", async () => {
  const body =
    '------WebKitFormBoundaryx7\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n------WebKitFormBoundaryx7--\r\n';
  expect(await readMultipart(type, Buffer.from(body))).toEqual({ fields: {}, files: {} });
});

test("half a form is none: cut anywhere, it is refused as a whole", async () => {
  const form = new FormData();
  form.set("act", "resolve");
  form.set("file", new File(["abc"], "a.txt", { type: "text/plain" }));
  const { type, body } = await sent(form);
  // Behind the last boundary's dashes only a line end is missing.
  for (let length = 0; length < body.length - 2; length += 1) {
    expect(await readMultipart(type, body.subarray(0, length)), `${length} of ${body.length} bytes`).toBeUndefined();
  }
});

test("more parts than any form of ours, a field without end, no boundary and another type are refused", async () => {
  const many = new FormData();
  for (let at = 0; at < 31; at += 1) many.append(`field${at}`, "x");
  const long = new FormData();
  long.set("text", "x".repeat(64 * 1024 + 1));
  for (const form of [many, long]) {
    const { type, body } = await sent(form);
    expect(await readMultipart(type, body)).toBeUndefined();
  }
  for (const wrong of ["multipart/form-data", "multipart/mixed; boundary=x", "text/plain"]) {
    expect(await readMultipart(wrong, Buffer.from("--x--\r\n"))).toBeUndefined();
  }
});

test("a field's name reaches nothing but its own value", async () => {
  const body = '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\npolluted\r\n--x--\r\n';
  const parts = await readMultipart("multipart/form-data; boundary=x", Buffer.from(body));
  expect(Object.getPrototypeOf(parts?.fields)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
