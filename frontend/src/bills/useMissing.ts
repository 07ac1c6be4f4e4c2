import { useLocale, useTranslations } from "use-intl";
import { parseMissing } from "./missing";
import { formatBillMonth } from "./months";
import { useLineName, useSeriesName } from "./names";

/** What a bill lacks, in the reader's words. */
export function useMissing() {
  const t = useTranslations("bills.missing");
  const locale = useLocale();
  const line = useLineName();
  const series = useSeriesName();
  return (text: string) => {
    const missing = parseMissing(text);
    switch (missing.kind) {
      case "month":
        return t("month", {
          name: line(missing.line),
          month: formatBillMonth(locale, missing.month),
        });
      case "first":
        return t("first", {
          name: line(missing.line),
          month: formatBillMonth(locale, missing.month),
          kwh: missing.kwh,
        });
      case "slots":
        return t("slots", { name: series(missing.series), count: missing.count });
      case "day":
        return t("day", { name: series(missing.series), day: missing.day });
      case "band":
        return t("band", { name: line(missing.line), band: line(missing.band) });
      case "demand":
        return t("demand", { name: line(missing.line) });
      case "needs":
        return t("needs", { name: line(missing.line), other: line(missing.other) });
      case "other":
        return missing.text;
    }
  };
}
