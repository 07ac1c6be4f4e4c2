import { useQueryClient } from "@tanstack/react-query";
import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { COST, every, LIVE } from "@/api/refresh";
import type { DeviceMeta, DeviceState } from "@/api/types";

/** A device and what each of its sources says now. */
export function useDevice(device: string): Answer<DeviceState> {
  const params = { path: { device } };
  return api.useQuery("get", "/api/v1/devices/{device}", { params }, every(LIVE));
}

/** All devices and what they say now. */
export function useDevices(): Answer<DeviceState[]> {
  return api.useQuery("get", "/api/v1/devices", {}, every(LIVE));
}

/** What people said of all devices. The list: asking for one that is unsaid would be an error. */
export function useAllMeta(): Answer<DeviceMeta[]> {
  return api.useQuery("get", "/api/v1/device_meta", {}, every(COST));
}

/** Says something of a device; names change everywhere, so everything is asked again. */
export function usePutMeta(onDone: () => void) {
  const client = useQueryClient();
  return api.useMutation("put", "/api/v1/device_meta/{device}", {
    onSuccess: async () => {
      await client.invalidateQueries();
      onDone();
    },
  });
}
