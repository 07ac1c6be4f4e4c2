"use client";

import { createContext, type ReactNode, useContext } from "react";
import { lasting } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every } from "@/api/refresh";
import type { House } from "@/api/types";
import { Loaded } from "@/panels/Loaded";

const HouseContext = createContext<House | null>(null);

/** The house whose page this is. Below HouseProvider it is always known. */
export function useHouse(): House {
  const house = useContext(HouseContext);
  if (!house) throw new Error("useHouse needs a HouseProvider above it");
  return house;
}

interface HouseProviderProps {
  skeleton: ReactNode;
  children: ReactNode;
}

export function HouseProvider({ skeleton, children }: HouseProviderProps) {
  const house = api.useQuery("get", "/api/v1/house", {}, every(COST));
  // Once known, the house stays: its zone and currency do not age, and each panel tells for itself
  // when the API is gone. A half-filled form must survive that, too.
  return (
    <Loaded answer={lasting(house)} skeleton={skeleton}>
      {(known) => <HouseContext value={known}>{children}</HouseContext>}
    </Loaded>
  );
}
