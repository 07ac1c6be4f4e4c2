import { useTranslations } from "use-intl";
import en from "../../messages/en/bills.json";
import { parseSeriesName } from "./series-names";

type Known = keyof typeof en.bills.names;

const isKnown = (name: string): name is Known => name in en.bills.names;

/** The name of a line or band: lines are named by the contract, common ones in both languages. */
export function useLineName() {
  const t = useTranslations("bills.names");
  return (name: string) => (isKnown(name) ? t(name) : name.replaceAll("_", " "));
}

/** The name of a series: those of the offered contracts in both languages, others as they are. */
export function useSeriesName() {
  const t = useTranslations("bills.series");
  return (name: string) => {
    const known = parseSeriesName(name);
    return known ? t(known.kind, { of: known.of }) : name;
  };
}
