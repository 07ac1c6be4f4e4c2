import { useLocale, useTranslations } from "use-intl";
import type { FlowNode } from "./tree";

/** What a stream is called. */
export function useFlowName(): (flow: FlowNode) => string {
  const t = useTranslations("flow");
  const locale = useLocale();
  return ({ type, node, count }) => {
    if (type === "rest") return t("rest");
    return node ? node.name[locale] : t("others", { count: count ?? 0 });
  };
}
