"use client";

import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Texts } from "@/language/Texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import en from "../../messages/en/find.json";
import ja from "../../messages/ja/find.json";
import { rememberedSingleKeys } from "./useShortcuts";

const TEXTS = { en, ja };
const KEYS = [
  { keys: ["/", "Ctrl K", "⌘ K"], text: "find" },
  { keys: ["["], text: "previous" },
  { keys: ["]"], text: "next" },
  { keys: ["?"], text: "keys" },
] as const;

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Texts of={TEXTS}>
      <Keys onClose={onClose} />
    </Texts>
  );
}

function Keys({ onClose }: { onClose: () => void }) {
  const t = useTranslations("keys");
  return (
    <Dialog title={t("title")} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-3 text-sm">
        {KEYS.map(({ keys, text }) => (
          <div key={text} className="contents">
            <dt className="flex flex-wrap gap-1">
              {keys.map((key) => (
                <kbd key={key} className="rounded-sm border border-line-strong px-1.5 font-sans">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <SingleKeys />
      <div className="mt-5 flex justify-end">
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}

function SingleKeys() {
  const t = useTranslations("keys");
  const { subscribe, read, write } = rememberedSingleKeys;
  const isOff = useSyncExternalStore(subscribe, read, () => null) === "off";
  return (
    <label className="tap mt-4 flex items-center gap-2 text-sm">
      <input
        type="checkbox"
        checked={!isOff}
        onChange={() => write(isOff ? null : "off")}
        className="size-4"
      />
      {t("single")}
    </label>
  );
}
