import { useTranslations } from "use-intl";

const KNOWN = [
  "basic",
  "minimum",
  "energy",
  "fuel_adjustment",
  "levy",
  "standing",
  "vat",
  "sold",
  "rest",
  "rounding",
  "all",
  "night",
  "day",
] as const;

/** The name of a line or band: lines are named by the contract, common ones in both languages. */
export function useLineName() {
  const t = useTranslations("bills.names");
  return (name: string) => {
    const known = KNOWN.find((each) => each === name);
    return known ? t(known) : name.replaceAll("_", " ");
  };
}
