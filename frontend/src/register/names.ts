import { useLocale } from "use-intl";
import type { PlaceNode, RegisteredDevice } from "@/api/types";
import { devicesOf } from "@/places/tree";
import { usePlaces } from "@/places/usePlaces";

/** What a device is called, also a retired one where the register is given; else its id. */
export function useDeviceName(register: readonly RegisteredDevice[] = []) {
  const locale = useLocale();
  const { data: house } = usePlaces();
  return (device: string): string => {
    const node = house && devicesOf(house).find(({ id }) => id === device);
    const registered = register.find((each) => each.device === device);
    return node?.name[locale] ?? registered?.name[locale] ?? device;
  };
}

/** "Study › Upper rack"; ids of places that the configuration no longer has. */
export function usePlaceName() {
  const locale = useLocale();
  const { data: house } = usePlaces();
  return ({ room, shelf }: { room: string; shelf: string }): string => {
    const roomNode = childOf(house, room);
    const shelfNode = childOf(roomNode, shelf);
    return [roomNode?.name[locale] ?? room, shelfNode?.name[locale] ?? shelf].join(" › ");
  };
}

function childOf(node: PlaceNode | undefined, id: string): PlaceNode | undefined {
  return node?.children.find((child) => child.id === id);
}
