/**
 * A report as a file: PDF, DOCX or CSV, in French or English, from one document.
 *
 * Laying out takes hundreds of milliseconds: a thread of its own does it, one report at a time, so that no look waits for it.
 */
import { Worker } from "node:worker_threads";
import { renderCsv } from "../../dashboards/reports/csv.ts";
import type { ReportDocument } from "../../dashboards/reports/document.ts";
import { builtFile } from "../../probes/built.ts";

export type ReportFormat = "pdf" | "docx" | "csv";

export interface ReportFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  csv: "text/csv",
};

/** A report that takes longer is given up: the thread is ended. */
const renderMs = 60_000;

export class ReportFiles {
  #last: Promise<unknown> = Promise.resolve();

  /** `name`: without its ending; what is no letter, digit or hyphen becomes one. Rejects when it cannot be laid out in time. */
  async of(document: ReportDocument, format: ReportFormat, name: string): Promise<ReportFile> {
    const plain = name.normalize("NFD").replace(/\p{M}/gu, "");
    const safe = plain.replace(/[^A-Za-z0-9-]+/g, "-").replace(/^-+|-+$/g, "");
    const bytes = format === "csv" ? Buffer.from(renderCsv(document), "utf8") : await this.#inTurn(document, format);
    return { name: `${safe}.${format}`, type: mediaTypes[format], bytes };
  }

  #inTurn(document: ReportDocument, format: "pdf" | "docx"): Promise<Buffer> {
    const turn = this.#last.then(
      () => onThread(document, format),
      () => onThread(document, format),
    );
    this.#last = turn;
    return turn;
  }
}

function onThread(document: ReportDocument, format: "pdf" | "docx"): Promise<Buffer> {
  const worker = new Worker(builtFile("daemon/reporting/render-worker.js"), { workerData: { document, format } });
  return new Promise<Buffer>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`the report was not laid out within ${renderMs / 1_000} s`));
      void worker.terminate();
    }, renderMs);
    worker.once("message", (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    worker.once("error", reject);
    worker.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the thread that lays reports out ended with ${code}`));
    });
  });
}
