/**
 * The Prometheus text format: a family's heading, a label.
 *
 * Pure.
 */

/** HELP, TYPE and, where the name says it, UNIT; without the last line feed. */
export function heading(name: string, help: string): string {
  const unit = /_(seconds|ratio|celsius|octets|volts|amperes|watts|hertz)$/.exec(name)?.[1];
  const text = help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
  return `# HELP ${name} ${text}\n# TYPE ${name} gauge${unit === undefined ? "" : `\n# UNIT ${name} ${unit}`}`;
}

/** Backslash, quote and line feed, as the text format asks; a lone surrogate would not survive UTF-8. */
export function escapeLabel(text: string): string {
  if (!/[\\"\n\ud800-\udfff]/.test(text)) return text;
  return text
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/\\/g, "\\\\")
    .replace(/"/g, '\\"')
    .replace(/\n/g, "\\n");
}
