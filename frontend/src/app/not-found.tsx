import { PlaceNotFound } from "@/places/PlaceNotFound";

export default function NotFound() {
  return <PlaceNotFound />;
}
