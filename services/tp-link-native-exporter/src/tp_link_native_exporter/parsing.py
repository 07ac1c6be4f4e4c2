"""From an updated python-kasa device to a reading. Pure."""

from datetime import datetime

from kasa import Device, KasaException, Module
from kasa.interfaces import Energy
from kasa.iot import IotDevice

from home_model.errors import BadPayloadError, RejectedError
from home_model.readings import Reading

METER_SILENT = (
    "the plug answers, but its meter says nothing; when its clock has fallen back to the year 2000 "
    "(python-kasa #1243), the Tapo app or a way to the internet sets it"
)


def parse_reading(outlet: Device, plug: Device, at: datetime) -> Reading:
    """The reading of one socket; `plug` is the strip it belongs to, or the same device.

    Raises:
        RejectedError: The model has no meter.
        BadPayloadError: The meter gave no power.
    """
    meter = outlet.modules.get(Module.Energy)
    if meter is None:
        message = f"{plug.model} has no energy meter"
        raise RejectedError(message)
    try:
        return _reading(meter, outlet, plug, at)
    except KasaException:
        raise BadPayloadError(METER_SILENT) from None


def _reading(meter: Energy, outlet: Device, plug: Device, at: datetime) -> Reading:
    if (power_watts := meter.current_consumption) is None:
        raise BadPayloadError(METER_SILENT)
    is_kasa_firmware = isinstance(plug, IotDevice)
    return Reading(
        at=at,
        power_watts=power_watts,
        voltage_volts=meter.voltage,
        current_amperes=meter.current,
        # Only Kasa firmware counts for ever. Its daily total is looked up by python-kasa with this
        # machine's day, not the plug's, so it is left alone.
        energy_lifetime_kwh=meter.consumption_total if is_kasa_firmware else None,
        energy_today_kwh=None if is_kasa_firmware else meter.consumption_today,
        extra=_extra(outlet, plug),
    )


def _extra(outlet: Device, plug: Device) -> dict[str, float]:
    extra = {"switch_on": float(outlet.is_on)}
    if plug.rssi is not None:
        extra["signal_dbm"] = float(plug.rssi)
    return extra
