"""The amount of each line of a bill, and which energy bears it. Pure and exact.

Energy is in micro-watt-hours (10^9 to the kWh); kWh and money are fractions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from bff.contracts.document import (
    AnyLine,
    Band,
    BasicLine,
    ContractDocument,
    Demand,
    DerivedLine,
    DiscountLine,
    EnergyLine,
    ExportLine,
    FloorLine,
    Limits,
    MinimumLine,
    Per,
    PercentLine,
    PerKwhLine,
    Proration,
    RoundingLine,
    Spot,
    Tier,
    UsedKwh,
)
from bff.contracts.period import BilledPart, length_to_prorate, proration_factor
from bff.contracts.rates import Rates, first_amount, percent_rate, rate_per_kwh
from bff.contracts.rounding import rounded
from energy_rules.quantities import UWH_PER_KWH

ALL = "all"
# No name of a band has it: an instant that is in a band of each of several lines.
BETWEEN_BANDS = "+"
ZERO = Fraction()


@dataclass(frozen=True, slots=True)
class Usage:
    """The energy that one part of a period is billed for.

    Attributes:
        band_uwh: By band of the contract; `all` where it has none. Where several lines have times
            of use, by the bands of each in the order of the lines, such as `night+off_peak`.
        slot_uwh: By slot of the market's prices, for contracts that follow the market.
        export_uwh: Given to the grid.
        export_slot_uwh: The same by slot of the market's prices.
    """

    band_uwh: Mapping[str, int]
    slot_uwh: Sequence[int] = ()
    export_uwh: int = 0
    export_slot_uwh: Sequence[int] = ()

    @property
    def total_uwh(self) -> int:
        """All energy used."""
        return sum(self.band_uwh.values())


@dataclass(frozen=True, slots=True)
class Context:
    """What a part of a period is billed with.

    Attributes:
        slot_prices: Of each series of slots, the market's price of each; None where it is not
            there yet.
        demand_kw: The mean power of slots that a demand charges, by line; a line whose demand is
            unknown is not in it.
    """

    part: BilledPart
    rates: Rates = field(default_factory=Rates)
    slot_prices: Mapping[str, Sequence[Decimal | None]] = field(default_factory=dict)
    demand_kw: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a bill.

    `by_band`, `by_slot`, `by_kwh` and `house` add up to the exact amount: borne by the energy of
    a band, of a slot, by all energy alike, and by the house alone.

    Attributes:
        amount: As billed, rounded by the line's rule; None when a rate is missing.
        missing: The rates that the line lacks.
    """

    name: str
    kind: str
    amount: Fraction | None
    by_band: Mapping[str, Fraction] = field(default_factory=dict)
    by_slot: Sequence[Fraction] = ()
    by_kwh: Fraction = ZERO
    house: Fraction = ZERO
    missing: tuple[str, ...] = ()

    @property
    def exact(self) -> Fraction:
        """The amount before its rounding."""
        return sum(self.by_band.values(), ZERO) + sum(self.by_slot, ZERO) + self.by_kwh + self.house


def billed_kwh(document: ContractDocument, usage: Usage) -> dict[str, Fraction]:
    """Return the kWh that are charged, by band of the first line that has some, each rounded.

    Of a statement they are what is sold.
    """
    if document.statement == "export":
        return _rounded_kwh(document, {ALL: usage.export_uwh})
    if document.banded_line is not None:
        return kwh_by_band(document, usage, document.banded_line)
    return _rounded_kwh(document, usage.band_uwh)


def kwh_by_band(document: ContractDocument, usage: Usage, line: EnergyLine) -> dict[str, Fraction]:
    """Return the kWh of each band of a line with times of use, each rounded on its own."""
    return _rounded_kwh(document, _uwh_by_band(document, usage, line))


def _uwh_by_band(document: ContractDocument, usage: Usage, line: EnergyLine) -> Mapping[str, int]:
    if len(document.banded_lines) == 1:
        # Most contracts; marginal costs compute thousands of bills at once.
        return usage.band_uwh
    found: dict[str, int] = {}
    for bands, band in _bands_of(document, usage, line).items():
        found[band] = found.get(band, 0) + usage.band_uwh[bands]
    return found


def _bands_of(document: ContractDocument, usage: Usage, line: EnergyLine) -> dict[str, str]:
    """Return a line's band of each band of all lines."""
    position = [each.name for each in document.banded_lines].index(line.name)
    return {bands: bands.split(BETWEEN_BANDS)[position] for bands in usage.band_uwh}


def _rounded_kwh(document: ContractDocument, uwh: Mapping[str, int]) -> dict[str, Fraction]:
    rounding = document.kwh.rounding
    return {band: rounded(Fraction(each, UWH_PER_KWH), rounding) for band, each in uwh.items()}


