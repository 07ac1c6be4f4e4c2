import { useTranslations } from "use-intl";
import type { PlaceNode } from "@/api/types";
import { COLOURS, coloursOf } from "@/charts/colours";
import type { Series } from "@/charts/stack";
import { type Bucket, largestFirst, type Measure, WHOLE } from "./buckets";
import { useNameOfPart } from "./names";

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
  const nameOf = useNameOfPart(node);
  if (node.children.length === 0) {
    const whole = { key: WHOLE, label: t("legend.measured"), colour: "var(--measured)" };
    return { series: [whole], seriesOf: () => WHOLE };
  }
  const ids = largestFirst(buckets, measure);
  const places = ids.filter((id) => id !== WHOLE);
  const isFew = places.length <= COLOURS;
  const small = isFew ? [] : places.slice(COLOURS - 1);
  const own = ids.filter((id) => !small.includes(id));
  const ordered = node.children.map(({ id }) => id);
  const colours = coloursOf(ordered, places);
  const series = own.map((id) => ({
    key: id,
    label: nameOf(id),
    // What no device explains is grey in every picture.
    colour: colours.get(id) ?? "var(--series-others)",
  }));
  if (!isFew) series.push({ key: OTHERS, label: t("others"), colour: `var(--series-${COLOURS})` });
  return { series, seriesOf: (id) => (own.includes(id) ? id : OTHERS) };
}
