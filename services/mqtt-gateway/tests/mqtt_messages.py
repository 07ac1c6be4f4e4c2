"""Messages as each sender publishes them (docs/mqtt.md), and devices to read them with."""

from datetime import UTC, datetime
from typing import Any

import orjson

from home_model.sources import MqttSource
from mqtt_gateway.devices import Device
from mqtt_gateway.parse import Message, Payload

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)

ZIGBEE = {
    "power": 45.2, "energy": 12.34, "voltage": 101.4, "current": 0.45, "state": "ON",
    "linkquality": 84,
}  # fmt: skip
TASMOTA = {
    "Time": "2026-11-28T14:59:50",
    "ENERGY": {
        "TotalStartTime": "2021-01-01T00:00:00", "Total": 0.734, "Yesterday": 0.0, "Today": 0.734,
        "Period": 0, "Power": 12, "ApparentPower": 15, "ReactivePower": 0, "Factor": 0.8,
        "Voltage": 101, "Current": 0.15,
    },
}  # fmt: skip
TASMOTA_CHANNELS = {
    "ENERGY": {"Total": 5.1, "Power": [490, 0, 7.5], "Voltage": 101, "Current": [4.9, 0, 0.1]}
}
SHELLY_GEN2 = {
    "id": 0, "source": "init", "output": True, "apower": 10.7, "voltage": 120.7, "freq": 50.0,
    "current": 0.133, "aenergy": {"total": 46791.262, "by_minute": [73.9, 177.7, 177.7],
    "minute_ts": 1682952864}, "ret_aenergy": {"total": 5.0},
    "temperature": {"tC": 47.9, "tF": 118.3},
}  # fmt: skip


def source(profile: str, id: str, **fields: Any) -> MqttSource:  # noqa: A002, ANN401 - as in the file
    """A source as `devices.yaml` has it."""
    return MqttSource.model_validate({"source": "mqtt", "profile": profile, "id": id, **fields})


def notice(seconds: float, **components: Any) -> bytes:  # noqa: ANN401 - JSON
    """A Shelly's notice of what changed."""
    params = {"ts": seconds, **{key.replace("_", ":"): value for key, value in components.items()}}
    return orjson.dumps({"src": "x", "dst": "x/events", "method": "NotifyStatus", "params": params})


def body(content: object) -> bytes:
    """A payload: bytes as they are, a text, or JSON."""
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else orjson.dumps(content)


class Sender:
    """Sends messages to one device, each ten seconds after the last."""

    def __init__(self, of: MqttSource) -> None:
        self.device = Device(of)
        self.seconds = 0.0

    def send(
        self, topic: str, content: object, *, retained: bool = False, after: float = 10.0
    ) -> Any:  # noqa: ANN401 - an Update
        """Return what a message changed."""
        self.seconds += after
        at = datetime.fromtimestamp(NOW.timestamp() + self.seconds, UTC)
        message = Message(topic, Payload(body(content)), at, self.seconds, retained)
        return self.device.apply(message)
