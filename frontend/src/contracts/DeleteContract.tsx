"use client";

import { useTranslations } from "use-intl";
import type { Contract } from "@/api/types";
import { DeleteButtons } from "@/panels/DeleteButtons";
import { Dialog } from "@/ui/Dialog";
import { EffectOfContract } from "./EffectOfContract";
import { useContractWrites } from "./useContracts";

interface DeleteContractProps {
  contract: Contract;
  onClose: () => void;
}

export function DeleteContract({ contract, onClose }: DeleteContractProps) {
  const t = useTranslations("contracts");
  const { remove } = useContractWrites(onClose);
  const doRemove = () => remove.mutate({ params: { path: { contract_id: contract.id } } });
  return (
    <Dialog title={t("deleteTitle", { name: contract.name })} onClose={onClose}>
      <p className="mb-4 text-muted text-sm">{t("deleteText")}</p>
      <EffectOfContract
        trial={{ action: "delete", id: contract.id }}
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
