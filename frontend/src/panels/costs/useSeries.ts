import { useLocale, useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import type { Series } from "@/charts/stack";
import { type Bucket, largestFirst, MAX_COLOURS, type Measure, WHOLE } from "./buckets";

/** The key of the series that the smallest places share. */
const OTHERS = "others";

interface Stacked {
  series: Series[];
  /** The series that a place's slice belongs to. */
  seriesOf: (id: string) => string;
}

/** A colour for each place inside, the largest lowest; one of all where nothing is inside. */
export function useSeries(node: PlaceNode, buckets: readonly Bucket[], measure: Measure): Stacked {
  const t = useTranslations("costs");
  const tChildren = useTranslations("children");
  const locale = useLocale();
  // Of the house's own rest there is no place inside.
  const nameOfOther = (id: string) => (id === WHOLE ? tChildren("rest") : id);
  if (node.children.length === 0) {
    const whole = { key: WHOLE, label: t("legend.measured"), colour: "var(--measured)" };
    return { series: [whole], seriesOf: () => WHOLE };
  }
  const ids = largestFirst(buckets, measure);
  const isFew = ids.length <= MAX_COLOURS + 1;
  const own = isFew ? ids : ids.slice(0, MAX_COLOURS);
  const series = own.map((id, index) => ({
    key: id,
    label: node.children.find((child) => child.id === id)?.name[locale] ?? nameOfOther(id),
    colour: `var(--series-${index + 1})`,
  }));
  if (!isFew) series.push({ key: OTHERS, label: t("others"), colour: "var(--series-others)" });
  return { series, seriesOf: (id) => (own.includes(id) ? id : OTHERS) };
}
