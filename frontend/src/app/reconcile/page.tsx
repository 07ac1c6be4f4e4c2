import { ReconcilePage } from "@/reconcile/ReconcilePage";

export default function Reconcile() {
  return <ReconcilePage />;
}
