"""Select events, and save or delete answers. Every write happens in one serialised transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import get_args

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bff.db.tables import AnswerWord, EventAnswer, LedgerEvent, LossAnswer
from bff.energy import exported_label
from bff.events.schemas import AnswerInput, EventQuery
from bff.ledger.events import OPEN_KINDS, SAMPLES_LOST
from bff.ledger.store import add_to_archived, delete_archived, invalidate, save_invalidation
from bff.time_grid import DAY_MS, Interval, day_start, unix_milliseconds
from energy_rules.state import Answer
from service_kit.problems import ProblemError, not_found, wrong_input

COPIED = (
    "id",
    "device",
    "source",
    "kind",
    "since_unix_ms",
    "at_unix_ms",
    "before_uwh",
    "after_uwh",
    "uwh",
    "max_mw",
)

LOSS_ANSWERS: Sequence[str] = get_args(LossAnswer.__value__)
COUNTER_ANSWERS: Sequence[str] = tuple(Answer)

type AnyEvent = LedgerEvent | EventAnswer


def select_events(session: Session, wanted: EventQuery) -> tuple[int, Sequence[AnyEvent]]:
    """Select events, newest first.

    Returns:
        How many match, and those of one page.
    """
    total, found = 0, list[AnyEvent]()
    end = wanted.skip + wanted.max_events
    for model, conditions in _tables(wanted):
        total += session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
        # Of each table no more than this can belong to the page, wherever the others lie.
        newest = select(model).where(*conditions).order_by(model.at_unix_ms.desc(), model.id)
        found += session.scalars(newest.limit(end))
    found.sort(key=lambda event: (-event.at_unix_ms, event.id))
    return total, found[wanted.skip : end]


def _tables(wanted: EventQuery) -> Iterator[tuple[type[AnyEvent], Sequence[ColumnElement[bool]]]]:
    """Return the tables that the events are in, each with its conditions."""
    if wanted.state != "answered":
        has_no_answer = LedgerEvent.id.not_in(select(EventAnswer.id))
        yield LedgerEvent, [*_common(LedgerEvent, wanted), *_in_state(wanted), has_no_answer]
    if wanted.state in {None, "answered"}:
        yield EventAnswer, list(_common(EventAnswer, wanted))


def _common(model: type[AnyEvent], wanted: EventQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.device is not None:
        yield model.device.in_([wanted.device, exported_label(wanted.device)])
    if wanted.from_ is not None:
        yield model.at_unix_ms >= unix_milliseconds(wanted.from_)
    if wanted.to is not None:
        yield model.at_unix_ms < unix_milliseconds(wanted.to)


def _in_state(wanted: EventQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.state == "open":
        yield LedgerEvent.kind.in_(OPEN_KINDS)
    if wanted.state == "notice":
        yield LedgerEvent.kind.not_in(OPEN_KINDS)


def select_event(session: Session, event_id: str) -> AnyEvent:
    """Select one event; with its answer where it has one.

    Raises:
        ProblemError: 404.
    """
    event = session.get(EventAnswer, event_id) or session.get(LedgerEvent, event_id)
    if event is None:
        newest = select(LedgerEvent.id).order_by(LedgerEvent.at_unix_ms.desc()).limit(20)
        raise not_found(event_id, what="event", known=list(session.scalars(newest)))
    return event


def add_answer(
    session: Session, event_id: str, wanted: AnswerInput, answered_by: str | None, now: datetime
) -> EventAnswer:
    """Save an answer, with a copy of its event.

    Raises:
        ProblemError: 404; 409, it has one already or takes none; 422, it takes others.
    """
    event = select_event(session, event_id)
    if isinstance(event, EventAnswer):
        raise _answered_problem(event)
    _check_takes(event, wanted.answer)
    row = EventAnswer(
        **{column: getattr(event, column) for column in COPIED},
        answer=wanted.answer,
        answered_by=answered_by,
        answered_at=now,
        note=wanted.note,
    )
    session.add(row)
    _apply(session, row)
    return row


def _check_takes(event: LedgerEvent, answer: AnswerWord) -> None:
    if event.kind not in OPEN_KINDS:
        raise ProblemError(
            409,
            "takes-no-answer",
            f"Event {event.id} is a notice ({event.kind}): no energy depends on it.",
            what_to_do="Answer only events whose state is open.",
            conflicts_with=event.id,
        )
    takes = LOSS_ANSWERS if event.kind == SAMPLES_LOST else COUNTER_ANSWERS
    if answer not in takes:
        message = f"{answer} is no answer to {event.kind}"
        raise wrong_input(message, where="answer", what_to_do=f"Answer {' or '.join(takes)}.")


def _answered_problem(row: EventAnswer) -> ProblemError:
    by = f" by {row.answered_by}" if row.answered_by else ""
    note = f", note: {row.note!r}" if row.note else ""
    return ProblemError(
        409,
        "already-answered",
        f"Event {row.id} has the answer {row.answer}, given{by}"
        f" at {row.answered_at.isoformat()}{note}.",
        what_to_do="Nothing, if this is the answer you sent; else delete it and answer anew.",
        conflicts_with=row.id,
    )


def delete_answer(session: Session, event_id: str) -> EventAnswer:
    """Delete an answer: its event is open again.

    Raises:
        ProblemError: 404; or 409, what was decided cannot be undone.
    """
    row = select_event(session, event_id)
    if not isinstance(row, EventAnswer):
        raise ProblemError(
            404,
            "not-found",
            f"Event {event_id} has no answer.",
            what_to_do=f"GET /api/v1/events/{event_id} shows it as it is.",
        )
    if row.answer == "rebuild":
        raise ProblemError(
            409,
            "cannot-be-undone",
            f"The days of event {event_id} were rebuilt without the lost samples.",
            what_to_do="Restore their slots from a backup: python -m bff.db.backup restore-days.",
            conflicts_with=event_id,
        )
    if session.get(LedgerEvent, event_id) is None:
        copied = {column: getattr(row, column) for column in COPIED}
        session.add(LedgerEvent(**copied, day_unix_ms=day_start(row.at_unix_ms)))
    session.delete(row)
    _apply(session, row, taken_back=True)
    return row


def _apply(session: Session, row: EventAnswer, *, taken_back: bool = False) -> None:
    """Have the days of an event follow its answer; archived ones are changed here and now."""
    days = days_of(row)
    if row.answer == "rebuild":
        delete_archived(session, days, row.device)
    if row.kind == SAMPLES_LOST:
        save_invalidation(session, days, device=row.device)
    else:
        invalidate(session, days.start_ms, days.end_ms, device=row.device)
    if row.answer == Answer.COUNT:
        add_to_archived(session, row, days, taken_back=taken_back)


def days_of(row: EventAnswer) -> Interval:
    """Return the UTC days that an answer changes."""
    if row.kind == SAMPLES_LOST:
        return Interval(row.since_unix_ms, row.at_unix_ms)
    # What goes on from a wrong reading is left out for up to a day.
    after_ms = DAY_MS if row.answer == Answer.WRONG_READING else 0
    end_ms = day_start(row.at_unix_ms + after_ms) + DAY_MS
    return Interval(day_start(row.since_unix_ms), end_ms)
