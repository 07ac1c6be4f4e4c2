"use client";

import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { ContractTemplate } from "@/api/types";
import { useTemplates } from "@/bills/useBills";
import { Panel } from "@/panels/Panel";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { useContractWrites } from "./useContracts";

/** Contracts that many homes have, with their source and what is unconfirmed. */
export function TemplatesPanel() {
  const t = useTranslations("contracts");
  const { data: templates } = useTemplates();
  if (!templates || templates.length === 0) return null;
  return (
    <Panel title={t("templates")}>
      <div className="divide-y divide-line">
        {templates.map((template) => (
          <Template key={template.template} template={template} />
        ))}
      </div>
    </Panel>
  );
}

function Template({ template }: { template: ContractTemplate }) {
  const t = useTranslations("contracts");
  const locale = useLocale();
  const [validFrom, setValidFrom] = useState("");
  const { agree } = useContractWrites(() => setValidFrom(""));
  const name = template.name[locale];
  const use = () => {
    const params = { path: { template: template.template } };
    agree.mutate({ params, body: { name, valid_from: validFrom || null } });
  };
  return (
    <details className="py-1 text-sm">
      <summary className="wrap-anywhere tap flex cursor-pointer items-center font-semibold">
        {name}
      </summary>
      <div className="space-y-3 pb-3">
        <p className="wrap-anywhere text-muted">
          {t("source")}: {template.source.join(", ")} ({t("checked", { date: template.checked })})
        </p>
        {template.unconfirmed.length > 0 && (
          <div>
            <p>{t("unconfirmed")}</p>
            <ul className="ms-5 list-disc text-muted">
              {template.unconfirmed.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        )}
        <Field
          label={t("validFrom")}
          hint={t("validFromHint")}
          value={validFrom}
          pattern="\d{4}-\d{2}(-\d{2})?"
          onChange={({ target }) => setValidFrom(target.value)}
        />
        {agree.error !== null && <ProblemNotice failure={agree.error} />}
        <Button look="primary" onClick={use} disabled={agree.isPending}>
          {t("agree")}
        </Button>
      </div>
    </details>
  );
}
