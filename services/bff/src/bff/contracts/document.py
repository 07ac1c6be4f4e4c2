"""The form of a contract: what is charged, line by line, as data.

Amounts are decimals as strings, in the currency's unit; prices are per kWh including what the
supplier includes in them. A field that is not listed here is refused, never ignored.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

import holidays
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

type RoundingMode = Literal["half_up", "down", "up", "none"]
type Statement = Literal["import", "export"]
type DayClass = Literal["all", "weekday", "saturday", "sunday", "holiday"]

BILL_MONTH = r"\d{4}-(0[1-9]|1[0-2])"
LEAP_YEAR = 2024
DECIMAL = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")
HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"


def _decimal_text(value: object) -> object:
    # Neither floats nor "1e5", "1_0" or full-width digits: an amount is what was written.
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        message = 'write it as a decimal in quotes, such as "29.80"'
        raise ValueError(message)  # noqa: TRY004 - pydantic reports a ValueError at its place
    if isinstance(value, str) and not (value.isascii() and DECIMAL.fullmatch(value)):
        message = f'"{value}" is not a decimal such as "29.80"'
        raise ValueError(message)
    return value


def _iso_text(value: object) -> object:
    # YAML makes a date of 2026-04-01 without quotes, and nothing of 2026-04.
    return value.isoformat() if type(value) is date else value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        message = "must be above 0"
        raise ValueError(message)
    return value


def _zone_name(value: str) -> str:
    if value not in available_timezones():
        message = f"'{value}' is no time zone such as Asia/Tokyo or Etc/GMT-9"
        raise ValueError(message)
    return value


def _holidays_of(value: str) -> str:
    country, _, part = value.partition("-")
    parts = holidays.list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        known = f"; of {country} there are {', '.join(parts)}" if parts else ""
        message = f"the holidays of '{value}' are not known; write DE, DE-BY or AU-NSW{known}"
        raise ValueError(message)
    return value


def _existing_day(value: str) -> str:
    # A day that no calendar has would be found only by the bills.
    if len(value) > len("2026-05"):
        date.fromisoformat(value)
    return value


def _day_of_some_year(value: str) -> str:
    date.fromisoformat(f"{LEAP_YEAR}-{value}")
    return value


type Exact = Annotated[Decimal, BeforeValidator(_decimal_text)]
type Step = Annotated[Exact, AfterValidator(_positive)]
type Month = Annotated[str, StringConstraints(pattern=f"^{BILL_MONTH}$")]
type MonthOrDate = Annotated[
    str,
    StringConstraints(pattern=rf"^{BILL_MONTH}(-\d{{2}})?$"),
    AfterValidator(_existing_day),
    BeforeValidator(_iso_text),
]
type DayOfYear = Annotated[
    str, StringConstraints(pattern=r"^\d{2}-\d{2}$"), AfterValidator(_day_of_some_year)
]
type LineName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
type SeriesName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
type Since = tuple[MonthOrDate, Exact]
type Per = Literal["period", "month", "day", "year"]


class Strict(BaseModel):
    """Immutable; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rounding(Strict):
    """Rounding to a multiple of `to`; `down` is toward zero, `up` away from it."""

    mode: RoundingMode
    to: Step = Decimal(1)


class TotalRounding(Strict):
    """The same under the names that kWh and totals have it by."""

    round: RoundingMode
    to: Step = Decimal(1)

    @property
    def rounding(self) -> Rounding:
        """As a line has it."""
        return Rounding(mode=self.round, to=self.to)


class ShiftedReading(Strict):
    """By how many days a period must miss its calendar month to be prorated."""

    shorter: int | None = Field(default=None, ge=1)
    longer: int | None = Field(default=None, ge=1)


class ThresholdRounding(TotalRounding):
    """How the prorated widths of tiers become whole kWh, each width on its own."""

    each: Literal["width"] = "width"


class Proration(Strict):
    """Days over a denominator: always when a contract begins or ends inside the period."""

    when: ShiftedReading = ShiftedReading()
    by: Literal["30", 30, "period", "calendar"]
    amount_round: Rounding | None = None
    thresholds: ThresholdRounding | None = None


class Tier(Strict):
    """A price up to a number of kWh in the period; the last one has no end."""

    up_to: Step | None = None
    price: Exact


