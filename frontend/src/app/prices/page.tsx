import { PricesPage } from "@/prices/PricesPage";

export default function Prices() {
  return <PricesPage />;
}
