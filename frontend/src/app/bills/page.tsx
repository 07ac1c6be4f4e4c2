import { BillsPage } from "@/bills/BillsPage";

export default function Bills() {
  return <BillsPage />;
}
