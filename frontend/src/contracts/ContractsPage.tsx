"use client";

import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { Contract } from "@/api/types";
import { useSeriesName } from "@/bills/names";
import { Texts } from "@/language/Texts";
import { Loaded } from "@/panels/Loaded";
import { Panel } from "@/panels/Panel";
import { Button } from "@/ui/Button";
import { PageHeading } from "@/ui/PageHeading";
import { Skeleton } from "@/ui/Skeleton";
import en from "../../messages/en/bills.json";
import ja from "../../messages/ja/bills.json";
import { useContracts } from "./useContracts";

// The list is the first view; all others come after it.
const ContractEditor = lazy(() =>
  import("./ContractEditor").then((file) => ({ default: file.ContractEditor })),
);
const DeleteContract = lazy(() =>
  import("./DeleteContract").then((file) => ({ default: file.DeleteContract })),
);
const ContractsTimeline = lazy(() =>
  import("./ContractsTimeline").then((file) => ({ default: file.ContractsTimeline })),
);
const TemplatesPanel = lazy(() =>
  import("./TemplatesPanel").then((file) => ({ default: file.TemplatesPanel })),
);
const ReadingsPanel = lazy(() =>
  import("./ReadingsPanel").then((file) => ({ default: file.ReadingsPanel })),
);
const SeriesPanel = lazy(() =>
  import("@/series/SeriesPanel").then((file) => ({ default: file.SeriesPanel })),
);
const HistoryPanel = lazy(() =>
  import("@/history/HistoryPanel").then((file) => ({ default: file.HistoryPanel })),
);

const TEXTS = { en, ja };

export function ContractsPage() {
  return (
    <Texts of={TEXTS}>
      <Contracts />
    </Texts>
  );
}

function Contracts() {
  const t = useTranslations("contracts");
  const [edited, setEdited] = useState<Contract | "new" | null>(null);
  return (
    <div className="space-y-6">
      <PageHeading title={t("title")} lead={t("lead")} />
      <Panel
        title={t("list")}
        aside={
          <Button look="primary" onClick={() => setEdited("new")}>
            {t("add")}
          </Button>
        }
      >
        <Listed onEdit={setEdited} />
        {edited !== null && (
          <Suspense fallback={waiting}>
            <ContractEditor
              key={edited === "new" ? "new" : edited.id}
              contract={edited === "new" ? undefined : edited}
              onDone={() => setEdited(null)}
            />
          </Suspense>
        )}
      </Panel>
      <Suspense fallback={waiting}>
        <TemplatesPanel />
        <SeriesPanel />
        <ReadingsPanel />
        <HistoryPanel />
      </Suspense>
    </div>
  );
}

const waiting = <Skeleton className="h-24 w-full" />;

function Listed({ onEdit }: { onEdit: (contract: Contract) => void }) {
  const t = useTranslations("contracts");
  const answer = useContracts();
  const [deleted, setDeleted] = useState<Contract | null>(null);
  return (
    <>
      <Loaded
        answer={answer}
        skeleton={waiting}
        isEmpty={(contracts) => contracts.length === 0}
        empty={<p className="py-6 text-center text-muted">{t("empty")}</p>}
      >
        {(contracts) => (
          <>
            <Suspense fallback={<Skeleton className="my-3 h-12 w-full" />}>
              <ContractsTimeline contracts={contracts} />
            </Suspense>
            <ul className="divide-y divide-line text-sm">
              {contracts.map((contract) => (
                <ContractRow
                  key={contract.id}
                  contract={contract}
                  onEdit={() => onEdit(contract)}
                  onDelete={() => setDeleted(contract)}
                />
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {deleted && (
        <Suspense>
          <DeleteContract contract={deleted} onClose={() => setDeleted(null)} />
        </Suspense>
      )}
    </>
  );
}

interface ContractRowProps {
  contract: Contract;
  onEdit: () => void;
  onDelete: () => void;
}

function ContractRow({ contract, onEdit, onDelete }: ContractRowProps) {
  const t = useTranslations("contracts");
  const series = useSeriesName();
  const { name, valid_from, valid_to, statement, missing_series } = contract;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0">
        <p className="wrap-anywhere font-semibold">
          {name}{" "}
          {statement === "export" && (
            <span className="rounded-full bg-sunken px-2 py-0.5 font-medium text-muted text-xs">
              {t("sold")}
            </span>
          )}
        </p>
        <p className="text-muted">
          {t("from")}: {valid_from ?? t("always")}
          {valid_to && ` · ${t("to")}: ${valid_to}`}
        </p>
        {missing_series.length > 0 && (
          <p className="text-down">
            {t("missing", { names: missing_series.map(series).join(t("comma")) })}
          </p>
        )}
      </div>
      <div className="flex gap-2">
        <Button onClick={onEdit}>{t("edit")}</Button>
        <Button look="danger" onClick={onDelete}>
          {t("remove")}
        </Button>
      </div>
    </li>
  );
}