def charges(document: ContractDocument, usage: Usage, context: Context) -> tuple[Charge, ...]:
    """Return the lines of a bill in the contract's order."""
    kwh = billed_kwh(document, usage)
    bill = _Lines(document, usage, context, kwh)
    done: dict[str, Charge] = {}
    for line in document.lines:
        if not isinstance(line, DerivedLine):
            done[line.name] = _with_rounding(line, bill.charge(line))
    for line in document.lines:
        if isinstance(line, DerivedLine):
            done[line.name] = _with_rounding(line, _derived(line, done, context))
    return tuple(done[line.name] for line in document.lines)


def _with_rounding(line: AnyLine, charge: Charge) -> Charge:
    if charge.amount is None:
        return charge
    return replace(charge, amount=rounded(charge.exact, line.round))


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines that depend on energy and time alone."""

    document: ContractDocument
    usage: Usage
    context: Context
    kwh: Mapping[str, Fraction]

    @property
    def total_kwh(self) -> Fraction:
        return sum(self.kwh.values(), ZERO)

    def charge(self, line: AnyLine) -> Charge:
        match line:
            case BasicLine():
                return self._basic(line)
            case MinimumLine():
                return self._minimum(line)
            case DiscountLine():
                return self._discount(line)
            case EnergyLine():
                return self._energy(line)
            case PerKwhLine():
                return self._per_kwh(line)
            case ExportLine():
                return self._export(line)
        message = f"{line.kind} depends on other lines"
        raise TypeError(message)

    def _basic(self, line: BasicLine) -> Charge:
        part = self.context.part
        amount = Fraction(line.amount or 0)
        if line.demand is not None:
            highest_kw = self.context.demand_kw.get(line.name)
            if highest_kw is None:
                return _lacking(line, f"{line.name}: highest demand")
            amount += Fraction(line.demand.price) * highest_kw
        amount *= length_to_prorate(line.per, line.prorate, part)
        if line.zero_usage is not None and self.total_kwh == 0:
            amount *= Fraction(line.zero_usage)
        if not self._is_used(line.when_kwh):
            amount = ZERO
        return _of_house(line, _prorated(amount, line.prorate, part, line.per))

    def _discount(self, line: DiscountLine) -> Charge:
        amount, part = line.amount, self.context.part
        if line.by_month is not None:
            amount = line.by_month.get(part.month)
        if amount is None:
            return _lacking(line, f"{line.name} {part.month}")
        if not self._is_used(line.when_kwh):
            return _of_house(line, ZERO)
        return _of_house(line, -_prorated(Fraction(amount), line.prorate, part))

    def _is_used(self, wanted: UsedKwh | None) -> bool:
        if wanted is None:
            return True
        is_below = wanted.below is None or self.total_kwh < Fraction(wanted.below)
        return is_below and self.total_kwh >= Fraction(wanted.from_)

    def _minimum(self, line: MinimumLine) -> Charge:
        amount = _prorated(Fraction(line.amount), line.prorate, self.context.part)
        covered = self._covered_kwh()
        used = min(self.total_kwh, covered) / covered if covered else Fraction(1)
        return Charge(line.name, line.kind, amount, by_kwh=amount * used, house=amount * (1 - used))

    def _covered_kwh(self) -> Fraction:
        """Return the kWh that the minimum charge covers."""
        line = self.document.minimum_line
        return self._width(Fraction(line.kwh), line.prorate) if line else ZERO

    def _energy(self, line: EnergyLine) -> Charge:
        if line.spot is not None:
            return self._spot(line, line.spot)
        if line.times is not None:
            return self._banded(line, line.times)
        # A price for all kWh alike, whatever bands another line has.
        return Charge(line.name, line.kind, ZERO, by_kwh=self._unbanded(line))

    def _banded(self, line: EnergyLine, times: Sequence[Band]) -> Charge:
        is_first = line is self.document.banded_line
        kwh = self.kwh if is_first else kwh_by_band(self.document, self.usage, line)
        known = {band.name: band for band in times}
        if missing := [band for band, each in kwh.items() if each and band not in known]:
            return _lacking(line, *(f"{line.name}: no price for '{band}'" for band in missing))
        amounts = {
            band: self._band_amount(line, known[band], each) for band, each in kwh.items() if each
        }
        return Charge(line.name, line.kind, ZERO, by_band=self._spread(line, amounts))

    def _spread(self, line: EnergyLine, amounts: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """Return a line's amounts by the bands of all lines: every kWh of a band bears the same."""
        whole = _uwh_by_band(self.document, self.usage, line)
        if whole is self.usage.band_uwh:
            return dict(amounts)
        return {
            bands: amounts[band] * Fraction(self.usage.band_uwh[bands], whole[band])
            for bands, band in _bands_of(self.document, self.usage, line).items()
            if band in amounts
        }

    def _unbanded(self, line: EnergyLine) -> Fraction:
        tiers = line.tiers or (Tier(price=line.price or Decimal(0)),)
        return self._tiered(tiers, line, self.total_kwh, after_minimum=True)

    def _band_amount(self, line: EnergyLine, band: Band, kwh: Fraction) -> Fraction:
        tiers = band.tiers or (Tier(price=band.price or Decimal(0)),)
        return self._tiered(tiers, line, kwh, after_minimum=False)

    def _tiered(
        self,
        tiers: Sequence[Tier],
        line: EnergyLine | PerKwhLine | ExportLine,
        kwh: Fraction,
        *,
        after_minimum: bool,
    ) -> Fraction:
        minimum = self.document.minimum_line if after_minimum else None
        begin, left = ZERO, kwh
        if minimum is not None:
            begin, left = Fraction(minimum.kwh), max(ZERO, kwh - self._covered_kwh())
        length = length_to_prorate(line.tiers_per, line.prorate, self.context.part)
        amount = ZERO
        for tier in tiers:
            if tier.up_to is None:
                return amount + left * Fraction(tier.price)
            end = Fraction(tier.up_to) * length
            width = self._width(max(ZERO, end - begin), line.prorate, line.tiers_per)
            inside = min(left, width)
            amount, left = amount + inside * Fraction(tier.price), left - inside
            begin = max(begin, end)
        return amount

    def _width(self, width: Fraction, proration: Proration | None, per: Per = "period") -> Fraction:
        factor = proration_factor(proration, self.context.part, per)
        if factor is None:
            return width
        thresholds = proration.thresholds if proration else None
        return rounded(width * factor, thresholds.rounding if thresholds else None)

    def _per_kwh(self, line: PerKwhLine) -> Charge:
        if line.tiers is not None:
            amount = self._tiered(line.tiers, line, self.total_kwh, after_minimum=False)
            return self._of_energy(line, amount)
        part = self.context.part
        month = part.bill_month
        rate = rate_per_kwh(line, month, self.context.rates)
        if rate is None:
            return _lacking(line, f"{line.name} {month.month}")
        if line.first is None:
            return self._of_energy(line, self.total_kwh * rate)
        proration = line.first.prorate or line.prorate
        first_kwh = self._width(Fraction(line.first.kwh), proration)
        published = first_amount(line.first, month, self.context.rates)
        is_published = line.first.by_month is not None or line.first.series is not None
        if is_published and published is None:
            return _lacking(line, f"{line.name} {month.month} (first {line.first.kwh} kWh)")
        # The published amount is of a whole period, and becomes less with the kWh that it covers.
        whole = first_kwh * rate if published is None else _prorated(published, proration, part)
        return self._of_energy(line, whole + max(ZERO, self.total_kwh - first_kwh) * rate)

    def _of_energy(self, line: AnyLine, amount: Fraction) -> Charge:
        if self.usage.total_uwh == 0:
            return _of_house(line, amount)
        return Charge(line.name, line.kind, amount, by_kwh=amount)

    def _export(self, line: ExportLine) -> Charge:
        if line.series is not None and line.series in self.context.slot_prices:
            return self._export_by_slot(line, line.series)
        kwh = rounded(Fraction(self.usage.export_uwh, UWH_PER_KWH), self.document.kwh.rounding)
        if line.tiers is not None:
            return _of_house(line, -self._tiered(line.tiers, line, kwh, after_minimum=False))
        month = self.context.part.bill_month
        rate = rate_per_kwh(line, month, self.context.rates)
        if rate is None:
            return _lacking(line, f"{line.name} {month.month}")
        return _of_house(line, -kwh * rate)

    def _export_by_slot(self, line: ExportLine, series: str) -> Charge:
        prices = self.context.slot_prices[series]
        slots = list(zip(prices, self.usage.export_slot_uwh, strict=True))
        lacking = sum(1 for price, uwh in slots if price is None and uwh)
        amount = sum((Fraction(price) * uwh for price, uwh in slots if price is not None), ZERO)
        missing = (f"{series}: {lacking} slots without a price",) if lacking else ()
        return replace(_of_house(line, -amount / UWH_PER_KWH), missing=missing)

    def _spot(self, line: EnergyLine, spot: Spot) -> Charge:
        if spot.series not in self.context.slot_prices:
            return _lacking(line, f"{spot.series}: no series of slots")
        prices = [slot_price(spot, price) for price in self.context.slot_prices[spot.series]]
        slots = list(zip(prices, self.usage.slot_uwh, strict=True))
        lacking = sum(1 for price, uwh in slots if price is None and uwh)
        by_slot = [ZERO if price is None else price * uwh / UWH_PER_KWH for price, uwh in slots]
        missing = (f"{spot.series}: {lacking} slots without a price",) if lacking else ()
        return Charge(line.name, line.kind, ZERO, by_slot=by_slot, missing=missing)


