import { useLocale, useTranslations } from "use-intl";
import type { HistoryRow, PlaceNode, RegisteredDevice } from "@/api/types";
import { devicesOf } from "@/places/tree";
import { usePlaces } from "@/places/usePlaces";
import { type Kind, type NotedPlace, parseKind, parsePlace, sidesOf } from "./notes";

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

/** The note of a change in the reader's language: places, meters, kinds and devices by name. */
export function useNote(register: readonly RegisteredDevice[]) {
  const t = useTranslations("register");
  const deviceName = useDeviceName(register);
  const placeName = usePlaceName();
  const kindName = (kind: Kind) => t(`kind.${kind}`);

  function placeText({ room, shelf, upstream }: NotedPlace): string {
    const place = placeName({ room, shelf });
    return upstream === null ? place : `${place} · ${t("behind", { meter: deviceName(upstream) })}`;
  }

  return ({ change, note }: Pick<HistoryRow, "change" | "note">): string => {
    if (change === "renamed") return deviceName(note);
    const sides = sidesOf(note).map((side) => {
      const kind = parseKind(side);
      if (change === "became" && kind !== null) return kindName(kind);
      const place = parsePlace(side);
      return place === null ? side : placeText(place);
    });
    return sides.join(" → ");
  };
}

function childOf(node: PlaceNode | undefined, id: string): PlaceNode | undefined {
  return node?.children.find((child) => child.id === id);
}
