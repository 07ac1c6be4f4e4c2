import type { DeviceState, NoticeList } from "@/api/types";

/** What a new house still lacks. */
export interface OpenSteps {
  /** The devices without any reading, in configuration order. */
  unread: readonly DeviceState[];
  isWithoutPrice: boolean;
}

/** What is open as far as it is known; a list that is not there yet opens nothing. */
export function openSteps(
  devices: readonly DeviceState[] = [],
  notices?: Pick<NoticeList, "notices">,
): OpenSteps {
  return {
    unread: devices.filter(({ state, at }) => state !== "up" && at === null),
    isWithoutPrice: (notices?.notices ?? []).some(
      ({ code, direction }) => code === "missing_price" && direction !== "export",
    ),
  };
}

export const isAnyOpen = ({ unread, isWithoutPrice }: OpenSteps) =>
  unread.length > 0 || isWithoutPrice;
