import type { Live, State } from "@/api/types";

/** The state of a place with a single device. */
export function stateOf({ devices_up, devices_down }: Live): State {
  if (devices_up > 0) return "up";
  return devices_down > 0 ? "down" : "silent";
}
