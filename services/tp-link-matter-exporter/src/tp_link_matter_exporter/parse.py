"""Parse attribute values, as the server gives them, into a reading. Pure.

Cluster and attribute numbers are decimal, as in the paths of the server's API. An energy of the
standard cluster is a struct whose field 0 is the amount (EnergyMeasurementStruct). Null means that
the plug has no value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from home_model.errors import BadPayloadError, UnreachableError
from home_model.readings import Reading
from home_model.sources import CIRCUIT_MAX_POWER_WATTS

ENERGY_FIELD = "0"
# python-matter-server 8.1.2 answers so, among good values, for an attribute that cannot be read.
FAILED = "TLVValue"
# Values of vendor clusters are 32-bit floats: more digits are noise.
DIGITS = 3
# Invalid values of the draft cluster, as in Zigbee: 0x8000 signed, 0xFFFF unsigned.
DRAFT_INVALID = frozenset({-0x8000, 0xFFFF})

type Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that holds a quantity, as "cluster/attribute".

    Attributes:
        path: Where the value is.
        unit: How much one is, in the unit of the reading.
        multiplier: Attribute of a further factor, where the cluster has one.
        divisor: Attribute of a divisor, likewise.
        invalid: Values that mean null.
    """

    path: str
    unit: float = 1.0
    multiplier: str | None = None
    divisor: str | None = None
    invalid: frozenset[int] = frozenset()

    @property
    def paths(self) -> tuple[str, ...]:
        """All attributes that are needed to read it."""
        return tuple(path for path in (self.path, self.multiplier, self.divisor) if path)


MILLI = 1e-3
MILLIWATT_HOUR_KWH = 1e-6
WATT_HOUR_KWH = 1e-3

# Several where a quantity can be in several attributes: the first that has a value counts.
# 144 ElectricalPowerMeasurement and 145 ElectricalEnergyMeasurement are Matter 1.3's. P110M gives
# RMS voltage and current, and lacks the plain ones (home-assistant/core #149847).
# Before 1.3: 319486977 Eve, 308149265 Neo, 319683586 ThirdReality, and 2820, ElectricalMeasurement
# of a draft. Numbers are those of python-matter-server's `custom_clusters`, units those of
# home-assistant/core `components/matter/sensor.py`.
POWER_STANDARD = (Attribute("144/8", MILLI), Attribute("144/13", MILLI))
POWER_VENDOR = (
    Attribute("319486977/319422474"),
    Attribute("2820/1291", 1.0, "2820/1540", "2820/1541", DRAFT_INVALID),
    Attribute("308149265/308084771", 0.1),
    Attribute("319683586/1024", MILLI),
)
POWER = (*POWER_STANDARD, *POWER_VENDOR)
VOLTAGE = (
    Attribute("144/4", MILLI),
    Attribute("144/11", MILLI),
    Attribute("319486977/319422472"),
    Attribute("2820/1285", 1.0, "2820/1536", "2820/1537", DRAFT_INVALID),
    Attribute("308149265/308084772", 0.1),
)
CURRENT = (
    Attribute("144/5", MILLI),
    Attribute("144/12", MILLI),
    Attribute("319486977/319422473"),
    Attribute("2820/1288", 1.0, "2820/1538", "2820/1539", DRAFT_INVALID),
    Attribute("308149265/308084770", MILLI),
)
ENERGY = (
    Attribute("145/1", MILLIWATT_HOUR_KWH),
    Attribute("319486977/319422475"),
    Attribute("308149265/308084769", WATT_HOUR_KWH),
    Attribute("319683586/0", MILLIWATT_HOUR_KWH),
)
ENERGY_EXPORTED = (Attribute("145/2", MILLIWATT_HOUR_KWH),)
# Beyond these a number is no measurement, such as the smallest of 64 bits, which is the null of
# another encoding. Power and current are below 0 where energy is fed back; voltage may be direct.
type Range = tuple[float, float]
POWER_RANGE = (-CIRCUIT_MAX_POWER_WATTS, CIRCUIT_MAX_POWER_WATTS)
VOLTAGE_RANGE = (0.0, 1_000.0)
CURRENT_RANGE = (-1_000.0, 1_000.0)
ENERGY_RANGE = (0.0, 1e9)
EVERY_NUMBER = (-inf, inf)
MAX_NUMBER = 1e30
SWITCH = (Attribute("6/0"),)
REACHABLE = (Attribute("57/17"),)


