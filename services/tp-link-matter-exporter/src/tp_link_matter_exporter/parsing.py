"""From attribute values as the server gives them to a reading. Pure.

Matter counts in mW, mV, mA and mWh; an energy is a struct whose field 0 is the amount
(EnergyMeasurementStruct). Null means that the plug does not know.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from home_model.errors import BadPayloadError
from home_model.readings import Reading
from tp_link_matter_exporter.meters import Meter

MILLI = 1_000
MILLIWATT_HOURS_PER_KWH = 1_000_000
ENERGY_FIELD = "0"
# python-matter-server 8.1.2 answers so, among good values, for an attribute that cannot be read.
FAILED = "TLVValue"

type Values = Mapping[str, object]


def parse_reading(meter: Meter, values: Values, at: datetime) -> Reading:
    """A reading from the values by attribute path.

    Raises:
        BadPayloadError: A value is of a kind that the specification does not know.
    """
    energy = _number(values, meter.energy)
    switch = _number(values, meter.switch)
    return Reading(
        at=at,
        power_watts=_scaled(_number(values, meter.power), MILLI),
        voltage_volts=_scaled(_number(values, meter.voltage), MILLI),
        current_amperes=_scaled(_number(values, meter.current), MILLI),
        energy_lifetime_kwh=_scaled(energy, MILLIWATT_HOURS_PER_KWH),
        extra={} if switch is None else {"switch_on": float(switch)},
    )


def _scaled(number: float | None, divisor: int) -> float | None:
    return None if number is None else number / divisor


def _number(values: Values, paths: Sequence[str]) -> float | None:
    said = (_parse(path, values.get(path)) for path in paths)
    return next((number for number in said if number is not None), None)


def _parse(path: str, value: object) -> float | None:
    if isinstance(value, Mapping):
        if FAILED in value:
            return None
        value = value.get(ENERGY_FIELD)
    if value is None or isinstance(value, int | float):
        return value
    message = f"attribute {path} is {value!r}"
    raise BadPayloadError(message)
