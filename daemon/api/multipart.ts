/**
 * multipart/form-data, as browsers send a form with a file (RFC 7578): the whole body in, its fields and files out.
 *
 * Pure. What is not well formed is undefined as a whole: half a form is not acted upon.
 */

export interface PartFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Parts {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, PartFile>>;
}

const mostParts = 30;

export function readMultipart(contentType: string, body: Buffer): Parts | undefined {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (!/^multipart\/form-data\b/i.test(contentType) || mark === undefined) return undefined;
  const fields: Record<string, string> = {};
  const files: Record<string, PartFile> = {};
  for (const part of split(body, mark) ?? [undefined]) {
    const read = part === undefined ? undefined : readPart(part);
    if (read === undefined) return undefined;
    const { name, file, content, type } = read;
    if (file === undefined) fields[name] = content.toString("utf8");
    // No file was chosen: browsers send an empty one without a name.
    else if (file !== "" || content.length > 0) files[name] = { name: file, type, bytes: content };
  }
  return { fields, files };
}

/** What stands between the boundaries; undefined when the last one is missing. */
function split(body: Buffer, mark: string): readonly Buffer[] | undefined {
  const line = Buffer.from(`\r\n--${mark}`);
  const whole = Buffer.concat([Buffer.from("\r\n"), body]);
  const parts: Buffer[] = [];
  let from = whole.indexOf(line);
  while (from !== -1) {
    const start = from + line.length;
    if (whole.subarray(start, start + 2).toString("latin1") === "--") return parts;
    const end = whole.indexOf(line, start);
    if (end === -1 || parts.length >= mostParts || whole.subarray(start, start + 2).toString("latin1") !== "\r\n") return undefined;
    parts.push(whole.subarray(start + 2, end));
    from = end;
  }
  return undefined;
}

interface Read {
  readonly name: string;
  readonly file: string | undefined;
  readonly type: string;
  readonly content: Buffer;
}

function readPart(part: Buffer): Read | undefined {
  const gap = part.indexOf("\r\n\r\n");
  if (gap === -1) return undefined;
  const head = part.subarray(0, gap).toString("utf8");
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? "";
  const name = /;?\s*\bname="([^"]*)"/i.exec(disposition.replace(/\bfilename="[^"]*"/i, ""))?.[1];
  if (name === undefined || name === "__proto__") return undefined;
  return {
    name,
    file: /\bfilename="([^"]*)"/i.exec(disposition)?.[1],
    type: /^content-type:\s*([^\s;]+)/im.exec(head)?.[1]?.toLowerCase() ?? "text/plain",
    content: part.subarray(gap + 4),
  };
}
