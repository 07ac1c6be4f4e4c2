import { ContractsPage } from "@/contracts/ContractsPage";

export default function Contracts() {
  return <ContractsPage />;
}
