import { usePathname, useSearchParams } from "next/navigation";
import { addressWith } from "@/address/parameters";
import { useKept } from "@/address/useKept";
import { BY_COST, type Order, orderFromText, textOfOrder } from "./order";

/** The order of the rows: in the address, so that it stays from place to place. */
export function useOrder(): [Order, (order: Order) => void] {
  const path = usePathname();
  const query = Object.fromEntries(useSearchParams());
  const { sort } = useKept();
  function choose(order: Order): void {
    const text = textOfOrder(order);
    const parameter = text === textOfOrder(BY_COST) ? undefined : text;
    window.history.replaceState(null, "", addressWith(path, query, { sort: parameter }));
  }
  return [orderFromText(sort), choose];
}
