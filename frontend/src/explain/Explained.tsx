"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { useKept } from "@/address/useKept";
import { explainAddress } from "./address";

interface ExplainedProps {
  /** Only a device's numbers have a path that can be shown. */
  device: string | null | undefined;
  range: { from: string; to: string };
  children: ReactNode;
}

/** A figure that leads to how it comes about. */
export function Explained({ device, range, children }: ExplainedProps) {
  const t = useTranslations("quantity");
  const kept = useKept();
  if (!device) return children;
  return (
    <AddressLink
      href={explainAddress({ device, from: range.from, to: range.to }, kept)}
      title={t("explain")}
      className="rounded-sm underline decoration-1 decoration-line-strong decoration-dotted underline-offset-4 hover:decoration-accent hover:decoration-solid"
    >
      {children}
      <span className="sr-only"> – {t("explain")}</span>
    </AddressLink>
  );
}
