"use client";

import { useTranslations } from "use-intl";
import type { UnitPrice } from "@/api/types";
import { DeleteButtons } from "@/panels/DeleteButtons";
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
          <DeleteButtons
            canDelete={canSave}
            removal={remove}
            onDelete={doRemove}
            onCancel={onClose}
            labels={{ remove: t("deleteReally"), cancel: t("cancel") }}
          />
        )}
      />
    </Dialog>
  );
}