def _ascending(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
    ends = [tier.up_to for tier in tiers]
    bounds = [end for end in ends[:-1] if end is not None]
    if not tiers or ends[-1] is not None or len(bounds) != len(ends) - 1:
        message = "every tier but the last needs up_to, and the last must have none"
        raise ValueError(message)
    if sorted(set(bounds)) != bounds:
        message = "the tiers' up_to must rise"
        raise ValueError(message)
    return tiers


type Tiers = Annotated[tuple[Tier, ...], AfterValidator(_ascending)]


class DaysOfSeries(Strict):
    """Days on which a series of names has a value; such a day begins at `starts`."""

    series: SeriesName
    value: str
    starts: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:00"


type Days = DayClass | tuple[DayClass, ...] | DaysOfSeries


class Times(Strict):
    """Some hours of some days of some months; by default always."""

    hours: tuple[Annotated[str, StringConstraints(pattern=HOURS)], ...] = ()
    days: Days = "all"
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()


class Holidays(Strict):
    """What days are holidays besides Sundays and public holidays."""

    saturday_is_holiday: StrictBool = False
    holiday_dates: tuple[DayOfYear, ...] = ()


class Band(Times):
    """A price by the time of use; the first band of a line that fits an instant holds."""

    name: LineName
    price: Exact | None = None
    tiers: Tiers | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.price is None) == (self.tiers is None):
            message = f"band '{self.name}' needs either price or tiers"
            raise ValueError(message)
        return self


class Limits(Strict):
    """What a price is at least and at most."""

    min: Exact | None = None
    max: Exact | None = None

    @model_validator(mode="after")
    def _some_range(self) -> Self:
        if self.min is None and self.max is None:
            message = "limits need min, max or both"
            raise ValueError(message)
        if self.min is not None and self.max is not None and self.min > self.max:
            message = f"min {self.min} is above max {self.max}"
            raise ValueError(message)
        return self


class Spot(Strict):
    """A slot's price: market / (1 - loss) * tax, rounded, plus the fee.

    `market_limits` hold for the market's price before all else, `unit_limits` for the price of a
    kWh in the end.
    """

    series: SeriesName
    market_limits: Limits | None = None
    loss: Annotated[Exact, Field(ge=0, lt=1)] = Decimal(0)
    tax: Exact = Decimal(1)
    unit_round: Rounding | None = None
    fee: Exact = Decimal(0)
    unit_limits: Limits | None = None


class Demand(Times, Holidays):
    """A price per kW of the highest mean power of a slot in the last months.

    `of` is what several months come to: the highest of all, or the mean of the highest of each.
    `min_kw` is what that of a month is at least; `kw_round` is of what is charged in the end. With
    hours, days or months only slots that begin in them count.
    """

    window_months: int = Field(ge=1, le=36)
    slot_minutes: Literal[15, 30, 60]
    price: Exact
    of: Literal["highest", "mean_of_months"] = "highest"
    min_kw: Annotated[Exact, Field(ge=0)] = Decimal(0)
    kw_round: Rounding | None = None


class Line(Strict):
    """What all lines share. Without `round` an amount stays exact."""

    name: LineName
    round: Rounding | None = None


class UsedKwh(Strict):
    """Billed kWh of a period from which on, and below which, a line is charged."""

    from_: Annotated[Exact, Field(ge=0)] = Field(default=Decimal(0), alias="from")
    below: Step | None = None

    @model_validator(mode="after")
    def _some_range(self) -> Self:
        if self.below is not None and self.below <= self.from_:
            message = f"below {self.below} must be above from {self.from_}"
            raise ValueError(message)
        return self


class BasicLine(Line):
    """A charge whatever is used; `per` is of the amount and of the demand's price.

    With `when_kwh` it is charged only where so much is used.
    """

    kind: Literal["basic"]
    amount: Exact | None = None
    per: Per = "period"
    zero_usage: Exact | None = None
    when_kwh: UsedKwh | None = None
    prorate: Proration | None = None
    demand: Demand | None = None

    @model_validator(mode="after")
    def _some_charge(self) -> Self:
        if self.amount is None and self.demand is None:
            message = f"line '{self.name}' needs amount or demand"
            raise ValueError(message)
        return self


class MinimumLine(Line):
    """A charge that covers the first kWh; energy lines begin after it."""

    kind: Literal["minimum"]
    amount: Exact
    kwh: Step
    prorate: Proration | None = None


