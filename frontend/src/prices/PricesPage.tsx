"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Button } from "@/ui/Button";
import { PageHeading } from "@/ui/PageHeading";
import { Skeleton } from "@/ui/Skeleton";
import enFields from "../../messages/en/fields.json";
import en from "../../messages/en/prices.json";
import jaFields from "../../messages/ja/fields.json";
import ja from "../../messages/ja/prices.json";
import { PricesTable } from "./PricesTable";
import { usePrices } from "./usePrices";

// What is below the list, and what is open over it, is not needed for the first view.
const DeleteDialog = lazy(() =>
  import("./DeleteDialog").then((file) => ({ default: file.DeleteDialog })),
);
const PriceDialog = lazy(() =>
  import("./PriceDialog").then((file) => ({ default: file.PriceDialog })),
);
const PricesTimeline = lazy(() =>
  import("./PricesTimeline").then((file) => ({ default: file.PricesTimeline })),
);
const CsvPanel = lazy(() => import("./CsvPanel").then((file) => ({ default: file.CsvPanel })));
const HistoryPanel = lazy(() =>
  import("@/history/HistoryPanel").then((file) => ({ default: file.HistoryPanel })),
);

const TEXTS = { en: { ...en, ...enFields }, ja: { ...ja, ...jaFields } };

/** What is open over the list. */
type Task = { do: "add" } | { do: "change" | "delete"; price: UnitPrice };

export function PricesPage() {
  return (
    <Texts of={TEXTS}>
      <Prices />
    </Texts>
  );
}

function Prices() {
  const t = useTranslations("prices");
  const answer = usePrices();
  const [task, setTask] = useState<Task | null>(null);
  return (
    <div className="space-y-6">
      <PageHeading title={t("title")} lead={t("lead")} />
      <Panel
        title={t("list")}
        aside={
          <Button look="primary" onClick={() => setTask({ do: "add" })}>
            {t("add")}
          </Button>
        }
      >
        <Loaded
          answer={answer}
          skeleton={<Skeleton className="h-40 w-full" />}
          isEmpty={(prices) => prices.length === 0}
          empty={<p className="py-10 text-center text-muted">{t("empty")}</p>}
        >
          {(prices) => (
            <>
              <Suspense fallback={<Skeleton className="h-12 w-full" />}>
                <PricesTimeline prices={prices} />
              </Suspense>
              <PricesTable
                prices={prices}
                onChange={(price) => setTask({ do: "change", price })}
                onDelete={(price) => setTask({ do: "delete", price })}
              />
            </>
          )}
        </Loaded>
      </Panel>
      <Suspense>
        <CsvPanel />
        <HistoryPanel of="unit_price" />
        {task && (
          <TaskDialog task={task} prices={answer.data ?? []} onClose={() => setTask(null)} />
        )}
      </Suspense>
    </div>
  );
}

interface TaskDialogProps {
  task: Task;
  prices: readonly UnitPrice[];
  onClose: () => void;
}

function TaskDialog({ task, prices, onClose }: TaskDialogProps) {
  if (task.do === "delete") return <DeleteDialog price={task.price} onClose={onClose} />;
  const changed = task.do === "change" ? task.price : null;
  return <PriceDialog changed={changed} prices={prices} onClose={onClose} />;
}
