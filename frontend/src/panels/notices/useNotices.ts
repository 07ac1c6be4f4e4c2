import { useQueryClient } from "@tanstack/react-query";
import type { Answer } from "@/api/answer";
import { api } from "@/api/client";
import { every, NOTICES } from "@/api/refresh";
import type { NoticeList } from "@/api/types";

/** What needs attention in the whole house. */
export function useNotices(): Answer<NoticeList> {
  return api.useQuery("get", "/api/v1/notices", {}, every(NOTICES));
}

/** That a notice was seen, and taking it back. */
export function useAcknowledgement() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ["get", "/api/v1/notices"] });
  const path = "/api/v1/notices/{notice_id}/acknowledgement";
  return {
    give: api.useMutation("put", path, { onSettled }),
    takeBack: api.useMutation("delete", path, { onSettled }),
  };
}
