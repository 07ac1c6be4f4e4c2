import type bills from "../../messages/en/bills.json";
import type budgets from "../../messages/en/budgets.json";
import type comparison from "../../messages/en/comparison.json";
import type device from "../../messages/en/device.json";
import type explain from "../../messages/en/explain.json";
import type fields from "../../messages/en/fields.json";
import type find from "../../messages/en/find.json";
import type firstDay from "../../messages/en/firstDay.json";
import type flow from "../../messages/en/flow.json";
import type frame from "../../messages/en/frame.json";
import type history from "../../messages/en/history.json";
import type meters from "../../messages/en/meters.json";
import type notices from "../../messages/en/notices.json";
import type place from "../../messages/en/place.json";
import type prices from "../../messages/en/prices.json";
import type realBills from "../../messages/en/realBills.json";
import type reconcile from "../../messages/en/reconcile.json";
import type reference from "../../messages/en/reference.json";
import type series from "../../messages/en/series.json";
import type timeline from "../../messages/en/timeline.json";

export const LANGUAGES = ["ja", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The texts of the frame and of all that is loaded after it. */
export type Messages = typeof frame &
  typeof bills &
  typeof budgets &
  typeof comparison &
  typeof device &
  typeof explain &
  typeof fields &
  typeof find &
  typeof flow &
  typeof firstDay &
  typeof history &
  typeof meters &
  typeof notices &
  typeof place &
  typeof prices &
  typeof realBills &
  typeof reconcile &
  typeof reference &
  typeof series &
  typeof timeline;

// Makes every key that t(…) is given a checked one.
declare module "use-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: Messages;
  }
}
