import type en from "../../messages/en.json";
import type { Language } from "./language";

// Makes every key that t(…) is given a checked one.
declare module "use-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: typeof en;
  }
}
