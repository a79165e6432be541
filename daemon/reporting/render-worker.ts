/**
 * The thread that lays a report out: a document comes in, the file goes out, the thread ends.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { ReportDocument } from "../../dashboards/reports/document.ts";
import { renderDocx } from "../../dashboards/reports/docx.ts";
import { renderPdf } from "../../dashboards/reports/pdf.ts";

const { document, format } = workerData as { readonly document: ReportDocument; readonly format: "pdf" | "docx" };
parentPort?.postMessage(await (format === "pdf" ? renderPdf(document) : renderDocx(document)));
