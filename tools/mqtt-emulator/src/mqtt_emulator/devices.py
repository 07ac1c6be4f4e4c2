"""What a Tasmota, a Zigbee2MQTT and a Shelly publish of one plug. Pure.

After the senders' own documentation; see docs/mqtt.md.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

VOLTS = 101.2


@dataclass(frozen=True, slots=True)
class Publication:
    """One message."""

    topic: str
    payload: bytes
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What the plug measures now."""

    watts: float
    energy_kwh: float
    at: datetime

    @property
    def amperes(self) -> float:
        """Return the current of a plain load."""
        return round(self.watts / VOLTS, 3)


@dataclass(frozen=True, slots=True)
class Plug:
    """A plug by the words of its sender; `base` is what its topics begin with."""

    profile: str
    base: str

    @property
    def will(self) -> Publication:
        """Return what the broker publishes when the plug is gone."""
        return self._online(is_online=False)

    @property
    def birth(self) -> Publication:
        """Return what it publishes when it comes."""
        return self._online(is_online=True)

    def report(self, state: State) -> Publication:
        """Return a message with the values of now."""
        match self.profile:
            case "tasmota":
                return _message(f"tele/{self.base}/SENSOR", _tasmota(state))
            case "zigbee2mqtt":
                return _message(self.base, _zigbee(state))
            case _:
                return _message(f"{self.base}/events/rpc", _shelly(self.base, state))

    def _online(self, *, is_online: bool) -> Publication:
        match self.profile:
            case "tasmota":
                text = b"Online" if is_online else b"Offline"
                return Publication(f"tele/{self.base}/LWT", text, is_retained=True)
            case "zigbee2mqtt":
                bridge = self.base.split("/", 1)[0]
                text = b'{"state":"online"}' if is_online else b'{"state":"offline"}'
                return Publication(f"{bridge}/bridge/state", text, is_retained=True)
            case _:
                text = b"true" if is_online else b"false"
                return Publication(f"{self.base}/online", text, is_retained=True)


def _message(topic: str, document: dict[str, Any]) -> Publication:
    return Publication(topic, orjson.dumps(document))


def _tasmota(state: State) -> dict[str, Any]:
    return {
        # Local, without an offset.
        "Time": state.at.astimezone().strftime("%Y-%m-%dT%H:%M:%S"),
        "ENERGY": {
            "TotalStartTime": "2026-01-01T00:00:00",
            "Total": round(state.energy_kwh, 3),
            "Period": 0,
            "Power": round(state.watts),
            "Voltage": round(VOLTS),
            "Current": state.amperes,
        },
    }


def _zigbee(state: State) -> dict[str, Any]:
    return {
        "state": "ON",
        "linkquality": 120,
        "power": round(state.watts, 1),
        "energy": round(state.energy_kwh, 2),
        "voltage": VOLTS,
        "current": state.amperes,
    }


def _shelly(base: str, state: State) -> dict[str, Any]:
    switch = {
        "id": 0,
        "apower": round(state.watts, 1),
        "voltage": VOLTS,
        "current": state.amperes,
        "aenergy": {"total": round(state.energy_kwh * 1000, 3)},
    }
    params = {"ts": round(state.at.timestamp(), 2), "switch:0": switch}
    return {"src": base, "dst": f"{base}/events", "method": "NotifyStatus", "params": params}
