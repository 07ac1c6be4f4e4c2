import { ComparisonPage } from "@/comparison/ComparisonPage";

export default function Comparison() {
  return <ComparisonPage />;
}
