"""Settings of the Bluetooth fetcher."""

from typing import Literal

from pydantic import Field

from exporter_kit import ExporterSettings
from service_kit.settings import Seconds
from switchbot_exporter.ble.parse import Scale


class BleSettings(ExporterSettings):
    """Environment variables of these names in capitals. See docs/bluetooth.md.

    Attributes:
        ble_adapter: Such as `hci1`; by default the first that is powered.
        ble_scan: Passive scanning sends nothing to the plugs; it needs BlueZ 5.56 or later with
            `bluetoothd --experimental`.
        ble_age_limit_seconds: A plug that was not received for so long is down.
        ble_mute_limit_seconds: When no device at all is received for so long, a new scanner
            starts.
        ble_check_seconds: Time between two checks of bluetoothd.
        ble_relay_power_watts: See `Scale`.
        ble_off_is_zero: See `Scale`.
        bleak_dbus_auth_uid: bleak's own variable: the user id for D-Bus where the container's
            user namespace changes it.
        dbus_system_bus_address: D-Bus's own variable: where the bus listens, if it was moved.
    """

    ble_adapter: str | None = Field(default=None, pattern=r"^hci\d+$")
    ble_scan: Literal["active", "passive"] = "active"
    ble_age_limit_seconds: Seconds = 120.0
    ble_mute_limit_seconds: Seconds = 30.0
    ble_check_seconds: Seconds = 5.0
    ble_relay_power_watts: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    ble_off_is_zero: bool = True
    bleak_dbus_auth_uid: int | None = None
    dbus_system_bus_address: str = "unix:path=/var/run/dbus/system_bus_socket"

    @property
    def ble_scale(self) -> Scale:
        """How doubtful numbers are read."""
        return Scale(self.ble_relay_power_watts, self.ble_off_is_zero)
