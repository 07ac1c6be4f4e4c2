"use client";

import { useLocale, useTranslations } from "use-intl";
import type { Notice } from "@/api/types";
import { formatMoment } from "@/house/dates";
import { useHouse } from "@/house/HouseProvider";
import { Texts } from "@/language/Texts";
import { ProblemNotice } from "@/panels/ProblemNotice";
import { Button } from "@/ui/Button";
import en from "../../../messages/en/notices.json";
import ja from "../../../messages/ja/notices.json";
import { useAcknowledgement } from "./useNotices";

const TEXTS = { en, ja };

/** What to do about a notice, and that it was seen. */
export function NoticeDetails({ notice }: { notice: Notice }) {
  return (
    <Texts of={TEXTS}>
      <Details notice={notice} />
    </Texts>
  );
}

function Details({ notice }: { notice: Notice }) {
  const t = useTranslations("noticeDetails");
  const { give, takeBack } = useAcknowledgement();
  const { id, version, acknowledgement } = notice;
  const params = { path: { notice_id: id } };
  const failure = give.error ?? takeBack.error;
  return (
    <div className="my-1 space-y-2">
      <p>{t(`do.${taskOf(notice)}`)}</p>
      {acknowledgement ? (
        <>
          <Acknowledged {...acknowledgement} />
          <Button disabled={takeBack.isPending} onClick={() => takeBack.mutate({ params })}>
            {t("takeBack")}
          </Button>
        </>
      ) : (
        <Button
          disabled={give.isPending}
          onClick={() => give.mutate({ params, body: { version } })}
        >
          {t("acknowledge")}
        </Button>
      )}
      {failure && <ProblemNotice failure={failure} />}
    </div>
  );
}

/** The three questions about a counter are answered alike. */
function taskOf({ code }: Notice) {
  if (code === "doubtful_rise" || code === "doubtful_restart" || code === "fall") return "question";
  return code;
}

function Acknowledged(props: NonNullable<Notice["acknowledgement"]>) {
  const t = useTranslations("noticeDetails");
  const locale = useLocale();
  const { time_zone } = useHouse();
  return (
    <p className="text-muted">
      {t("acknowledged", {
        at: formatMoment(locale, props.acknowledged_at, time_zone),
        by: props.acknowledged_by ?? "nobody",
      })}
    </p>
  );
}
