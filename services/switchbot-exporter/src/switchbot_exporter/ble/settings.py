"""The settings of the Bluetooth fetcher."""

from typing import Literal

from pydantic import Field

from exporter_kit import ExporterSettings
from service_kit.settings import Seconds
from switchbot_exporter.ble.scale import Scale


class BleSettings(ExporterSettings):
    """Environment variables of these names in capitals. See docs/bluetooth.md.

    Attributes:
        ble_adapter: Such as `hci1`; by default the first that is powered.
        ble_scan: Passive scanning asks nothing of the plugs; it needs BlueZ 5.56 or later with
            `bluetoothd --experimental`.
        ble_age_limit_seconds: A plug unheard for so long is silent.
        ble_mute_limit_seconds: When no device at all is heard for so long, the scanner is made
            anew.
        ble_check_seconds: How often bluetoothd is asked whether it still lives.
        ble_relay_power_watts: See `Scale`.
        ble_off_is_zero: See `Scale`.
        bleak_dbus_auth_uid: bleak's own variable: the user id to give to D-Bus where the
            container's user namespace changes it.
        dbus_system_bus_address: D-Bus's own variable: where the bus listens, if it was moved.
    """

    ble_adapter: str | None = Field(default=None, pattern=r"^hci\d+$")
    ble_scan: Literal["active", "passive"] = "active"
    ble_age_limit_seconds: Seconds = 120.0
    ble_mute_limit_seconds: Seconds = 30.0
    ble_check_seconds: Seconds = 5.0
    ble_relay_power_watts: float = Field(default=0.1, gt=0, allow_inf_nan=False)
    ble_off_is_zero: bool = True
    bleak_dbus_auth_uid: int | None = None
    dbus_system_bus_address: str = "unix:path=/var/run/dbus/system_bus_socket"

    @property
    def ble_scale(self) -> Scale:
        """How doubtful numbers are read."""
        return Scale(self.ble_relay_power_watts, self.ble_off_is_zero)