def slot_price(spot: Spot, price: Decimal | None) -> Fraction | None:
    """Return what a kWh costs in a slot of the market; None when the market's price is missing."""
    if price is None:
        return None
    market = _limited(Fraction(price), spot.market_limits)
    with_losses = market / (1 - Fraction(spot.loss)) * Fraction(spot.tax)
    unit = rounded(with_losses, spot.unit_round) + Fraction(spot.fee)
    return _limited(unit, spot.unit_limits)


def _limited(price: Fraction, limits: Limits | None) -> Fraction:
    if limits is None:
        return price
    least = price if limits.min is None else max(price, Fraction(limits.min))
    return least if limits.max is None else min(least, Fraction(limits.max))


def charged_kw(demand: Demand, peaks_kw: Sequence[Fraction]) -> Fraction | None:
    """Return the power that a demand charges.

    Args:
        demand: What is charged.
        peaks_kw: The highest mean power of a slot in each month that was measured, or in all of
            the months together where the highest is charged.
    """
    if not peaks_kw:
        return None
    at_least = [max(peak, Fraction(demand.min_kw)) for peak in peaks_kw]
    mean = sum(at_least, ZERO) / len(at_least)
    return rounded(max(at_least) if demand.of == "highest" else mean, demand.kw_round)


def _derived(line: DerivedLine, done: Mapping[str, Charge], context: Context) -> Charge:
    bases = [done[name] for name in line.of]
    if lacking := [charge.name for charge in bases if charge.amount is None]:
        return _lacking(line, *(f"{line.name}: needs {name}" for name in lacking))
    total = sum((charge.amount or ZERO for charge in bases), ZERO)
    match line:
        case FloorLine():
            return _of_house(line, max(ZERO, _least(line, context.part) - total))
        case RoundingLine():
            return _of_house(line, rounded(total, line.sum_round) - total)
        case PercentLine():
            return _percent(line, total, bases, context)


