/**
 * The dialects that any carrier may speak, by the name that a family's data gives. `xapi`, `terminal` and `exec` belong to SSH.
 */
import type { ShellDialect } from "../../daemon/model/family.ts";
import type { Dialect } from "./dialect.ts";
import { gnugk } from "./gnugk.ts";
import { lifesize } from "./lifesize.ts";
import { poly } from "./poly.ts";

export const COMMAND_LINES: Readonly<Partial<Record<ShellDialect, Dialect>>> = { poly, lifesize, gnugk };