class FloorLine(Line):
    """What other lines lack to an amount."""

    kind: Literal["floor"]
    of: tuple[LineName, ...]
    amount: Exact
    per: Per = "period"
    prorate: Proration | None = None


class EnergyLine(Line, Holidays):
    """Energy by tiers, by time of use or by the market's price.

    `tiers_per` is what the ends of the tiers are for: an allowance of each day grows with them.
    """

    kind: Literal["energy"]
    price: Exact | None = None
    tiers: Tiers | None = None
    times: tuple[Band, ...] | None = None
    spot: Spot | None = None
    tiers_per: Per = "period"
    prorate: Proration | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.price, self.tiers, self.times, self.spot]
        if sum(way is not None for way in ways) != 1:
            message = f"line '{self.name}' needs exactly one of price, tiers, times, spot"
            raise ValueError(message)
        if self.times is not None:
            names = [band.name for band in self.times]
            if len(set(names)) != len(names):
                message = f"line '{self.name}' needs bands with different names"
                raise ValueError(message)
        return self


class FirstKwh(Strict):
    """The first kWh, charged whole whether used or not.

    Without `prorate` it is that of the line.
    """

    kwh: Step
    by_month: dict[Month, Exact] | None = None
    series: SeriesName | None = None
    prorate: Proration | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if self.by_month is not None and self.series is not None:
            message = "the first kWh need by_month or series, not both"
            raise ValueError(message)
        return self


class PerKwhLine(Line):
    """A rate on all billed kWh: fuel adjustment, levy, subsidy."""

    kind: Literal["per_kwh"]
    price: Exact | None = None
    by_month: dict[Month, Exact] | None = None
    from_: tuple[Since, ...] | None = Field(default=None, alias="from")
    series: SeriesName | None = None
    tiers: Tiers | None = None
    first: FirstKwh | None = None
    tiers_per: Per = "period"
    prorate: Proration | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        rates = [self.price, self.by_month, self.from_, self.series, self.tiers]
        if sum(rate is not None for rate in rates) != 1:
            message = (
                f"line '{self.name}' needs exactly one of price, by_month, from, series, tiers"
            )
            raise ValueError(message)
        if self.tiers is not None and self.first is not None:
            message = f"line '{self.name}': tiers and first together are not supported"
            raise ValueError(message)
        return self


class ExportLine(Line):
    """Energy given to the grid, taken off the bill."""

    kind: Literal["export"]
    price: Exact | None = None
    by_month: dict[Month, Exact] | None = None
    series: SeriesName | None = None
    tiers: Tiers | None = None
    tiers_per: Per = "period"
    prorate: Proration | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        rates = (self.price, self.by_month, self.series, self.tiers)
        if sum(rate is not None for rate in rates) != 1:
            message = f"line '{self.name}' needs exactly one of price, by_month, series, tiers"
            raise ValueError(message)
        return self


class PercentLine(Line):
    """A share of other lines: tax, or a discount up to `max`."""

    kind: Literal["percent"]
    of: tuple[LineName, ...]
    percent: Exact | None = None
    from_: tuple[Since, ...] | None = Field(default=None, alias="from")
    max: Exact | None = None

    @model_validator(mode="before")
    @classmethod
    def _rates_under_percent(cls, data: object) -> object:
        """Accept `percent: {from: [...]}` and `percent: [[month, rate], ...]` as well."""
        if not isinstance(data, dict):
            return data
        percent = data.get("percent")
        if isinstance(percent, dict) and set(percent) == {"from"}:
            percent = percent["from"]
        if not isinstance(percent, list | tuple):
            return data
        rest = {key: value for key, value in data.items() if key != "percent"}
        return {**rest, "from": percent}

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.percent is None) == (self.from_ is None):
            message = f"line '{self.name}' needs either percent or from"
            raise ValueError(message)
        return self


class RoundingLine(Line):
    """What rounding the sum of other lines adds or takes off, where they are rounded together."""

    kind: Literal["rounding"]
    of: tuple[LineName, ...]
    sum_round: Rounding


class DiscountLine(Line):
    """An amount that is taken off, the same in each period or by bill month.

    With `when_kwh` it is taken off only where so much is used.
    """

    kind: Literal["discount"]
    amount: Exact | None = None
    by_month: dict[Month, Exact] | None = None
    when_kwh: UsedKwh | None = None
    prorate: Proration | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.amount is None) == (self.by_month is None):
            message = f"line '{self.name}' needs either amount or by_month"
            raise ValueError(message)
        return self