def _least(line: FloorLine, part: BilledPart) -> Fraction:
    amount = Fraction(line.amount) * length_to_prorate(line.per, line.prorate, part)
    return _prorated(amount, line.prorate, part, line.per)


def _percent(
    line: PercentLine, total: Fraction, bases: Sequence[Charge], context: Context
) -> Charge:
    percent = percent_rate(line, context.part.bill_month)
    if percent is None:
        return _lacking(line, f"{line.name} {context.part.month}")
    amount = total * percent / 100
    if line.max is not None:
        # The limit of a discount may be written with its sign.
        limit = abs(Fraction(line.max))
        amount = max(-limit, min(limit, amount))
    return _spread_like(line, amount, bases)


def _spread_like(line: PercentLine, amount: Fraction, bases: Sequence[Charge]) -> Charge:
    """Return a charge that is borne as the lines that it is a share of."""
    exact = sum((charge.exact for charge in bases), ZERO)
    if exact == 0:
        return _of_house(line, amount)
    part = amount / exact
    bands = dict.fromkeys(band for charge in bases for band in charge.by_band)
    slots = max((len(charge.by_slot) for charge in bases), default=0)
    return Charge(
        line.name,
        line.kind,
        amount,
        by_band={
            band: part * sum((charge.by_band.get(band, ZERO) for charge in bases), ZERO)
            for band in bands
        },
        by_slot=[
            part * sum((charge.by_slot[n] for charge in bases if charge.by_slot), ZERO)
            for n in range(slots)
        ],
        by_kwh=part * sum((charge.by_kwh for charge in bases), ZERO),
        house=part * sum((charge.house for charge in bases), ZERO),
    )


def _prorated(
    amount: Fraction, proration: Proration | None, part: BilledPart, per: Per = "period"
) -> Fraction:
    factor = proration_factor(proration, part, per)
    if factor is None or proration is None:
        return amount
    return rounded(amount * factor, proration.amount_round)


def _of_house(line: AnyLine, amount: Fraction) -> Charge:
    return Charge(line.name, line.kind, amount, house=amount)


def _lacking(line: AnyLine, *missing: str) -> Charge:
    return Charge(line.name, line.kind, None, missing=missing)
