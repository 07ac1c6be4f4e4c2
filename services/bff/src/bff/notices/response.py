"""Notices as the API shows them: in order, with who has seen them. Pure."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bff.db.tables import NoticeAcknowledgement
from bff.notices.schemas import Acknowledgement, Notice, Severity

ORDER: Sequence[Severity] = ("error", "warning", "info")


def ordered(notices: Sequence[Notice]) -> list[Notice]:
    """Return the gravest first, then the newest; those of unknown beginning after them."""
    return sorted(
        notices,
        key=lambda notice: (
            ORDER.index(notice.severity),
            notice.age_seconds is None,
            notice.age_seconds or 0.0,
        ),
    )


def with_acknowledgements(
    notices: Sequence[Notice], rows: Mapping[str, NoticeAcknowledgement], zone: ZoneInfo
) -> list[Notice]:
    """Return the notices with the acknowledgement of their present version."""
    return [acknowledged(notice, rows.get(notice.id), zone) for notice in notices]


def acknowledged(notice: Notice, row: NoticeAcknowledgement | None, zone: ZoneInfo) -> Notice:
    """Return a notice with its acknowledgement; one of an older version does not count."""
    if row is None or row.version != notice.version:
        return notice
    shown = Acknowledgement(
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at.astimezone(zone),
    )
    return notice.model_copy(update={"acknowledgement": shown})