type AnyLine = Annotated[
    BasicLine
    | MinimumLine
    | FloorLine
    | EnergyLine
    | PerKwhLine
    | ExportLine
    | PercentLine
    | RoundingLine
    | DiscountLine,
    Field(discriminator="kind"),
]

# Lines that rest on the amounts of others, which come before them where they are of these too.
DerivedLine = FloorLine | PercentLine | RoundingLine


class ContractDocument(Strict):
    """How a supplier charges.

    `holidays` names whose public holidays its bands have, as in ISO 3166-2: by default those of
    the place that the house's time zone lies in.
    """

    kwh: TotalRounding
    lines: tuple[AnyLine, ...] = Field(min_length=1)
    total: TotalRounding
    months: Literal["end", "start"] = "end"
    valid_from: MonthOrDate | None = None
    zone: Annotated[str, AfterValidator(_zone_name)] | None = None
    holidays: Annotated[str, AfterValidator(_holidays_of)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if problem := _problem_of(self.lines):
            raise ValueError(problem)
        return self

    @property
    def banded_lines(self) -> tuple[EnergyLine, ...]:
        """The lines with times of use, each with bands of its own."""
        return tuple(line for line in self.energy_lines if line.times is not None)

    @property
    def banded_line(self) -> EnergyLine | None:
        """The first line with times of use, whose bands are those of the billed kWh."""
        return next(iter(self.banded_lines), None)

    @property
    def energy_lines(self) -> tuple[EnergyLine, ...]:
        """The lines that charge energy."""
        return tuple(line for line in self.lines if isinstance(line, EnergyLine))

    @property
    def market_series(self) -> tuple[str, ...]:
        """The series that may have prices by slot: of the market, then of what is sold."""
        spot = [line.spot.series for line in self.energy_lines if line.spot is not None]
        sold = [line.series for line in self.lines if isinstance(line, ExportLine) and line.series]
        return (*spot, *sold)

    @property
    def statement(self) -> Statement:
        """What it is a bill of: `export` where all energy that it charges is sold."""
        sold = any(isinstance(line, ExportLine) for line in self.lines)
        used = any(isinstance(line, EnergyLine | PerKwhLine | MinimumLine) for line in self.lines)
        return "export" if sold and not used else "import"

    @property
    def series(self) -> tuple[str, ...]:
        """The series of rates and names that its lines refer to."""
        return tuple(dict.fromkeys(name for line in self.lines for name in _series_of(line)))

    @property
    def minimum_line(self) -> MinimumLine | None:
        """The charge that covers the first kWh."""
        return next((line for line in self.lines if isinstance(line, MinimumLine)), None)


def _series_of(line: AnyLine) -> Iterator[str]:
    if isinstance(line, PerKwhLine | ExportLine) and line.series is not None:
        yield line.series
    if isinstance(line, PerKwhLine) and line.first is not None and line.first.series is not None:
        yield line.first.series
    if isinstance(line, EnergyLine) and line.spot is not None:
        yield line.spot.series
    for times in _times_of(line):
        if isinstance(times.days, DaysOfSeries):
            yield times.days.series


def _times_of(line: AnyLine) -> Sequence[Times]:
    if isinstance(line, EnergyLine):
        return line.times or ()
    if isinstance(line, BasicLine) and line.demand is not None:
        return (line.demand,)
    return ()


def _problem_of(lines: tuple[AnyLine, ...]) -> str | None:
    names = [line.name for line in lines]
    if not names or len(set(names)) != len(names):
        return "a contract needs lines with different names"
    if sum(isinstance(line, MinimumLine) for line in lines) > 1:
        return "two minimum charges are not supported"
    banded = [line for line in lines if isinstance(line, EnergyLine) and line.times is not None]
    spot = [line for line in lines if isinstance(line, EnergyLine) and line.spot is not None]
    if (banded or spot) and any(isinstance(line, MinimumLine) for line in lines):
        return "a minimum charge beside times of use or the market's prices is not supported"
    return _dangling_reference(lines)


def _dangling_reference(lines: tuple[AnyLine, ...]) -> str | None:
    known = {line.name for line in lines if not isinstance(line, DerivedLine)}
    for line in lines:
        if isinstance(line, DerivedLine):
            for name in line.of:
                if name not in known:
                    return f"line '{line.name}' is of '{name}', which is no line before it"
            known.add(line.name)
    return None
