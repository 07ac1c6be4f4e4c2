"use client";

import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Figures, PlaceNode } from "@/api/types";
import { RankedBar } from "@/charts/RankedBar";
import { numberFormat } from "@/language/formats";
import { CostValue } from "@/panels/CostValue";
import { DeviceCounts } from "@/panels/DeviceCounts";
import { DeviceWord } from "@/panels/DeviceWord";
import { PlaceLink } from "@/places/PlaceLink";
import { placeOf } from "@/places/tree";
import { formatChange } from "@/quantities/change";
import { isPartial } from "@/quantities/coverage";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { Energy, Power, Unknown } from "@/quantities/Shown";
import type { ChildRow } from "./rows";

/** On a phone: name and cost, then state and watts, energy and change, and the share below. */
const ROW = "relative grid grid-cols-[1fr_auto] gap-x-4 py-2 border-line border-b @xl:table-row";

interface ChildTableRowProps {
  row: ChildRow;
  /** Of the cost of the place around it, 0 to 1. */
  share: number | null;
}

export function ChildTableRow({ row, share }: ChildTableRowProps) {
  const { node, figures, change, isCounted } = row;
  return (
    <tr className={`${ROW} hover:bg-sunken/60`}>
      <th scope="row" className="wrap-anywhere text-start font-medium @xl:py-2.5 @xl:pe-3">
        <RowName row={row} />
      </th>
      <td className="row-start-2 text-muted @xl:pe-4">
        <RowState row={row} />
      </td>
      <td className={`col-start-2 row-start-2 text-end @xl:ps-3 ${isCounted ? "" : "text-muted"}`}>
        <Power watts={isCounted ? node.live.power_watts : (node.through_watts ?? null)} />
      </td>
      <td className="col-start-1 row-start-3 text-muted @xl:hidden @2xl:table-cell @2xl:ps-3 @2xl:text-end @2xl:text-ink">
        {figures ? <Energy kwh={figures.energy_kwh} /> : <Unknown />}
      </td>
      <td className="col-start-2 row-start-1 text-end font-medium @xl:ps-3 @xl:font-normal">
        <Marked figures={figures}>{figures && <CostValue figures={figures} />}</Marked>
      </td>
      <td className="col-start-2 row-start-3 text-end text-muted @xl:hidden @2xl:table-cell @2xl:ps-3">
        {change === null ? <NoChange /> : <ChangeOf change={change} />}
      </td>
      <td className="col-span-2 row-start-4 pt-1 @xl:ps-6 @xl:pt-0">
        {share !== null && <Share share={share} />}
      </td>
    </tr>
  );
}

function RowName({ row: { node, kind, figures, isCounted, within } }: { row: ChildRow }) {
  const t = useTranslations("children");
  const locale = useLocale();
  const note = useMeterNote(figures);
  if (kind === "rest") return t("rest");
  return (
    <>
      {kind === "former" ? (
        node.name[locale]
      ) : (
        <PlaceLink place={placeOf(node)} className="after:absolute after:inset-0 hover:text-accent">
          {node.name[locale]}
        </PlaceLink>
      )}
      {within && (
        <span className="block font-normal text-muted text-xs">
          {within.map(({ name }) => name[locale]).join(" › ")}
        </span>
      )}
      {(note || !isCounted) && (
        <span className="block font-normal text-muted text-xs">
          {isCounted ? note : t("notCounted")}
        </span>
      )}
    </>
  );
}

/** Of a meter with devices behind it, a row has only what is left. */
function useMeterNote(figures: Figures | undefined): string | null {
  const t = useTranslations("children");
  const locale = useLocale();
  const { through_kwh: through, energy_kwh: own } = figures ?? {};
  if (!through || own == null || through === own) return null;
  return t("restOf", { energy: textOf(formatEnergy(locale, through)) });
}

function RowState({ row: { node, kind } }: { row: ChildRow }) {
  const t = useTranslations("children");
  if (kind === "rest") return null;
  if (kind === "former") return t("retired");
  return node.level === "device" ? <DeviceWord node={node} /> : <DeviceCounts live={node.live} />;
}

function ChangeOf({ change }: { change: number }) {
  return formatChange(useLocale(), change);
}

function NoChange() {
  const t = useTranslations("children");
  return <Unknown why={t("noChange")} />;
}

interface TotalRowProps {
  node: PlaceNode;
  figures: Figures | undefined;
}

export function TotalRow({ node, figures }: TotalRowProps) {
  const t = useTranslations("children");
  return (
    <tr className={`${ROW} border-b-0 font-medium @xl:border-line-strong @xl:border-t`}>
      <th scope="row" className="text-start font-medium @xl:py-2.5">
        {t("total")}
      </th>
      <td className="hidden @xl:table-cell" />
      <td className="col-start-2 row-start-2 text-end @xl:ps-3">
        <Power watts={node.live.power_watts} />
      </td>
      <td className="col-start-1 row-start-2 @xl:hidden @2xl:table-cell @2xl:ps-3 @2xl:text-end">
        {figures ? <Energy kwh={figures.energy_kwh} /> : <Unknown />}
      </td>
      <td className="col-start-2 row-start-1 text-end @xl:ps-3">
        {figures ? <CostValue figures={figures} /> : <Unknown />}
      </td>
      <td className="hidden @2xl:table-cell" />
      <td className="hidden @xl:table-cell" />
    </tr>
  );
}

/** A part of the whole, as a length and in figures. */
function Share({ share }: { share: number }) {
  const format = numberFormat(useLocale(), { style: "percent" });
  return (
    <span className="flex items-center gap-2">
      <RankedBar share={share} />
      <span className="min-w-10 text-end text-muted text-xs">{format.format(share)}</span>
    </span>
  );
}

/** A figure of which a part is not known carries the hatching of the unknown. */
function Marked({ figures, children }: { figures: Figures | undefined; children: ReactNode }) {
  const t = useTranslations("quantity");
  if (!figures) return <Unknown />;
  if (figures.energy_kwh === null || !isPartial(figures)) return children;
  return (
    <span className="whitespace-nowrap">
      <span title={t("incomplete")} className="hatched me-1.5 inline-block size-2.5">
        <span className="sr-only">{t("incomplete")}</span>
      </span>
      {children}
    </span>
  );
}
