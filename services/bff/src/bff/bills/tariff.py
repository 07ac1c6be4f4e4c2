"""What bills are computed from besides energy: contracts, rates, names of days, reading dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bff.contracts.bands import Calendar
from bff.contracts.document import ContractDocument, Statement
from bff.contracts.holidays import holidays_of, public_holidays
from bff.contracts.query import select_agreed
from bff.contracts.rates import Rates
from bff.contracts.timeline import Agreed
from bff.db.tables import Series
from bff.readings.periods import Readings
from bff.readings.query import select_readings
from bff.series.query import select_rates, select_values
from bff.time_grid import instant
from energy_rules.quantities import MINUTE_MS

type NamesByDay = Mapping[date, str]


@dataclass(frozen=True, slots=True)
class Tariff:
    """One state of what people wrote of their supplier.

    Attributes:
        contracts: Those of one statement.
        zone: The house's.
        names: Series of names by day.
        slot_ms: Of each series of slots, how long a slot is.
    """

    contracts: Sequence[Agreed]
    readings: Readings
    rates: Rates
    zone: ZoneInfo
    names: Mapping[str, NamesByDay]
    slot_ms: Mapping[str, int]

    def calendar(self, document: ContractDocument) -> Calendar:
        """Return what days are for a contract."""
        zone = ZoneInfo(document.zone) if document.zone else self.zone
        named = document.holidays
        of_house = holidays_of(named) if named else public_holidays(self.zone)
        return Calendar(zone, of_house, self.names)

    def slot_length_ms(self, document: ContractDocument) -> int:
        """Return the length of a contract's shortest slots; 0 where it does not follow a market."""
        known = [self.slot_ms[each] for each in self.slot_series(document)]
        return min(known, default=0)

    def slot_series(self, document: ContractDocument) -> list[str]:
        """Return the series of slots that a contract refers to."""
        return [each for each in document.market_series if each in self.slot_ms]


def select_tariff(session: Session, statement: Statement, zone: ZoneInfo) -> Tariff:
    """Select everything that bills of a statement need but the prices of slots."""
    series = session.scalars(select(Series)).all()
    return Tariff(
        contracts=select_agreed(session, statement),
        readings=select_readings(session),
        rates=Rates(select_rates(session)),
        zone=zone,
        names={row.series: _names(session, row) for row in series if row.period == "day"},
        slot_ms={
            row.series: (row.slot_minutes or 0) * MINUTE_MS
            for row in series
            if row.period == "slot"
        },
    )


def _names(session: Session, row: Series) -> NamesByDay:
    values = select_values(session, row.series)
    return {date.fromisoformat(day): name for day, name in values.items()}


def select_slot_prices(
    session: Session, series: str, slots: Sequence[int], slot_ms: int
) -> list[Decimal | None]:
    """Select the market's price at some instants; None where it is not there.

    Args:
        session: The database.
        series: A series of slots.
        slots: Unix milliseconds, rising.
        slot_ms: How long a slot of the series is.
    """
    if not slots:
        return []
    starts = [instant(slot // slot_ms * slot_ms) for slot in slots]
    keys = [f"{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}" for start in starts]
    values = select_values(session, series, keys[0], f"{keys[-1]}~")
    return [Decimal(values[key]) if key in values else None for key in keys]
