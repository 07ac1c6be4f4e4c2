"""Facts of real models: numbers and field lists from device dumps.

Source: the field lists of python-kasa's device dumps (`tests/fixtures`), model by model.
"""

from dataclasses import dataclass
from typing import Literal

type Protocol = Literal["klap_v1", "klap_v2", "aes"]
type Components = tuple[tuple[str, int], ...]

_BASIC: Components = (
    ("device", 2),
    ("firmware", 2),
    ("quick_setup", 3),
    ("time", 1),
    ("wireless", 1),
    ("schedule", 2),
    ("countdown", 2),
    ("antitheft", 1),
    ("account", 1),
    ("synchronize", 1),
    ("sunrise_sunset", 1),
    ("led", 1),
    ("cloud_connect", 1),
    ("iot_cloud", 1),
    ("device_local_time", 1),
    ("default_states", 1),
)
_METER_V2: Components = (
    ("auto_off", 2),
    ("localSmart", 1),
    ("energy_monitoring", 2),
    ("power_protection", 1),
    ("charging_protection", 2),
    ("current_protection", 1),
)
_MATTER: Components = (("matter", 2),)
_STRIP: Components = (("control_child", 2), ("child_device", 2))

# A child of a strip has neither radio nor lamp of its own: P304M(UK) 1.0.3.
_CHILD = tuple(item for item in _BASIC if item[0] not in {"wireless", "led"}) + _METER_V2


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model with one firmware.

    Attributes:
        name: The name in the answers, such as `P110`.
        region: The market behind the name in discovery, such as `EU`.
        components: What `component_nego` lists; empty for Kasa (IOT) firmware.
        emeter_data: `get_emeter_data` exists, so voltage and current are known.
        watts_in_usage: `get_energy_usage` has `current_power`; P304M and P210M leave it out.
        outlets: How many metered sockets; more than one is a strip with children.
    """

    name: str
    region: str
    firmware: str
    family: Literal["SMART.TAPOPLUG", "SMART.KASAPLUG", "IOT.SMARTPLUGSWITCH"] = "SMART.TAPOPLUG"
    hardware: str = "1.0"
    protocol: Protocol = "klap_v2"
    components: Components = ()
    emeter_data: bool = True
    watts_in_usage: bool = True
    outlets: int = 1
    volts: float = 230.0
    rssi_dbm: int = -53
    max_power_watts: int = 2541

    @property
    def child_components(self) -> Components:
        """What each outlet of a strip lists."""
        return _CHILD


MODELS: dict[str, Model] = {
    # The oldest metering firmware: AES, energy_monitoring 1, neither volts nor amperes.
    "P110(EU) 1.0.7": Model(
        name="P110",
        region="EU",
        firmware="1.0.7 Build 210629 Rel.174901",
        protocol="aes",
        components=(*_BASIC, ("energy_monitoring", 1)),
        emeter_data=False,
        rssi_dbm=-55,
    ),
    "P110(AU) 1.3.1": Model(
        name="P110",
        region="AU",
        firmware="1.3.1 Build 240621 Rel.162048",
        components=_BASIC + _METER_V2,
        volts=238.609,
    ),
    "P110M(EU) 1.2.3": Model(
        name="P110M",
        region="EU",
        firmware="1.2.3 Build 240617 Rel.153525",
        components=_BASIC + _METER_V2 + _MATTER,
        volts=233.509,
        rssi_dbm=-33,
    ),
    "P115(US) 1.1.3": Model(
        name="P115",
        region="US",
        firmware="1.1.3 Build 240523 Rel.175054",
        components=(*_BASIC, *_METER_V2, ("overheat_protection", 1)),
        volts=122.133,
        rssi_dbm=-54,
        max_power_watts=1884,
    ),
    "KP125M(US) 1.2.3": Model(
        name="KP125M",
        region="US",
        firmware="1.2.3 Build 240624 Rel.154806",
        family="SMART.KASAPLUG",
        components=_BASIC + _METER_V2 + _MATTER,
        volts=121.215,
        rssi_dbm=-50,
        max_power_watts=1884,
    ),
    "P304M(UK) 1.0.3": Model(
        name="P304M",
        region="UK",
        firmware="1.0.3 Build 240605 Rel.091502",
        components=_BASIC + _STRIP + _METER_V2 + _MATTER,
        watts_in_usage=False,
        outlets=4,
        rssi_dbm=-44,
        max_power_watts=3252,
    ),
    # Kasa firmware behind KLAP; the dump is of the plain protocol, the answers inside are the same.
    "KP125(US) 1.0.6": Model(
        name="KP125",
        region="US",
        firmware="1.0.6 Build 210928 Rel.185924",
        family="IOT.SMARTPLUGSWITCH",
        protocol="klap_v1",
        volts=119.425,
        rssi_dbm=-41,
    ),
}
