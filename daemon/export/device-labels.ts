/**
 * The labels of every device as bytes, side by side: made when the network changes, the stock of the lines of every scrape.
 *
 * A device goes by its place, the order in which it was added.
 */
import type { Device } from "../model/network.ts";
import { LineBytes } from "./line-bytes.ts";
import { escapeLabel } from "./text-format.ts";

export class DeviceLabels {
  readonly #bytes = new LineBytes();
  /** Of each device where its labels end, and where those of its info series end: there the next one's begin. */
  readonly #ends: number[] = [0];

  add(device: Device): void {
    const bytes = this.#bytes;
    bytes.text(`device="${escapeLabel(device.id)}",site="${escapeLabel(device.site)}",family="${escapeLabel(device.family)}"`);
    this.#ends.push(bytes.length);
    bytes.text(`,kind="${device.kind}",name="${escapeLabel(device.name)}",room="${escapeLabel(device.room ?? "")}"`);
    bytes.text(`,commissioning="${device.commissioning}"`);
    this.#ends.push(bytes.length);
  }

  /** Lines that have these labels in stock. */
  lines(): LineBytes {
    return new LineBytes(this.#bytes.gathered);
  }

  /** `device="…",site="…",family="…"`: of every line about the device. To lines that were made here. */
  write(place: number, to: LineBytes): void {
    to.fromStock(this.#ends[2 * place] ?? 0, this.#ends[2 * place + 1] ?? 0);
  }

  /** The same, and what the configuration says of it besides. */
  writeInfo(place: number, to: LineBytes): void {
    to.fromStock(this.#ends[2 * place] ?? 0, this.#ends[2 * place + 2] ?? 0);
  }
}
