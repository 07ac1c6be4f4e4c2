"use client";

import { useLocale } from "use-intl";
import { together } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { Bill, Cost, CostRow } from "@/api/types";
import { fromHouseClock } from "@/house/calendar";
import { useHouse } from "@/house/HouseProvider";
import { Loaded } from "@/panels/Loaded";
import { placeFromPath } from "@/places/place";
import { wayTo } from "@/places/tree";
import { usePlaces } from "@/places/usePlaces";
import { Skeleton } from "@/ui/Skeleton";
import { useLineName } from "./names";
import { ShareTable } from "./ShareTable";

interface PlaceSharesProps {
  bill: Bill;
  level: "room" | "shelf";
}

/** A bill divided among rooms or shelves. */
export function PlaceShares({ bill, level }: PlaceSharesProps) {
  const shares = useContractCost(bill, level, "average");
  const marginals = useContractCost(bill, level, "marginal");
  return (
    <Loaded
      answer={together(shares, marginals)}
      skeleton={<Skeleton className="h-48 w-full" />}
      notAfterMs={COST.notAfterMs}
    >
      {([average, marginal]) => <Places average={average} marginal={marginal} />}
    </Loaded>
  );
}

function useContractCost(
  { first_day, end_day }: Bill,
  level: PlaceSharesProps["level"],
  allocation: "average" | "marginal",
) {
  const { time_zone } = useHouse();
  const at = (day: string) => fromHouseClock(`${day}T00:00`, time_zone);
  const range = { from: at(first_day), to: at(end_day), group_by: level };
  const query = { ...range, basis: "contract" as const, allocation };
  return api.useQuery("get", "/api/v1/cost", { params: { query } }, every(COST));
}

function Places({ average, marginal }: { average: Cost; marginal: Cost }) {
  const nameOf = useRowName();
  const rows = average.rows.map((row, index) => ({
    key: JSON.stringify(row.place),
    name: nameOf(row),
    kwh: row.figures.energy_kwh,
    cost: row.figures.cost,
    marginal: marginal.rows[index]?.figures.cost ?? null,
  }));
  const [rest] = average.contract?.bills ?? [];
  return (
    <ShareTable
      rows={rows}
      rest={null}
      houseLines={rest?.house_lines ?? []}
      rounding={rest?.rounding ?? "0"}
      total={rest?.total ?? null}
    />
  );
}

/** A place by the names on the way to it; the row of the house is what no device explains. */
function useRowName() {
  const locale = useLocale();
  const line = useLineName();
  const { data: house } = usePlaces();
  return ({ place }: CostRow) => {
    if (!place || place.level === "house") return line("rest");
    const way = house && wayTo(house, placeFromPath(place));
    const names = way?.slice(1).map((node) => node.name[locale]);
    return names?.join(" › ") ?? [place.room, place.shelf].filter(Boolean).join(" › ");
  };
}
