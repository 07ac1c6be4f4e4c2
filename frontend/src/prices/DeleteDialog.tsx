"use client";

import { useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { EffectOf } from "./EffectOf";
import { Price } from "./Price";
import { usePriceWrites } from "./usePrices";

interface DeleteDialogProps {
  price: UnitPrice;
  onClose: () => void;
}

export function DeleteDialog({ price, onClose }: DeleteDialogProps) {
  const t = useTranslations("prices");
  const { remove } = usePriceWrites(onClose);
  const doRemove = () => remove.mutate({ params: { path: { price_id: price.id } } });
  return (
    <Dialog title={t("deleteTitle")} onClose={onClose}>
      <p className="mb-4">
        <Price price={price} /> {price.note && <span className="text-muted">({price.note})</span>}
        <span className="mt-1 block text-muted text-sm">{t("deleteText")}</span>
      </p>
      <EffectOf
        trial={{ action: "delete", id: price.id }}
        buttons={(canSave) => (
          <>
            {remove.error && <ProblemNotice failure={remove.error} />}
            <div className="flex gap-2">
              {canSave && (
                <Button look="danger" onClick={doRemove} disabled={remove.isPending}>
                  {t("deleteReally")}
                </Button>
              )}
              <Button onClick={onClose}>{t("cancel")}</Button>
            </div>
          </>
        )}
      />
    </Dialog>
  );
}
