import { PlacePage } from "@/places/PlacePage";

export default function HomePage() {
  return <PlacePage />;
}
