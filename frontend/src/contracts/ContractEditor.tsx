"use client";

import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { Contract, ContractInput, ContractTrial } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { EffectOfContract } from "./EffectOfContract";
import { useContractWrites } from "./useContracts";

const NEW = `kwh: {round: half_up, to: "1"}
lines:
  - {name: basic, kind: basic, amount: "1000.00"}
  - {name: energy, kind: energy, price: "31.00"}
total: {round: down, to: "1"}
`;

interface ContractEditorProps {
  contract: Contract | undefined;
  onDone: () => void;
}

/** A contract as text: first the form, then what it would do to the bills, then the deed. */
export function ContractEditor({ contract, onDone }: ContractEditorProps) {
  const t = useTranslations("contracts");
  const [reviewed, setReviewed] = useState<ContractInput | null>(null);
  const [draft, setDraft] = useState<ContractInput>(() => draftOf(contract));
  const { add, change } = useContractWrites(onDone);
  if (reviewed === null) {
    return <Form draft={draft} onChange={setDraft} onReview={setReviewed} onCancel={onDone} />;
  }
  const trial: ContractTrial = contract
    ? { action: "change", id: contract.id, contract: reviewed }
    : { action: "add", contract: reviewed };
  const save = () => {
    if (!contract) return add.mutate({ body: reviewed });
    const params = { path: { contract_id: contract.id } };
    return change.mutate({ params, body: reviewed });
  };
  const failure = add.error ?? change.error;
  return (
    <div className="mt-4 border-line border-t pt-4">
      <EffectOfContract
        trial={trial}
        buttons={(canSave) => (
          <>
            {failure !== null && <ProblemNotice failure={failure} />}
            <div className="flex gap-2">
              {canSave && (
                <Button look="primary" onClick={save} disabled={add.isPending || change.isPending}>
                  {t("save")}
                </Button>
              )}
              <Button onClick={() => setReviewed(null)}>{t("back")}</Button>
            </div>
          </>
        )}
      />
    </div>
  );
}

/** The API takes a document as text: as YAML, of which JSON is a part. */
function draftOf(contract: Contract | undefined): ContractInput {
  const text = contract ? JSON.stringify(contract.document, null, 2) : NEW;
  return {
    name: contract?.name ?? "",
    document: text as unknown as ContractInput["document"],
    valid_to: contract?.valid_to ?? null,
    note: contract?.note ?? "",
  };
}

interface FormProps {
  draft: ContractInput;
  onChange: (draft: ContractInput) => void;
  onReview: (draft: ContractInput) => void;
  onCancel: () => void;
}

function Form({ draft, onChange, onReview, onCancel }: FormProps) {
  const t = useTranslations("contracts");
  const id = useId();
  const review = (event: FormEvent) => {
    event.preventDefault();
    onReview(draft);
  };
  return (
    <form onSubmit={review} className="mt-4 space-y-3 border-line border-t pt-4">
      <Field
        label={t("name")}
        value={draft.name}
        required
        maxLength={200}
        onChange={({ target }) => onChange({ ...draft, name: target.value })}
      />
      <div>
        <label htmlFor={id} className="text-muted text-sm">
          {t("document")}
        </label>
        <textarea
          id={id}
          rows={18}
          spellCheck={false}
          value={String(draft.document)}
          onChange={({ target }) =>
            onChange({ ...draft, document: target.value as unknown as ContractInput["document"] })
          }
          className="mt-1 block w-full rounded-md border border-line-strong bg-paper px-3 py-2 font-mono text-xs"
        />
      </div>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Field
          label={t("validTo")}
          type="date"
          value={draft.valid_to ?? ""}
          hint={t("validToHint")}
          onChange={({ target }) => onChange({ ...draft, valid_to: target.value || null })}
        />
        <Field
          label={t("note")}
          value={draft.note ?? ""}
          maxLength={2000}
          onChange={({ target }) => onChange({ ...draft, note: target.value })}
        />
      </div>
      <div className="flex gap-2">
        <Button type="submit" look="primary">
          {t("review")}
        </Button>
        <Button onClick={onCancel}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
