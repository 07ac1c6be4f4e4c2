"""Hours of the week as the API shows them. Pure."""

from collections.abc import Mapping

from bff.cost.query import CostQuery
from bff.cost.response import figures
from bff.http.schemas import place_ref, span
from bff.time_grid import Interval
from bff.week_hours.query import HourAmounts, HourOfWeek
from bff.week_hours.schemas import WeekHour, WeekHours
from home_model.config import Home


def week_hours_response(
    home: Home, query: CostQuery, found: Mapping[HourOfWeek, HourAmounts]
) -> WeekHours:
    """Return the whole response, in the order of the week."""
    whole = span(Interval(query.from_ms, query.to_ms), home.zone)
    of_device = query.place.level == "device"
    return WeekHours(
        from_=whole.from_,
        to=whole.to,
        place=place_ref(query.place),
        currency=home.currency,
        hours=[
            WeekHour(
                weekday=weekday,
                hour=hour,
                times=each.times,
                figures=figures(each.amounts, home.zone, of_device=of_device),
            )
            for (weekday, hour), each in sorted(found.items())
        ],
    )
