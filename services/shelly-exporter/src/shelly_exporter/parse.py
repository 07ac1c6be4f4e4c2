"""Parse the answers of a device into the readings of its meters. Pure.

The components that are present decide what is a meter, never the model: profiles change them. The
fields are those of the vendor's documentation (Gen2 API 1.0) and of recorded answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from home_model.errors import BadPayloadError, RejectedError, SourceError, UnreachableError
from home_model.readings import (
    Reading,
    check_power_watts,
    check_voltage_volts,
    possible_current_amperes,
)
from home_model.sources import CIRCUIT_MAX_POWER_WATTS
from shelly_exporter.errors import PHASES_ARE_SUMMED

type Component = Mapping[str, Any]

# The order in which the meters of a device are counted, if it has meters of several types.
PLUG_TYPES = ("switch", "cover", "light", "rgb", "rgbw", "cct", "pm1")
CLAMP, THREE_PHASES = "em1", "em"
METER_TYPES = (*PLUG_TYPES, CLAMP, THREE_PHASES)
# A contactor's or a lamp's component without any of these measures nothing.
MEASURED = frozenset({"apower", "aenergy", "act_power", "total_act_power"})
CLAMP_COUNTERS = ("total_act_energy", "total_act_ret_energy")
PHASE_COUNTERS = ("total_act", "total_act_ret")
UNUSABLE = ("power_meter_failure", "ct_type_not_set", "out_of_range")
OVERLOADS = frozenset({"overpower", "overcurrent"})
MWH_PER_WH = 1_000
MWH_PER_KWH = 1_000_000
MAX_NUMBER = 1e15
# For some seconds after a restart meters may show 0 in place of everything.
SETTLING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device answers without a login (`/shelly`).

    Attributes:
        generation: From 2 on; 1 is another protocol.
        mac: Twelve upper-case hex digits.
        name: As given in the vendor's app.
    """

    generation: int
    mac: str
    model: str
    name: str
    needs_login: bool


@dataclass(frozen=True, slots=True)
class MeterReading:
    """One meter of an answer.

    Attributes:
        component: Its key in the answer, such as `switch:0`.
        reading: Energies are as the device counts them.
        errors: The device's own words for what is wrong with it; their list is open.
        counters_mwh: All counters of the meter, which show whether it is alive.
    """

    component: str
    reading: Reading | SourceError
    errors: tuple[str, ...] = ()
    counters_mwh: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """One answer of a device.

    Attributes:
        meters: By their number, counted from 1.
    """

    mac: str
    uptime_seconds: float | None
    meters: Mapping[int, MeterReading]


def parse_identity(answer: object) -> Identity:
    """Parse the answer to `/shelly`.

    Raises:
        BadPayloadError: It is not of a Shelly.
    """
    fields = answer if isinstance(answer, Mapping) else {}
    mac = fields.get("mac")
    generation = fields.get("gen", 1 if "type" in fields else None)
    if not isinstance(mac, str) or not isinstance(generation, int):
        message = "the answer is not that of a Shelly: is the address right?"
        raise BadPayloadError(message)
    return Identity(
        generation=generation,
        mac=mac.upper(),
        model=str(fields.get("app") or fields.get("model") or fields.get("type")),
        name=str(fields.get("name") or ""),
        needs_login=bool(fields.get("auth_en")),
    )


def parse_status(answer: object, at: datetime) -> Status:
    """Parse the answer to `Shelly.GetStatus`; `at` is ours, since the device's clock may be unset.

    Raises:
        BadPayloadError: It is no status.
    """
    fields = answer if isinstance(answer, Mapping) else {}
    system = _part(fields, "sys")
    mac = system.get("mac")
    if not isinstance(mac, str):
        message = "the answer has no sys.mac, so it is not certain which device gave it"
        raise BadPayloadError(message)
    uptime_seconds = _number(system, "uptime")
    radio = {"signal_dbm": _signal_dbm(_part(fields, "wifi"))}
    meters = {
        number: _meter(component, fields, at, radio)
        for number, component in number_meters(fields).items()
    }
    if uptime_seconds is not None and uptime_seconds < SETTLING_SECONDS:
        meters = {number: _settling(meter, uptime_seconds) for number, meter in meters.items()}
    return Status(mac.upper(), uptime_seconds, meters)


