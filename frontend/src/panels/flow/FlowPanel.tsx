"use client";

import { useLocale, useTranslations } from "use-intl";
import { COST } from "@/api/refresh";
import type { PlaceNode } from "@/api/types";
import { Texts } from "@/language/Texts";
import { childRows } from "@/panels/children/rows";
import { useDevices } from "@/panels/device/useDevice";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { ProblemTitle } from "@/panels/ProblemNotice";
import { exported } from "@/panels/ranking/rows";
import { devicesOf, placeOf } from "@/places/tree";
import { useDeviceCosts } from "@/places/useCost";
import { formatEnergy } from "@/quantities/energy";
import { textOf } from "@/quantities/quantity";
import { Download } from "@/ui/Download";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../../messages/en/flow.json";
import enPlace from "../../../messages/en/place.json";
import ja from "../../../messages/ja/flow.json";
import jaPlace from "../../../messages/ja/place.json";
import { TreePicture } from "./TreePicture";
import { type FlowNode, flowTree } from "./tree";
import { useFlowName } from "./useFlowName";

const TEXTS = { en: { ...en, ...enPlace }, ja: { ...ja, ...jaPlace } };

/** Where the energy of a place went: through rooms and shelves to its devices. */
export function FlowPanel({ node }: { node: PlaceNode }) {
  return (
    <Texts of={TEXTS}>
      <Flow node={node} />
    </Texts>
  );
}

function Flow({ node }: { node: PlaceNode }) {
  const t = useTranslations("flow");
  const { data: devices = [] } = useDevices();
  const houseMeters = devices.filter((each) => each.house_meter).map(({ device }) => device);
  return (
    <Panel title={t("title")}>
      <Loaded
        answer={useDeviceCosts(placeOf(node))}
        skeleton={<Skeleton className="h-80 w-full" />}
        notAfterMs={COST.notAfterMs}
        problem={(failure) => (
          <p className="py-2 text-muted">
            <ProblemTitle failure={failure} />
          </p>
        )}
        isEmpty={(cost) => flowTree(node, cost, houseMeters) === null}
        empty={<p className="py-16 text-center text-muted">{t("empty")}</p>}
      >
        {(cost) => {
          const tree = flowTree(node, cost, houseMeters);
          const rows = childRows({ ...node, children: devicesOf(node) }, cost);
          return (
            tree && (
              <>
                <TreePicture tree={tree} />
                <details className="mt-3 text-sm">
                  <summary className="tap flex w-fit cursor-pointer items-center rounded-sm text-accent">
                    {t("asTable")}
                  </summary>
                  <Twin flows={[tree]} />
                </details>
                <Download name="flow" from={cost.from} rows={exported(rows, cost)} />
              </>
            )
          );
        }}
      </Loaded>
    </Panel>
  );
}

/** The picture in figures: what is inside of a place below it. */
function Twin({ flows }: { flows: readonly FlowNode[] }) {
  const locale = useLocale();
  const name = useFlowName();
  return (
    <ul className="mt-1 border-line border-s ps-4">
      {flows.map((flow) => (
        <li key={flow.key}>
          <span className="flex justify-between gap-3 border-line border-b py-0.5">
            <span>{name(flow)}</span>
            <span>{textOf(formatEnergy(locale, String(flow.kwh)))}</span>
          </span>
          {flow.children.length > 0 && <Twin flows={flow.children} />}
        </li>
      ))}
    </ul>
  );
}
