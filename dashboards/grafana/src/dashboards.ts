/** Every dashboard that is shipped. */
import { device } from "./device.ts";
import { overview } from "./overview.ts";
import { recurrence } from "./recurrence.ts";
import type { DashboardSpec } from "./spec.ts";

export const dashboards: readonly DashboardSpec[] = [overview, device, recurrence];
