/**
 * Ids for the file from what devices call themselves.
 *
 * Pure. An id is letters, digits, hyphens, at most 63.
 */

const longest = 63;

/** `MTL-Codec 12.ritm.example.org` -> `mtl-codec-12`; undefined when nothing is left, or it is an address. */
export function cleanName(said: string): string | undefined {
  const whole = said.trim().normalize("NFD").replace(/\p{M}/gu, "");
  const host = /^[\d.]+$/.test(whole) ? "" : (whole.split(".")[0] ?? "");
  const clean = host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, longest)
    .replace(/-+$/, "");
  return clean === "" ? undefined : clean;
}

/** The name, or with the end of the address behind it when it is taken, or with a count. */
export function uniqueName(name: string, address: string, taken: ReadonlySet<string>): string {
  const end = address.split(".").slice(2).join("-");
  for (let count = 0; ; count += 1) {
    const tail = count === 0 ? "" : count === 1 ? `-${end}` : `-${end}-${count}`;
    const id = `${name.slice(0, longest - tail.length)}${tail}`;
    if (!taken.has(id)) return id;
  }
}
