"""Events as the API shows them. Pure."""

from zoneinfo import ZoneInfo

from bff.db.tables import EventAnswer, LedgerEvent
from bff.energy import EXPORTED_SUFFIX, exact_kwh, meter_of_label
from bff.events.schemas import EventAnswerRow, EventRow, EventState
from bff.ledger.events import OPEN_KINDS
from bff.time_grid import in_zone
from energy_rules.limits import MW_PER_W


def event_row(event: LedgerEvent | EventAnswer, zone: ZoneInfo) -> EventRow:
    """Return an event in the house's time zone, with its answer where it has one."""
    return EventRow(
        id=event.id,
        device=meter_of_label(event.device),
        is_of_exported=event.device.endswith(EXPORTED_SUFFIX),
        source=event.source,
        kind=event.kind,
        state=_state(event),
        since=in_zone(event.since_unix_ms, zone),
        at=in_zone(event.at_unix_ms, zone),
        before_kwh=exact_kwh(event.before_uwh),
        after_kwh=exact_kwh(event.after_uwh),
        energy_kwh=exact_kwh(event.uwh) or "0",
        max_power_watts=None if event.max_mw is None else event.max_mw / MW_PER_W,
        answer=_answer(event, zone) if isinstance(event, EventAnswer) else None,
    )


def _state(event: LedgerEvent | EventAnswer) -> EventState:
    if isinstance(event, EventAnswer):
        return "answered"
    return "open" if event.kind in OPEN_KINDS else "notice"


def _answer(row: EventAnswer, zone: ZoneInfo) -> EventAnswerRow:
    return EventAnswerRow(
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at.astimezone(zone),
        note=row.note,
    )
