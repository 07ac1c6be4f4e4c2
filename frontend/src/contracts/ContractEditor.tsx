"use client";

import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { Contract } from "@/api/types";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
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

/** A contract as text: what cannot be billed is refused with the reason and its place. */
export function ContractEditor({ contract, onDone }: ContractEditorProps) {
  const t = useTranslations("contracts");
  const id = useId();
  const [name, setName] = useState(contract?.name ?? "");
  const [text, setText] = useState(contract ? JSON.stringify(contract.document, null, 2) : NEW);
  const { add, change } = useContractWrites(onDone);
  const failure = contract ? change.error : add.error;
  const save = (event: FormEvent) => {
    event.preventDefault();
    // The API takes a document as text: as YAML, of which JSON is a part.
    const document = text as unknown as never;
    if (!contract) return add.mutate({ body: { name, document, note: "" } });
    const { valid_to, note } = contract;
    const params = { path: { contract_id: contract.id } };
    return change.mutate({ params, body: { name, document, valid_to, note } });
  };
  return (
    <form onSubmit={save} className="mt-4 space-y-3 border-line border-t pt-4">
      <Field
        label={t("name")}
        value={name}
        required
        onChange={({ target }) => setName(target.value)}
      />
      <div>
        <label htmlFor={id} className="text-muted text-sm">
          {t("document")}
        </label>
        <textarea
          id={id}
          rows={18}
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="mt-1 block w-full rounded-md border border-line-strong bg-paper px-3 py-2 font-mono text-xs"
        />
      </div>
      {failure !== null && <ProblemNotice failure={failure} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={add.isPending || change.isPending}>
          {t("save")}
        </Button>
        <Button onClick={onDone}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
