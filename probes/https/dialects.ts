/**
 * The dialects of HTTPS interfaces, by the name that a family's data gives them.
 */
import type { HttpsDialect as Name } from "../../daemon/model/family.ts";
import type { HttpsDialect } from "./dialect.ts";
import { icon } from "./icon.ts";
import { polyRest } from "./poly-rest.ts";
import { xmlRpc } from "./xml-rpc-dialect.ts";

export const HTTPS_DIALECTS: Readonly<Record<Name, HttpsDialect>> = { icon, "xml-rpc": xmlRpc, "poly-rest": polyRest };