def _signal_dbm(wifi: Component) -> float | None:
    """Return the strength of the signal; a device on a cable has 0 or null.

    What else is no number costs this value alone: no meter depends on it.
    """
    rssi = wifi.get("rssi")
    return float(rssi) if isinstance(rssi, int | float) and -MAX_NUMBER < rssi < 0 else None


def number_meters(status: Component) -> Mapping[int, str]:
    """Return the component of each meter by its number.

    It is the component's own number and 1, so that an answer in which one is missing moves no
    other; meters of a second type follow after those of the first.
    """
    numbers: dict[int, str] = {}
    for meter_type in METER_TYPES:
        offset = max(numbers, default=0)
        numbers |= {
            offset + index + 1: f"{meter_type}:{index}" for index in _indices(status, meter_type)
        }
    return numbers


def _indices(status: Component, meter_type: str) -> Iterator[int]:
    for key, component in status.items():
        name, _, index = key.partition(":")
        measures = isinstance(component, Mapping) and MEASURED & component.keys()
        if name == meter_type and index.isdecimal() and measures:
            yield int(index)


def _settling(meter: MeterReading, uptime_seconds: float) -> MeterReading:
    error = UnreachableError(
        f"the device restarted {uptime_seconds:g} s ago: its meters are not ready yet"
    )
    return replace(meter, reading=error)


def _meter(
    component: str, status: Component, at: datetime, radio: Mapping[str, float | None]
) -> MeterReading:
    """Return the reading of one meter, or why it has none: the others keep theirs."""
    fields = _part(status, component)
    errors = tuple(_errors(fields))
    try:
        _check_errors(errors)
        reading = _reading(component, status, at)
        extra = {**reading.extra, **_extra(fields, component, errors), **radio}
        known = {word: value for word, value in extra.items() if value is not None}
        reading = replace(reading, extra=known)
        return MeterReading(component, reading, errors, _counters_mwh(component, status))
    except SourceError as error:
        return MeterReading(component, error, errors)


def _reading(component: str, status: Component, at: datetime) -> Reading:
    meter_type, _, index = component.partition(":")
    fields = _part(status, component)
    if meter_type == THREE_PHASES:
        return Reading(at=at, power_watts=_circuit_power(fields, "total_act_power"))
    if meter_type == CLAMP:
        return _clamp_reading(fields, _part(status, f"em1data:{index}"), at)
    return _plug_reading(fields, at)


def _counters_mwh(component: str, status: Component) -> tuple[int | None, ...]:
    meter_type, _, index = component.partition(":")
    fields, data = _part(status, component), _part(status, f"{meter_type}data:{index}")
    if meter_type in PLUG_TYPES:
        return _total_mwh(fields, "aenergy"), _total_mwh(fields, "ret_aenergy")
    names = CLAMP_COUNTERS if meter_type == CLAMP else PHASE_COUNTERS
    return tuple(_mwh(data, name) for name in names)


def _plug_reading(fields: Component, at: datetime) -> Reading:
    """Parse what a relay, a plug or a dimmer measures.

    Where there is `ret_aenergy`, `aenergy` has both directions.
    """
    watts, volts = _number(fields, "apower"), _number(fields, "voltage")
    amperes = _number(fields, "current")
    volts = None if volts is None else check_voltage_volts(volts)
    if watts is not None:
        amperes = possible_current_amperes(amperes, check_power_watts(watts), volts)
    both_mwh, exported_mwh = _total_mwh(fields, "aenergy"), _total_mwh(fields, "ret_aenergy")
    imported_mwh = both_mwh
    if both_mwh is not None and exported_mwh is not None:
        imported_mwh = _imported_mwh(both_mwh, exported_mwh)
    return _usable(
        Reading(
            at=at,
            power_watts=watts,
            voltage_volts=volts,
            current_amperes=amperes,
            energy_lifetime_kwh=_kwh(imported_mwh),
            energy_exported_kwh=_kwh(exported_mwh),
        )
    )


def _imported_mwh(both_mwh: int, exported_mwh: int) -> int:
    """Return what was drawn.

    Raises:
        BadPayloadError: More was fed back than went through; by more than the two of one answer
            can be apart.
    """
    imported_mwh = both_mwh - exported_mwh
    if imported_mwh < -MWH_PER_WH:
        message = (
            f"ret_aenergy ({exported_mwh / MWH_PER_WH:g} Wh) is more than aenergy "
            f"({both_mwh / MWH_PER_WH:g} Wh), which has both directions"
        )
        raise BadPayloadError(message)
    return max(0, imported_mwh)


