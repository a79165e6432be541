/**
 * multipart/form-data, as browsers send a form with a file (RFC 7578): the whole body in, its fields and files out.
 *
 * What is not well formed, or holds more than our forms have, is undefined as a whole: half a form is not acted upon.
 */
import busboy from "busboy";

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
const longestFieldBytes = 64 * 1024;

export function readMultipart(contentType: string, body: Buffer): Promise<Parts | undefined> {
  return new Promise((resolve) => {
    const fields = new Map<string, string>();
    const files = new Map<string, PartFile>();
    const refuse = () => resolve(undefined);
    const reader = readerOf(contentType);
    if (reader === undefined) return refuse();
    reader.on("field", (name, text, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) refuse();
      fields.set(name, text);
    });
    reader.on("file", (name, stream, { filename, mimeType }) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", refuse);
      stream.on("end", () => {
        const bytes = Buffer.concat(chunks);
        // No file was chosen: browsers send an empty one without a name.
        if (filename !== undefined || bytes.length > 0) files.set(name, { name: filename ?? "", type: mimeType, bytes });
      });
    });
    reader.on("partsLimit", refuse);
    reader.on("error", refuse);
    reader.on("close", () => resolve({ fields: Object.fromEntries(fields), files: Object.fromEntries(files) }));
    reader.end(body);
  });
}

/** Undefined for another type, and without a boundary. */
function readerOf(contentType: string): busboy.Busboy | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) return undefined;
  try {
    const limits = { parts: mostParts, fieldSize: longestFieldBytes };
    return busboy({ headers: { "content-type": contentType }, limits, defParamCharset: "utf8" });
  } catch {
    return undefined;
  }
}
