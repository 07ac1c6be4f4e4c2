"""Select and save when the meter is read, in one serialised transaction, and recorded."""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bff.db.revisions import Author, State, record
from bff.db.tables import ReadingDate, ReadingRule
from bff.readings.periods import FIRST_OF_MONTH, Readings

RULE_ID = 1
KEY = "house"


def select_readings(session: Session) -> Readings:
    """Select the dates and the rule; without any, the calendar months."""
    rule = session.get(ReadingRule, RULE_ID)
    dates = session.scalars(select(ReadingDate.day).order_by(ReadingDate.day)).all()
    return Readings(tuple(dates), FIRST_OF_MONTH if rule is None else rule.day_of_month)


def save_readings(session: Session, wanted: Readings, author: Author) -> Readings:
    """Replace the dates and the rule."""
    before = readings_state(session)
    _write(session, wanted)
    record(session, author, "reading_dates", KEY, (before, readings_state(session)))
    return select_readings(session)


def _write(session: Session, wanted: Readings) -> None:
    session.execute(delete(ReadingDate))
    session.add_all(ReadingDate(day=day) for day in sorted(set(wanted.dates)))
    session.merge(ReadingRule(id=RULE_ID, day_of_month=wanted.day_of_month))
    session.flush()


def readings_state(session: Session) -> State:
    """Return the dates and the rule as they are recorded."""
    readings = select_readings(session)
    return {
        "dates": [day.isoformat() for day in readings.dates],
        "day_of_month": readings.day_of_month,
    }


def restore_readings(session: Session, state: State) -> None:
    """Write a recorded state."""
    wanted = state or {}
    dates = tuple(date.fromisoformat(day) for day in wanted.get("dates", ()))
    _write(session, Readings(dates, wanted.get("day_of_month", FIRST_OF_MONTH)))
