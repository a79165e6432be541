/**
 * What the kernel did to our socket: datagrams it dropped (invisible to the socket's owner), and the buffer it granted.
 */
import { readFile } from "node:fs/promises";
import { isIPv4 } from "node:net";

/** An IPv4 address as the kernel prints it on a little-endian machine: 127.0.0.1 is 0100007F. */
function kernelForm(address: string): string {
  return Buffer.from(address.split(".").map(Number).reverse()).toString("hex").toUpperCase();
}

/** Drops of the UDP socket bound to this port (and IPv4 address), from the text of /proc/self/net/udp or udp6; the last column. */
export function dropsIn(table: string, port: number, address?: string): number {
  const wanted = `${address === undefined ? "" : kernelForm(address)}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let drops = 0;
  let from = table.indexOf(`${wanted} `);
  while (from >= 0) {
    const start = table.lastIndexOf("\n", from) + 1;
    const end = table.indexOf("\n", from);
    const columns = table
      .slice(start, end < 0 ? undefined : end)
      .trim()
      .split(/\s+/);
    if (columns[1]?.endsWith(wanted) === true) drops += Number(columns.at(-1)) || 0;
    from = end < 0 ? -1 : table.indexOf(`${wanted} `, end);
  }
  return drops;
}

/** Datagrams dropped so far for want of room. 0 where there is no /proc (not Linux): then they cannot be counted. */
export async function kernelDrops(host: string, port: number): Promise<number> {
  const file = host.includes(":") ? "/proc/self/net/udp6" : "/proc/self/net/udp";
  return dropsIn(await readFile(file, "latin1").catch(() => ""), port, isIPv4(host) ? host : undefined);
}

/** What to do when the kernel cut the buffer; undefined when it did not. */
export function bufferAdvice(askedBytes: number, grantedBytes: number): string | undefined {
  if (grantedBytes >= askedBytes) return undefined;
  return `the kernel granted ${grantedBytes} of ${askedBytes} bytes of receive buffer, so a burst of traps is dropped sooner; run: sysctl -w net.core.rmem_max=${askedBytes}, and put the same line in /etc/sysctl.d/`;
}
