import { addressWith, type Kept } from "@/address/parameters";

/** Where in the house: room > shelf > device, each only inside the one before. */
export interface Place {
  room?: string;
  shelf?: string;
  device?: string;
}

export type Level = "house" | "room" | "shelf" | "device";

/** The level of a place, read off the innermost id it has. */
export function levelOf(place: Place): Level {
  if (place.device) return "device";
  if (place.shelf) return "shelf";
  return place.room ? "room" : "house";
}

/** The level of what is inside; a device has nothing inside. */
export function childLevelOf(level: Level): Exclude<Level, "house"> | null {
  const inside = { house: "room", room: "shelf", shelf: "device", device: null } as const;
  return inside[level];
}

/** A place as the API writes it, where the levels below it are null. */
export function placeFromPath(path: { [K in keyof Place]-?: string | null }): Place {
  const { room, shelf, device } = path;
  return { ...(room && { room }), ...(shelf && { shelf }), ...(device && { device }) };
}

/** The place an address names: `?room=work&shelf=rack_1`. */
export function placeFromQuery(query: Pick<URLSearchParams, "get">): Place {
  const [room, shelf, device] = ["room", "shelf", "device"].map((key) => query.get(key));
  return placeFromPath({ room: room ?? null, shelf: shelf ?? null, device: device ?? null });
}

/** The address of a place; `kept` is what it takes along from the present address. */
export function addressOf({ room, shelf, device }: Place, kept: Kept = {}): string {
  return addressWith("/", { room, shelf, device }, kept);
}

/** Whether a place lies at or below another one. */
export function isInside(place: Place, around: Place): boolean {
  return (["room", "shelf", "device"] as const).every(
    (level) => around[level] === undefined || around[level] === place[level],
  );
}