def _clamp_reading(fields: Component, data: Component, at: datetime) -> Reading:
    """Parse a current clamp, which counts each direction apart."""
    volts = _number(fields, "voltage")
    amperes = _number(fields, "current")
    return _usable(
        Reading(
            at=at,
            power_watts=_circuit_power(fields, "act_power"),
            voltage_volts=None if volts is None else check_voltage_volts(volts),
            current_amperes=None if amperes is None else abs(amperes),
            energy_lifetime_kwh=_kwh(_mwh(data, CLAMP_COUNTERS[0])),
            energy_exported_kwh=_kwh(_mwh(data, CLAMP_COUNTERS[1])),
        )
    )


def _usable(reading: Reading) -> Reading:
    if reading.power_watts is None and reading.energy_lifetime_kwh is None:
        message = "the device answers, but its meter gives neither power nor energy"
        raise BadPayloadError(message)
    return reading


def check_phases(reading: Reading, component: str, *, netted: bool) -> Reading:
    """Return the reading of a meter if it may be used for a bill.

    Raises:
        RejectedError: It adds up phases, and the configuration lacks how they are billed;
            or it has that for a meter with one phase.
        BadPayloadError: There is no power to net.
    """
    is_three_phases = component.startswith(f"{THREE_PHASES}:")
    if is_three_phases and not netted:
        message = f"{component}: {PHASES_ARE_SUMMED}"
        raise RejectedError(message)
    if netted and not is_three_phases:
        message = f"{component} measures one phase: remove `phases: netted`"
        raise RejectedError(message)
    if is_three_phases and reading.power_watts is None:
        message = f"{component} gives no total_act_power"
        raise BadPayloadError(message)
    return reading


def list_reversed(config: object) -> Iterator[str]:
    """Yield the components whose sign is turned round, of the answer to `Shelly.GetConfig`."""
    for key, component in (config if isinstance(config, Mapping) else {}).items():
        if isinstance(component, Mapping) and component.get("reverse") is True:
            yield key


def _extra(
    fields: Component, component: str, errors: tuple[str, ...]
) -> Mapping[str, float | None]:
    output = fields.get("output")
    is_plug = component.partition(":")[0] in PLUG_TYPES
    return {
        "switch_on": float(output) if isinstance(output, bool) else None,
        "overload": float(bool(OVERLOADS & set(errors))) if is_plug else None,
    }


def _errors(fields: Component) -> Iterator[str]:
    for name in ("errors", "a_errors", "b_errors", "c_errors", "n_errors"):
        found = fields.get(name)
        yield from (str(each) for each in (found if isinstance(found, list) else ()))


def _check_errors(errors: tuple[str, ...]) -> None:
    if unusable := [error for error in errors if error.startswith(UNUSABLE)]:
        message = f"its meter reports {', '.join(unusable)}: its values are not to be used"
        raise BadPayloadError(message)


def _circuit_power(fields: Component, name: str) -> float | None:
    watts = _number(fields, name)
    if watts is not None and abs(watts) > CIRCUIT_MAX_POWER_WATTS:
        message = f"the power is {watts:g} W, more than any circuit can carry"
        raise BadPayloadError(message)
    return watts


def _total_mwh(fields: Component, name: str) -> int | None:
    return _mwh(_part(fields, name), "total")


def _mwh(fields: Component, name: str) -> int | None:
    """Return an energy given in Wh; floats end here."""
    energy_wh = _number(fields, name)
    if energy_wh is None:
        return None
    if energy_wh < 0:
        message = f"the counter {name} is {energy_wh:g} Wh"
        raise BadPayloadError(message)
    return round(energy_wh * MWH_PER_WH)


def _kwh(energy_mwh: int | None) -> float | None:
    return None if energy_mwh is None else energy_mwh / MWH_PER_KWH


def _part(fields: Component, name: str) -> Component:
    part = fields.get(name)
    return part if isinstance(part, Mapping) else {}


def _number(fields: Component, name: str) -> float | None:
    """Return a number, or None where it is missing or null.

    Raises:
        BadPayloadError: It is something else.
    """
    value = fields.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # An integer of JSON may be too large for a float.
    if not is_number or not abs(value) <= MAX_NUMBER:
        message = f"{name} is {str(value)[:50]!r}, which is no number"
        raise BadPayloadError(message)
    return float(value)
