import { ExplainPage } from "@/explain/ExplainPage";

export default function Explain() {
  return <ExplainPage />;
}
