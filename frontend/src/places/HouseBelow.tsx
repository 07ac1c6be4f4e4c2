"use client";

import type { PlaceNode } from "@/api/types";
import { BalancePanel } from "@/balance/BalancePanel";
import { Texts } from "@/language/Texts";
import { HouseRegister } from "@/register/HouseRegister";
import en from "../../messages/en/meters.json";
import ja from "../../messages/ja/meters.json";
import { devicesOf } from "./tree";

const TEXTS = { en, ja };

/** What only the house has: its balance, where a meter gives it, and its register. */
export function HouseBelow({ house }: { house: PlaceNode }) {
  const hasBalance = devicesOf(house).some(({ kind }) => kind !== "load");
  return (
    <Texts of={TEXTS}>
      {hasBalance && <BalancePanel house={house} />}
      <HouseRegister house={house} />
    </Texts>
  );
}
