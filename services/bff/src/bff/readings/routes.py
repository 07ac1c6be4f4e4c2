"""`/reading_dates`: when the meter of the supplier is read."""

from fastapi import APIRouter

from bff.db.engine import read_session, write_session
from bff.http.author import UsedAuthor
from bff.http.repeated import RepeatedRoute
from bff.readings import query
from bff.readings.periods import Readings
from bff.readings.schemas import ReadingDates
from bff.services import UsedServices

router = APIRouter(prefix="/reading_dates", tags=["bills"], route_class=RepeatedRoute)


@router.get("", summary="When the meter is read")
def get_reading_dates(services: UsedServices) -> ReadingDates:
    """Without any dates: the first of each month."""
    with read_session(services.engine) as session:
        return _shown(query.select_readings(session))


@router.put("", summary="Replace the dates on which the meter is read")
def save_reading_dates(
    services: UsedServices, author: UsedAuthor, wanted: ReadingDates
) -> ReadingDates:
    """All bills follow at the next request. `/history` undoes it."""
    readings = Readings(tuple(wanted.dates), wanted.day_of_month)
    with write_session(services.engine) as session:
        return _shown(query.save_readings(session, readings, author))


def _shown(readings: Readings) -> ReadingDates:
    return ReadingDates(dates=list(readings.dates), day_of_month=readings.day_of_month)
