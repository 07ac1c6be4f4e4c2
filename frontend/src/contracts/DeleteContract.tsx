"use client";

import { useTranslations } from "use-intl";
import type { Contract } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
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
          <>
            {remove.error !== null && <ProblemNotice failure={remove.error} />}
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
