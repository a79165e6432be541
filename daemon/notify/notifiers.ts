/**
 * All channels by kind: what the dispatcher sends with.
 */
import type { Channel } from "../model/config.ts";
import type { Instant } from "../model/time.ts";
import type { Notifier } from "../ports.ts";
import { createAlertmanagerNotifier } from "./alertmanager.ts";
import { createMailNotifier } from "./mail.ts";
import { createSmsNotifier } from "./sms-gateway.ts";
import { createWebhookNotifier } from "./webhook.ts";

/** `sink` comes from createSink: the page reads the same one. */
export function createNotifiers(options: { readonly now: () => Instant; readonly sink: Notifier }): ReadonlyMap<Channel["kind"], Notifier> {
  return new Map<Channel["kind"], Notifier>([
    ["mail", createMailNotifier()],
    ["sms", createSmsNotifier()],
    ["alertmanager", createAlertmanagerNotifier(options.now)],
    ["webhook", createWebhookNotifier(options.now)],
    ["sink", options.sink],
  ]);
}
