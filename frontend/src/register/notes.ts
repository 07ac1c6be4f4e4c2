import type { RegisteredDevice } from "@/api/types";

export type Kind = RegisteredDevice["entries"][number]["kind"];

/** A place as a note has it: by the ids of the configuration, with the meter above. */
export interface NotedPlace {
  room: string;
  shelf: string;
  upstream: string | null;
}

const PLACE = /^([^/ ]+)\/([^/ ]+)(?: behind ([^ ]+))?$/;
const KINDS: readonly Kind[] = [
  "load",
  "grid",
  "grid_import",
  "grid_export",
  "generation",
  "charge",
  "discharge",
];

/** What was before and what is after; only one where the note has no change. */
export function sidesOf(note: string): string[] {
  return note.split(" → ");
}

/** "study/rack_1" or "study/rack_1 behind strip"; null for anything else. */
export function parsePlace(side: string): NotedPlace | null {
  const [, room, shelf, upstream] = PLACE.exec(side) ?? [];
  return room === undefined || shelf === undefined
    ? null
    : { room, shelf, upstream: upstream ?? null };
}

/** What a device's electricity is; null for a word that this page has no name for. */
export function parseKind(side: string): Kind | null {
  return KINDS.find((kind) => kind === side) ?? null;
}
