"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Comparison } from "@/api/types";
import { useSourceName } from "@/panels/device/SourceName";
import { Unknown } from "@/quantities/Shown";
import { formatSeconds } from "./figures";
import { Row } from "./Row";

/** Which of the two is later, and by how much; only as finely as the readings can tell. */
export function LagFigure({ comparison: { a, b, lag } }: { comparison: Comparison }) {
  const t = useTranslations("comparison");
  const name = useSourceName();
  const locale = useLocale();
  if (lag === null) {
    return (
      <Row title={t("noLag")}>
        <Unknown why={t("lagUnknown")} />
      </Row>
    );
  }
  const within = formatSeconds(locale, lag.resolution_seconds);
  if (Math.abs(lag.seconds) <= lag.resolution_seconds) {
    return (
      <Row title={t("noLag")}>
        <span data-testid="lag">{t("lagWithin", { within })}</span>
      </Row>
    );
  }
  const seconds = formatSeconds(locale, Math.abs(lag.seconds));
  return (
    <Row title={t("lag", { later: name(lag.seconds < 0 ? a.source : b.source) })}>
      <span data-testid="lag">{t("lagAbout", { seconds, within })}</span>
    </Row>
  );
}
