import { ReferencePage } from "@/reference/ReferencePage";

export default function Reference() {
  return <ReferencePage />;
}
