"use client";

import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { AddressLink } from "@/address/AddressLink";
import { addressWith } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { Texts } from "@/language/Texts";
import { addressOf } from "@/places/place";
import { usePlaces } from "@/places/usePlaces";
import { Dialog } from "@/ui/Dialog";
import en from "../../messages/en/find.json";
import ja from "../../messages/ja/find.json";
import { found, pageTarget, placeTargets, type Target } from "./targets";

const TEXTS = { en, ja };
const PAGES = ["bills", "contracts", "prices", "reconcile"] as const;
const MAX_SHOWN = 50;

export function FindDialog({ onClose }: { onClose: () => void }) {
  return (
    <Texts of={TEXTS}>
      <Find onClose={onClose} />
    </Texts>
  );
}

/** A field with what it finds below: arrows choose, Enter opens, as does a click. */
function Find({ onClose }: { onClose: () => void }) {
  const t = useTranslations("find");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = found(useTargets(), text).slice(0, MAX_SHOWN);

  function choose(position: number): void {
    const kept = Math.max(0, Math.min(position, shown.length - 1));
    setChosen(kept);
    list.current?.children[kept]?.scrollIntoView({ block: "nearest" });
  }

  function press(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.nativeEvent.isComposing || (step === undefined && event.key !== "Enter")) return;
    event.preventDefault();
    if (step) choose(chosen + step);
    else list.current?.querySelector<HTMLElement>("[aria-selected=true]")?.click();
  }

  return (
    <Dialog title={t("title")} onClose={onClose}>
      <input
        role="combobox"
        aria-label={t("title")}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={shown.length > 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        placeholder={t("placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          choose(0);
        }}
        onKeyDown={press}
        className="tap block w-full rounded-md border border-line-strong bg-paper px-3 py-2 placeholder:text-muted"
      />
      <p role="status" className="mt-2 text-muted text-sm">
        {text && t("count", { count: shown.length })}
      </p>
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={t("title")}
        className="mt-2 max-h-[min(24rem,50dvh)] overflow-y-auto"
      >
        {shown.map((target, position) => (
          <Found
            key={target.within + target.name + target.words}
            id={`${id}-${position}`}
            target={target}
            isChosen={position === chosen}
            onFollow={onClose}
          />
        ))}
      </div>
    </Dialog>
  );
}

interface FoundProps {
  id: string;
  target: Target;
  isChosen: boolean;
  onFollow: () => void;
}

function Found({ id, target, isChosen, onFollow }: FoundProps) {
  const kept = useKept();
  const { at } = target;
  return (
    <AddressLink
      href={"place" in at ? addressOf(at.place, kept) : addressWith(at.path, kept)}
      id={id}
      role="option"
      aria-selected={isChosen}
      tabIndex={-1}
      onClick={onFollow}
      className="tap flex flex-wrap items-baseline gap-x-3 rounded-md px-3 py-1.5 hover:bg-sunken aria-selected:bg-sunken aria-selected:outline aria-selected:outline-accent aria-selected:-outline-offset-1"
    >
      <span>{target.name}</span>
      <span className="text-muted text-sm">{target.within}</span>
    </AddressLink>
  );
}

function useTargets(): Target[] {
  const t = useTranslations("shell");
  const locale = useLocale();
  const { data } = usePlaces();
  const pages = PAGES.map((page) => pageTarget(t(page), `/${page}`));
  return [...(data ? placeTargets(data, locale) : []), ...pages];
}
