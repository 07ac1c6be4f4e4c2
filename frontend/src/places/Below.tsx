"use client";

import type { PlaceNode } from "@/api/types";
import { BalancePanel } from "@/balance/BalancePanel";
import { Texts } from "@/language/Texts";
import { FlowPanel } from "@/panels/flow/FlowPanel";
import { HoursPanel } from "@/panels/hours/HoursPanel";
import { HouseRegister } from "@/register/HouseRegister";
import en from "../../messages/en/meters.json";
import ja from "../../messages/ja/meters.json";
import { devicesOf } from "./tree";

const TEXTS = { en, ja };

/** What is far down the page; last what only the house has: its balance and its register. */
export function Below({ node }: { node: PlaceNode }) {
  return (
    <>
      <HoursPanel node={node} />
      {(node.level === "house" || node.level === "room") && <FlowPanel node={node} />}
      {node.level === "house" && <OfHouse house={node} />}
    </>
  );
}

function OfHouse({ house }: { house: PlaceNode }) {
  const hasBalance = devicesOf(house).some(({ kind }) => kind !== "load");
  return (
    <Texts of={TEXTS}>
      {hasBalance && <BalancePanel house={house} />}
      <HouseRegister house={house} />
    </Texts>
  );
}
