"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Figures, PlaceNode } from "@/api/types";
import { CostValue } from "@/panels/CostValue";
import { DeviceCounts } from "@/panels/DeviceCounts";
import { DeviceWord } from "@/panels/DeviceWord";
import { PlaceLink } from "@/places/PlaceLink";
import { placeOf } from "@/places/tree";
import { formatShare, isPartial, recordedShare } from "@/quantities/coverage";
import { Energy, Power, Unknown } from "@/quantities/Shown";
import type { ChildRow } from "./rows";
import { ShareBar } from "./ShareBar";

interface ChildTableRowProps {
  row: ChildRow;
  /** Of the month's cost of the place around it, 0 to 1. */
  share: number | null;
}

export function ChildTableRow({ row, share }: ChildTableRowProps) {
  const locale = useLocale();
  const { node } = row;
  return (
    <tr className="relative border-line border-b hover:bg-sunken/60">
      <th scope="row" className="py-2.5 pe-3 text-start font-medium">
        <PlaceLink place={placeOf(node)} className="after:absolute after:inset-0 hover:text-accent">
          {node.name[locale]}
        </PlaceLink>
        <div className="mt-0.5 font-normal text-xs sm:hidden">
          <NodeState node={node} />
        </div>
      </th>
      <td className="hidden pe-4 sm:table-cell">
        <NodeState node={node} />
      </td>
      <FigureCells row={row} />
      <td className="hidden ps-6 lg:table-cell">{share !== null && <ShareBar share={share} />}</td>
    </tr>
  );
}

export function TotalRow({ row }: { row: ChildRow }) {
  const t = useTranslations("children");
  return (
    <tr className="border-line-strong border-t font-medium">
      <th scope="row" className="py-2.5 text-start font-medium">
        {t("total")}
      </th>
      <td className="hidden sm:table-cell" />
      <FigureCells row={row} />
      <td className="hidden lg:table-cell" />
    </tr>
  );
}

function NodeState({ node }: { node: PlaceNode }) {
  if (node.level === "device") return <DeviceWord node={node} />;
  return <DeviceCounts live={node.live} />;
}

function FigureCells({ row: { node, today, month } }: { row: ChildRow }) {
  return (
    <>
      <td className="ps-3 text-end">
        <Power watts={node.live.power_watts} />
      </td>
      <td className="hidden ps-3 text-end md:table-cell">
        <Marked figures={today}>{today && <Energy kwh={today.energy_kwh} inColumn />}</Marked>
      </td>
      <td className="hidden ps-3 text-end sm:table-cell">
        <Marked figures={today}>{today && <CostValue figures={today} />}</Marked>
      </td>
      <td className="ps-3 text-end">
        <Marked figures={month}>{month && <CostValue figures={month} />}</Marked>
      </td>
    </>
  );
}

/** A figure of which a part is not known wears the hatching of the unknown. */
function Marked({ figures, children }: { figures: Figures | undefined; children: ReactNode }) {
  const t = useTranslations("quantity");
  const locale = useLocale();
  if (!figures) return <Unknown />;
  const share = recordedShare(figures);
  if (figures.energy_kwh === null || share === null || !isPartial(figures)) return children;
  const remark = t("recorded", { share: formatShare(locale, share) });
  return (
    <span className="whitespace-nowrap">
      <span title={remark} className="hatched me-1.5 inline-block size-2.5">
        <span className="sr-only">{remark}</span>
      </span>
      {children}
    </span>
  );
}