@dataclass(frozen=True, slots=True)
class Located:
    """An attribute on an endpoint."""

    endpoint: int
    attribute: Attribute

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the server's API, "endpoint/cluster/attribute"."""
        return tuple(f"{self.endpoint}/{path}" for path in self.attribute.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """The attributes of one meter; none where it has none."""

    node_id: int
    power: Sequence[Located] = ()
    voltage: Sequence[Located] = ()
    current: Sequence[Located] = ()
    energy: Sequence[Located] = ()
    energy_exported: Sequence[Located] = ()
    switch: Sequence[Located] = ()
    reachable: Sequence[Located] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all of them, each once."""
        return tuple(dict.fromkeys(self._paths()))

    def _paths(self) -> Iterator[str]:
        for located in (
            *self.power,
            *self.voltage,
            *self.current,
            *self.energy,
            *self.energy_exported,
            *self.switch,
            *self.reachable,
        ):
            yield from located.paths


def parse_reading(meter: Meter, values: Values, at: datetime) -> Reading:
    """Return the reading of the values, which are given by attribute path.

    A number that is no measurement counts as null, and so does what is no number beside the power.

    Raises:
        UnreachableError: The bridge cannot reach the device behind it.
        BadPayloadError: The meter gives neither power nor energy, or its power is of a type that
            the specification does not have.
    """
    if _number(values, meter.reachable) == 0:
        message = "the bridge cannot reach the device (Reachable is false): has it power?"
        raise UnreachableError(message)
    power_watts = _number(values, meter.power, POWER_RANGE)
    values = {path: value for path, value in values.items() if _is_number_or_null(value)}
    energy_kwh = _number(values, meter.energy, ENERGY_RANGE)
    amperes = _number(values, meter.current, CURRENT_RANGE)
    if power_watts is None and energy_kwh is None:
        message = "the plug answers, but its meter gives neither power nor energy"
        raise BadPayloadError(message)
    switch = _number(values, meter.switch)
    return Reading(
        at=at,
        power_watts=power_watts,
        voltage_volts=_number(values, meter.voltage, VOLTAGE_RANGE),
        current_amperes=None if amperes is None else abs(amperes),
        energy_lifetime_kwh=energy_kwh,
        energy_exported_kwh=_number(values, meter.energy_exported, ENERGY_RANGE),
        extra={} if switch is None else {"switch_on": switch},
    )


def _number(
    values: Values, candidates: Sequence[Located], possible: Range = EVERY_NUMBER
) -> float | None:
    """Return the value of the first candidate that has one, in the unit of the reading."""
    low, high = possible
    numbers = (_scaled(values, candidate) for candidate in candidates)
    return next((n for n in numbers if n is not None and low <= n <= high), None)


def _scaled(values: Values, located: Located) -> float | None:
    attribute, endpoint = located.attribute, located.endpoint

    def number(path: str | None) -> float | None:
        return 1.0 if path is None else _parse(f"{endpoint}/{path}", values)

    raw, multiplier, divisor = (
        number(path) for path in (attribute.path, attribute.multiplier, attribute.divisor)
    )
    if raw is None or raw in attribute.invalid or not multiplier or not divisor:
        return None
    if isinstance(raw, float):
        raw = round(raw, DIGITS)
    # Divided by a whole number, so that 4321 mW are exactly 4.321 W.
    return raw * multiplier / (divisor * round(1 / attribute.unit))


def _parse(path: str, values: Values) -> float | None:
    value = _amount(values.get(path))
    if not _is_number_or_null(value):
        message = f"attribute {path} is {value!r}"
        raise BadPayloadError(message)
    # An integer of JSON may be too large for a float.
    is_number = isinstance(value, int | float) and abs(value) <= MAX_NUMBER
    return value if is_number else None


def _is_number_or_null(value: object) -> bool:
    amount = _amount(value)
    return amount is None or isinstance(amount, int | float)


def _amount(value: object) -> object:
    """Return an attribute's value, of an energy its field 0; None where it cannot be read."""
    if isinstance(value, Mapping):
        return None if FAILED in value else value.get(ENERGY_FIELD)
    return value
