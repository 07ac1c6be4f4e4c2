"use client";

import { useTranslations } from "use-intl";
import type { Contract } from "@/api/types";
import { fromHouseClock } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { Timeline } from "@/timeline/Timeline";
import { contractSpans } from "./contract-spans";

/** When each contract holds: of what is bought, and of what is sold. */
export function ContractsTimeline({ contracts }: { contracts: readonly Contract[] }) {
  const t = useTranslations("contracts");
  const { time_zone } = useHouse();
  const at = (day: string) => Date.parse(fromHouseClock(`${day}T00:00`, time_zone));
  const of = (wanted: Contract["statement"]) =>
    contractSpans(
      contracts.filter(({ statement }) => statement === wanted),
      at,
    );
  const sold = of("export");
  return (
    <>
      <Timeline title={t("timeline")} spans={of("import")} />
      {sold.length > 0 && <Timeline title={t("timelineSold")} spans={sold} />}
    </>
  );
}
